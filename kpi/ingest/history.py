"""How does a load go away again? A table's state without it is found among earlier versions, or folded anew.

A state is known by the loads that touched the table, in their order. An earlier version with the same ones, or with the
first of them, spares folding these again; the others' own rows are then needed.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence

from kpi.errors import QueryError
from kpi.ingest.bench import UNDER_LOCK, Bench, open_bench
from kpi.ingest.fold import columns_of, fold, loses
from kpi.settings import Settings, load_settings
from kpi.workspace import (
    DataFile,
    Delta,
    Home,
    Mode,
    Table,
    TableState,
    Version,
    list_deltas,
    list_loads,
    list_versions,
    load_lock,
    read_dataset,
    republish,
    version_at,
)


def undo(
    home: Home,
    workspace: str,
    *,
    settings: Settings | None = None,
    cancel: threading.Event | None = None,
    author: str = "local",
) -> int:
    """Take away the newest load, or edit, that is there; the new version. `QueryError` when there is none."""
    with load_lock(home):
        history = list_versions(home, workspace)
        if not history or not history[0].live:
            raise QueryError("nothing_to_undo", "Nothing is loaded that could be undone.")
        return _without(home, workspace, max(history[0].live), "undo", settings, cancel, author)


def delete_load(
    home: Home,
    workspace: str,
    load_id: int,
    *,
    settings: Settings | None = None,
    cancel: threading.Event | None = None,
    author: str = "local",
) -> int:
    """Take one load away, and leave what others did; the new version.

    `QueryError` for a load that is not there, and for one whose traces cannot be told from others' any more.
    """
    with load_lock(home):
        return _without(home, workspace, load_id, "delete", settings, cancel, author)


def go_back(home: Home, workspace: str, load_id: int, *, author: str = "local") -> int:
    """Make the data what it was right after a load, with the loads that were there then; the new version."""
    with load_lock(home):
        history = list_versions(home, workspace)
        version = version_at(home, workspace, load_id)
        then, now = read_dataset(home, workspace, version), read_dataset(home, workspace)
        states = [
            TableState(name, table.entity, then.tables[name].files if name in then.tables else ())
            for name, table in {**now.tables, **then.tables}.items()
            if now.tables.get(name) != then.tables.get(name)
        ]
        live = next(item.live for item in history if item.version == version)
        return republish(home, workspace, "back", states, live, load_id=load_id, author=author, based_on=now.version)


def state_with(home: Home, workspace: str, bench: Bench, deltas: Sequence[Delta]) -> dict[str, tuple[DataFile, ...]]:
    """The files that show each table after a new load; tables that only show its files besides are left out."""
    dataset = read_dataset(home, workspace)
    states: dict[str, tuple[DataFile, ...]] = {}
    for name in dict.fromkeys(delta.table for delta in deltas):
        new = [delta for delta in deltas if delta.table == name]
        table = dataset.tables.get(name)
        files = table.files if table else ()
        widens = _grows_too_wide(files, new, ())
        own = _own_rows(home, workspace, name) if widens else []
        if not _is_append(files, new) or (widens and _grows_too_wide(files, new, own)):
            states[name] = _folded(bench, files, new, own)
    return states


def _without(
    home: Home,
    workspace: str,
    load_id: int,
    what: str,
    settings: Settings | None,
    cancel: threading.Event | None,
    author: str,
) -> int:
    history = list_versions(home, workspace)
    live = history[0].live if history else ()
    if load_id not in live:
        raise QueryError(
            "unknown_load",
            f"There is no load {load_id} here.",
            remedy="List the loads and choose one of them.",
            found=str(load_id),
        )
    left = [load for load in live if load != load_id]
    touched = _Touched(home, workspace)
    now = read_dataset(home, workspace)
    with open_bench(home, workspace, settings or load_settings(), cancel, mark=UNDER_LOCK) as bench:
        states = []
        for name in sorted(touched.by(load_id)):
            files = _state_of(home, workspace, bench, touched, history, name, left)
            table = now.tables.get(name)
            states.append(TableState(name, touched.entity(name, table), bench.publish_files(files)))
        return republish(home, workspace, what, states, left, load_id=load_id, author=author, based_on=now.version)


class _Touched:
    """Which load touched which tables, and the own rows of loads as far as they are kept."""

    def __init__(self, home: Home, workspace: str) -> None:
        self.deltas = list_deltas(home, workspace)
        self._tables: dict[int, set[str]] = {load.load_id: set(load.summary) for load in list_loads(home, workspace)}
        self._entities: dict[str, str | None] = {}
        for delta in self.deltas:
            self._tables.setdefault(delta.load_id, set()).add(delta.table)
            self._entities[delta.table] = delta.entity

    def by(self, load_id: int) -> set[str]:
        """The tables that a load touched."""
        return self._tables.get(load_id, set())

    def knows(self, loads: Collection[int]) -> bool:
        """Whether it can be told of all these loads; of one that is gone with its rows, it cannot."""
        return all(load in self._tables for load in loads)

    def entity(self, name: str, table: Table | None) -> str | None:
        """What the rows of a table are."""
        return table.entity if table else self._entities.get(name)

    def of(self, name: str, loads: Collection[int]) -> list[Delta]:
        """The own rows of these loads for a table, in their order."""
        return [delta for delta in self.deltas if delta.table == name and delta.load_id in loads]


def _state_of(
    home: Home,
    workspace: str,
    bench: Bench,
    touched: _Touched,
    history: Sequence[Version],
    name: str,
    left: Sequence[int],
) -> tuple[DataFile, ...]:
    """The files that show a table when the loads `left` are there."""
    wanted = [load for load in left if name in touched.by(load)]
    own = touched.of(name, wanted)
    kept = {delta.load_id for delta in own}
    best: tuple[int, int] | None = (0, 0) if kept >= set(wanted) else None  # loads it has already, version
    for version in history:
        had = [load for load in version.live if name in touched.by(load)]
        fits = touched.knows(version.live) and had == wanted[: len(had)] and kept >= set(wanted[len(had) :])
        if fits and (best is None or len(had) > best[0]):
            best = (len(had), version.version)
    if best is None:
        raise QueryError(
            "purged_load",
            f"Load by load, the rows of {name!r} are no longer kept; this one cannot be taken away by itself.",
            remedy="Go back to an earlier load, or load the table anew in the place of all rows.",
            found=name,
            table=name,
        )
    table = read_dataset(home, workspace, best[1]).tables.get(name) if best[0] else None
    rest = touched.of(name, wanted[best[0] :])
    return _folded(bench, table.files if table else (), rest, own if kept >= set(wanted) else ())


def _own_rows(home: Home, workspace: str, name: str) -> list[Delta]:
    """The own rows of all loads that made a table what it is; none, when some are no longer kept."""
    touched = _Touched(home, workspace)
    history = list_versions(home, workspace)
    wanted = [load for load in history[0].live if name in touched.by(load)] if history else []
    own = touched.of(name, wanted)
    return own if {delta.load_id for delta in own} >= set(wanted) else []


def _folded(
    bench: Bench, files: tuple[DataFile, ...], deltas: Sequence[Delta], own: Sequence[Delta]
) -> tuple[DataFile, ...]:
    """Files with further loads folded in; from the very first (`own`), where a type has become too wide meanwhile."""
    if not deltas:
        return files
    if own and _grows_too_wide(files, deltas, own):
        return fold(bench, (), [*own, *(delta for delta in deltas if delta not in own)])
    return fold(bench, files, deltas)


def _grows_too_wide(files: Sequence[DataFile], deltas: Sequence[Delta], own: Sequence[Delta]) -> bool:
    return loses(files, columns_of(files, deltas), [delta.file for delta in (*own, *deltas)])


def _is_append(files: Sequence[DataFile], deltas: Sequence[Delta]) -> bool:
    return all(delta.mode == Mode.APPEND for delta in deltas) or (not files and len(deltas) == 1)
