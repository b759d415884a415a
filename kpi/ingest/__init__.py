"""From a file to rows: sniff, map, write, publish. Names load on first use, so that the reader process starts fast."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kpi.ingest.archives import Expanded, expand, unpack
    from kpi.ingest.changes import HeaderChanges, Renamed
    from kpi.ingest.compaction import compact
    from kpi.ingest.diff import FieldChange, MoneyChange, SampleCell, SampleRow, TableDiff
    from kpi.ingest.edits import Edit, add_rows, edit_rows
    from kpi.ingest.guessing import guess, guess_all
    from kpi.ingest.history import delete_load, go_back, undo
    from kpi.ingest.inspection import inspect, preview_encoding
    from kpi.ingest.issues import read_issues
    from kpi.ingest.keys import Key
    from kpi.ingest.loading import commit, discard, load, prepare
    from kpi.ingest.mapped import MappedColumn
    from kpi.ingest.mapping import ColumnMapping, Guess, Question
    from kpi.ingest.plans import LoadedTable, LoadPlan, LoadResult, Progress, plan, recommend
    from kpi.ingest.prepared import Prepared
    from kpi.ingest.reader import StoppedError
    from kpi.ingest.reasons import Reason
    from kpi.ingest.sniffed import Evidence, NamedFile, ReadingChoice, Sniffed, SniffedColumn
    from kpi.ingest.typed import AddedRow
    from kpi.ingest.words import WordMatch

_HOMES = {
    "AddedRow": "typed",
    "ColumnMapping": "mapping",
    "Edit": "edits",
    "Evidence": "sniffed",
    "FieldChange": "diff",
    "Guess": "mapping",
    "HeaderChanges": "changes",
    "Key": "keys",
    "LoadPlan": "plans",
    "LoadResult": "plans",
    "LoadedTable": "plans",
    "MappedColumn": "mapped",
    "MoneyChange": "diff",
    "NamedFile": "sniffed",
    "Prepared": "prepared",
    "Progress": "plans",
    "Question": "mapping",
    "ReadingChoice": "sniffed",
    "Reason": "reasons",
    "Renamed": "changes",
    "SampleCell": "diff",
    "SampleRow": "diff",
    "Sniffed": "sniffed",
    "SniffedColumn": "sniffed",
    "StoppedError": "reader",
    "TableDiff": "diff",
    "WordMatch": "words",
    "add_rows": "edits",
    "commit": "loading",
    "compact": "compaction",
    "delete_load": "history",
    "discard": "loading",
    "edit_rows": "edits",
    "Expanded": "archives",
    "expand": "archives",
    "unpack": "archives",
    "go_back": "history",
    "guess": "guessing",
    "guess_all": "guessing",
    "inspect": "inspection",
    "load": "loading",
    "plan": "plans",
    "preview_encoding": "inspection",
    "prepare": "loading",
    "read_issues": "issues",
    "recommend": "plans",
    "undo": "history",
}

__all__ = [
    "AddedRow",
    "ColumnMapping",
    "Edit",
    "Evidence",
    "Expanded",
    "FieldChange",
    "Guess",
    "HeaderChanges",
    "Key",
    "LoadPlan",
    "LoadResult",
    "LoadedTable",
    "MappedColumn",
    "MoneyChange",
    "NamedFile",
    "Prepared",
    "Progress",
    "Question",
    "ReadingChoice",
    "Reason",
    "Renamed",
    "SampleCell",
    "SampleRow",
    "Sniffed",
    "SniffedColumn",
    "StoppedError",
    "TableDiff",
    "WordMatch",
    "add_rows",
    "commit",
    "compact",
    "delete_load",
    "discard",
    "edit_rows",
    "expand",
    "go_back",
    "guess",
    "guess_all",
    "inspect",
    "load",
    "plan",
    "prepare",
    "preview_encoding",
    "read_issues",
    "recommend",
    "undo",
    "unpack",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
