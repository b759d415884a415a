"""Levels and movements → named CTEs: what is there at a moment, and what became of it between two."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from kpi.compile.condition import compile_expression, condition
from kpi.compile.scope import Scope, column
from kpi.compile.shape import PERIOD, Shape, grouped
from kpi.semantic.expression import parse
from kpi.semantic.kpi import Aggregate, LevelMeasure, MovementMeasure

Aggregator = Callable[[Aggregate, exp.Expr | None, exp.Expr | None], exp.Expr]
CTEs = list[tuple[str, exp.Select]]


def level_blocks(name: str, measure: LevelMeasure, shape: Shape, aggregate: Aggregator) -> CTEs:
    """The level of each period, at its opening, its closing, or the mean."""
    if measure.end is None:
        return _snapshots(name, measure, shape, aggregate)
    rows_name = f"{name}_rows"
    rows = spell_rows(measure, shape)
    value = column("value") if measure.value is not None else None
    keys = shape.key_names()
    at_open = aggregate(measure.aggregate, value, column("at_opening"))
    at_close = aggregate(measure.aggregate, value, column("at_closing"))
    if measure.at == "mean":
        both = exp.Paren(this=exp.Add(this=_or_zero(at_open), expression=_or_zero(at_close)))
        result: exp.Expr = exp.Div(this=exp.cast(both, "double"), expression=exp.Literal.number(2), typed=False)
    else:
        result = at_open if measure.at == "opening" else at_close
    summed = exp.select(*(column(key) for key in keys), exp.alias_(result, name, quoted=True)).from_(_cte(rows_name))
    return [(rows_name, rows), (name, grouped(summed, keys))]


def spell_rows(measure: LevelMeasure | MovementMeasure, shape: Shape, key: str | None = None) -> exp.Select:
    """Each spell beside each period it touches: `value`, and whether it is there at the opening and at the closing.

    A spell is there at the close of a day when start ≤ day < end. The opening is the close of the day before.
    """
    scope = Scope(shape.dataset, shape.table(measure.entity))
    own = [condition(parse(measure.where), scope)] if measure.where else []
    start, end = shape.day(scope, measure.start), shape.day(scope, measure.end or "")
    value = compile_expression(parse(measure.value), scope).sql if measure.value else exp.Literal.number(1)
    opens, closes = column("opens", "slot"), column("closes", "slot")
    open_ended = exp.Is(this=end.copy(), expression=exp.Null())

    def still(day: exp.Expr, make: type[exp.Binary]) -> exp.Expr:
        return exp.or_(open_ended.copy(), make(this=end.copy(), expression=day))

    at_opening = exp.and_(exp.LT(this=start.copy(), expression=opens.copy()), still(opens.copy(), exp.GTE))
    at_closing = exp.and_(exp.LTE(this=start.copy(), expression=closes.copy()), still(closes.copy(), exp.GT))
    who = [exp.alias_(compile_expression(parse(key), scope).sql, "customer", quoted=True)] if key else []
    columns = [
        exp.alias_(column("_row_id", scope.alias), "_row_id", quoted=True),
        *shape.slot_period(),
        *shape.dimension_columns(scope),
        *who,
        exp.alias_(value, "value", quoted=True),
        exp.alias_(at_opening, "at_opening", quoted=True),
        exp.alias_(at_closing, "at_closing", quoted=True),
        exp.alias_(exp.LT(this=start.copy(), expression=opens.copy()), "started_before", quoted=True),
    ]
    started = exp.LTE(this=start.copy(), expression=closes.copy())
    return scope.select(columns, [*shape.filters(scope), *own]).join(shape.slot_table(), on=started)


def snapshot_rows(measure: LevelMeasure, shape: Shape) -> exp.Select:
    """The snapshot rows of each period, with the day they were taken."""
    scope = Scope(shape.dataset, shape.table(measure.entity))
    own = [condition(parse(measure.where), scope)] if measure.where else []
    value = compile_expression(parse(measure.value), scope).sql if measure.value else exp.Literal.number(1)
    columns = [
        exp.alias_(column("_row_id", scope.alias), "_row_id", quoted=True),
        *shape.bucketed(scope, measure.start),
        *shape.dimension_columns(scope),
        exp.alias_(shape.day(scope, measure.start), "day", quoted=True),
        exp.alias_(value, "value", quoted=True),
    ]
    return scope.select(columns, [*shape.dated(scope, measure.start), *shape.filters(scope), *own])


def _snapshots(name: str, measure: LevelMeasure, shape: Shape, aggregate: Aggregator) -> CTEs:
    """Per period the last (first) day that has a snapshot, or the mean over the days that have one."""
    rows_name, days_name, chosen_name = f"{name}_rows", f"{name}_days", f"{name}_day"
    value = column("value") if measure.value is not None else None
    keys = shape.key_names()
    by_day = exp.select(
        *(column(key) for key in keys),
        column("day"),
        exp.alias_(aggregate(measure.aggregate, value, None), "level", quoted=True),
    ).from_(_cte(rows_name))
    ctes: CTEs = [(rows_name, snapshot_rows(measure, shape)), (days_name, grouped(by_day, [*keys, "day"]))]
    if measure.at == "mean":
        mean = exp.alias_(exp.Avg(this=exp.cast(column("level"), "double")), name, quoted=True)
        whole = exp.select(*(column(key) for key in keys), mean).from_(_cte(days_name))
        return [*ctes, (name, grouped(whole, keys))]
    pick = exp.Max if measure.at == "closing" else exp.Min
    periods = [PERIOD] if shape.grain else []
    chosen = exp.select(
        *(column(key) for key in periods), exp.alias_(pick(this=column("day")), "day", quoted=True)
    ).from_(_cte(days_name))
    same = [exp.EQ(this=column(item, days_name), expression=column(item, chosen_name)) for item in [*periods, "day"]]
    level = exp.alias_(exp.Max(this=column("level", days_name)), name, quoted=True)
    result = (
        exp.select(*(exp.alias_(column(key, days_name), key, quoted=True) for key in keys), level)
        .from_(_cte(days_name))
        .join(_cte(chosen_name), on=exp.and_(*same))
    )
    by = [column(key, days_name) for key in keys]
    return [*ctes, (chosen_name, grouped(chosen, periods)), (name, result.group_by(*by) if by else result)]


def movement_blocks(name: str, measure: MovementMeasure, shape: Shape) -> CTEs:
    """One part of the movement of a level, customer by customer."""
    rows_name, each_name = f"{name}_rows", f"{name}_customers"
    keys = shape.key_names()
    each = customer_levels(rows_name, keys)
    part, only = movement_part(measure.part)
    result = exp.Count(this=exp.Star()) if measure.customers else exp.Sum(this=part)
    filtered = exp.Filter(this=result, expression=exp.Where(this=only))
    summed = exp.select(*(column(key) for key in keys), exp.alias_(filtered, name, quoted=True)).from_(_cte(each_name))
    return [
        (rows_name, spell_rows(measure, shape, measure.key)),
        (each_name, each),
        (name, grouped(summed, keys)),
    ]


def customer_levels(rows_name: str, keys: list[str]) -> exp.Select:
    """Each customer's level at the opening and at the closing of each period, and whether it was one before."""

    def level(flag: str) -> exp.Expr:
        total = exp.Filter(this=exp.Sum(this=column("value")), expression=exp.Where(this=column(flag)))
        return _or_zero(total)

    before = exp.Filter(this=exp.Max(this=column("value")), expression=exp.Where(this=column("started_before")))
    query = exp.select(
        *(column(key) for key in keys),
        column("customer"),
        exp.alias_(level("at_opening"), "opening", quoted=True),
        exp.alias_(level("at_closing"), "closing", quoted=True),
        exp.alias_(_or_zero(before), "before", quoted=True),
    ).from_(_cte(rows_name))
    return grouped(query, [*keys, "customer"])


