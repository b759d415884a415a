"""KPI questions: plan the shape, compile, run, and complete the answer's periods."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pandas as pd

from kpi.compile.formula import compile_kpi
from kpi.compile.measure import count_undated, zero_if_none
from kpi.compile.relations import days_of
from kpi.compile.shape import PERIOD, Shape, Slot, default_date
from kpi.evaluate.availability import chosen
from kpi.evaluate.context import Context
from kpi.evaluate.result import Result
from kpi.evaluate.targets import target_for
from kpi.model import FieldType
from kpi.model.entity import Names
from kpi.period import Period, whole
from kpi.semantic.expression import Expression, Name, Operation, names_in, parse
from kpi.semantic.kpi import (
    Aggregate,
    Basis,
    Definition,
    Kpi,
    LevelMeasure,
    Measure,
    MovementMeasure,
    RowMeasure,
    TargetMeasure,
    Unit,
)
from kpi.semantic.query import KpiQuery


def kpi_of(query: KpiQuery, context: Context) -> Kpi:
    """The KPI that a query is about."""
    return query.kpi if isinstance(query.kpi, Kpi) else context.definitions.kpi(query.kpi)


def definition_in_force(kpi: Kpi, context: Context) -> Definition:
    """The definition that the loaded data can answer."""
    return chosen(kpi, context.dataset, context.definitions.kpis)


def plan(query: KpiQuery, context: Context) -> Shape:
    """The shape of the answer to a KPI query."""
    kpi = kpi_of(query, context)
    definition = definition_in_force(kpi, context)
    return Shape(
        dataset=context.dataset,
        period=query.period,
        grain=query.grain,
        dimensions=query.dimensions,
        where=parse(query.where) if query.where else None,
        extent=extent(definition, context),
        horizon=context.now,
    )


def evaluate_kpi(query: KpiQuery, context: Context) -> Result:
    """Columns: period, the dimensions, value, numerator, denominator, partial.

    `partial`: the period is cut short, has not ended, or its cohort's window has not.
    """
    kpi = kpi_of(query, context)
    definition = definition_in_force(kpi, context)
    shape = plan(query, context)
    tree = compile_kpi(
        kpi.id, definition, shape, lambda name: _definition_of(name, context), targets(definition, shape, context)
    )
    found = context.engine.run(tree, context.dataset, context.limits).to_pandas(date_as_object=True)
    frame = _complete(found, shape, definition)
    value_units = [kpi.unit.value, *_side_units(kpi, definition, context)]
    return Result(
        frame=frame,
        units=("date", *("text" for _ in shape.dimensions), *value_units, "boolean"),
        sql=context.engine.render(tree),
        query=query,
        grain=query.grain,
        period=query.period or shape.extent,
        currency=context.dataset.currency,
        warnings=(*_warnings(definition, context), *_undated(definition, shape, context)),
    )


def targets(definition: Definition, shape: Shape, context: Context) -> dict[str, list[float | None]]:
    """The targets that a definition is measured against, for each slot of a shape; by KPI id."""
    asked = {measure.kpi for measure in measures_of(definition, context) if isinstance(measure, TargetMeasure)}
    return {
        name: [target_for(context.definitions.kpi(name).target, slot.days) for slot in shape.slots] for name in asked
    }


def measures_of(definition: Definition, context: Context) -> list[Measure]:
    """The measures a definition rests on, through formulas too."""
    if definition.formula is None:
        return list(definition.measures)
    found: list[Measure] = []
    for name, *_ in names_in(parse(definition.formula)):
        found += measures_of(_definition_of(name, context), context)
    return found


def extent(definition: Definition, context: Context) -> Period:
    """The days a definition's data reaches over: first to last date of its rows, not beyond now (levels: to now)."""
    days: list[date] = []
    for measure in measures_of(definition, context):
        if isinstance(measure, TargetMeasure):
            continue
        table = context.dataset.tables[measure.entity]
        if isinstance(measure, RowMeasure):
            name = measure.date or default_date(context.dataset, table)
        else:
            name = measure.start
            days.append(context.now)
        if name:
            days += days_of(context.dataset, table, name) or ()
    if not days:
        return Period(context.now, context.now + timedelta(days=1))
    return Period(min(days), max(min(max(days), context.now), min(days)) + timedelta(days=1))


def _definition_of(name: str, context: Context) -> Definition:
    return definition_in_force(context.definitions.kpi(name), context)


