"""The manifest: publishing a load in one transaction, taking one away, and reading what is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select, update

from kpi.errors import QueryError
from kpi.model import FieldType
from kpi.workspace.dataset import Column, DataFile, Dataset, Table
from kpi.workspace.home import Home
from kpi.workspace.records import data_files, loads, mappings, workspaces
from kpi.workspace.workspaces import get_workspace


@dataclass(frozen=True)
class NewFile:
    """A finished data file, already in the workspace's folder, that is to be published."""

    table: str
    entity: str | None
    file: DataFile


@dataclass(frozen=True)
class Load:
    """One load, as the user sees it."""

    load_id: int
    loaded_at: datetime
    files: tuple[str, ...]
    summary: Mapping[str, Any]


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
    learnt: Mapping[str, Mapping[str, Any]] | None = None,
) -> int:
    """Make a load visible: manifest, load record and mappings (by header fingerprint) in one transaction.

    Returns the new version of the workspace's data.
    """
    with home.database.begin() as connection:
        version = _next_version(connection, workspace)
        now = datetime.now(UTC)
        connection.execute(
            insert(loads).values(
                workspace_id=workspace,
                load_id=load_id,
                version=version,
                loaded_at=now,
                files=list(names),
                summary=dict(summary),
            )
        )
        for item in new:
            connection.execute(
                insert(data_files).values(
                    workspace_id=workspace,
                    table_name=item.table,
                    entity=item.entity,
                    load_id=load_id,
                    path=str(item.file.path.relative_to(home.data)),
                    manifest=_to_json(item.file),
                    added_in=version,
                )
            )
        for fingerprint, mapping in (learnt or {}).items():
            same = and_(mappings.c.workspace_id == workspace, mappings.c.fingerprint == fingerprint)
            if (
                connection.execute(update(mappings).where(same).values(mapping=dict(mapping), used_at=now)).rowcount
                == 0
            ):
                connection.execute(
                    insert(mappings).values(
                        workspace_id=workspace, fingerprint=fingerprint, mapping=dict(mapping), used_at=now
                    )
                )
    return version


def delete_load(home: Home, workspace: str, load_id: int) -> int:
    """Take a load's rows away, in a new version; its files stay for readers of earlier ones."""
    with home.database.begin() as connection:
        version = _next_version(connection, workspace)
        done = connection.execute(
            update(loads)
            .where(loads.c.workspace_id == workspace, loads.c.load_id == load_id, loads.c.deleted_in.is_(None))
            .values(deleted_in=version)
        )
        if done.rowcount == 0:
            raise QueryError("unknown_load", f"There is no load {load_id} here.", found=str(load_id))
        connection.execute(
            update(data_files)
            .where(
                data_files.c.workspace_id == workspace,
                data_files.c.load_id == load_id,
                data_files.c.removed_in.is_(None),
            )
            .values(removed_in=version)
        )
    return version


def read_dataset(home: Home, workspace: str, version: int | None = None) -> Dataset:
    """Everything loaded, at the newest version or at an earlier one."""
    settings = get_workspace(home, workspace)
    at = settings.version if version is None else version
    chosen = (
        select(data_files)
        .where(
            data_files.c.workspace_id == workspace,
            data_files.c.added_in <= at,
            or_(data_files.c.removed_in.is_(None), data_files.c.removed_in > at),
        )
        .order_by(data_files.c.load_id, data_files.c.id)
    )
    with home.database.connect() as connection:
        rows = connection.execute(chosen).all()
    by_table: dict[str, list[Any]] = {}
    for row in rows:
        by_table.setdefault(row.table_name, []).append(row)
    tables = {
        name: Table(name, items[0].entity, tuple(_from_json(home, item) for item in items))
        for name, items in by_table.items()
    }
    return Dataset(workspace, at, tables, settings.currency, settings.time_zone)


def list_loads(home: Home, workspace: str) -> list[Load]:
    """The loads whose rows are there, newest first."""
    chosen = (
        select(loads.c.load_id, loads.c.loaded_at, loads.c.files, loads.c.summary)
        .where(loads.c.workspace_id == workspace, loads.c.deleted_in.is_(None))
        .order_by(loads.c.load_id.desc())
    )
    with home.database.connect() as connection:
        return [
            Load(load_id, loaded_at.replace(tzinfo=loaded_at.tzinfo or UTC), tuple(files), summary)
            for load_id, loaded_at, files, summary in connection.execute(chosen)
        ]


def find_mapping(home: Home, workspace: str, fingerprint: str) -> Mapping[str, Any] | None:
    """The mapping that was used for a file with this header, or None."""
    chosen = select(mappings.c.mapping).where(
        mappings.c.workspace_id == workspace, mappings.c.fingerprint == fingerprint
    )
    with home.database.connect() as connection:
        found: Mapping[str, Any] | None = connection.execute(chosen).scalar_one_or_none()
    return found


def _next_version(connection: Connection, workspace: str) -> int:
    same = workspaces.c.id == workspace
    done = connection.execute(update(workspaces).where(same).values(version=workspaces.c.version + 1))
    if done.rowcount == 0:
        raise QueryError("unknown_workspace", f"There is no workspace {workspace!r} here.", found=workspace)
    return int(connection.execute(select(workspaces.c.version).where(same)).scalar_one())


def _to_json(file: DataFile) -> dict[str, Any]:
    return {
        "rows": file.rows,
        "issues": file.issues,
        "columns": [asdict(column) for column in file.columns],
        "earliest": {name: day.isoformat() for name, day in file.earliest.items()},
        "latest": {name: day.isoformat() for name, day in file.latest.items()},
        "unique": sorted(file.unique),
    }


def _from_json(home: Home, row: Any) -> DataFile:
    manifest = row.manifest
    return DataFile(
        path=home.data / row.path,
        load_id=row.load_id,
        rows=manifest["rows"],
        columns=tuple(Column(**{**column, "type": FieldType(column["type"])}) for column in manifest["columns"]),
        earliest={name: date.fromisoformat(day) for name, day in manifest["earliest"].items()},
        latest={name: date.fromisoformat(day) for name, day in manifest["latest"].items()},
        unique=frozenset(manifest["unique"]),
        issues=manifest["issues"],
    )
