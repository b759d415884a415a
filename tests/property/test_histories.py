"""Whatever is loaded, edited, undone and put together, in whatever order: the rows are those of a simple model."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kpi.ingest import (
    AddedRow,
    ColumnMapping,
    Edit,
    NamedFile,
    add_rows,
    commit,
    compact,
    delete_load,
    edit_rows,
    go_back,
    guess,
    inspect,
    load,
    plan,
    prepare,
    undo,
)
from kpi.settings import load_settings
from kpi.workspace import Home, Mode, ensure_local, list_loads, open_home, read_dataset

COLUMNS = ("key", "colour", "state", "size")
STEP = 2**40
WORDS = ("red", "green", "blue")

rows_of_a_file = st.lists(
    st.tuples(st.sampled_from(("", "k1", "k2", "k3", "k4")), *(st.sampled_from(WORDS),) * 2, st.integers(1, 9)),
    min_size=1,
    max_size=5,
)
step = st.one_of(
    st.tuples(st.sampled_from(("append", "replace", "upsert", "upsert", "upsert narrow")), rows_of_a_file),
    st.tuples(
        st.just("edit"), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3), st.sampled_from(("k5", *WORDS))))
    ),
    st.tuples(st.just("add"), st.sampled_from(WORDS)),
    st.tuples(st.sampled_from(("undo", "compact")), st.none()),
    st.tuples(st.sampled_from(("delete", "back")), st.integers(0, 20)),
)


@dataclass
class Row:
    """One stored row: where it came from last, and its values by column."""

    row_id: int
    load_id: int
    values: dict[str, Any]


@dataclass
class Model:
    """What the table must be: the loads as they were made, and which of them are there."""

    loads: dict[int, tuple[str, list[Row]]] = field(default_factory=dict)
    live: list[int] = field(default_factory=list)
    then: dict[int, list[int]] = field(default_factory=dict)  # loads that were there when one was made

    def state(self, live: Iterable[int] | None = None) -> list[Row]:
        """The rows, load by load."""
        rows: list[Row] = []
        for load_id in self.live if live is None else live:
            how, new = self.loads[load_id]
            rows = {"append": rows + new, "replace": new, "upsert": _upserted(rows, new), "edit": _edited(rows, new)}[
                how
            ]
        return rows

    def bring(self, load_id: int, how: str, given: list[dict[str, Any]]) -> None:
        """A load of rows, in the order of the file."""
        new = [Row(load_id * STEP + at, load_id, values) for at, values in enumerate(given, start=1)]
        keys = [row.values["key"] for row in new]
        if how == "upsert":
            new = [row for at, row in enumerate(new) if row.values["key"] is None or keys[at] not in keys[at + 1 :]]
        elif how == "replace":
            named = [key for key in keys if key is not None]
            if len(named) != len(set(named)):
                return self.add(load_id, how, new)
        if how != "append":
            before = self.state()
            for row in new:
                same = [old.row_id for old in before if _same_key(old, row)]
                row.row_id = min(same, default=row.row_id)
        return self.add(load_id, how, new)

    def add(self, load_id: int, how: str, new: list[Row]) -> None:
        """One more load."""
        self.loads[load_id] = (how, new)
        self.live.append(load_id)
        self.then[load_id] = list(self.live)


def _same_key(one: Row, other: Row) -> bool:
    return one.values.get("key") is not None and one.values.get("key") == other.values.get("key")


def _upserted(rows: list[Row], new: list[Row]) -> list[Row]:
    brought = []
    for row in new:
        by_id = [old for old in rows if old.row_id == row.row_id]
        by_key = sorted((old for old in rows if _same_key(old, row)), key=lambda old: old.row_id)
        former = (by_id + by_key)[0].values if by_id or by_key else {}
        brought.append(replace(row, values={**former, **row.values}))
    ids = {row.row_id for row in new}
    return [old for old in rows if old.row_id not in ids and not any(_same_key(old, row) for row in new)] + brought


def _edited(rows: list[Row], new: list[Row]) -> list[Row]:
    changes = {row.row_id: row for row in new if row.row_id < row.load_id * STEP}
    after = [
        Row(old.row_id, changes[old.row_id].load_id, {**old.values, **changes[old.row_id].values})
        if old.row_id in changes
        else old
        for old in rows
    ]
    return after + [row for row in new if row.row_id not in changes]


@dataclass
class Walk:
    """A home and the model beside it, taking the same steps."""

    home: Home
    folder: Path
    mappings: dict[tuple[str, ...], ColumnMapping]
    model: Model = field(default_factory=Model)

    def take(self, what: str, given: Any) -> None:
        """One step in both."""
        how = what.split()[0]
        if how in ("append", "replace", "upsert"):
            self._load(how, given, ("key", "state") if "narrow" in what else COLUMNS)
        elif how == "edit" and self.model.state():
            self._edit(given)
        elif how == "add" and self.model.state():
            cells = {"key": "k9", "state": given}
            load_id = add_rows(self.home, "local", "things", [AddedRow(cells)]).load_id
            self.model.add(load_id, "edit", [Row(load_id * STEP + 1, load_id, cells)])
        elif how == "undo" and self.model.live:
            undo(self.home, "local")
            self.model.live = self.model.live[:-1]
        elif how == "delete" and self.model.live:
            load_id = self.model.live[given % len(self.model.live)]
            delete_load(self.home, "local", load_id)
            self.model.live = [other for other in self.model.live if other != load_id]
        elif how == "back" and self.model.loads:
            load_id = sorted(self.model.loads)[given % len(self.model.loads)]
            go_back(self.home, "local", load_id)
            self.model.live = list(self.model.then[load_id])
        elif how == "compact":
            compact(self.home, "local", many=2)

    def _load(self, how: str, given: list[tuple[Any, ...]], columns: tuple[str, ...]) -> None:
        rows = [dict(zip(COLUMNS, (values[0] or None, *values[1:]), strict=True)) for values in given]
        rows = [{name: row[name] for name in columns} for row in rows]
        path = write(self.folder / f"{uuid.uuid4().hex}.csv", columns, rows)
        found = {"file": path, "readable": path, "content": path.stem, "row_estimate": len(rows)}
        mapping = self.mappings[columns]
        mapping = mapping.model_copy(update={"sniffed": mapping.sniffed.model_copy(update=found)})
        item = plan(mapping, Mode(how), ("key",) if how != "append" else None)
        before = self.model.state()
        prepared = prepare(self.home, "local", [item]) if len(rows) % 2 else None
        result = commit(self.home, prepared) if prepared else load(self.home, "local", [item])
        self.model.bring(result.load_id, how, rows)
        if prepared:
            (diff,) = prepared.diffs
            after = self.model.state()
            assert (diff.before, diff.after) == (len(before), len(after))
            assert len(after) - len(before) == diff.new - diff.gone

    def _edit(self, given: list[tuple[int, int, str]]) -> None:
        there = sorted(row.row_id for row in self.model.state())
        cells: dict[int, dict[str, Any]] = {}
        for at, column, word in given:
            name = COLUMNS[column]
            cells.setdefault(there[at % len(there)], {})[name] = len(word) if name == "size" else word
        known = {column.name for column in read_dataset(self.home, "local").tables["things"].columns}
        cells = {row_id: {name: value for name, value in row.items() if name in known} for row_id, row in cells.items()}
        cells = {row_id: row for row_id, row in cells.items() if row}
        if cells:
            edits = [Edit(row_id, name, str(value)) for row_id, row in cells.items() for name, value in row.items()]
            load_id = edit_rows(self.home, "local", "things", edits).load_id
            self.model.add(load_id, "edit", [Row(row_id, load_id, row) for row_id, row in cells.items()])

    def check(self) -> None:
        """Both hold the same rows, and the same loads."""
        expected = [(row.row_id, row.load_id, *map(row.values.get, COLUMNS)) for row in self.model.state()]
        assert self.stored() == sorted(expected, key=str)
        assert sorted(load.load_id for load in list_loads(self.home, "local")) == sorted(self.model.live)

    def stored(self) -> list[tuple[Any, ...]]:
        """The rows of the table."""
        found: list[tuple[Any, ...]] = []
        table = read_dataset(self.home, "local").tables.get("things")
        for file in table.files if table else ():
            names = {column.name for column in file.columns}
            chosen = ", ".join(name if name in names else "NULL" for name in COLUMNS)
            with duckdb.connect(str(file.path), read_only=True) as connection:
                rows = connection.execute(f"SELECT _row_id, _load_id, {chosen} FROM rows").fetchall()
            assert len(rows) == file.rows
            found += rows
        return sorted(found, key=str)


def write(path: Path, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> Path:
    """A file with these rows."""
    lines = [",".join(str(row[name] if row[name] is not None else "") for name in columns) for row in rows]
    path.write_text("\n".join([",".join(columns), *lines, ""]), encoding="utf-8")
    return path


def mapped(home: Home, folder: Path, columns: tuple[str, ...]) -> ColumnMapping:
    """How a file with these columns is taken: as a table of its own."""
    rows = [dict(zip(COLUMNS, (f"k{n}", "red", "blue", n), strict=True)) for n in range(1, 6)]
    path = write(folder / f"{len(columns)}.csv", columns, rows)
    (found,) = inspect([NamedFile(path=path, name="things.csv")], home)
    return guess(found).with_entity(None).with_table("things").accept()


def walk(steps: list[tuple[str, Any]]) -> None:
    """Take the steps in a home of its own, comparing after each."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        home = open_home(replace(load_settings(), database_url=None), folder / "home")
        try:
            ensure_local(home)
            shapes = {columns: mapped(home, folder, columns) for columns in (COLUMNS, ("key", "state"))}
            both = Walk(home, folder, shapes)
            for what, given in steps:
                both.take(what, given)
                both.check()
        finally:
            home.database.dispose()


walks = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a step takes too long to look for the shortest walk
)


@settings(walks, max_examples=5, derandomize=True)
@given(st.lists(step, min_size=3, max_size=6))
def test_any_steps(steps: list[tuple[str, Any]]) -> None:
    """After every step the rows, their ids and the load each came from last are the model's."""
    walk(steps)


@pytest.mark.slow
@settings(walks, max_examples=40)
@given(st.lists(step, min_size=4, max_size=12))
def test_many_steps(steps: list[tuple[str, Any]]) -> None:
    """The same for longer walks, new ones every time."""
    walk(steps)


def test_edits_survive_what_they_were_made_on() -> None:
    """A walk that once went wrong in thought: renamed keys, then the edit that renamed them taken away."""
    walk(
        [
            ("append", [("k1", "red", "red", 1), ("k2", "red", "red", 2)]),
            ("edit", [(0, 0, "k5")]),
            ("upsert", [("k5", "blue", "blue", 5), ("k1", "green", "green", 6), ("", "red", "red", 7)]),
            ("delete", 1),
            ("upsert narrow", [("k1", "blue", "red", 1)]),
            ("delete", 0),
            ("compact", None),
            ("back", 0),
        ]
    )
