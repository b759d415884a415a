"""Row questions: the stored rows behind one number of an answer."""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from kpi.compile.clock import date_literal
from kpi.compile.journey import compile_journey_rows
from kpi.compile.rows import compile_rows
from kpi.compile.scope import column
from kpi.compile.shape import PERIOD, Shape, by
from kpi.errors import QueryError, near_names
from kpi.evaluate.context import Context
from kpi.evaluate.journeys import journey_shape, plan_journey
from kpi.evaluate.kpis import definition_in_force, kpi_of, plan
from kpi.evaluate.result import Result
from kpi.model import FieldType
from kpi.semantic.expression import names_in, parse
from kpi.semantic.kpi import Measure
from kpi.semantic.query import JourneyQuery, KpiQuery, RowsQuery
from kpi.workspace import Column, Table
from kpi.workspace.dataset import STORED_COLUMNS

UNITS = {FieldType.MONEY: "money", FieldType.DATE: "date", FieldType.TIMESTAMP: "timestamp", FieldType.RATE: "rate"}


def evaluate_rows(query: RowsQuery, context: Context) -> Result:
    """The stored rows, with where they were read (`_file`, `_sheet`, `_line`) before their own columns."""
    if isinstance(query.of, JourneyQuery):
        tree, table, shape = _of_journey(query.of, query, context)
    else:
        tree, table, shape = _of_kpi(query.of, query, context)
    frame = context.engine.run(tree, context.dataset, context.limits).to_pandas(date_as_object=True)
    return Result(
        frame=frame,
        units=tuple(_unit(name, table.column(name)) for name in frame.columns),
        sql=context.engine.render(tree),
        query=query,
        grain=None,
        period=shape.period or shape.extent,
        currency=context.dataset.currency,
    )


def parts_of(query: KpiQuery, context: Context) -> tuple[str, ...]:
    """The parts whose rows can be asked for: numerator, denominator, or the KPIs that a formula is made of."""
    definition = definition_in_force(kpi_of(query, context), context)
    if definition.formula is not None:
        return tuple(dict.fromkeys(name for (name, *_) in names_in(parse(definition.formula))))
    return ("numerator", "denominator")[: len(definition.measures)]


def _of_kpi(of: KpiQuery, query: RowsQuery, context: Context) -> tuple[exp.Select, Table, Shape]:
    shape = plan(of, context)
    measure = _measure(of, query.part, context)
    tree = compile_rows(measure, shape, _cell(query, shape), query.limit)
    return tree, context.dataset.tables[getattr(measure, "entity", "")], shape


def _measure(of: KpiQuery, part: str, context: Context) -> Measure:
    definition = definition_in_force(kpi_of(of, context), context)
    parts = parts_of(of, context)
    if part not in parts:
        raise _no_part(part, parts)
    if definition.formula is None:
        return definition.measures[parts.index(part)]
    return _measure(KpiQuery(part), parts_of(KpiQuery(part), context)[0], context)


def _of_journey(of: JourneyQuery, query: RowsQuery, context: Context) -> tuple[exp.Select, Table, Shape]:
    planned = plan_journey(of, context)
    shape = journey_shape(of, planned, context)
    lost = query.part.startswith("lost:")
    wanted = query.part.removeprefix("lost:")
    steps = [step.id for step in planned.plan.steps]
    if wanted not in steps or (lost and wanted == steps[0]):
        raise _no_part(query.part, [*steps, *(f"lost:{step}" for step in steps[1:])])
    number = steps.index(wanted) + 1
    place = planned.plan.steps[number - 2 if lost else number - 1]
    tree = compile_journey_rows(planned.plan, shape, number, lost, _cell(query, shape), query.limit)
    return tree, context.dataset.tables[planned.plan.entity(place)], shape


def _cell(query: RowsQuery, shape: Shape) -> list[exp.Expr]:
    """Predicates on the answer's keys."""
    predicates: list[exp.Expr] = []
    known = dict(
        zip([*shape.labels(), *shape.dimensions], [*shape.key_names(), *map(by, shape.dimensions)], strict=True)
    )
    for name, value in query.cell:
        if name not in known:
            raise QueryError(
                "not_in_answer", f"The answer has no column {name!r}.", found=name, near=near_names(name, list(known))
            )
        key = column(known[name])
        if value is None:
            predicates.append(exp.Is(this=key, expression=exp.Null()))
        elif name == PERIOD and shape.grain is not None and isinstance(value, date):
            predicates.append(exp.EQ(this=key, expression=date_literal(value)))
        else:
            literal = exp.Boolean(this=value) if isinstance(value, bool) else exp.Literal.string(str(value))
            predicates.append(exp.EQ(this=key, expression=literal))
    return predicates


def _unit(name: str, stored: Column | None) -> str:
    if stored is None or name in STORED_COLUMNS:
        return "text"
    if stored.type in UNITS:
        return UNITS[stored.type]
    return "number" if stored.type.is_number else "boolean" if stored.type is FieldType.BOOLEAN else "text"


def _no_part(part: str, parts: tuple[str, ...] | list[str]) -> QueryError:
    return QueryError(
        "unknown_part",
        f"There are no rows named {part!r}.",
        remedy=f"Ask for one of: {', '.join(parts)}.",
        found=part,
        near=near_names(part, list(parts)),
    )
