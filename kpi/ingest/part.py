"""The rows that a load brings for one table: read, put into one file where they must be, and met with what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kpi.errors import MappingError
from kpi.ingest import merge
from kpi.ingest.bench import Bench
from kpi.ingest.database import Database
from kpi.ingest.diff import TableDiff, compare
from kpi.ingest.fold import clustered
from kpi.ingest.inventory import TEXTS, take_inventory
from kpi.ingest.known import keep_ids, repeats, set_repeated_aside
from kpi.ingest.plans import StoredColumn
from kpi.ingest.write import Written
from kpi.workspace import DataFile, Delta, Mode, Table


@dataclass(frozen=True)
class Part:
    """One data file of a load, not yet published. `readings` say how each column's text was read."""

    table: str
    entity: str | None
    mode: Mode
    key: tuple[str, ...]
    file: DataFile
    sources: int
    readings: dict[str, dict[str, Any]]

    @property
    def delta(self) -> Delta:
        """The same, as the fold of loads knows it."""
        return Delta(self.file.load_id, self.table, self.entity, self.mode, self.key, self.file)


def parts_of(bench: Bench, written: Sequence[Written]) -> list[Part]:
    """The files of a load by table. Several shapes of one table are put together unless they are only appended."""
    tables: dict[str, list[Part]] = {}
    for item in written:
        kind, shape = item.table.entity, item.table
        readings = {column.name: _reading(column) for column in shape.columns}
        entity = kind.id if kind else None
        file = clustered(bench, item.file, entity)
        part = Part(shape.table, entity, shape.mode, shape.key, file, len(shape.sources), readings)
        tables.setdefault(part.table, []).append(part)
    found: list[Part] = []
    for same in tables.values():
        found += same if len(same) == 1 or same[0].mode is Mode.APPEND else [_together(bench, same)]
    return found


def met(bench: Bench, part: Part, table: Table | None, *, compared: bool) -> tuple[Part, TableDiff]:
    """The part with one row per key and the ids of the rows that it continues, and what it would change.

    Without `compared`, only what the key needs is worked out.
    """
    files = table.files if table else ()
    diff = TableDiff(part.table, part.entity, part.mode, part.key, table.rows if table else 0)
    if not part.key and not compared:
        return part, diff
    columns = Table(part.table, part.entity, (*files, part.file)).columns
    own = [column for column in columns if column.name in _names(part.file)]
    with bench.open(part.file.path) as database:
        for view in merge.set_up("state", database.attach(files), columns, bench.zone):
            database.run(view)
        if part.key:
            part, diff = _keyed(bench, database, part, diff)
        if compared:
            for view in merge.set_up("delta", database.attach([part.file]), columns, bench.zone):
                database.run(view)
            diff = compare(database, diff, own)
    return part, diff


def _keyed(bench: Bench, database: Database, part: Part, diff: TableDiff) -> tuple[Part, TableDiff]:
    missing = [name for name in part.key if name not in _names(part.file)]
    if missing:
        raise MappingError(
            "unknown_key",
            f"No column gives {missing[0]!r}, which is to tell the rows apart.",
            remedy="Choose the column that holds it, or another key.",
            found=missing[0],
        )
    file, repeated = part.file, 0
    if not (len(part.key) == 1 and part.key[0] in file.unique) and repeats(database, part.key):
        if part.mode is Mode.REPLACE:  # rows that share a key are none the less all wanted
            return replace(part, key=()), replace(diff, key=())
        repeated = set_repeated_aside(database, part.key, file.columns, file.load_id)
        texts = {column.name for column in file.columns if column.type in TEXTS}
        file = take_inventory(database.run, file.path, file.load_id, file.columns, bench.zone, candidates=texts)
    if diff.before:
        keep_ids(database, part.key)
    if len(part.key) == 1:
        file = replace(file, unique=file.unique | set(part.key))
    return replace(part, file=file), replace(diff, repeated=repeated)


def _together(bench: Bench, parts: Sequence[Part]) -> Part:
    """One file with the rows of all."""
    first = parts[0]
    path = bench.new_path()
    files = [part.file for part in parts]
    columns = Table(first.table, first.entity, tuple(files)).columns
    with bench.open(path) as database:
        for view in merge.set_up("state", database.attach(files), columns, bench.zone):
            database.run(view)
        for statement in merge.put_together(columns, ()):
            database.run(statement)
        texts = {column.name for column in columns if column.type in TEXTS}
        file = take_inventory(database.run, path, first.file.load_id, columns, bench.zone, candidates=texts)
    readings: dict[str, dict[str, Any]] = {}
    for part in parts:
        readings = {**part.readings, **readings}
    return replace(first, file=file, sources=sum(part.sources for part in parts), readings=readings)


def _names(file: DataFile) -> set[str]:
    return {column.name for column in file.columns}


def _reading(column: StoredColumn) -> dict[str, Any]:
    """How a cell of this column was read, so that one can be typed anew later."""
    said: dict[str, Any] = {"reading": column.reading}
    if column.derived is not None:
        said["derived_from"] = column.derived.id
    return said
