"""From a file to rows: sniff, map, write, publish. Names load on first use, so that the reader process starts fast."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kpi.ingest.archives import expand
    from kpi.ingest.guessing import guess
    from kpi.ingest.inspection import inspect
    from kpi.ingest.issues import read_issues
    from kpi.ingest.loading import load
    from kpi.ingest.mapping import ColumnMapping, Guess, MappedColumn, Question
    from kpi.ingest.plans import LoadedTable, LoadPlan, LoadResult, Progress, plan
    from kpi.ingest.reader import StoppedError
    from kpi.ingest.sniffed import Evidence, NamedFile, Sniffed, SniffedColumn

_HOMES = {
    "ColumnMapping": "mapping",
    "Evidence": "sniffed",
    "Guess": "mapping",
    "LoadPlan": "plans",
    "LoadResult": "plans",
    "LoadedTable": "plans",
    "MappedColumn": "mapping",
    "NamedFile": "sniffed",
    "Progress": "plans",
    "Question": "mapping",
    "Sniffed": "sniffed",
    "SniffedColumn": "sniffed",
    "StoppedError": "reader",
    "expand": "archives",
    "guess": "guessing",
    "inspect": "inspection",
    "load": "loading",
    "plan": "plans",
    "read_issues": "issues",
}

__all__ = [
    "ColumnMapping",
    "Evidence",
    "Guess",
    "LoadPlan",
    "LoadResult",
    "LoadedTable",
    "MappedColumn",
    "NamedFile",
    "Progress",
    "Question",
    "Sniffed",
    "SniffedColumn",
    "StoppedError",
    "expand",
    "guess",
    "inspect",
    "load",
    "plan",
    "read_issues",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
