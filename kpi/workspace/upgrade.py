"""A workspace database made by an earlier release is brought up to date when it is opened, in one transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, inspect, text

from kpi.workspace.records import data_files, loads, metadata, versions


def upgrade(database: Engine, data: Path) -> None:
    """Make the tables that are missing; rewrite those of an earlier shape. Call it under the setup lock."""
    shapes = inspect(database)
    known = {name: {column["name"] for column in shapes.get_columns(name)} for name in shapes.get_table_names()}
    if "added_in" not in known.get("data_files", set()):
        metadata.create_all(database)
        return
    with database.connect() as connection:
        if database.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # its driver would leave the tables' making outside
        _versions_by_interval_to_lists(connection, data)
        connection.commit()


def _versions_by_interval_to_lists(connection: Connection, data: Path) -> None:
    """Files that each named the versions they were shown in become versions that name the files they show."""
    old_loads = connection.execute(text("SELECT * FROM loads ORDER BY load_id")).mappings().all()
    old_files = connection.execute(text("SELECT * FROM data_files ORDER BY id")).mappings().all()
    newest = connection.execute(text("SELECT id, version FROM workspaces")).all()
    for name in ("loads", "data_files"):
        connection.execute(text(f"DROP TABLE {name}"))
    metadata.create_all(connection)
    for row in old_loads:
        connection.execute(
            insert(loads).values(
                workspace_id=row["workspace_id"],
                load_id=row["load_id"],
                version=row["version"],
                loaded_at=_moment(row["loaded_at"]),
                author="local",
                files=_json(row["files"]),
                contents=[],
                summary=_json(row["summary"]),
            )
        )
    for row in old_files:
        path = data / row["path"]
        connection.execute(
            insert(data_files).values(
                **{name: row[name] for name in ("id", "workspace_id", "table_name", "entity", "load_id", "path")},
                manifest=_json(row["manifest"]),
                mode="append",
                key=[],
                bytes=path.stat().st_size if path.exists() else 0,
            )
        )
    for workspace, last in newest:
        mine = [row for row in old_loads if row["workspace_id"] == workspace]
        files = [row for row in old_files if row["workspace_id"] == workspace]
        moment = datetime.min.replace(year=2000, tzinfo=UTC)
        for version in range(1, last + 1):
            made = next((row for row in mine if row["version"] == version), None)
            gone = next((row for row in mine if row["deleted_in"] == version), None)
            moment = _moment(made["loaded_at"]) if made else moment
            connection.execute(
                insert(versions).values(
                    workspace_id=workspace,
                    version=version,
                    made_at=moment,
                    what="load" if made else "delete",
                    load_id=made["load_id"] if made else gone["load_id"] if gone else None,
                    author="local",
                    loads=[row["load_id"] for row in mine if _holds(row["version"], row["deleted_in"], version)],
                    files=[row["id"] for row in files if _holds(row["added_in"], row["removed_in"], version)],
                )
            )


def _holds(since: int, until: int | None, version: int) -> bool:
    return since <= version and (until is None or until > version)


def _json(stored: Any) -> Any:
    import json

    return json.loads(stored) if isinstance(stored, str) else stored


def _moment(stored: Any) -> datetime:
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=moment.tzinfo or UTC)
