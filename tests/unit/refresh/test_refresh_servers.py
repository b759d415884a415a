"""Real servers: PostgreSQL, MySQL and MariaDB, where `WAYMARK_TEST_DATABASES` names some (URLs, blanks between).

Each URL is of an account that may write in an empty database; what is promised is that a source does not.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from kpi.errors import KpiError
from kpi.refresh.child import _connected, _with_driver
from kpi.refresh.database import kind_of, run_query
from kpi.settings import RefreshSettings, Settings, load_settings

URLS = os.environ.get("WAYMARK_TEST_DATABASES", "").split()
SETTINGS: Settings = replace(load_settings(), refresh=RefreshSettings(seconds=10))

pytestmark = pytest.mark.skipif(not URLS, reason="no servers named in WAYMARK_TEST_DATABASES")


@pytest.fixture(params=URLS, ids=kind_of)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with one table."""
    engine = _engine(request.param)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS deals"))
        connection.execute(text("CREATE TABLE deals (id INT, at TIMESTAMP, amount DECIMAL(18,4), name VARCHAR(50))"))
        connection.execute(
            text("INSERT INTO deals VALUES (1, '2024-03-05 06:07:08', 1234.5, '中文 %s 100%'), (2, NULL, NULL, NULL)")
        )
    yield request.param
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE deals"))
    engine.dispose()


def _engine(url: str) -> Engine:
    return create_engine(_with_driver(make_url(url)))


def test_rows_are_brought(url: str, tmp_path: Path) -> None:
    """Numbers, moments, texts and nothing; a per cent sign in the query is no placeholder."""
    target = tmp_path / "rows.parquet"
    assert run_query("SELECT * FROM deals WHERE id < 5 AND 'a%s' LIKE 'a%' ORDER BY id", target, SETTINGS, url=url) == 2
    assert pq.read_table(target).to_pylist() == [
        {"id": "1", "at": "2024-03-05 06:07:08", "amount": "1234.5000", "name": "中文 %s 100%"},
        {"id": "2", "at": None, "amount": None, "name": None},
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM deals",
        "INSERT INTO deals (id) VALUES (9)",
        "CREATE TABLE other (a INT)",
        "DROP TABLE deals",
    ],
)
def test_the_connection_itself_refuses_to_write(url: str, statement: str) -> None:
    """Past the check of the query, the transaction is read-only."""
    request = {"kind": kind_of(url), "url": url, "seconds": 10}
    with pytest.raises(Exception, match=r"(?i)read.only"), _connected(request) as connection:
        connection.exec_driver_sql(statement)
    with _engine(url).connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM deals")).scalar_one() == 2


def test_time_is_limited(url: str, tmp_path: Path) -> None:
    """The server itself gives a query up, or the process that asks is ended."""
    settings = replace(SETTINGS, refresh=RefreshSettings(seconds=2))
    many = ", ".join(f"(SELECT id FROM deals UNION ALL SELECT id FROM deals) AS t{number}" for number in range(18))
    begun = time.monotonic()
    with pytest.raises(KpiError) as raised:
        run_query(f"SELECT COUNT(*) FROM {many}", tmp_path / "r", settings, url=url)
    assert raised.value.code in ("source_too_slow", "database_failed")
    assert time.monotonic() - begun < 8


def test_many_rows_are_streamed(url: str, tmp_path: Path) -> None:
    """The limit of rows is met while they come, not after all of them have."""
    settings = replace(SETTINGS, refresh=RefreshSettings(seconds=60, max_rows=6_000), reader_memory_bytes=700 * 2**20)
    many = ", ".join(f"(SELECT id FROM deals UNION ALL SELECT id FROM deals) AS t{number}" for number in range(14))
    with pytest.raises(KpiError) as raised:
        run_query(f"SELECT t0.id FROM {many}", tmp_path / "r", settings, url=url)
    assert raised.value.code == "source_too_long"


def test_a_wrong_password(url: str, tmp_path: Path) -> None:
    """Is told, without the password."""
    wrong = make_url(url).set(password="wr0ngword").render_as_string(hide_password=False)
    with pytest.raises(KpiError) as raised:
        run_query("SELECT 1", tmp_path / "r", SETTINGS, url=wrong)
    assert raised.value.code == "database_failed"
    assert "wr0ngword" not in str(raised.value)
