"""By which fields can an answer be broken down? Dimensions that every part of a question can reach."""

from __future__ import annotations

from dataclasses import dataclass

from kpi.compile.relations import dimensions, reach
from kpi.errors import QueryError
from kpi.evaluate.context import Context
from kpi.evaluate.journeys import PlannedJourney
from kpi.evaluate.kpis import definition_in_force, measures_of
from kpi.model import FieldType, entities
from kpi.model.entity import Names
from kpi.semantic.expression import names_in, parse
from kpi.semantic.kpi import Kpi, TargetMeasure
from kpi.workspace import Column, Dataset, Table

_RANK = {FieldType.CATEGORY: 0, FieldType.BOOLEAN: 1, FieldType.ID: 2, FieldType.TEXT: 3}


@dataclass(frozen=True)
class Breakdown:
    """A dimension as a query names it, with the name people know it by."""

    name: str
    names: Names


def kpi_breakdowns(kpi: Kpi, context: Context) -> tuple[Breakdown, ...]:
    """The breakdowns of a KPI: those that all its measures' rows have. Categories first; row keys are left out."""
    measures = measures_of(definition_in_force(kpi, context), context)
    tables = [context.dataset.tables[item.entity] for item in measures if not isinstance(item, TargetMeasure)]
    return _shared(tables, context.dataset)


def journey_breakdowns(planned: PlannedJourney, context: Context) -> tuple[Breakdown, ...]:
    """The breakdowns of a journey: those of the rows by which records enter it, without the fields that make steps."""
    texts = [step.where for step in planned.plan.steps if step.where]
    makes_steps = {".".join(parts) for text in texts for parts in names_in(parse(text))}
    found = _shared([context.dataset.tables[planned.plan.entity(planned.plan.steps[0])]], context.dataset)
    return tuple(item for item in found if item.name not in makes_steps)


def can_break_down(kpi: Kpi, dimension: str, context: Context) -> bool:
    """Whether every part of a KPI has this dimension."""
    measures = measures_of(definition_in_force(kpi, context), context)
    return all(
        not isinstance(item, TargetMeasure)
        and _reached(context.dataset, context.dataset.tables[item.entity], dimension) is not None
        for item in measures
    )


def field_names(dataset: Dataset, table: Table, name: str) -> Names:
    """The name that people know a field by: the model's, or the header that the file had."""
    found = _place(dataset, table, name)
    if found is None:
        return Names(en=name, zh=name)
    place, column = found
    entity = entities().get(place.entity or "")
    field = entity.field(column.name) if entity else None
    own = field.names if field else Names(en=column.label or column.name, zh=column.label or column.name)
    if place.name == table.name or entity is None:
        return own
    return Names(en=f"{own.en} ({entity.names.en})", zh=f"{own.zh}（{entity.names.zh}）")


def _shared(tables: list[Table], dataset: Dataset) -> tuple[Breakdown, ...]:
    if not tables:
        return ()
    first, *others = tables
    found: list[tuple[int, str]] = []
    for name in dimensions(dataset, first):
        place = _place(dataset, first, name)
        if place is None or not _is_segment(*place):
            continue
        if all(_reached(dataset, other, name) is not None for other in others):
            found.append((_RANK.get(place[1].type, 4), name))
    ordered = sorted(found, key=lambda item: ("." in item[1], item[0]))
    return tuple(Breakdown(name, field_names(dataset, first, name)) for _, name in ordered)


def _is_segment(table: Table, column: Column) -> bool:
    """Whether a column's values are groups, not the names of single rows or free text of a known entity."""
    if column.name.startswith("_") or column.type not in _RANK:
        return False
    entity = entities().get(table.entity or "")
    field = entity.field(column.name) if entity else None
    if field is None:
        return not table.is_unique(column.name)
    if column.type is FieldType.ID:
        return field.references is not None
    return column.type is not FieldType.TEXT


def _reached(dataset: Dataset, table: Table, name: str) -> Column | None:
    found = _place(dataset, table, name)
    return found[1] if found else None


def _place(dataset: Dataset, table: Table, name: str) -> tuple[Table, Column] | None:
    """The table that holds a field, seen from rows of another."""
    try:
        reached = reach(dataset, table, name.split("."))
    except QueryError:
        return None
    return (dataset.tables[reached.path[-1].target] if reached.path else table), reached.column
