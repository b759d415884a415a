"""DuckDB: published files attached read-only to a locked-down in-memory instance, one cursor per call.

An instance is kept per version of a workspace's data; a new version opens a new one, and the old serves those who still
read it until it falls out of the cache.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import duckdb
import pyarrow as pa
from sqlglot import exp

from kpi.engine.base import Limits
from kpi.errors import EngineError
from kpi.model import FieldType
from kpi.workspace import Column, DataFile, Dataset, Table

MOST_INSTANCES = 8
SQL_TYPES = {
    FieldType.INTEGER: "BIGINT",
    FieldType.NUMBER: "DOUBLE",
    FieldType.RATE: "DOUBLE",
    FieldType.MONEY: "DECIMAL(18, 4)",
    FieldType.DATE: "DATE",
    FieldType.TIMESTAMP: "TIMESTAMP",
    FieldType.BOOLEAN: "BOOLEAN",
}
LOCK_DOWN = (  # in this order: once locked, nothing can be set any more
    "SET TimeZone = 'UTC'",
    "SET enable_external_access = false",
    "SET disabled_filesystems = 'LocalFileSystem'",
    "SET lock_configuration = true",
)
STORED = {"_row_id": "BIGINT", "_load_id": "INTEGER", "_file": "VARCHAR", "_sheet": "VARCHAR", "_line": "BIGINT"}


class DuckDBEngine:
    """The default engine. Safe to share between threads."""

    def __init__(self) -> None:
        self._instances: OrderedDict[tuple[object, ...], duckdb.DuckDBPyConnection] = OrderedDict()
        self._lock = threading.Lock()

    def run(self, query: exp.Query, dataset: Dataset, limits: Limits) -> pa.Table:
        """The answer as an Arrow table. `EngineError` with the engine's own words when it fails."""
        sql = self.render(query)
        cursor = self._instance(dataset, limits).cursor()
        timer = threading.Timer(limits.seconds, cursor.interrupt)
        timer.start()
        try:
            return cursor.sql(sql).to_arrow_table()
        except duckdb.InterruptException:
            raise EngineError(
                "query_too_slow",
                f"The query was stopped after {limits.seconds:g} seconds.",
                remedy="Ask for a shorter period or fewer dimensions.",
            ) from None
        except duckdb.OutOfMemoryException as error:
            raise EngineError(
                "query_too_big",
                "The query needs more memory than it may use.",
                remedy="Ask for a shorter period or fewer dimensions, or raise WAYMARK_QUERY_MEMORY.",
            ) from error
        except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
            raise EngineError(
                "number_out_of_range",
                "A value grew too large to be reckoned with.",
                remedy="Check what is multiplied: money holds 14 digits before the point.",
            ) from error
        except duckdb.Error as error:
            raise EngineError("query_failed", f"The query failed: {error}") from error
        finally:
            timer.cancel()
            cursor.close()

    def render(self, query: exp.Query) -> str:
        """DuckDB's dialect, every identifier quoted where it needs to be."""
        return query.sql(dialect="duckdb", pretty=True, comments=False)

    def close(self) -> None:
        """Let go of every file."""
        with self._lock:
            while self._instances:
                self._instances.popitem()[1].close()

    def _instance(self, dataset: Dataset, limits: Limits) -> duckdb.DuckDBPyConnection:
        files = tuple(str(file.path) for table in dataset.tables.values() for file in table.files)
        key = (dataset.workspace, dataset.version, files, limits)
        with self._lock:
            if key not in self._instances:
                self._instances[key] = _open(dataset, limits)
                while len(self._instances) > MOST_INSTANCES:
                    self._instances.popitem(last=False)  # closed once its last cursor is gone
            self._instances.move_to_end(key)
            return self._instances[key]


def _open(dataset: Dataset, limits: Limits) -> duckdb.DuckDBPyConnection:
    """An in-memory instance with the dataset's tables as views, shut off from everything else."""
    try:
        connection = duckdb.connect(
            ":memory:",
            config={
                "threads": limits.threads,
                "memory_limit": limits.memory,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
                "allow_persistent_secrets": False,
                "python_enable_replacements": False,
            },
        )
        connection.execute("CREATE SCHEMA loaded")
        number = 0
        for table in dataset.tables.values():
            attached = []
            for file in table.files:
                alias = f"file_{number}"
                number += 1
                connection.execute(_attach(file, alias).sql(dialect="duckdb"))
                attached.append((alias, file))
            connection.execute(_view(table, attached, dataset.time_zone).sql(dialect="duckdb"))
        for statement in LOCK_DOWN:
            connection.execute(statement)
        return connection
    except duckdb.Error as error:
        raise EngineError(
            "data_unreadable",
            f"The loaded data cannot be opened: {error}",
            remedy="Delete the load that is damaged and load its file again.",
        ) from error


def _attach(file: DataFile, alias: str) -> exp.Attach:
    path = exp.alias_(exp.Literal.string(str(file.path)), alias, quoted=True)
    return exp.Attach(this=path, expressions=[exp.AttachOption(this=exp.var("READ_ONLY"))])


def _view(table: Table, attached: list[tuple[str, DataFile]], zone: str) -> exp.Create:
    """All files of a table as one view."""
    name = exp.Table(this=exp.to_identifier(table.name, quoted=True), db=exp.to_identifier("loaded", quoted=True))
    return exp.Create(this=name, kind="VIEW", expression=rows_of(attached, table.columns, zone))


def rows_of(attached: Sequence[tuple[str, DataFile]], columns: Sequence[Column], zone: str) -> exp.Query:
    """All rows of attached files, each under its alias; a column that a file lacks is null in its rows."""
    parts: list[exp.Query] = []
    for alias, file in attached:
        has = {column.name: column for column in file.columns}
        chosen: list[exp.Expr] = [exp.column(exp.to_identifier(name, quoted=True)) for name in STORED]
        chosen += [_cast(has.get(column.name), column, zone) for column in columns]
        source = exp.Table(
            this=exp.to_identifier("rows", quoted=True),
            db=exp.to_identifier("main", quoted=True),
            catalog=exp.to_identifier(alias, quoted=True),
        )
        parts.append(exp.select(*chosen).from_(source))
    query: exp.Query = parts[0]
    for part in parts[1:]:
        query = exp.Union(this=query, expression=part, distinct=False)
    return query


def _cast(stored: Column | None, wanted: Column, zone: str) -> exp.Expr:
    name = exp.to_identifier(wanted.name, quoted=True)
    target = SQL_TYPES.get(wanted.type, "VARCHAR")
    if stored is None:
        return exp.alias_(exp.cast(exp.Null(), target), name)
    value: exp.Expr = exp.column(name)
    if SQL_TYPES.get(stored.type, "VARCHAR") == target:
        return value
    if stored.type is FieldType.DATE and wanted.type is FieldType.TIMESTAMP:
        midnight = exp.func("TIMEZONE", exp.Literal.string(zone), exp.cast(value, "timestamp"))
        return exp.alias_(exp.cast(midnight, "timestamp"), name)
    return exp.alias_(exp.cast(value, target), name)