def movement_part(part: str) -> tuple[exp.Expr, exp.Expr]:
    """The amount of a part of the movement, and which customers it is of."""
    opening, closing, before = column("opening"), column("closing"), column("before")
    zero = exp.Literal.number(0)

    def there(level: exp.Expr) -> exp.Expr:
        return exp.GT(this=level.copy(), expression=zero.copy())

    def gone(level: exp.Expr) -> exp.Expr:
        return exp.EQ(this=level.copy(), expression=zero.copy())

    up = exp.Sub(this=closing.copy(), expression=opening.copy())
    down = exp.Sub(this=opening.copy(), expression=closing.copy())
    stayed = exp.and_(there(opening), there(closing))
    grown = exp.GT(this=closing.copy(), expression=opening.copy())
    shrunk = exp.LT(this=closing.copy(), expression=opening.copy())
    lower = exp.func("LEAST", opening.copy(), closing.copy())
    return {
        "opening": (opening, there(opening)),
        "closing": (closing, there(closing)),
        "new": (closing, exp.and_(gone(opening), there(closing), gone(before))),
        "reactivation": (closing, exp.and_(gone(opening), there(closing), there(before))),
        "expansion": (up, exp.and_(stayed, grown)),
        "contraction": (down, exp.and_(stayed.copy(), shrunk)),
        "churned": (opening, exp.and_(there(opening), gone(closing))),
        "retained": (closing, stayed.copy()),
        "kept": (lower, stayed.copy()),
    }[part]


def _or_zero(value: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])


def _cte(name: str) -> exp.Table:
    return exp.Table(this=column(name).this)
