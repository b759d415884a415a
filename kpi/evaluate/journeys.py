"""Journey questions: choose the source that the loaded data has, compile, run, and lay the steps out as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pandas as pd

from kpi.compile.journey import Plan, compile_journey
from kpi.compile.relations import can_reach, days_of
from kpi.compile.shape import PERIOD, Shape
from kpi.errors import QueryError
from kpi.evaluate.availability import Missing, missing_in
from kpi.evaluate.context import Context
from kpi.evaluate.result import Result
from kpi.model import entities
from kpi.model.entity import Names
from kpi.period import Period
from kpi.semantic.expression import parse
from kpi.semantic.journey import Journey, Source, Step
from kpi.semantic.query import JourneyQuery
from kpi.workspace import Dataset


@dataclass(frozen=True)
class PlannedJourney:
    """The plan, with what had to be left out of it."""

    journey: Journey
    plan: Plan
    left_out: tuple[Step, ...]
    warnings: tuple[Names, ...]


def plan_journey(query: JourneyQuery, context: Context) -> PlannedJourney:
    """The first source of the journey that the data can follow; `QueryError` naming what is missing when none can be.

    A source can be followed when its needed fields are there and its first, its last and so at least two steps.
    """
    journey = query.journey if isinstance(query.journey, Journey) else context.definitions.journey(query.journey)
    lacks: list[tuple[Missing, ...]] = []
    for source in journey.sources:
        missing = {step.id: tuple(_missing(source, step, context.dataset)) for step in source.steps}
        needed = tuple(_missing_needs(source, context.dataset))
        ends = tuple(dict.fromkeys(needed + missing[source.steps[0].id] + missing[source.steps[-1].id]))
        if ends:
            lacks.append(ends)
            continue
        steps = tuple(step for step in source.steps if not missing[step.id])
        left_out = tuple(step for step in source.steps if missing[step.id])
        return PlannedJourney(
            journey, _plan(source, steps, context.dataset), left_out, tuple(_warnings(source, left_out))
        )
    fields = ", ".join(f"{item.entity}.{item.field}" if item.field else item.entity for item in min(lacks, key=len))
    raise QueryError(
        "journey_not_loaded",
        f"The journey {journey.names.en} needs {fields}, which is not loaded.",
        remedy="Load a file with it on the page Data.",
        found=journey.id,
        journey=journey.id,
        fields=fields,
    )


def journey_shape(query: JourneyQuery, planned: PlannedJourney, context: Context) -> Shape:
    """The shape of the answer to a journey query."""
    return Shape(
        dataset=context.dataset,
        period=query.period if planned.plan.date else None,
        grain=query.grain,
        dimensions=query.dimensions,
        where=parse(query.where) if query.where else None,
        extent=_extent(planned.plan, context),
        horizon=context.now,
    )


def evaluate_journey(query: JourneyQuery, context: Context) -> Result:
    """Columns: (period, with a grain), the dimensions, step, position, count, step_rate, overall_rate, lost, amount.

    step_rate is null at the first step; a rate of nobody is null. `lost` is how many fewer than in the step before;
    `amount` the money of the step's records, null where they have none. Positions start at 1.
    """
    planned = plan_journey(query, context)
    shape = journey_shape(query, planned, context)
    tree = compile_journey(planned.plan, shape)
    found = context.engine.run(tree, context.dataset, context.limits).to_pandas(date_as_object=True)
    keys = shape.key_names()
    rows = [row for record in found.to_dict("records") for row in _steps(record, keys, planned.plan)]
    columns = [*shape.labels(), "step", "position", "count", "step_rate", "overall_rate", "lost", "amount"]
    warnings = list(planned.warnings)
    if query.period is not None and planned.plan.date is None:
        warnings.append(UNDATED)
    return Result(
        frame=pd.DataFrame(rows, columns=columns, dtype=object),
        units=(
            *("date" if key == PERIOD else "text" for key in keys),
            *("text", "count", "count", "rate", "rate", "count", "money"),
        ),
        sql=context.engine.render(tree),
        query=query,
        grain=query.grain,
        period=query.period or shape.extent,
        currency=context.dataset.currency,
        warnings=tuple(warnings),
    )


UNDATED = Names(
    en="The first step has no date, so the period does not apply: all records are counted.",
    zh="第一步没有日期，时间范围不起作用：统计的是全部记录。",
)


def _steps(record: Mapping[Any, Any], keys: list[str], plan: Plan) -> Iterator[list[Any]]:
    """One row per step from one row of counts."""
    first = before = None
    for position, step in enumerate(plan.steps, start=1):
        count = (
            int(record[f"count_{position}"] or 0) if record[f"count_{position}"] == record[f"count_{position}"] else 0
        )
        amount = record.get(f"amount_{position}")
        yield [
            *(None if record[key] != record[key] else record[key] for key in keys),
            step.id,
            position,
            count,
            None if not before else count / before,
            None if not (first := count if first is None else first) else count / first,
            0 if before is None else before - count,
            None if amount != amount else amount,
        ]
        before = count


def _plan(source: Source, steps: tuple[Step, ...], dataset: Dataset) -> Plan:
    """The steps that are there, and the field that dates the entry."""
    plan = Plan(source, steps, None)
    table = dataset.tables[plan.entity(steps[0])]
    entity = entities().get(table.entity or "")
    names = (source.date, steps[0].at, entity.time if entity else None)
    date = next((name for name in names if name and can_reach(dataset, table, name.split("."))), None)
    return replace(plan, date=date)


def _missing(source: Source, step: Step, dataset: Dataset) -> Iterator[Missing]:
    table = dataset.tables.get(step.entity or source.entity)
    if table is None:
        yield Missing(step.entity or source.entity, None)
        return
    key = None if source.is_totals else (step.key or source.key)
    for name in (key, step.at):
        if name is not None and not can_reach(dataset, table, name.split(".")):
            yield Missing(table.name, name)
    for text in (step.where, step.total):
        if text is not None:
            yield from missing_in(parse(text), dataset, table)


def _missing_needs(source: Source, dataset: Dataset) -> Iterator[Missing]:
    table = dataset.tables.get(source.entity)
    for name in getattr(source, "needs", ()):
        if table is None or table.column(name) is None:
            yield Missing(source.entity, name)


def _extent(plan: Plan, context: Context) -> Period:
    """The days on which records enter."""
    table = context.dataset.tables[plan.entity(plan.steps[0])]
    if plan.date is not None:
        days = days_of(context.dataset, table, plan.date)
        if days is not None:
            return Period(days[0], days[1] + timedelta(days=1))
    return Period(context.now, context.now + timedelta(days=1))


def _warnings(source: Source, left_out: tuple[Step, ...]) -> Iterator[Names]:
    if source.caution is not None:
        yield source.caution
    if left_out:
        yield Names(
            en=f"Left out, because the data has no such fields: {', '.join(step.names.en for step in left_out)}.",
            zh=f"数据里没有相应字段，未计入的环节：{'、'.join(step.names.zh for step in left_out)}。",
        )
