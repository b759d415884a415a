"""Rows of a foreign database: asked by a process of their own, read only, within limits."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kpi.errors import DefinitionError, KpiError
from kpi.ingest.reader import StoppedError
from kpi.refresh.child import restrict
from kpi.refresh.database import run_query
from kpi.settings import RefreshSettings, Settings, load_settings

FOREVER = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"


def settings_of(**limits: int) -> Settings:
    """Settings with these limits."""
    return replace(load_settings(), refresh=RefreshSettings(**{"seconds": 20, **limits}))  # type: ignore[arg-type]


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """An SQLite file with one table."""
    path = tmp_path / "sales.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (id TEXT, amount REAL, note TEXT, paid BLOB)")
        connection.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, ?)",
            [("007", 1.5, '中文, "quoted"\nline', b"ok"), ("008", 1e-7, "", b"\xff\xfe"), ("009", None, None, None)],
        )
    connection.close()
    return path


def failed(query: str, sales: Path, tmp_path: Path, **limits: int) -> KpiError:
    """How a query fails; nothing is left behind."""
    target = tmp_path / "rows.parquet"
    with pytest.raises(KpiError) as raised:
        run_query(query, target, settings_of(**limits), sqlite=sales)
    assert not target.exists()
    return raised.value


def test_rows_become_texts(sales: Path, tmp_path: Path) -> None:
    """Values arrive as they are: leading zeros, line ends, nothing and the empty text, bytes, names given twice."""
    target = tmp_path / "rows.parquet"
    query = "SELECT id, amount, note, paid, amount FROM orders ORDER BY id"
    assert run_query(query, target, settings_of(), sqlite=sales) == 3
    table = pq.read_table(target)
    assert table.column_names == ["id", "amount", "note", "paid", "amount (2)"]
    assert table.to_pylist()[0] == {
        "id": "007",
        "amount": "1.5",
        "note": '中文, "quoted"\nline',
        "paid": "ok",
        "amount (2)": "1.5",
    }
    assert table.column("amount").to_pylist() == ["1.5", "0.0000001", None]
    assert table.column("note").to_pylist()[1:] == ["", None]
    assert table.column("paid").to_pylist()[1:] == ["fffe", None]


def test_no_rows(sales: Path, tmp_path: Path) -> None:
    """A query that brings nothing brings its columns."""
    target = tmp_path / "rows.parquet"
    assert run_query("SELECT * FROM orders WHERE id = 'x'", target, settings_of(), sqlite=sales) == 0
    assert pq.read_table(target).column_names == ["id", "amount", "note", "paid"]


def test_the_file_cannot_be_written(sales: Path, tmp_path: Path) -> None:
    """Even past the check of the query: SQLite itself is opened read-only, and asked before every step."""
    before = sales.read_bytes()
    connection = sqlite3.connect(f"{sales.as_uri()}?mode=ro", uri=True)
    restrict(connection)
    for statement in (
        "DELETE FROM orders",
        "INSERT INTO orders (id) VALUES ('x')",
        "CREATE TABLE x (a)",
        "CREATE TEMP TABLE x (a)",
        f"ATTACH '{tmp_path / 'other.sqlite3'}' AS other",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "VACUUM INTO '" + str(tmp_path / "copy.sqlite3") + "'",
        "SELECT load_extension('x')",
        "SELECT writefile('x', 'y')",
    ):
        with pytest.raises(sqlite3.Error):
            connection.execute(statement).fetchall()
    assert connection.execute("SELECT COUNT(*) FROM orders").fetchone() == (3,)
    connection.close()
    assert sales.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sales.sqlite3"]


def test_limits(sales: Path, tmp_path: Path) -> None:
    """Too many rows, too large a result, and a query without end are given up, each by its own sentence."""
    endless = FOREVER.replace("SELECT i FROM n", "SELECT i, hex(randomblob(200)) FROM n")
    assert failed(endless, sales, tmp_path, max_rows=20_000).code == "source_too_long"
    assert failed(endless, sales, tmp_path, max_bytes=2**20).code == "source_too_large"
    begun = time.monotonic()
    assert failed(f"SELECT MAX(i) FROM ({FOREVER})", sales, tmp_path, seconds=2).code == "source_too_slow"
    assert time.monotonic() - begun < 6


def test_a_value_that_fills_memory(sales: Path, tmp_path: Path) -> None:
    """The process that asks has a limit of memory; the one that waits for it lives on."""
    query = "SELECT " + ", ".join(f"zeroblob(900000000) AS a{number}" for number in range(8))
    small = replace(settings_of(), reader_memory_bytes=600 * 2**20)
    with pytest.raises(KpiError) as raised:
        run_query(query, tmp_path / "rows.parquet", small, sqlite=sales)
    assert raised.value.code in ("reader_out_of_memory", "database_failed")


def test_stopping(sales: Path, tmp_path: Path) -> None:
    """A query that nobody waits for any more ends with its process."""
    cancel = threading.Event()
    threading.Timer(1, cancel.set).start()
    begun = time.monotonic()
    with pytest.raises(StoppedError):
        run_query(f"SELECT MAX(i) FROM ({FOREVER})", tmp_path / "r", settings_of(), sqlite=sales, cancel=cancel)
    assert time.monotonic() - begun < 6


def test_what_the_database_says_is_told(sales: Path, tmp_path: Path) -> None:
    """A mistake in the query comes with the database's own words; a file that is no database too."""
    error = failed("SELECT missing FROM orders", sales, tmp_path)
    assert (error.code, error.found) == ("database_failed", "no such column: missing")
    other = tmp_path / "other.sqlite3"
    other.write_bytes(os.urandom(5000))
    assert failed("SELECT 1 FROM x", other, tmp_path).code == "database_failed"


@pytest.mark.parametrize(
    "url", ["", "sales", "file:///etc/passwd", "duckdb:///x", "redis://localhost", "https://x", "[", "postgresql"]
)
def test_urls_of_other_things(url: str, tmp_path: Path) -> None:
    """Only databases that can be asked to allow reading alone are asked; the URL is not repeated."""
    with pytest.raises(DefinitionError) as raised:
        run_query("SELECT 1", tmp_path / "r", settings_of(), url=url)
    assert raised.value.code == "bad_database_address"
    assert len(url) < 5 or url not in str(raised.value).replace("postgresql://", "")


def test_servers_that_are_not_there(tmp_path: Path) -> None:
    """A database that does not answer, and a driver that is not installed, are told as such."""
    with pytest.raises(KpiError) as raised:
        run_query("SELECT 1", tmp_path / "r", settings_of(), url="oracle+missing://ann:s3cret@127.0.0.1:1/x")
    assert raised.value.code == "bad_database_address"
    with pytest.raises(KpiError) as raised:
        run_query("SELECT 1", tmp_path / "r", settings_of(), url="mssql+pyodbc://ann:s3cret@127.0.0.1:1/x")
    assert (raised.value.code, raised.value.found) == ("driver_missing", "pyodbc")