def _complete(found: pd.DataFrame, shape: Shape, definition: Definition) -> pd.DataFrame:
    """Every period for every segment that has one, the empty ones too, with `partial` told."""
    columns = [PERIOD, *shape.labels(with_period=False), "value", "numerator", "denominator", "partial"]
    slots = shape.slots
    rows: list[list[Any]] = []
    if shape.grain is None:
        partial = slots[0].days.end < (shape.period or shape.extent).end or _is_young(slots[0], definition, shape)
        start = slots[0].start
        for row in found.itertuples(index=False, name=None):
            *segment, value, numerator, denominator = _plain(row)
            values = [None, None, None] if _is_before(slots[0], shape) else [value, numerator, denominator]
            rows.append([start, *segment, *values, partial])
    else:
        width = 1 + len(shape.dimensions)
        known = {tuple(_plain(row[:width])): _plain(row[width:]) for row in found.itertuples(index=False, name=None)}
        segments = list(dict.fromkeys(key[1:] for key in known)) or ([()] if not shape.dimensions else [])
        empty = _empty_values(definition)
        for slot, segment in itertools.product(slots, segments):
            values = known.get((slot.start, *segment), [0.0, 0, slot.days.days] if definition.per_day else empty)
            if _is_before(slot, shape):
                values = [None, None, None]
            partial = slot.days != whole(slot.start, shape.grain) or _is_young(slot, definition, shape)
            rows.append([slot.start, *segment, *values, partial])
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _is_before(slot: Slot, shape: Shape) -> bool:
    """Whether the period ends before the data begins: then nothing is known of it, not even that it was nothing."""
    return shape.period is not None and slot.days.end <= shape.extent.start


def _is_young(slot: Slot, definition: Definition, shape: Shape) -> bool:
    """Whether rows that entered in the period may still convert: their window reaches beyond the data."""
    window = definition.window_days if definition.basis is Basis.COHORT else None
    return window is not None and slot.days.end + timedelta(days=window) > shape.horizon + timedelta(days=1)


def _empty_values(definition: Definition) -> list[Any]:
    """The value, numerator and denominator of a period without rows."""
    if definition.formula is not None:
        return [None, None, None]
    sides = [0 if zero_if_none(measure) else None for measure in definition.measures]
    return [sides[0], None, None] if len(sides) == 1 else [None, *sides]


def _plain(values: Iterable[Any]) -> list[Any]:
    """Cells with every kind of null as None."""
    return [None if value is pd.NaT or value is pd.NA or value != value else value for value in values]


def _side_units(kpi: Kpi, definition: Definition, context: Context) -> list[str]:
    """The units of numerator and denominator."""
    if definition.formula is not None:
        tree = parse(definition.formula)
        sides = tree.operands if isinstance(tree, Operation) and tree.operator == "/" else ()
        return [_formula_unit(side, context) for side in sides] or [kpi.unit.value, kpi.unit.value]
    if definition.per_day and definition.numerator is not None:
        return [unit_of(definition.numerator, context), Unit.DAYS.value]
    if definition.denominator is None or definition.numerator is None:
        return [kpi.unit.value, kpi.unit.value]
    return [unit_of(definition.numerator, context), unit_of(definition.denominator, context)]


def _formula_unit(side: Expression, context: Context) -> str:
    """A KPI's own unit; of anything reckoned from KPIs, a number."""
    return context.definitions.kpi(side.parts[0]).unit.value if isinstance(side, Name) else Unit.NUMBER.value


def unit_of(measure: Measure, context: Context) -> str:
    """What a measure's value measures."""
    if isinstance(measure, TargetMeasure):
        return context.definitions.kpi(measure.kpi).unit.value
    counts = isinstance(measure, MovementMeasure) and measure.customers
    if counts or (
        isinstance(measure, RowMeasure | LevelMeasure)
        and measure.aggregate in (Aggregate.COUNT, Aggregate.COUNT_DISTINCT)
    ):
        return Unit.COUNT.value
    table = context.dataset.tables[measure.entity]
    kinds = {
        column.type
        for (*_, name) in names_in(parse(measure.value or "1"))
        if (column := table.column(name)) is not None
    }
    return Unit.MONEY.value if FieldType.MONEY in kinds else Unit.NUMBER.value


def _undated(definition: Definition, shape: Shape, context: Context) -> Iterable[Names]:
    """Of a total over all that is loaded: how many rows are in it that no period holds."""
    if shape.period is not None or shape.grain is not None:
        return
    told: set[str] = set()
    for measure in measures_of(definition, context):
        tree = count_undated(measure, shape) if isinstance(measure, RowMeasure) and not measure.first else None
        if tree is None or (sql := context.engine.render(tree)) in told:
            continue
        told.add(sql)
        count = context.engine.run(tree, context.dataset, context.limits).column("undated")[0].as_py()
        if count:
            assert isinstance(measure, RowMeasure)
            yield Names(
                en=f"{count:,} of the rows of {measure.entity} counted here have no date: they are in no period.",
                zh=f"此处计入的 {measure.entity} 中有 {count:,} 行没有日期，不属于任何时间段。",
            )


def _warnings(definition: Definition, context: Context) -> Iterable[Names]:
    if definition.caution is not None:
        yield definition.caution
    if definition.formula is not None:
        for name, *_ in names_in(parse(definition.formula)):
            yield from _warnings(_definition_of(name, context), context)
