"""Which KPIs light up? Which of a KPI's definitions the loaded data can answer, and what the others lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kpi.compile.relations import can_reach, relation_to
from kpi.errors import KpiError, QueryError
from kpi.model import entities
from kpi.semantic.expression import Expression, Name, children_in, names_in, parse
from kpi.semantic.kpi import Definition, Kpi, LevelMeasure, Measure, MovementMeasure, RowMeasure, TargetMeasure
from kpi.workspace import Dataset, Table

MOST_NESTED = 8


@dataclass(frozen=True)
class Missing:
    """A field that would be needed; `field` is None when no row of the entity is loaded at all."""

    entity: str
    field: str | None


@dataclass(frozen=True)
class Choice:
    """The definition in force, or what is missing for the nearest one."""

    definition: Definition | None
    missing: tuple[Missing, ...] = ()


def choose(kpi: Kpi, dataset: Dataset, kpis: Mapping[str, Kpi], depth: int = 0) -> Choice:
    """The first definition whose fields are all loaded; without one, the shortest list of what is missing."""
    lacks: list[tuple[Missing, ...]] = []
    for definition in kpi.definitions:
        missing = tuple(dict.fromkeys(_missing(definition, dataset, kpis, depth)))
        if not missing:
            return Choice(definition)
        lacks.append(missing)
    return Choice(None, min(lacks, key=len))


def chosen(kpi: Kpi, dataset: Dataset, kpis: Mapping[str, Kpi]) -> Definition:
    """The definition in force; `QueryError` naming the missing fields, and where to find them, when there is none."""
    choice = choose(kpi, dataset, kpis)
    if choice.definition is not None:
        return choice.definition
    fields = ", ".join(f"{item.entity}.{item.field}" if item.field else item.entity for item in choice.missing)
    place = f" Look in: {kpi.find_in.en}." if kpi.find_in else ""
    raise QueryError(
        "fields_not_loaded",
        f"{kpi.names.en} needs {fields}, which is not loaded.",
        remedy=f"Load a file with it.{place}",
        found=kpi.id,
        kpi=kpi.id,
        fields=fields,
    )


def _missing(definition: Definition, dataset: Dataset, kpis: Mapping[str, Kpi], depth: int) -> Iterator[Missing]:
    if definition.formula is not None:
        for name, *_ in names_in(parse(definition.formula)):
            if name not in kpis or depth >= MOST_NESTED:
                yield Missing(name, None)
            else:
                yield from choose(kpis[name], dataset, kpis, depth + 1).missing
        return
    for measure in definition.measures:
        yield from _missing_of_measure(measure, dataset, kpis)


def _missing_of_measure(measure: Measure, dataset: Dataset, kpis: Mapping[str, Kpi]) -> Iterator[Missing]:
    if isinstance(measure, TargetMeasure):
        if measure.kpi not in kpis or kpis[measure.kpi].target is None:
            yield Missing(measure.kpi, "target")
        return
    table = dataset.tables.get(measure.entity)
    if table is None:
        yield Missing(measure.entity, None)
        return
    for text in (measure.where, measure.value, getattr(measure, "per", None), getattr(measure, "key", None)):
        if text is not None:
            yield from missing_in(parse(text), dataset, table)
    for name in _dates(measure):
        yield from missing_in(Name(tuple(name.split("."))), dataset, table)


def missing_in(tree: Expression, dataset: Dataset, table: Table) -> Iterator[Missing]:
    """The fields that an expression reads and the loaded data does not have."""
    for parts in names_in(tree):
        if not can_reach(dataset, table, parts):
            yield Missing(table.name if len(parts) == 1 else parts[0], parts[-1])
    for child, condition in children_in(tree):
        loaded = dataset.tables.get(child)
        if loaded is None:
            yield Missing(child, None)
            continue
        try:
            relation_to(dataset, loaded, table)
        except KpiError:
            yield Missing(child, entities()[table.entity].key if table.entity else None)
        if condition is not None:
            yield from missing_in(condition, dataset, loaded)


def _dates(measure: RowMeasure | LevelMeasure | MovementMeasure) -> list[str]:
    """The time fields that a measure names to place rows by; without one, the default is used where there is one."""
    if isinstance(measure, RowMeasure):
        return [measure.date] if measure.date is not None else []
    return [name for name in (measure.start, measure.end) if name is not None]
