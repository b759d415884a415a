"""Publishing: a load becomes visible, or a table's state changes, in one transaction that makes a new version."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from kpi.errors import QueryError
from kpi.workspace.dataset import DataFile
from kpi.workspace.home import Home
from kpi.workspace.manifest import manifest_of
from kpi.workspace.records import data_files, loads, mappings, versions, workspaces


class Mode(StrEnum):
    """How a load's rows meet those that are there."""

    APPEND = "append"  # beside them
    REPLACE = "replace"  # in the place of all of them
    UPSERT = "upsert"  # in the place of those with the same key
    EDIT = "edit"  # in the place of those with the same `_row_id`


@dataclass(frozen=True)
class NewFile:
    """A finished data file with a load's own rows, already in the workspace's folder, that is to be published."""

    table: str
    entity: str | None
    file: DataFile
    mode: Mode = Mode.APPEND
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableState:
    """What a table is made of from a version on: files published before, or a generation just written; or nothing."""

    table: str
    entity: str | None
    files: tuple[DataFile, ...]


def reserve_load_id(home: Home, workspace: str) -> int:
    """The next load id, which only ever grows; call it under the load lock. An id never published is skipped."""
    with home.database.begin() as connection:
        connection.execute(
            update(workspaces).where(workspaces.c.id == workspace).values(last_load_id=workspaces.c.last_load_id + 1)
        )
        found = connection.execute(select(workspaces.c.last_load_id).where(workspaces.c.id == workspace)).scalar_one()
    return int(found)


def publish(
    home: Home,
    workspace: str,
    load_id: int,
    new: Sequence[NewFile],
    *,
    names: Sequence[str],
    summary: Mapping[str, Any],
    states: Sequence[TableState] = (),
    contents: Sequence[str] = (),
    learnt: Mapping[str, Mapping[str, Any]] | None = None,
    what: str = "load",
    author: str = "local",
    based_on: int | None = None,
) -> int:
    """Make a load visible: files, load record, mappings (by header fingerprint) and version in one transaction.

    A table shows its new files beside those it had, unless `states` says what it is made of from now on. Returns the
    new version of the workspace's data. `QueryError` when the data is no longer at the version it is `based_on`.
    """
    with home.database.begin() as connection:
        version = _next_version(connection, workspace, based_on)
        live, shown = _newest(connection, workspace)
        now = datetime.now(UTC)
        connection.execute(
            insert(loads).values(
                workspace_id=workspace,
                load_id=load_id,
                version=version,
                loaded_at=now,
                author=author,
                files=list(names),
                contents=list(contents),
                summary=dict(summary),
            )
        )
        stated = {state.table for state in states}
        for item in new:
            number = _add_file(home, connection, workspace, load_id, item, item.mode)
            if item.table not in stated:
                shown.append(number)
        shown = _with_states(home, connection, workspace, load_id, shown, states)
        _add_version(connection, workspace, version, now, what, load_id, author, [*live, load_id], shown)
        for fingerprint, mapping in (learnt or {}).items():
            _remember(connection, workspace, fingerprint, mapping, now)
    return version


def republish(
    home: Home,
    workspace: str,
    what: str,
    states: Sequence[TableState],
    live: Collection[int],
    *,
    load_id: int | None = None,
    author: str = "local",
    based_on: int | None = None,
) -> int:
    """Make a version without a new load: one is taken away, gone back to, or a table's files are put together.

    `live` are the loads whose rows are there from now on; tables that no state names stay as they are.
    """
    with home.database.begin() as connection:
        version = _next_version(connection, workspace, based_on)
        _, shown = _newest(connection, workspace)
        shown = _with_states(home, connection, workspace, load_id or max(live, default=0), shown, states)
        _add_version(connection, workspace, version, datetime.now(UTC), what, load_id, author, sorted(live), shown)
    return version


