"""Whatever somebody types after `--where`, it is a filter or a mistake that says so, and never anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from kpi.errors import DefinitionError, QueryError
from kpi.evaluate import KpiQuery, Result, evaluate
from kpi.evaluate.context import default_engine
from kpi.settings import load_settings
from kpi.workspace import open_home
from tests.property.rows import context_of

FIELDS = "amount region status created_at closed_at owner people.region opportunities.amount _row_id 区域 nothing"
LITERALS = """1 0 1.5 'won' "East" '2024-01-01' '2024-13-01' '' '''' true false"""
CALLS = "days(1)|days_between(created_at, closed_at)|coalesce(amount, 0)|lower(region)|abs(amount)|count(activities)"
SIGNS = "= <> != < <= > >= + - * /"
OTHERS = "null and or not in is ( ) , . ; -- /* days( exists( count( activities select drop table union from rows"

operands = st.sampled_from([*FIELDS.split(), *LITERALS.split(), *CALLS.split("|")])
comparisons = (
    st.tuples(operands, st.sampled_from(SIGNS.split()), operands).map(" ".join)
    | st.tuples(operands, st.sampled_from(["in", "not in"]), st.sampled_from(["('East', 1)", "('won')"])).map(" ".join)
    | operands.map("{} is not null".format)
    | st.tuples(operands, operands).map("contains({0[0]}, {0[1]})".format)
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.tuples(inner, st.sampled_from(["and", "or", "= not"]), inner).map(
        "({0[0]}) {0[1]} ({0[2]})".format
    ),
    max_leaves=4,
)
words = st.sampled_from([*FIELDS.split(), *LITERALS.split(), *SIGNS.split(), *OTHERS.split()])
sentences = st.lists(words, min_size=1, max_size=9).map(" ".join)
FORBIDDEN = (exp.Insert, exp.Update, exp.Delete, exp.Drop, exp.Create, exp.Command, exp.Copy, exp.Attach, exp.Set)
many = settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Result]]:
    """Asks for the deals under a filter, of one workspace for all examples: nothing is ever changed in it."""
    folder: Path = tmp_path_factory.mktemp("expressions")
    home = open_home(replace(load_settings(), database_url=None), folder / "home")
    rows: list[dict[str, Any]] = [
        {"opportunity_id": "a", "created_at": "2024-01-02", "closed_at": "2024-01-20", "status": "won", "amount": 100},
        {"opportunity_id": "b", "created_at": "2024-01-03", "closed_at": None, "status": "open", "amount": 50},
    ]
    context = context_of(home, opportunities=[{**row, "region": "East", "owner": "Ann"} for row in rows])
    yield lambda where: evaluate(KpiQuery("deals", where=where), context)
    default_engine().close()
    home.database.dispose()


@many
@given(where=conditions | sentences | st.text(max_size=40))
@example(where="1 = 1; drop table rows")
@example(where="region = 'East' or exists(opportunities)")
@example(where="amount > 'East'")
@example(where="created_at = 'East'")
@example(where="region")
@example(where="amount / 0 > 1")
@example(where="((((((((((((((((((((((((((((((amount))))))))))))))))))))))))))))) > 1")
@example(where="contains(region, '%_\\')")
def test_a_filter_is_a_filter(ask: Callable[[str], Result], where: str) -> None:
    """It is answered by one SELECT over the same columns, or it is a `DefinitionError` or `QueryError`."""
    try:
        result = ask(where)
    except (DefinitionError, QueryError):
        return
    statements = sqlglot.parse(result.sql, dialect="duckdb")
    assert [type(statement) for statement in statements] == [exp.Select]
    assert statements[0] is not None
    assert not list(statements[0].find_all(*FORBIDDEN))
    assert list(result.frame.columns) == ["period", "value", "numerator", "denominator", "partial"]
