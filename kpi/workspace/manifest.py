"""What is loaded, now or at an earlier version: the manifest read back as frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from kpi.errors import QueryError
from kpi.model import FieldType
from kpi.workspace.dataset import Column, DataFile, Dataset, Table
from kpi.workspace.home import Home
from kpi.workspace.records import data_files, loads, versions
from kpi.workspace.workspaces import get_workspace


@dataclass(frozen=True)
class Load:
    """One load, as the user sees it. `version` is the one it made."""

    load_id: int
    loaded_at: datetime
    files: tuple[str, ...]
    summary: Mapping[str, Any]
    contents: tuple[str, ...] = ()
    version: int = 0
    author: str = "local"


@dataclass(frozen=True)
class Version:
    """One state of a workspace's data. `what` is load, edit, undo, delete, back or compact."""

    version: int
    made_at: datetime
    what: str
    load_id: int | None  # that was added, taken away or gone back to
    author: str
    live: tuple[int, ...]  # loads whose rows are there, in their order


@dataclass(frozen=True)
class Delta:
    """The rows of one load for one table, as they were read."""

    load_id: int
    table: str
    entity: str | None
    mode: str
    key: tuple[str, ...]
    file: DataFile


def read_dataset(home: Home, workspace: str, version: int | None = None) -> Dataset:
    """Everything loaded, at the newest version or at an earlier one. `QueryError` when that is not there."""
    settings = get_workspace(home, workspace)
    at = settings.version if version is None else version
    with home.database.connect() as connection:
        shown = _shown(connection, workspace, at)
        chosen = select(data_files).where(data_files.c.workspace_id == workspace)
        by_id = {row.id: row for row in connection.execute(chosen)} if shown else {}
    by_table: dict[str, list[Any]] = {}
    for row in sorted((by_id[number] for number in shown), key=lambda row: (row.load_id, row.id)):
        by_table.setdefault(row.table_name, []).append(row)
    tables = {
        name: Table(name, items[0].entity, tuple(_file(home, item) for item in items))
        for name, items in by_table.items()
    }
    return Dataset(workspace, at, tables, settings.currency, settings.time_zone)


def list_loads(home: Home, workspace: str, version: int | None = None) -> list[Load]:
    """The loads whose rows are there, newest first; at the newest version or at an earlier one."""
    history = list_versions(home, workspace)
    at = (
        history[0] if version is None and history else next((item for item in history if item.version == version), None)
    )
    live = at.live if at else ()
    chosen = select(loads).where(loads.c.workspace_id == workspace).order_by(loads.c.load_id.desc())
    with home.database.connect() as connection:
        rows = [row for row in connection.execute(chosen) if row.load_id in live]
    return [
        Load(
            row.load_id,
            _moment(row.loaded_at),
            tuple(row.files),
            row.summary,
            tuple(row.contents),
            row.version,
            row.author,
        )
        for row in rows
    ]


def list_versions(home: Home, workspace: str) -> list[Version]:
    """Every version that can be asked for, newest first."""
    columns = [versions.c[name] for name in ("version", "made_at", "what", "load_id", "author", "loads")]
    chosen = select(*columns).where(versions.c.workspace_id == workspace).order_by(versions.c.version.desc())
    with home.database.connect() as connection:
        return [
            Version(row.version, _moment(row.made_at), row.what, row.load_id, row.author, tuple(row.loads))
            for row in connection.execute(chosen)
        ]


def list_deltas(home: Home, workspace: str) -> list[Delta]:
    """The rows of every load whose own rows are still kept, in the order of loads."""
    chosen = (
        select(data_files)
        .where(data_files.c.workspace_id == workspace, data_files.c.mode.is_not(None))
        .order_by(data_files.c.load_id, data_files.c.id)
    )
    with home.database.connect() as connection:
        rows = connection.execute(chosen).all()
    return [Delta(row.load_id, row.table_name, row.entity, row.mode, tuple(row.key), _file(home, row)) for row in rows]


def find_contents(home: Home, workspace: str, contents: Sequence[str]) -> dict[str, Load]:
    """Which of these contents are there already, each with the newest load that brought it."""
    found: dict[str, Load] = {}
    for load in list_loads(home, workspace):
        for content in load.contents:
            if content in contents:
                found.setdefault(content, load)
    return found


def read_as_of(text: str) -> int | date | datetime:
    """A load's id, a day or a moment, as somebody typed it.

    >>> read_as_of("12"), read_as_of("2024-03-05")
    (12, datetime.date(2024, 3, 5))
    """
    text = text.strip()
    if text.isdecimal() and len(text) < 8:
        return int(text)
    try:
        return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError:
        raise QueryError(
            "bad_as_of",
            f"{text!r} is neither a load nor a moment.",
            remedy="Give the number of a load, a day such as 2024-03-05, or a moment such as 2024-03-05T18:00.",
            found=text,
        ) from None


def version_at(home: Home, workspace: str, as_of: int | date | datetime) -> int:
    """The version as of a load (by its id), a moment, or the end of a day on the workspace's clock.

    `QueryError` for a load that never was, and for what has been purged.
    """
    history = list_versions(home, workspace)
    if isinstance(as_of, int):
        made = next((item.version for item in history if item.load_id == as_of and item.what in ("load", "edit")), None)
        if made is None:
            raise QueryError(
                "unknown_load",
                f"There is no load {as_of} to go by; it never was, or its time has been purged.",
                remedy="List the loads and choose one of them.",
                found=str(as_of),
            )
        return made
    moment = _end_of(as_of, get_workspace(home, workspace).time_zone)
    made = next((item.version for item in history if item.made_at < moment), None)
    if made is not None:
        return made
    if history and history[-1].version > 1:
        raise QueryError(
            "purged_time",
            f"The data of {as_of.isoformat()} has been purged.",
            remedy="Ask for a later day.",
            found=as_of.isoformat(),
        )
    return 0


def manifest_of(file: DataFile) -> dict[str, Any]:
    """What the workspace database keeps of a data file."""
    return {
        "rows": file.rows,
        "issues": file.issues,
        "columns": [asdict(column) for column in file.columns],
        "earliest": {name: day.isoformat() for name, day in file.earliest.items()},
        "latest": {name: day.isoformat() for name, day in file.latest.items()},
        "unique": sorted(file.unique),
    }


def _end_of(as_of: date | datetime, zone: str) -> datetime:
    """The moment after which nothing counts any more; of a whole day, its end."""
    clock = ZoneInfo(zone)
    if isinstance(as_of, datetime):
        stated = as_of if as_of.tzinfo else as_of.replace(tzinfo=clock)
        return stated.astimezone(UTC) + timedelta(microseconds=1)
    return datetime.combine(as_of + timedelta(days=1), time(), clock).astimezone(UTC)


def _shown(connection: Connection, workspace: str, version: int) -> list[int]:
    if version == 0:
        return []
    chosen = select(versions.c.files).where(versions.c.workspace_id == workspace, versions.c.version == version)
    found: list[int] | None = connection.execute(chosen).scalar_one_or_none()
    if found is None:
        raise QueryError(
            "unknown_version",
            f"There is no version {version} of the data; it never was, or it has been purged.",
            remedy="List the loads and choose one of them.",
            found=str(version),
        )
    return found


def _moment(stored: datetime) -> datetime:
    return stored.replace(tzinfo=stored.tzinfo or UTC)  # SQLite keeps no zone


def _file(home: Home, row: Any) -> DataFile:
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
