"""From a file to rows: sniff, map, write, publish. Names load on first use, so that the reader process starts fast."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kpi.ingest.expand import expand
    from kpi.ingest.guess import guess
    from kpi.ingest.inspect import inspect
    from kpi.ingest.issues import read_issues
    from kpi.ingest.load import load
    from kpi.ingest.mapping import ColumnMapping, Guess, MappedColumn, Question
    from kpi.ingest.plan import LoadedTable, LoadPlan, LoadResult, Progress, plan
    from kpi.ingest.reader import StoppedError
    from kpi.ingest.sniffed import Evidence, NamedFile, Sniffed, SniffedColumn

_HOMES = {
    "ColumnMapping": "mapping",
    "Evidence": "sniffed",
    "Guess": "mapping",
    "LoadPlan": "plan",
    "LoadResult": "plan",
    "LoadedTable": "plan",
    "MappedColumn": "mapping",
    "NamedFile": "sniffed",
    "Progress": "plan",
    "Question": "mapping",
    "Sniffed": "sniffed",
    "SniffedColumn": "sniffed",
    "StoppedError": "reader",
    "expand": "expand",
    "guess": "guess",
    "inspect": "inspect",
    "load": "load",
    "plan": "plan",
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
    loaded = {public: getattr(import_module(f"{__name__}.{home}"), public) for public, home in _HOMES.items()}
    globals().update(loaded)  # over the submodules of the same names, so that `ingest.load` is the function
    return loaded[name]
