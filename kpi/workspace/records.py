"""The workspace database: what people define and load, as tables. SQLite by default, PostgreSQL by URL.

`data_files` is the manifest. A file belongs to every version from `added_in` up to, and without, `removed_in`; nothing
that readers see is ever changed in place.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, DateTime, ForeignKeyConstraint, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

identity = Table("identity", metadata, Column("id", String(32), primary_key=True))  # one row: of the home

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("scene", String(16), nullable=False),
    Column("currency", String(8), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("version", Integer, nullable=False, default=0),  # of the data; grows with every publication
    Column("last_load_id", Integer, nullable=False, default=0),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

loads = Table(
    "loads",
    metadata,
    Column("workspace_id", String(64), primary_key=True),
    Column("load_id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),  # that it made
    Column("loaded_at", DateTime(timezone=True), nullable=False),
    Column("deleted_in", Integer),  # version that took its rows away
    Column("files", JSON, nullable=False),  # names as the user knows them
    Column("summary", JSON, nullable=False),  # per table: rows, issues, mapping
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
)

data_files = Table(
    "data_files",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("workspace_id", String(64), nullable=False),
    Column("table_name", String(200), nullable=False),
    Column("entity", String(64)),
    Column("load_id", Integer, nullable=False),
    Column("path", String(500), nullable=False, unique=True),  # relative to the home's data folder
    Column("manifest", JSON, nullable=False),  # rows, columns, earliest, latest, unique, issues
    Column("added_in", Integer, nullable=False),
    Column("removed_in", Integer),
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
    Index("data_files_by_workspace", "workspace_id"),
)

mappings = Table(
    "mappings",
    metadata,
    Column("workspace_id", String(64), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),  # of the header
    Column("mapping", JSON, nullable=False),
    Column("used_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
)

documents = Table(
    "documents",
    metadata,
    Column("workspace_id", String(64), primary_key=True),
    Column("kind", String(32), primary_key=True),  # kpi, journey, settings of a KPI, …
    Column("name", String(128), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("body", Text, nullable=False),  # JSON
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
)
