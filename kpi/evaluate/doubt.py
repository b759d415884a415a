"""What do rows that lack a field leave open? The door to the data for ranges: how many rows, and what each could add.

The rows are taken under suppositions (`kpi.compile.suppose`); what is made of the answers is `kpi.quality`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlglot import exp

from kpi.compile.clock import in_period, utc_bound
from kpi.compile.condition import compile_expression, condition
from kpi.compile.doubt import Doubt, Lack, Rows, combinations, date_name, find_doubts
from kpi.compile.scope import Scope, column
from kpi.compile.shape import Shape
from kpi.compile.suppose import ADD, DISTINCT, EACH, MOST_SUPPOSITIONS, Side, suppose
from kpi.evaluate.context import Context
from kpi.evaluate.tally import (
    EACH_ONE,
    ROWS,
    count_if,
    distinct_if,
    extreme,
    first_row,
    is_null,
    is_one,
    over,
    run,
    total,
    zero,
)
from kpi.semantic.expression import parse
from kpi.semantic.kpi import Aggregate, LevelMeasure, MovementMeasure, RowMeasure

Number = int | float | Decimal


@dataclass(frozen=True)
class Spread:
    """The least and the most a measure can come to, and what it comes to as the rows stand; null means no data."""

    low: Number | None
    high: Number | None
    stated: Number | None

    @property
    def is_open(self) -> bool:
        """Whether anything is left open."""
        return self.low != self.high


@dataclass(frozen=True)
class NoValue:
    """How many of the rows counted have nothing to add, and the smallest and largest that the others add."""

    rows: int
    of: int
    smallest: Number | None
    largest: Number | None


def doubts_of(measures: Sequence[Rows], shape: Shape, context: Context) -> tuple[Doubt, ...]:
    """The doubtful fields of measures over one table that some rows really lack."""
    found = find_doubts(measures, shape)
    if not found:
        return ()
    scope = Scope(shape.dataset, shape.table(measures[0].entity))
    lacking = [
        exp.alias_(count_if(is_null(scope.resolve(doubt.field.split("."))[0])), f"c{number}")
        for number, doubt in enumerate(found)
    ]
    counts = run(scope.select(lacking), context).to_pylist()[0].values()
    return tuple(doubt for doubt, count in zip(found, counts, strict=True) if count)


def count_rows(
    sides: Sequence[Side | None], shape: Shape, doubts: Sequence[Doubt], place: int, context: Context
) -> tuple[int, int]:
    """How many rows without the field at `place` are open while all fields are, and of how many that could count.

    Of rows without a date that is: of all that the measures take, in whatever period; else of those in the period.
    """
    doubt = doubts[place]
    if not doubt.suppositions:
        return _count_lacking([side.measure for side in sides if side is not None], shape, doubt, context)
    bounded = [other for other in doubts if other.suppositions]
    if combinations(bounded) > MOST_SUPPOSITIONS:
        bounded = [doubt]
    supposed = suppose(sides, shape, bounded)
    lacks = column(f"lacks{bounded.index(doubt)}")
    taken = column("taken") if doubt.lack is Lack.UNDATED else supposed.counts
    tree = over(supposed).select(
        exp.alias_(count_if(exp.and_(lacks, exp.paren(supposed.varies))), "open"),
        exp.alias_(count_if(exp.or_(exp.paren(taken), exp.paren(supposed.varies))), "taken"),
    )
    row = first_row(tree, context)
    return row["open"], row["taken"]


def _count_lacking(measures: Sequence[Rows], shape: Shape, doubt: Doubt, context: Context) -> tuple[int, int]:
    """Of a field that nothing can be supposed of: the rows without it that a filter leaves undecided, or takes."""
    scope = Scope(shape.dataset, shape.table(doubt.table))
    filters = [condition(parse(measure.where), scope) if measure.where else exp.true() for measure in measures]
    possible = exp.or_(*(exp.Coalesce(this=item, expressions=[exp.true()]) for item in filters))
    lacks = is_null(scope.resolve(doubt.field.split("."))[0])
    counted = [exp.alias_(count_if(exp.and_(possible, lacks)), "open"), exp.alias_(count_if(possible), "taken")]
    row = run(scope.select(counted), context).to_pylist()[0]
    return row["open"], row["taken"]


def count_without_start(measure: LevelMeasure | MovementMeasure, shape: Shape, context: Context) -> tuple[int, int]:
    """Of a stock or a movement: how many of the rows that it takes have no beginning, and of how many."""
    name = date_name(measure, shape) or measure.start
    doubt = Doubt(measure.entity, name, measure.entity, name, Lack.UNDATED, (), exact=False)
    return _count_lacking([measure], shape, doubt, context)


def spread(side: Side, shape: Shape, doubts: Sequence[Doubt], context: Context) -> Spread:
    """The exact range of one side that adds up, or counts keys."""
    supposed = suppose([side], shape, doubts)
    names = [column(f"n{number}") for number in range(supposed.count)]
    ways = {"stated": names[0], "low": extreme(names, exp.Least), "high": extreme(names, exp.Greatest)}
    if side.kind == ADD:
        wanted = [exp.alias_(total(way), name) for name, way in ways.items()]
        return Spread(**first_row(over(supposed).select(*wanted), context))
    if side.kind == DISTINCT:
        wanted = [exp.alias_(distinct_if(column("key"), way), name) for name, way in ways.items()]
        return Spread(**first_row(over(supposed).select(*wanted), context))
    times = [
        exp.alias_(distinct_if(column("part"), way) if side.part else count_if(is_one(way)), name)
        for name, way in ways.items()
    ]
    each = exp.select(column("key"), *times).from_(exp.Table(this=ROWS.copy())).group_by(column("key"))
    often = [
        exp.alias_(count_if(exp.GTE(this=column(name), expression=exp.Literal.number(side.least))), name)
        for name in ways
    ]
    tree = exp.select(*often).from_(exp.Table(this=EACH_ONE.copy()))
    tree = tree.with_(ROWS, as_=supposed.rows).with_(EACH_ONE, as_=each)
    return Spread(**first_row(tree, context))


def spread_of_first(measure: RowMeasure, shape: Shape, context: Context) -> Spread:
    """The exact range of how many had their first row in the period, wherever rows without a date may fall."""
    scope = Scope(shape.dataset, shape.table(measure.entity))
    who = compile_expression(parse(measure.per or ""), scope).sql
    moment, kind, _ = shape.time(scope, measure.date)
    predicates: list[exp.Expr] = [exp.not_(is_null(who))]
    if measure.where:
        predicates.append(condition(parse(measure.where), scope))
    rows = scope.select([exp.alias_(who, "key"), exp.alias_(moment, "moment")], predicates)
    period, zone = shape.period or shape.extent, shape.dataset.time_zone
    each = (
        exp.select(
            column("key"),
            exp.alias_(exp.Min(this=column("moment")), "first"),
            exp.alias_(count_if(is_null(column("moment"))), "undated"),
        )
        .from_(exp.Table(this=ROWS.copy()))
        .group_by(column("key"))
    )
    inside = in_period(column("first"), kind, zone, period)
    open_ = exp.GT(this=column("undated"), expression=zero())
    not_before = exp.Coalesce(
        this=exp.GTE(this=column("first"), expression=utc_bound(period.start, kind, zone)), expressions=[exp.true()]
    )
    certain = exp.and_(inside, exp.not_(exp.paren(open_)))
    tree = exp.select(
        exp.alias_(count_if(inside), "stated"),
        exp.alias_(count_if(certain), "low"),
        exp.alias_(count_if(exp.or_(exp.paren(certain), exp.and_(open_, not_before))), "high"),
    ).from_(exp.Table(this=EACH_ONE.copy()))
    return Spread(**first_row(tree.with_(ROWS, as_=rows).with_(EACH_ONE, as_=each), context))


def no_value(side: Side, shape: Shape, context: Context) -> NoValue:
    """How many of the rows that a side counts lack what it adds, or the key it counts."""
    measure = side.measure
    counting: dict[str, object] = {"aggregate": Aggregate.COUNT, "value": None}
    if isinstance(measure, RowMeasure):
        counting |= {"per": None, "at_least": None}
    plain = replace(side, measure=measure.model_copy(update=counting), kind=ADD, key=None, part=None)
    supposed = suppose([plain], shape, [], value=side.key or measure.value or "1")
    inside = exp.GT(this=column("n0"), expression=zero())
    adds = side.kind in (ADD, EACH) and measure.value is not None
    tree = (
        exp.select(
            exp.alias_(exp.Count(this=exp.Star()), "of"),
            exp.alias_(count_if(is_null(column("value"))), "rows"),
            exp.alias_(exp.Min(this=column("value")) if adds else exp.Null(), "smallest"),
            exp.alias_(exp.Max(this=column("value")) if adds else exp.Null(), "largest"),
        )
        .from_(exp.Table(this=ROWS.copy()))
        .where(inside)
        .with_(ROWS, as_=supposed.rows)
    )
    return NoValue(**first_row(tree, context))
