"""How are constant pieces of SQL put together? As trees with holes, never as spliced text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import sqlglot
from sqlglot import exp


@lru_cache(maxsize=128)
def _template(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, read="duckdb")


def fill(sql: str, **parts: exp.Expr) -> exp.Expr:
    """A constant piece of SQL with its `:name` placeholders replaced by trees."""
    return exp.replace_placeholders(_template(sql), **{name: part.copy() for name, part in parts.items()})


def words(values: Sequence[str]) -> exp.Expr:
    """A list of strings as an array literal."""
    return exp.Array(expressions=[exp.Literal.string(value) for value in values])


def numbers(values: Sequence[float]) -> exp.Expr:
    """A list of numbers as an array literal."""
    return exp.Array(expressions=[exp.Literal.number(value) for value in values])


def lazily(cell: exp.Expr, tree: exp.Expr) -> exp.Expr:
    """An expression over `x`, the cell, worked out only for the rows that reach it: slow for them, free for others.

    The engine would otherwise work out the parts that recur in an expression for every row.
    """
    return bound("x", cell, tree)


def bound(name: str, part: exp.Expr, tree: exp.Expr) -> exp.Expr:
    """An expression in which the column `name` stands for a part: written and worked out once, however often it recurs.

    >>> bound("n", exp.column("a"), fill("n + n")).sql("duckdb")
    'LIST_EXTRACT(LIST_TRANSFORM([a], LAMBDA n : n + n), 1)'
    """
    mapped = exp.Anonymous(
        this="LIST_TRANSFORM",
        expressions=[
            exp.Array(expressions=[part.copy()]),
            exp.Lambda(this=tree, expressions=[exp.to_identifier(name)]),
        ],
    )
    return exp.Anonymous(this="LIST_EXTRACT", expressions=[mapped, exp.Literal.number(1)])


def looked_up(key: exp.Expr, table: dict[str, str]) -> exp.Expr:
    """What a text stands for by a fixed table; null where it is not in it."""
    return fill(
        "LIST_EXTRACT(:found, LIST_POSITION(:known, :k))",
        found=words(list(table.values())),
        known=words(list(table)),
        k=key,
    )
