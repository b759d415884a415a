"""The DuckDB engine: shut off from everything but the dataset, and safe to share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest
import sqlglot

from kpi.engine import DuckDBEngine, Limits
from kpi.errors import EngineError
from kpi.workspace import Home, read_dataset
from tests.given import given_load, given_workspace

ATTACKS = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/*')",
    "ATTACH '/etc/passwd' AS x",
    "COPY (SELECT 1) TO '/tmp/waymark_attack.csv'",
    "SET enable_external_access = true",
    "SET disabled_filesystems = ''",
    "RESET lock_configuration",
    "INSTALL httpfs",
    "LOAD httpfs",
    "EXPORT DATABASE '/tmp/waymark_attack'",
    "CREATE TABLE file_0.main.x AS SELECT 1",
    "DELETE FROM file_0.main.rows",
    "SELECT * FROM some_python_frame",
    "WITH gone AS (DELETE FROM file_0.main.rows RETURNING *) SELECT * FROM gone",
]


@pytest.fixture
def engine() -> DuckDBEngine:
    """An engine of the test's own."""
    return DuckDBEngine()


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_but_the_dataset_can_be_reached(attack: str, engine: DuckDBEngine, home: Home) -> None:
    """No statement reads or writes outside the attached files, or changes them or the settings."""
    dataset = read_dataset(home, given_workspace(home, {"orders": [{"order_id": "1", "paid_amount": 5}]}))
    connection = engine._instance(dataset, Limits())
    with pytest.raises(duckdb.Error):
        connection.cursor().execute(attack).fetchall()
    engine.close()


def test_threads_get_their_own_answers(engine: DuckDBEngine, home: Home) -> None:
    """Forty questions at once from eight threads each get their own rows."""
    rows = [{"order_id": str(number), "paid_amount": number} for number in range(40)]
    dataset = read_dataset(home, given_workspace(home, {"orders": rows}))

    def ask(number: int) -> int:
        query = sqlglot.parse_one(f"SELECT paid_amount AS a FROM loaded.orders WHERE order_id = '{number}'")
        return int(engine.run(query, dataset, Limits()).column("a")[0].as_py())  # type: ignore[arg-type]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(40))) == list(range(40))
    engine.close()


def test_a_reader_keeps_its_version_while_another_is_published(engine: DuckDBEngine, home: Home) -> None:
    """Two versions of a workspace are read side by side, each with its own rows."""
    workspace = given_workspace(home, {"orders": [{"order_id": "1", "paid_amount": 5}]})
    before = read_dataset(home, workspace)
    given_load(home, workspace, {"orders": [{"order_id": "2", "paid_amount": 7}]})
    count = sqlglot.parse_one("SELECT COUNT(*) AS n FROM loaded.orders")
    counts = [engine.run(count, read_dataset(home, workspace, at), Limits()).column("n")[0].as_py() for at in (1, 2)]
    assert counts == [1, 2]
    assert engine.run(count, before, Limits()).column("n")[0].as_py() == 1
    engine.close()


def test_a_slow_query_is_stopped_with_a_remedy(engine: DuckDBEngine, home: Home) -> None:
    """A query over its time limit ends in an error that says what to do."""
    dataset = read_dataset(home, given_workspace(home, {"orders": [{"order_id": "1"}]}))
    slow = sqlglot.parse_one(
        "SELECT SUM(a.range * b.range) AS s FROM RANGE(1000000) AS a, RANGE(1000000) AS b", "duckdb"
    )
    with pytest.raises(EngineError) as caught:
        engine.run(slow, dataset, Limits(seconds=0.5))
    assert caught.value.code == "query_too_slow"
    assert caught.value.remedy
    engine.close()


def test_a_date_only_file_and_a_timed_file_are_read_as_one(engine: DuckDBEngine, home: Home) -> None:
    """Days of one file become the midnight that begins them in the workspace's zone beside timestamps of another."""
    workspace = given_workspace(home, {"orders": [{"order_id": "1", "ordered_at": "2024-03-01"}]}, zone="Asia/Shanghai")
    given_load(home, workspace, {"orders": [{"order_id": "2", "ordered_at": "2024-03-01 10:00:00"}]})
    query = sqlglot.parse_one("SELECT ordered_at AS t FROM loaded.orders ORDER BY order_id")
    found = engine.run(query, read_dataset(home, workspace), Limits()).column("t").to_pylist()
    assert [str(moment) for moment in found] == ["2024-02-29 16:00:00", "2024-03-01 02:00:00"]
    engine.close()