def find_mapping(home: Home, workspace: str, fingerprint: str) -> Mapping[str, Any] | None:
    """The mapping that was used for a file with this header, or None."""
    chosen = select(mappings.c.mapping).where(
        mappings.c.workspace_id == workspace, mappings.c.fingerprint == fingerprint
    )
    with home.database.connect() as connection:
        found: Mapping[str, Any] | None = connection.execute(chosen).scalar_one_or_none()
    return found


def list_mappings(home: Home, workspace: str) -> list[Mapping[str, Any]]:
    """Every mapping that is remembered, the one used last first."""
    chosen = select(mappings.c.mapping).where(mappings.c.workspace_id == workspace).order_by(mappings.c.used_at.desc())
    with home.database.connect() as connection:
        return list(connection.execute(chosen).scalars())


def _next_version(connection: Connection, workspace: str, based_on: int | None) -> int:
    same = workspaces.c.id == workspace
    done = connection.execute(update(workspaces).where(same).values(version=workspaces.c.version + 1))
    if done.rowcount == 0:
        raise QueryError("unknown_workspace", f"There is no workspace {workspace!r} here.", found=workspace)
    version = int(connection.execute(select(workspaces.c.version).where(same)).scalar_one())
    if based_on is not None and version != based_on + 1:
        raise QueryError(
            "data_moved_on",
            "The data has changed since this was worked out. Nothing has been changed.",
            remedy="Look at it once more and repeat the step.",
            found=str(version - 1),
        )
    return version


def _newest(connection: Connection, workspace: str) -> tuple[list[int], list[int]]:
    """The loads that are there and the files that are shown, at the newest version."""
    chosen = (
        select(versions.c.loads, versions.c.files)
        .where(versions.c.workspace_id == workspace)
        .order_by(versions.c.version.desc())
        .limit(1)
    )
    found = connection.execute(chosen).one_or_none()
    return (list(found.loads), list(found.files)) if found else ([], [])


def _add_file(
    home: Home, connection: Connection, workspace: str, load_id: int, item: NewFile, mode: Mode | None
) -> int:
    done = connection.execute(
        insert(data_files).values(
            workspace_id=workspace,
            table_name=item.table,
            entity=item.entity,
            load_id=load_id,
            path=str(item.file.path.relative_to(home.data)),
            manifest=manifest_of(item.file),
            mode=mode,
            key=list(item.key),
            bytes=item.file.path.stat().st_size,
        )
    )
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def _with_states(
    home: Home,
    connection: Connection,
    workspace: str,
    load_id: int,
    shown: Sequence[int],
    states: Sequence[TableState],
) -> list[int]:
    """The shown files with those of the stated tables in the place of what these had."""
    chosen = select(data_files.c.id, data_files.c.path, data_files.c.table_name).where(
        data_files.c.workspace_id == workspace
    )
    known = connection.execute(chosen).all()
    stated = {state.table for state in states}
    leaving = {row.id for row in known if row.table_name in stated}
    ids = {home.data / row.path: row.id for row in known}
    kept = [number for number in shown if number not in leaving]
    for state in states:
        for file in state.files:
            if file.path not in ids:
                generation = NewFile(state.table, state.entity, file)
                ids[file.path] = _add_file(home, connection, workspace, load_id, generation, None)
            kept.append(ids[file.path])
    return kept


def _add_version(
    connection: Connection,
    workspace: str,
    version: int,
    now: datetime,
    what: str,
    load_id: int | None,
    author: str,
    live: Sequence[int],
    shown: Sequence[int],
) -> None:
    connection.execute(
        insert(versions).values(
            workspace_id=workspace,
            version=version,
            made_at=now,
            what=what,
            load_id=load_id,
            author=author,
            loads=list(live),
            files=list(shown),
        )
    )


def _remember(
    connection: Connection, workspace: str, fingerprint: str, mapping: Mapping[str, Any], now: datetime
) -> None:
    same = and_(mappings.c.workspace_id == workspace, mappings.c.fingerprint == fingerprint)
    values = {"mapping": dict(mapping), "used_at": now}
    if connection.execute(update(mappings).where(same).values(**values)).rowcount == 0:
        connection.execute(insert(mappings).values(workspace_id=workspace, fingerprint=fingerprint, **values))
