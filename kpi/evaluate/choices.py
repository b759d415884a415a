"""What may open rows add to both sides of a quotient together, or to a median? Row by row, or key by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from sqlglot import exp

from kpi.compile.doubt import Doubt
from kpi.compile.scope import column
from kpi.compile.shape import Shape
from kpi.compile.suppose import ADD, DISTINCT, EACH, SIDES, Side, Supposed, suppose
from kpi.evaluate.context import Context
from kpi.evaluate.keyed import Pair, reachable
from kpi.evaluate.tally import ROWS, count_if, distinct_if, first_row, is_null, is_one, over, run, total, zero

MOST_UNITS = 20_000  # different ways to add that are weighed against each other
Number = int | float | Decimal


@dataclass(frozen=True)
class Unit:
    """So many rows (or keys) that may each add one of several pairs (numerator, denominator), each on its own."""

    count: int
    options: tuple[Pair, ...]


@dataclass(frozen=True)
class Choices:
    """What is certain of both sides, and what is open."""

    base: Pair
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Values:
    """The values that are certain, sorted, and for every other row the values it may have (None: it is not there)."""

    certain: np.ndarray[Any, np.dtype[np.float64]]
    open: tuple[tuple[float | None, ...], ...]


def choices(
    numerator: Side, denominator: Side, shape: Shape, doubts: Sequence[Doubt], context: Context
) -> Choices | None:
    """What rows of one table may add to both sides together; None where that is too much, or not told apart by row."""
    if not _go_together(numerator, denominator):
        return None
    supposed = suppose([numerator, denominator], shape, doubts)
    key = numerator.key or denominator.key
    return _by_key(supposed, numerator, denominator, context) if key else _by_row(supposed, context)


def values(side: Side, shape: Shape, doubts: Sequence[Doubt], context: Context) -> Values | None:
    """What rows may contribute to a median or an extreme; None where there are too many."""
    supposed = suppose([side], shape, doubts)
    certain = exp.and_(exp.not_(exp.paren(supposed.varies)), exp.not_(is_null(column("n0"))))
    fixed = run(over(supposed).select(column("n0")).where(certain), context).column(0).to_numpy()
    ways = [column(name) for name in supposed.columns]
    rows = run(over(supposed).select(*ways).where(supposed.varies).limit(MOST_UNITS + 1), context)
    if rows.num_rows > MOST_UNITS:
        return None
    return Values(np.sort(fixed.astype(np.float64)), tuple(tuple(row.values()) for row in rows.to_pylist()))


def _go_together(one: Side, other: Side) -> bool:
    """Whether rows (or keys) can be chosen for both sides at once."""
    if EACH in (one.kind, other.kind) and not (one.as_count or other.as_count):
        return False
    if one.key and other.key and one.key != other.key:
        return False
    has_part = one.part or other.part
    return not (has_part and ADD in (one.kind, other.kind))


def _by_row(supposed: Supposed, context: Context) -> Choices | None:
    sums = [exp.alias_(total(column(f"{side}0")), side) for side in SIDES]
    base = first_row(over(supposed).select(*sums).where(exp.not_(exp.paren(supposed.varies))), context)
    ways = [column(name) for name in supposed.columns]
    counted = exp.alias_(exp.Count(this=exp.Star()), "count")
    tree = over(supposed).select(*ways, counted).where(supposed.varies).group_by(*(way.copy() for way in ways))
    found = run(tree.limit(MOST_UNITS + 1), context)
    if found.num_rows > MOST_UNITS:
        return None
    units = tuple(
        Unit(count, _pairs(ways_of_one)) for *ways_of_one, count in (tuple(item.values()) for item in found.to_pylist())
    )
    return Choices((Fraction(base["n"]), Fraction(base["d"])), units)


def _pairs(ways: Sequence[Number]) -> tuple[Pair, ...]:
    """Contributions that alternate between numerator and denominator, as different pairs."""
    exact = [Fraction(way) for way in ways]
    return tuple(dict.fromkeys(zip(exact[0::2], exact[1::2], strict=True)))


def _by_key(supposed: Supposed, numerator: Side, denominator: Side, context: Context) -> Choices | None:
    """Keys of which no row is open make the base; of every other key, what its rows can come to together."""
    rows = exp.Table(this=ROWS.copy())
    open_keys = exp.select(column("key")).from_(rows.copy()).where(supposed.varies, exp.not_(is_null(column("key"))))
    is_open = exp.In(this=column("key"), query=open_keys.subquery())
    of_others = exp.or_(is_null(column("key")), exp.not_(exp.paren(is_open)))
    calm = exp.and_(exp.paren(of_others), exp.not_(exp.paren(supposed.varies)))
    base = [_calm_total(supposed, side, name, calm, context) for name, side in (("n", numerator), ("d", denominator))]
    wanted = [column("key"), column("part") if numerator.part or denominator.part else exp.alias_(exp.Null(), "part")]
    matters = exp.or_(*(exp.NEQ(this=column(name), expression=zero()) for name in supposed.columns))
    concerned = exp.or_(exp.paren(is_open.copy()), exp.paren(supposed.varies))
    ways = [column(name) for name in supposed.columns]
    tree = over(supposed).select(*wanted, *ways).where(exp.paren(concerned), exp.paren(matters))
    found = run(tree.limit(MOST_UNITS + 1), context)
    if found.num_rows > MOST_UNITS:
        return None
    by_key: dict[object, list[tuple[object, tuple[Pair, ...]]]] = {}
    for number, item in enumerate(found.to_pylist()):
        key, part, *added = item.values()
        by_key.setdefault(key if key is not None else (number,), []).append((part, _pairs(added)))
    counted: dict[tuple[Pair, ...], int] = {}
    for rows_of_key in by_key.values():
        options = reachable(rows_of_key, numerator, denominator)
        counted[options] = counted.get(options, 0) + 1
    return Choices((base[0], base[1]), tuple(Unit(count, options) for options, count in counted.items()))


def _calm_total(supposed: Supposed, side: Side, name: str, calm: exp.Expr, context: Context) -> Fraction:
    """One side over the rows of which nothing is open."""
    way = column(f"{name}0")
    if side.kind == ADD:
        tree = over(supposed).select(exp.alias_(total(way), "total")).where(calm)
    elif side.kind == DISTINCT:
        tree = over(supposed).select(exp.alias_(distinct_if(column("key"), way), "total")).where(calm)
    else:
        times = distinct_if(column("part"), way) if side.part else count_if(is_one(way))
        each = over(supposed).select(exp.alias_(times, "times")).where(calm).group_by(column("key"))
        often = count_if(exp.GTE(this=column("times"), expression=exp.Literal.number(side.least)))
        tree = exp.select(exp.alias_(often, "total")).from_(each.subquery("each_one"))
    return Fraction(first_row(tree, context)["total"])
