"""A load that has been read and compared, and waits for a word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpi.ingest.diff import TableDiff
from kpi.ingest.part import Part
from kpi.ingest.plans import LoadedTable, LoadPlan


@dataclass(frozen=True)
class Prepared:
    """A load that has been read and compared, and waits to be committed or discarded.

    `version` is the workspace's when it was compared. `diffs` has one per table, in the order of the files.
    """

    workspace: str
    version: int
    load_id: int
    plans: tuple[LoadPlan, ...]
    parts: tuple[Part, ...]
    diffs: tuple[TableDiff, ...]
    folder: Path
    again: bool
    author: str

    @property
    def tables(self) -> tuple[LoadedTable, ...]:
        """What it would bring, a line per table."""
        found: dict[str, LoadedTable] = {}
        for part in self.parts:
            before = found.get(part.table, LoadedTable(part.table, part.entity, 0, 0, 0))
            found[part.table] = LoadedTable(
                part.table,
                before.entity,
                before.rows + part.file.rows,
                before.issues + part.file.issues,
                before.files + part.sources,
            )
        return tuple(found.values())

    @property
    def rows(self) -> int:
        """Rows over all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def issues(self) -> int:
        """Cells and rows that did not fit, over all tables."""
        return sum(table.issues for table in self.tables)

    @property
    def summary(self) -> dict[str, Any]:
        """What is remembered of it, by table."""
        said: dict[str, Any] = {}
        for table in self.tables:
            parts = [part for part in self.parts if part.table == table.table]
            said[table.table] = {
                "entity": table.entity,
                "rows": table.rows,
                "issues": table.issues,
                "files": table.files,
                "mode": parts[0].mode.value,
                "key": list(parts[0].key),
                "readings": {name: reading for part in reversed(parts) for name, reading in part.readings.items()},
            }
        return said
