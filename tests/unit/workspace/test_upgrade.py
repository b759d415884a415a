"""A home made by the release before is opened, and every version of its data is there as it was."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import text

from kpi.settings import load_settings
from kpi.workspace import Home, list_loads, list_versions, open_home, read_dataset
from tests.given import given_load, given_workspace

OLD_LOADS = """CREATE TABLE loads (workspace_id VARCHAR(64), load_id INTEGER, version INTEGER, loaded_at DATETIME,
               deleted_in INTEGER, files JSON, summary JSON, PRIMARY KEY (workspace_id, load_id))"""
OLD_FILES = """CREATE TABLE data_files (id INTEGER PRIMARY KEY, workspace_id VARCHAR(64), table_name VARCHAR(200),
               entity VARCHAR(64), load_id INTEGER, path VARCHAR(500) UNIQUE, manifest JSON, added_in INTEGER,
               removed_in INTEGER)"""


def make_old(home: Home, workspace: str) -> None:
    """Rewrite the records as the release before kept them: loads 1 and 2, and 1 taken away in version 3."""
    with home.database.begin() as connection:
        kept_loads = connection.execute(text("SELECT * FROM loads")).mappings().all()
        kept_files = connection.execute(text("SELECT * FROM data_files")).mappings().all()
        for table in ("loads", "data_files", "versions"):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text(OLD_LOADS))
        connection.execute(text(OLD_FILES))
        for row in kept_loads:
            gone = 3 if row["load_id"] == 1 else None
            connection.execute(
                text("INSERT INTO loads VALUES (:w, :l, :v, :t, :d, :f, :s)"),
                {
                    "w": row["workspace_id"],
                    "l": row["load_id"],
                    "v": row["version"],
                    "t": row["loaded_at"],
                    "d": gone,
                    "f": row["files"],
                    "s": json.dumps({"orders": {"rows": 1}}),
                },
            )
        for row in kept_files:
            names = ("id", "workspace_id", "table_name", "entity", "load_id", "path", "manifest")
            connection.execute(
                text(f"INSERT INTO data_files VALUES ({', '.join(f':{name}' for name in (*names, 'a', 'r'))})"),
                {
                    **{name: row[name] for name in names},
                    "a": row["load_id"],
                    "r": 3 if row["load_id"] == 1 else None,
                },
            )
        connection.execute(text("UPDATE workspaces SET version = 3 WHERE id = :w"), {"w": workspace})


def test_an_earlier_home_is_opened(home: Home, tmp_path: Path) -> None:
    """Loads, versions and rows are what they were; a second opening changes nothing."""
    workspace = given_workspace(home, {"orders": [{"order_id": "1", "ordered_at": "2024-01-05", "amount": 1}]})
    given_load(home, workspace, {"orders": [{"order_id": "2", "ordered_at": "2024-01-06", "amount": 2}]})
    make_old(home, workspace)
    home.database.dispose()
    for _ in range(2):
        opened = open_home(load_settings(), home.folder)
        rows = {n: sum(t.rows for t in read_dataset(opened, workspace, n).tables.values()) for n in (1, 2, 3)}
        assert rows == {1: 1, 2: 2, 3: 1}
        assert [(item.version, item.what, item.live) for item in list_versions(opened, workspace)] == [
            (3, "delete", (2,)),
            (2, "load", (1, 2)),
            (1, "load", (1,)),
        ]
        assert [load.load_id for load in list_loads(opened, workspace)] == [2]
        opened.database.dispose()
