"""Measures → named CTEs: each measure's rows are one, its aggregate the next, so that the SQL reads like a derivation.

Measures over the same table, placed by the same date, share one scan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from kpi.compile.condition import compile_expression, condition
from kpi.compile.level import level_blocks, movement_blocks
from kpi.compile.scope import Scope, column
from kpi.compile.shape import PERIOD, Shape, grouped
from kpi.semantic.expression import parse
from kpi.semantic.kpi import Aggregate, LevelMeasure, Measure, MovementMeasure, RowMeasure, TargetMeasure


@dataclass(frozen=True)
class Block:
    """A CTE that yields columns of the answer, by the answer's keys (without dimensions when it is `across` them)."""

    name: str
    columns: tuple[str, ...]
    across: bool = False


@dataclass(frozen=True)
class Compiled:
    """CTEs in order, and the blocks among them that hold columns of the answer."""

    ctes: tuple[tuple[str, exp.Select], ...]
    blocks: tuple[Block, ...]


def aggregate(kind: Aggregate, value: exp.Expr | None, only: exp.Expr | None) -> exp.Expr:
    """An aggregate call, of the rows that satisfy `only`."""
    if kind is Aggregate.COUNT:
        call: exp.Expr = exp.Count(this=value if value is not None else exp.Star())
    elif kind is Aggregate.COUNT_DISTINCT:
        call = exp.Count(this=exp.Distinct(expressions=[value]))
    elif kind in (Aggregate.MEAN, Aggregate.MEDIAN):
        make = exp.Avg if kind is Aggregate.MEAN else exp.Median
        call = make(this=exp.cast(value, "double") if value is not None else None)
    else:
        call = {Aggregate.SUM: exp.Sum, Aggregate.MIN: exp.Min, Aggregate.MAX: exp.Max}[kind](this=value)
    taken = exp.Filter(this=call, expression=exp.Where(this=only)) if only is not None else call
    if kind is Aggregate.SUM:  # of no rows a sum is 0, not unknown
        return exp.Coalesce(this=taken, expressions=[exp.Literal.number(0)])
    return taken


def zero_if_none(measure: Measure) -> bool:
    """Whether no rows mean 0 (counts, sums, spells) rather than no data (means, extremes, a stock never counted)."""
    if isinstance(measure, LevelMeasure) and measure.end is None:
        return False
    return not isinstance(measure, RowMeasure | LevelMeasure) or measure.aggregate in (
        Aggregate.COUNT,
        Aggregate.COUNT_DISTINCT,
        Aggregate.SUM,
    )


def compile_measures(
    measures: Mapping[str, Measure], shape: Shape, targets: Mapping[str, Sequence[object]]
) -> Compiled:
    """CTEs for the named measures; `targets` holds, per KPI id, its target for each slot of the shape."""
    ctes: list[tuple[str, exp.Select]] = []
    blocks: list[Block] = []
    shared: dict[tuple[str, str | None, bool], dict[str, RowMeasure]] = {}
    for name, measure in measures.items():
        if isinstance(measure, RowMeasure) and measure.per is None and measure.trailing_days is None:
            date = shape.date_of(shape.table(measure.entity), measure.date)
            shared.setdefault((measure.entity, date, measure.across_dimensions), {})[name] = measure
            continue
        if isinstance(measure, RowMeasure):
            made = (
                _per_block(name, measure, shape) if measure.trailing_days is None else _trailing(name, measure, shape)
            )
        elif isinstance(measure, LevelMeasure):
            made = level_blocks(name, measure, shape, aggregate)
        elif isinstance(measure, MovementMeasure):
            made = movement_blocks(name, measure, shape)
        else:
            made = [(name, _target_rows(name, measure, shape, targets))]
        ctes.extend(made)
        blocks.append(Block(made[-1][0], (name,), across=_is_across(measure)))
    for (_, _, across), group in shared.items():
        made = _shared_scan(group, shape)
        ctes.extend(made)
        blocks.append(Block(made[-1][0], tuple(group), across=across and bool(shape.dimensions)))
    return Compiled(tuple(ctes), tuple(blocks))


