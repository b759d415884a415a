"""The words in which questions about suppositions are put: counts, totals and extremes over the supposed rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from sqlglot import exp

from kpi.compile.scope import identifier
from kpi.compile.suppose import Supposed
from kpi.evaluate.context import Context

ROWS, EACH_ONE = identifier("rows"), identifier("each_one")  # the steps of a derivation


def over(supposed: Supposed) -> exp.Select:
    """A question over the supposed rows."""
    return exp.select().from_(exp.Table(this=ROWS.copy())).with_(ROWS, as_=supposed.rows)


def extreme(names: Sequence[exp.Expr], kind: type[exp.Func]) -> exp.Expr:
    """The least or greatest of several columns."""
    first, *others = (name.copy() for name in names)
    return kind(this=first, expressions=others) if others else first


def is_one(way: exp.Expr) -> exp.Expr:
    """Whether a key counts."""
    return exp.EQ(this=way.copy(), expression=exp.Literal.number(1))


def count_if(wanted: exp.Expr) -> exp.Expr:
    """How many rows satisfy a condition."""
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=wanted))


def distinct_if(value: exp.Expr, way: exp.Expr) -> exp.Expr:
    """How many different values count."""
    counted = exp.Count(this=exp.Distinct(expressions=[value]))
    return exp.Filter(this=counted, expression=exp.Where(this=is_one(way)))


def is_null(value: exp.Expr) -> exp.Expr:
    """Whether there is no value."""
    return exp.Is(this=value.copy(), expression=exp.Null())


def zero() -> exp.Expr:
    """The literal 0."""
    return exp.Literal.number(0)


def run(tree: exp.Query, context: Context) -> pa.Table:
    """The answer to a question."""
    return context.engine.run(tree, context.dataset, context.limits)


def first_row(tree: exp.Query, context: Context) -> dict[str, Any]:
    """The answer to a question that has one row."""
    found: dict[str, Any] = run(tree, context).to_pylist()[0]
    return found


def total(way: exp.Expr) -> exp.Expr:
    """A sum; 0 of no rows."""
    return exp.Coalesce(this=exp.Sum(this=way.copy()), expressions=[zero()])
