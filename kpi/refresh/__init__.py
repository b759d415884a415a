"""Sources that are remembered: where files come from again, and how they are fetched, checked and loaded.

Names load on first use, so that the process that asks a database starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kpi.refresh.refreshing import PERSON, SCHEDULE, refresh
    from kpi.refresh.runs import Mistake, Outcome, Run, last_runs, list_runs
    from kpi.refresh.source import Kind, Source, get_source, make_source, read_sources, remove_source, save_source
    from kpi.refresh.turns import Due, due, next_times

_HOMES = {
    "PERSON": "refreshing",
    "SCHEDULE": "refreshing",
    "Due": "turns",
    "Kind": "source",
    "Mistake": "runs",
    "Outcome": "runs",
    "Run": "runs",
    "Source": "source",
    "due": "turns",
    "get_source": "source",
    "last_runs": "runs",
    "list_runs": "runs",
    "make_source": "source",
    "next_times": "turns",
    "read_sources": "source",
    "refresh": "refreshing",
    "remove_source": "source",
    "save_source": "source",
}

__all__ = [
    "PERSON",
    "SCHEDULE",
    "Due",
    "Kind",
    "Mistake",
    "Outcome",
    "Run",
    "Source",
    "due",
    "get_source",
    "last_runs",
    "list_runs",
    "make_source",
    "next_times",
    "read_sources",
    "refresh",
    "remove_source",
    "save_source",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
