"""Given rows: tables written by hand in a test become the published data files of a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from kpi.engine.duckdb import SQL_TYPES, STORED
from kpi.model import Entity, FieldType, entities
from kpi.workspace import Column, DataFile, Home, NewFile, create_workspace, publish, reserve_load_id
from kpi.workspace.workspaces import get_workspace

Rows = Sequence[Mapping[str, Any]]


def given_workspace(
    home: Home, tables: Mapping[str, Rows], *, workspace: str = "w", zone: str = "UTC", currency: str = "CNY"
) -> str:
    """A workspace with these tables, each in one data file; more rows can be added by `given_load`."""
    create_workspace(home, workspace, workspace=workspace, currency=currency, time_zone=zone)
    if tables:
        given_load(home, workspace, tables)
    return workspace


def given_load(home: Home, workspace: str, tables: Mapping[str, Rows]) -> int:
    """Publish one load with these rows; returns its id."""
    load_id = reserve_load_id(home, workspace)
    zone = get_workspace(home, workspace).time_zone
    new = [
        NewFile(name, name if name in entities() else None, write_file(home, workspace, load_id, name, rows, zone))
        for name, rows in tables.items()
    ]
    publish(home, workspace, load_id, new, names=[f"{name}.csv" for name in tables], summary={})
    return load_id


def write_file(home: Home, workspace: str, load_id: int, name: str, rows: Rows, zone: str) -> DataFile:
    """One data file as a load writes it."""
    entity = entities().get(name)
    columns = [Column(key, _type(entity, key, rows)) for key in dict.fromkeys(key for row in rows for key in row)]
    path: Path = home.workspace_folder(workspace) / f"{load_id}-{name}.duckdb"
    stored = [f'"{key}" {kind}' for key, kind in STORED.items()]
    own = [f'"{column.name}" {SQL_TYPES.get(column.type, "VARCHAR")}' for column in columns]
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE rows ({', '.join(stored + own)})")
        for number, row in enumerate(rows):
            values = [load_id * 2**40 + number, load_id, f"{name}.csv", None, number + 2]
            values += [_value(row.get(column.name), column.type, zone) for column in columns]
            connection.execute(f"INSERT INTO rows VALUES ({', '.join('?' * len(values))})", values)
    times = {column.name: _days(rows, column.name) for column in columns if column.type.is_time}
    return DataFile(
        path=path,
        load_id=load_id,
        rows=len(rows),
        columns=tuple(columns),
        earliest={key: min(days) for key, days in times.items() if days},
        latest={key: max(days) for key, days in times.items() if days},
        unique=frozenset(column.name for column in columns if _is_unique(rows, column.name)),
    )


def _type(entity: Entity | None, name: str, rows: Rows) -> FieldType:
    field = entity.field(name) if entity else None
    if field is not None:
        is_day = all(len(str(row[name])) == 10 for row in rows if row.get(name) is not None)
        return FieldType.DATE if field.type is FieldType.TIMESTAMP and is_day else field.type
    value = next((row[name] for row in rows if row.get(name) is not None), None)
    for kind, python in ((FieldType.BOOLEAN, bool), (FieldType.INTEGER, int), (FieldType.NUMBER, float)):
        if isinstance(value, python):
            return kind
    return FieldType.DATE if isinstance(value, date) else FieldType.TEXT


def _value(value: Any, kind: FieldType, zone: str) -> Any:
    if kind is not FieldType.TIMESTAMP or value is None:
        return value
    moment = datetime.fromisoformat(str(value)).replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC).replace(tzinfo=None)


def _days(rows: Rows, name: str) -> list[date]:
    return [date.fromisoformat(str(row[name])[:10]) for row in rows if row.get(name) is not None]


def _is_unique(rows: Rows, name: str) -> bool:
    values = [row[name] for row in rows if row.get(name) is not None]
    return len(set(values)) == len(values)