def count_undated(measure: RowMeasure, shape: Shape) -> exp.Select | None:
    """How many of the rows that a measure takes have no date and so fall in no period; None where they have no date."""
    scope = Scope(shape.dataset, shape.table(measure.entity))
    name = shape.date_of(scope.table, measure.date)
    if name is None:
        return None
    predicates = [exp.Is(this=shape.time(scope, name)[0], expression=exp.Null()), *shape.filters(scope)]
    if measure.where:
        predicates.append(condition(parse(measure.where), scope))
    return scope.select([exp.alias_(exp.Count(this=exp.Star()), "undated", quoted=True)], predicates)


def _is_across(measure: Measure) -> bool:
    return isinstance(measure, TargetMeasure) or (isinstance(measure, RowMeasure) and measure.across_dimensions)


def _shared_scan(group: Mapping[str, RowMeasure], shape: Shape) -> list[tuple[str, exp.Select]]:
    """One scan for measures of one table and date: every row once, flagged for the measures that take it."""
    first = next(iter(group.values()))
    across = first.across_dimensions
    scope = Scope(shape.dataset, shape.table(first.entity))
    columns = shape.bucketed(scope, first.date) + ([] if across else shape.dimension_columns(scope))
    taken: list[exp.Expr] = []
    results: list[exp.Expr] = []
    for name, measure in group.items():
        only = None
        if measure.where:
            wanted = condition(parse(measure.where), scope)
            taken.append(wanted.copy())
            columns.append(exp.alias_(wanted, f"in_{name}", quoted=True))
            only = column(f"in_{name}")
        value = None
        if measure.value is not None:
            columns.append(
                exp.alias_(compile_expression(parse(measure.value), scope).sql, f"value_{name}", quoted=True)
            )
            value = column(f"value_{name}")
        results.append(exp.alias_(aggregate(measure.aggregate, value, only), name, quoted=True))
    predicates = shape.dated(scope, first.date) + shape.filters(scope)
    if len(taken) == len(group):
        predicates.append(exp.Paren(this=exp.or_(*taken)) if len(taken) > 1 else taken[0])
    keys = shape.key_names(with_dimensions=not across)
    rows_name = "_and_".join(group) + "_rows"
    rows = scope.select(columns or [exp.alias_(exp.Literal.number(1), "one", quoted=True)], predicates)
    summed = exp.select(*(column(key) for key in keys), *results).from_(exp.Table(this=column(rows_name).this))
    return [(rows_name, rows), ("_and_".join(group), grouped(summed, keys))]


def _per_block(name: str, measure: RowMeasure, shape: Shape) -> list[tuple[str, exp.Select]]:
    """Who has at least n rows in the period, or whose first row ever falls in it."""
    rows = per_rows(measure, shape)
    keys = shape.key_names(with_dimensions=not measure.across_dimensions)
    rows_name, each_name = f"{name}_rows", f"{name}_each"
    if measure.first:
        counted: exp.Expr = exp.Count(this=exp.Distinct(expressions=[column("per")]))
        summed = exp.select(*(column(key) for key in keys), exp.alias_(counted, name, quoted=True))
        return [(rows_name, rows), (name, grouped(summed.from_(exp.Table(this=column(rows_name).this)), keys))]
    counted = aggregate(Aggregate.COUNT, None, often_enough(measure))
    summed = exp.select(*(column(key) for key in keys), exp.alias_(counted, name, quoted=True))
    return [
        (rows_name, rows),
        (each_name, per_each(measure, rows_name, keys)),
        (name, grouped(summed.from_(exp.Table(this=column(each_name).this)), keys)),
    ]


def per_each(measure: RowMeasure, rows_name: str, keys: list[str]) -> exp.Select:
    """How many `times` each one has rows (different values, with count_distinct) in each period and segment."""
    value = column("value") if measure.value is not None else None
    times = exp.alias_(aggregate(measure.aggregate, value, None), "times", quoted=True)
    query = exp.select(*(column(key) for key in keys), column("per"), times)
    return grouped(query.from_(exp.Table(this=column(rows_name).this)), [*keys, "per"])


def often_enough(measure: RowMeasure) -> exp.Expr:
    """Whether `times` reaches what a repeat measure asks for."""
    return exp.GTE(this=column("times"), expression=exp.Literal.number(measure.at_least or 1))


