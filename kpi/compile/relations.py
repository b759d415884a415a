"""Which table can be reached from which? The many-to-one joins of a dataset, and the way from a row to a field.

A relation is *declared* where a field of an entity references another entity, and *found* between tables that fit no
entity where both hold a column of the same name and it names each row of the target once. A join never multiplies
rows: a target whose key is not known to be unique is reduced to one row per key first (see `kpi.compile.scope`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kpi.errors import QueryError, near_names
from kpi.model import entities
from kpi.workspace import Column, Dataset, Table

MOST_STEPS = 3


@dataclass(frozen=True)
class Relation:
    """Each row of `source` has at most one row of `target`: source.column = target.key."""

    source: str
    column: str
    target: str
    key: str


@dataclass(frozen=True)
class Reached:
    """A column, and the joins that lead to it from a row (none for the row's own)."""

    path: tuple[Relation, ...]
    column: Column


@lru_cache(maxsize=64)
def relations(dataset: Dataset) -> tuple[Relation, ...]:
    """Every relation between loaded tables, declared ones first."""
    found: list[Relation] = []
    for table in dataset.tables.values():
        entity = entities().get(table.entity or "")
        for field in entity.fields if entity else ():
            target = dataset.tables.get(field.references or "")
            key = entities()[field.references].key if field.references else None
            if target and key and target.name != table.name and table.column(field.id) and target.column(key):
                found.append(Relation(table.name, field.id, target.name, key))
    for source in dataset.tables.values():
        for target in dataset.tables.values():
            if source is target or (source.entity and target.entity):
                continue
            found.extend(
                Relation(source.name, column.name, target.name, column.name)
                for column in source.columns
                if column.type.is_dimension and target.column(column.name) and target.is_unique(column.name)
            )
    return tuple(found)


def reach(dataset: Dataset, table: Table, parts: Sequence[str]) -> Reached:
    """Where is the field that a name means, seen from a row of `table`?

    `QueryError` when there is none, or when two equally near tables hold it.
    """
    *through, name = parts
    if not through:
        own = table.column(name)
        if own is not None:
            return Reached((), own)
    layer: list[tuple[tuple[Relation, ...], Table]] = [((), table)]
    seen = {table.name}
    for _ in range(MOST_STEPS):
        layer = [
            ((*path, relation), dataset.tables[relation.target])
            for path, place in layer
            for relation in relations(dataset)
            if relation.source == place.name and relation.target not in seen
        ]
        found = {
            path: column
            for path, place in layer
            if (column := place.column(name)) is not None and _goes_through(path, through)
        }
        if len({path[-1].target for path in found}) > 1:
            ways = sorted({f"{path[-1].target}.{name}" for path in found})
            raise QueryError(
                "ambiguous_field",
                f"{name!r} could be {' or '.join(ways)}.",
                remedy="Write the one that is meant.",
                found=name,
                near=ways,
            )
        if found:
            path, column = next(iter(found.items()))
            return Reached(path, column)
        seen.update(place.name for _, place in layer)
    raise _would_double(dataset, table, through, name) or _not_found(dataset, table, ".".join(parts))


def can_reach(dataset: Dataset, table: Table, parts: Sequence[str]) -> bool:
    """Whether a name means exactly one field, seen from a row of `table`."""
    try:
        reach(dataset, table, parts)
    except QueryError:
        return False
    return True


def days_of(dataset: Dataset, table: Table, name: str) -> tuple[date, date] | None:
    """The first and last day of a time field seen from a row of `table`, from the manifest; None where it has none."""
    reached = reach(dataset, table, name.split("."))
    place = dataset.tables[reached.path[-1].target] if reached.path else table
    first, last = place.earliest(reached.column.name), place.latest(reached.column.name)
    return (first, last) if first and last else None


def dimensions(dataset: Dataset, table: Table) -> tuple[str, ...]:
    """Every breakdown that rows of `table` have: their own fields, then `table.field` for those reached by one join."""
    own = [column.name for column in table.columns if column.type.is_dimension]
    reached = [
        f"{relation.target}.{column.name}"
        for relation in relations(dataset)
        if relation.source == table.name
        for column in dataset.tables[relation.target].columns
        if column.type.is_dimension and column.name != relation.key
    ]
    return tuple(dict.fromkeys([*own, *reached]))


def relation_to(dataset: Dataset, child: Table, parent: Table) -> Relation:
    """The relation by which rows of `child` belong to rows of `parent`; `QueryError` when there is none."""
    for relation in relations(dataset):
        if relation.source == child.name and relation.target == parent.name:
            return relation
    raise QueryError(
        "no_relation",
        f"Rows of {child.name} do not say which row of {parent.name} they belong to.",
        remedy=f"Map a column of {child.name} to the key of {parent.name}.",
        found=child.name,
    )


def _goes_through(path: tuple[Relation, ...], through: Sequence[str]) -> bool:
    """Whether a path ends by way of the named tables (or of the fields that reference them), in order."""
    return len(through) <= len(path) and all(
        name in (relation.target, relation.column)
        for name, relation in zip(reversed(through), reversed(path), strict=False)
    )


def _would_double(dataset: Dataset, table: Table, through: Sequence[str], name: str) -> QueryError | None:
    """Why a table that shares a column is no way to a field: a row would find several rows, and count for each."""
    for other in dataset.tables.values():
        if other is table or (through and through[-1] != other.name) or other.column(name) is None:
            continue
        if table.entity and other.entity:  # these meet where the model says so
            continue
        for shared in table.columns:
            if shared.type.is_dimension and other.column(shared.name) and not other.is_unique(shared.name):
                return QueryError(
                    "join_repeats",
                    f"{other.name} may have several rows for one {shared.name}: joined, rows of {table.name} would "
                    "count more than once.",
                    remedy=f"Load {other.name} with one row for each {shared.name}, or ask about {other.name} itself.",
                    found=f"{other.name}.{name}",
                    table=table.name,
                    other=other.name,
                    column=shared.name,
                )
    return None


def _not_found(dataset: Dataset, table: Table, name: str) -> QueryError:
    known = list(dict.fromkeys([*(column.name for column in table.columns), *dimensions(dataset, table)]))
    return QueryError(
        "unknown_field",
        f"{table.name} has no field {name!r}.",
        remedy=f"It has: {', '.join(known[:12])}{' …' if len(known) > 12 else ''}.",
        found=name,
        near=near_names(name, known),
    )
