"""Queries: one that reads passes as it was meant, anything else is refused."""

from __future__ import annotations

import pytest

from kpi.errors import DefinitionError
from kpi.refresh.query import checked_query

READING = [
    ("postgresql", "SELECT a, b FROM t WHERE d >= '2024-01-01' AND n LIKE '%x%' ORDER BY a LIMIT 5"),
    ("postgresql", "WITH w AS (SELECT * FROM t) SELECT w.a, COUNT(*) FROM w GROUP BY 1"),
    ("postgresql", "SELECT 1 UNION ALL SELECT 2"),
    ("postgresql", "SELECT a::DATE, b ->> 'x', row_number() OVER (PARTITION BY c) FROM s.t"),
    ("postgresql", 'SELECT "Lower"(a) FROM "Orders"'),
    ("postgresql", "SELECT make_interval(days := 3)"),
    ("mysql", "SELECT `a b`, IFNULL(c, 0) FROM t WHERE x REGEXP '^a' LIMIT 5"),
    ("mariadb", "SELECT DATE_FORMAT(d, '%Y-%m') FROM t"),
    ("sqlite", "SELECT * FROM t WHERE d > date('now', '-1 day')"),
    ("mssql", "SELECT TOP 5 [a b] FROM dbo.t"),
    ("sqlite", "SELECT 'DROP TABLE t; DELETE FROM t' AS words"),
]

NOT_READING = [
    ("postgresql", "DELETE FROM t"),
    ("postgresql", "UPDATE t SET a = 1"),
    ("postgresql", "INSERT INTO t VALUES (1) RETURNING *"),
    ("postgresql", "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a"),
    ("postgresql", "WITH a AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM a"),
    ("postgresql", "SELECT * FROM (UPDATE t SET a = 1 RETURNING *) AS x"),
    ("postgresql", "SELECT * INTO new FROM t"),
    ("postgresql", "SELECT * FROM t FOR UPDATE"),
    ("postgresql", "CREATE TABLE x AS SELECT 1"),
    ("postgresql", "DROP TABLE t"),
    ("postgresql", "TRUNCATE t"),
    ("postgresql", "COPY t TO PROGRAM 'sh'"),
    ("postgresql", "COPY (SELECT 1) TO '/tmp/x'"),
    ("postgresql", "SELECT 1; DROP TABLE t"),
    ("postgresql", "EXPLAIN ANALYZE DELETE FROM t"),
    ("postgresql", "SET ROLE postgres"),
    ("postgresql", "DO $$ BEGIN DELETE FROM t; END $$"),
    ("postgresql", "CALL p()"),
    ("postgresql", "VACUUM"),
    ("postgresql", "LOCK TABLE t"),
    ("postgresql", "BEGIN"),
    ("postgresql", "GRANT ALL ON t TO PUBLIC"),
    ("postgresql", "SELECT pg_read_file('/etc/passwd')"),
    ("postgresql", "SELECT pg_catalog.pg_read_file('/etc/passwd')"),
    ("postgresql", "SELECT \"pg_read_file\"('/etc/passwd')"),
    ("postgresql", "SELECT PG_SLEEP(1000)"),
    ("postgresql", "SELECT * FROM dblink('host=x', 'DELETE FROM t') AS y(a int)"),
    ("postgresql", "SELECT lo_import('/etc/passwd')"),
    ("postgresql", "SELECT set_config('transaction_read_only', 'off', false)"),
    ("postgresql", "SELECT nextval('s')"),
    ("postgresql", "SELECT query_to_xml('DELETE FROM t', true, true, '')"),
    ("mysql", "SELECT a FROM t INTO OUTFILE '/tmp/x'"),
    ("mysql", "SELECT a INTO OUTFILE '/tmp/x' FROM t"),
    ("mysql", "SELECT a INTO DUMPFILE '/tmp/x' FROM t"),
    ("mysql", "SELECT LOAD_FILE('/etc/passwd')"),
    ("mysql", "SELECT SLEEP(1000)"),
    ("mysql", "SELECT BENCHMARK(1e9, MD5('a'))"),
    ("mysql", "SELECT @a := 1"),
    ("mysql", "LOAD DATA INFILE '/etc/passwd' INTO TABLE t"),
    ("mysql", "REPLACE INTO t VALUES (1)"),
    ("mysql", "HANDLER t OPEN"),
    ("sqlite", "PRAGMA journal_mode = DELETE"),
    ("sqlite", "ATTACH DATABASE '/etc/x' AS y"),
    ("sqlite", "SELECT load_extension('x')"),
    ("sqlite", "SELECT writefile('/tmp/x', 'y')"),
    ("mssql", "SELECT * FROM OPENROWSET('SQLNCLI', 'x', 'y')"),
    ("mssql", "EXEC xp_cmdshell 'dir'"),
    ("oracle", "SELECT UTL_HTTP.REQUEST('http://x') FROM dual"),
    ("postgresql", ""),
    ("postgresql", "-- nothing"),
    ("postgresql", "SELEC a"),
    ("postgresql", "SELECT (((("),
    ("postgresql", "(" * 5000),
]


@pytest.mark.parametrize(("database", "query"), READING)
def test_a_reading_query_passes(database: str, query: str) -> None:
    """It is sent word for word."""
    assert checked_query(f"  {query} ;\n", database) == query


@pytest.mark.parametrize(("database", "query"), NOT_READING)
def test_what_does_more_than_read(database: str, query: str) -> None:
    """Writing, locking, setting, several statements, and functions that reach outside are refused."""
    with pytest.raises(DefinitionError) as raised:
        checked_query(query, database)
    assert raised.value.code in ("not_a_reading_query", "bad_query")


def test_comments_are_not_sent() -> None:
    """MySQL executes what stands in some comments."""
    sent = checked_query("SELECT a /*! INTO OUTFILE '/tmp/x' */ FROM t -- b\n/*!50000 UNION SELECT 1 */", "mysql")
    assert sent == "SELECT a FROM t"
