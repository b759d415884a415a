"""The process that asks a foreign database: `python -m kpi.refresh.child`, one request on stdin, the answer on stdout.

A query may hang in a driver, where no thread can end it, or bring more than memory holds; a process of its own can
always be ended. It gets the database's URL on stdin, never in its arguments or environment, and ends when its parent
does. All values are written as text: what they mean is settled by the same evidence as a file's.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import URL, Connection, CursorResult, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

ROWS_AT_ONCE = 5_000
CONNECT_SECONDS = 15
DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
FORBIDDEN_FUNCTIONS = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}


def main() -> None:
    """Answer the one request."""
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _limit_memory(request["memory"])
    try:
        answer = fetch(request)
    except DBAPIError as error:
        answer = {"failed": "database_failed", "found": _first_line(error.orig or error)}
    except (ArgumentError, NoSuchModuleError):
        answer = {"failed": "bad_database_address"}
    except ModuleNotFoundError as error:
        answer = {"failed": "driver_missing", "found": str(error.name)}
    except sqlite3.Error as error:
        answer = {"failed": "database_failed", "found": _first_line(error)}
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise
        answer = {"failed": "disk_failed", "found": error.strerror}
    except MemoryError:
        answer = {"failed": "out_of_memory"}
    _answer(answer)


def _answer(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _give_up(why: str) -> NoReturn:
    """End at once: closing in good order, some drivers read all the rows that are still to come."""
    _answer({"failed": why})
    os._exit(0)


def fetch(request: dict[str, Any]) -> dict[str, Any]:
    """Write the query's rows to a Parquet file: how many. Past a limit, the process ends with saying which."""
    target = Path(request["target"])
    with _connected(request) as connection:
        result = connection.execution_options(
            stream_results=True, max_row_buffer=ROWS_AT_ONCE, no_parameters=True
        ).exec_driver_sql(request["query"])
        names = _unique(list(result.keys()))
        schema = pa.schema([pa.field(name, pa.string()) for name in names])
        rows = 0
        with pq.ParquetWriter(str(target), schema) as writer:
            for batch in _batches(result):
                rows += len(batch)
                if rows > request["rows"]:
                    _give_up("too_many_rows")
                columns = [pa.array([text(row[at]) for row in batch], pa.string()) for at in range(len(names))]
                writer.write_table(pa.table(columns, schema=schema))
                if target.stat().st_size > request["bytes"]:
                    _give_up("too_large")
    return {"rows": rows, "columns": names}


def text(value: object) -> str | None:
    """A value as text, in the form that every reader of files knows."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return format(Decimal(repr(value)), "f") if "e" in repr(value) else repr(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return _of_bytes(bytes(value))
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


@contextmanager
def _connected(request: dict[str, Any]) -> Iterator[Connection]:
    """A connection on which nothing can be written."""
    if request["kind"] == "sqlite":
        engine = create_engine("sqlite://", creator=lambda: _open_sqlite(Path(request["path"])), poolclass=NullPool)
    else:
        url = _with_driver(make_url(request["url"]))
        engine = create_engine(url, poolclass=NullPool, connect_args=_connect_arguments(request))
    with engine.connect() as connection:
        seconds = int(request["seconds"])
        if request["kind"] == "postgresql":
            connection = connection.execution_options(postgresql_readonly=True)
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {seconds * 1000}")
        elif request["kind"] == "sqlite":
            restrict(connection.connection.driver_connection)
        elif request["kind"] in ("mysql", "mariadb"):
            is_mariadb = getattr(connection.dialect, "is_mariadb", False)
            limit = f"max_statement_time = {seconds}" if is_mariadb else f"max_execution_time = {seconds * 1000}"
            connection.exec_driver_sql(f"SET SESSION {limit}")
            connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
            connection.rollback()  # what follows begins a transaction, and that one is read-only
        yield connection
        connection.rollback()


def _open_sqlite(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=CONNECT_SECONDS)


def restrict(connection: Any) -> None:
    """From here on the connection only reads; the library that opened it has set what it wanted to."""
    connection.execute("PRAGMA query_only = ON")
    connection.set_authorizer(_authorize)


def _authorize(action: int, _one: str | None, other: str | None, *_: object) -> int:
    """SQLite asks before each step: only reading is allowed, so that nothing can be attached, set or written."""
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if other in FORBIDDEN_FUNCTIONS else sqlite3.SQLITE_OK
    return sqlite3.SQLITE_OK if action in READING or action == sqlite3.SQLITE_TRANSACTION else sqlite3.SQLITE_DENY


def _with_driver(url: URL) -> URL:
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


def _connect_arguments(request: dict[str, Any]) -> dict[str, Any]:
    if request["kind"] == "postgresql":
        return {"connect_timeout": CONNECT_SECONDS}
    if request["kind"] in ("mysql", "mariadb"):
        # A server may ask its client for files; this one hands out none.
        return {"connect_timeout": CONNECT_SECONDS, "read_timeout": int(request["seconds"]) + 5, "local_infile": False}
    return {}


def _batches(result: CursorResult[Any]) -> Iterator[Sequence[Any]]:
    while batch := result.fetchmany(ROWS_AT_ONCE):
        yield batch


def _unique(names: list[str]) -> list[str]:
    """Every column's name once: a second `amount` is called `amount (2)`."""
    made: list[str] = []
    for name in names:
        plain, number = name or f"column {len(made) + 1}", 1
        unique = plain
        while unique in made:
            number += 1
            unique = f"{plain} ({number})"
        made.append(unique)
    return made


def _of_bytes(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex()


def _first_line(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:300]


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


def _limit_memory(limit: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent watches the clock
        return
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


if __name__ == "__main__":
    main()
