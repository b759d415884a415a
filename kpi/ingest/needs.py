"""Which ready-made KPIs would a table feed? Asked where a table could be rows of two entities, and on screens."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

from kpi.model import entities
from kpi.semantic.catalogue import catalogue
from kpi.semantic.expression import names_in, parse
from kpi.semantic.kpi import LevelMeasure, Measure, MovementMeasure, RowMeasure


def fed_kpis(entity_id: str, fields: Collection[str]) -> tuple[str, ...]:
    """The catalogue's KPIs that have a definition whose rows of this entity need no other field of it than these."""
    entity = entities()[entity_id]
    derived = {field.id for field in entity.fields if field.derived_from in fields}
    there = {*fields, *derived, "currency"}
    return tuple(kpi for kpi, ways in _needed().get(entity_id, {}).items() if any(needed <= there for needed in ways))


@lru_cache(maxsize=1)
def _needed() -> dict[str, dict[str, tuple[frozenset[str], ...]]]:
    """Entity → KPI → for each of its definitions the fields of the entity that it reads."""
    found: dict[str, dict[str, list[frozenset[str]]]] = {}
    for kpi in catalogue().values():
        for definition in kpi.definitions:
            by_entity: dict[str, set[str]] = {}
            for measure in definition.measures:
                if not isinstance(measure, RowMeasure | LevelMeasure | MovementMeasure):
                    continue
                by_entity.setdefault(measure.entity, set()).update(_own_fields(measure))
            for entity, fields in by_entity.items():
                found.setdefault(entity, {}).setdefault(kpi.id, []).append(frozenset(fields))
    return {entity: {kpi: tuple(ways) for kpi, ways in kpis.items()} for entity, kpis in found.items()}


def _own_fields(measure: Measure) -> Iterator[str]:
    """The fields of the measure's own entity that it reads; what it reaches through joins is another table's."""
    entity = entities().get(getattr(measure, "entity", ""))
    known = {field.id for field in entity.fields} if entity else set()
    texts = [getattr(measure, name, None) for name in ("where", "value", "per", "key", "date", "start", "end")]
    for text in texts:
        for parts in names_in(parse(text)) if text else ():
            if len(parts) == 1 and parts[0] in known:
                yield parts[0]
    if entity is not None and entity.time and isinstance(measure, RowMeasure) and measure.date is None:
        yield entity.time
