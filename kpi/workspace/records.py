"""The workspace database: what people define and load, as tables. SQLite by default, PostgreSQL by URL.

`versions` is the manifest: each version of a workspace's data names the files that are shown and the loads whose rows
are in them. Nothing that readers see is ever changed in place.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

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

versions = Table(
    "versions",
    metadata,
    Column("workspace_id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("what", String(16), nullable=False),  # load, edit, undo, delete, back or compact
    Column("load_id", Integer),  # that was added, taken away or gone back to
    Column("author", String(200), nullable=False),
    Column("loads", JSON, nullable=False),  # ids of the loads whose rows are there, in their order
    Column("files", JSON, nullable=False),  # ids of the data files that are shown
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
)

loads = Table(
    "loads",
    metadata,
    Column("workspace_id", String(64), primary_key=True),
    Column("load_id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),  # that it made
    Column("loaded_at", DateTime(timezone=True), nullable=False),
    Column("author", String(200), nullable=False),
    Column("files", JSON, nullable=False),  # names as the user knows them
    Column("contents", JSON, nullable=False),  # what tells the same content again
    Column("summary", JSON, nullable=False),  # per table: rows, issues, mode, …
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
    Column("mode", String(16)),  # of the load whose own rows these are; null for a generation: a table's whole state
    Column("key", JSON, nullable=False),  # columns by which the load's rows meet those that are there
    Column("bytes", BigInteger, nullable=False),
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
    Index("data_files_of_workspace", "workspace_id"),
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