def per_rows(measure: RowMeasure, shape: Shape) -> exp.Select:
    """The rows of a repeat or first-time measure, and whose (`per`) they are; rows of nobody are left out."""
    scope = Scope(shape.dataset, shape.table(measure.entity))
    who = compile_expression(parse(measure.per or ""), scope).sql
    times = compile_expression(parse(measure.value), scope).sql if measure.value else None
    own: list[exp.Expr] = [exp.not_(exp.Is(this=who.copy(), expression=exp.Null()))]
    if measure.where:
        own.append(condition(parse(measure.where), scope))
    dimensions = [] if measure.across_dimensions else shape.dimension_columns(scope)
    columns = [
        exp.alias_(column("_row_id", scope.alias), "_row_id", quoted=True),
        *shape.bucketed(scope, measure.date),
        *dimensions,
        exp.alias_(who, "per", quoted=True),
        *([exp.alias_(times, "value", quoted=True)] if times is not None else []),
    ]
    if not measure.first:
        return scope.select(columns, [*shape.dated(scope, measure.date), *shape.filters(scope), *own])
    moment = shape.time(scope, measure.date)[0]
    order = exp.Order(expressions=[exp.Ordered(this=moment.copy()), exp.Ordered(this=column("_row_id", scope.alias))])
    rank = exp.Window(this=exp.RowNumber(), partition_by=[who.copy()], order=order)
    asked = shape.dated(scope, measure.date) + shape.filters(scope)
    is_asked = exp.and_(*asked) if asked else exp.true()
    ranked = scope.select(
        [*columns, exp.alias_(rank, "nth", quoted=True), exp.alias_(is_asked, "asked", quoted=True)],
        [*own, exp.not_(exp.Is(this=moment.copy(), expression=exp.Null()))],
    )
    names = [item.alias for item in columns]
    return (
        exp.select(*(column(item) for item in names))
        .from_(ranked.subquery("ranked"))
        .where(exp.EQ(this=column("nth"), expression=exp.Literal.number(1)), column("asked"))
    )


def trailing_rows(measure: RowMeasure, shape: Shape) -> exp.Select:
    """The rows of the last so many days up to each period's close."""
    scope = Scope(shape.dataset, shape.table(measure.entity))
    own = [condition(parse(measure.where), scope)] if measure.where else []
    day = shape.day(scope, measure.date)
    value = compile_expression(parse(measure.value), scope).sql if measure.value else exp.Literal.number(1)
    days = exp.Interval(this=exp.Literal.string(str(measure.trailing_days)), unit=exp.var("DAY"))
    opens = exp.cast(exp.Sub(this=column("closes", "slot"), expression=days), "date")
    columns = [
        exp.alias_(column("_row_id", scope.alias), "_row_id", quoted=True),
        *shape.slot_period(),
        *shape.dimension_columns(scope),
        exp.alias_(value, "value", quoted=True),
    ]
    recent = exp.and_(
        exp.GT(this=day.copy(), expression=opens), exp.LTE(this=day.copy(), expression=column("closes", "slot"))
    )
    return scope.select(columns, [*shape.filters(scope), *own]).join(shape.slot_table(), on=recent)


def _trailing(name: str, measure: RowMeasure, shape: Shape) -> list[tuple[str, exp.Select]]:
    rows_name = f"{name}_rows"
    value = column("value") if measure.value is not None else None
    result = exp.alias_(aggregate(measure.aggregate, value, None), name, quoted=True)
    summed = exp.select(*(column(key) for key in shape.key_names()), result)
    return [
        (rows_name, trailing_rows(measure, shape)),
        (name, grouped(summed.from_(exp.Table(this=column(rows_name).this)), shape.key_names())),
    ]


def _target_rows(
    name: str, measure: TargetMeasure, shape: Shape, targets: Mapping[str, Sequence[object]]
) -> exp.Select:
    """The KPI's target for each period, as it was worked out from the calendar."""
    values = targets.get(measure.kpi, [None] * len(shape.slots))
    rows = []
    for slot, value in zip(shape.slots, values, strict=True):
        period = exp.cast(exp.Literal.string(slot.start.isoformat()), "date")
        amount = exp.Null() if value is None else exp.Literal.number(str(value))
        rows.append(exp.Tuple(expressions=[period, exp.cast(amount, "double")]))
    alias = exp.TableAlias(this=column("targets").this, columns=[column(PERIOD).this, column(name).this])
    keys = [PERIOD] if shape.grain else []
    return exp.select(*(column(key) for key in keys), column(name)).from_(exp.Values(expressions=rows, alias=alias))
