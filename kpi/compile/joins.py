"""How well do the keys of two tables meet? One SELECT over the keys of both, and one for those that do not meet."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from kpi.compile.relations import relations
from kpi.compile.scope import column, identifier, loaded
from kpi.model import FieldType, entities
from kpi.workspace import Column, Dataset, Table

SOURCE, TARGET = "source", "target"
ROWS = "rows"


@dataclass(frozen=True)
class JoinPair:
    """Two columns that could join: each row of `source` looks for the row of `target` that its `column` names.

    `declared`: the model says so; else the columns have the same name.
    """

    source: str
    column: str
    target: str
    key: str
    declared: bool


def join_pairs(dataset: Dataset) -> tuple[JoinPair, ...]:
    """Every declared or possible join between loaded tables, the declared ones first.

    Tables of one's own may meet others in a column of the same name. Where that names no row once on either side, only
    ids are taken for keys.
    """
    declared = {
        (table.name, field.id)
        for table in dataset.tables.values()
        for field in (entities()[table.entity].fields if table.entity else ())
        if field.references
    }
    found: dict[tuple[str, str, str, str], JoinPair] = {}
    for relation in relations(dataset):
        ends = (relation.source, relation.column, relation.target, relation.key)
        found[ends] = JoinPair(*ends, declared=(relation.source, relation.column) in declared)
    for pair in _repeating(dataset):
        ends = (pair.source, pair.column, pair.target, pair.key)
        turned = (pair.target, pair.key, pair.source, pair.column)
        if ends not in found and turned not in found:
            found[ends] = pair
    return tuple(sorted(found.values(), key=lambda pair: not pair.declared))


def _repeating(dataset: Dataset) -> list[JoinPair]:
    """Columns of ids with the same name in two tables, of which one fits no entity, whatever they repeat."""
    tables = list(dataset.tables.values())
    return [
        JoinPair(source.name, item.name, target.name, item.name, declared=False)
        for place, source in enumerate(tables)
        for target in tables[place + 1 :]
        if not (source.entity and target.entity)
        for item in source.columns
        if _is_id(item) and _is_id(target.column(item.name)) and not target.is_unique(item.name)
    ]


def _is_id(item: Column | None) -> bool:
    return item is not None and item.type is FieldType.ID


def compile_match(pair: JoinPair, dataset: Dataset) -> exp.Select:
    """One row: rows and keys of either side, how many of them meet, and how many keys of the target repeat."""
    both = exp.and_(exp.not_(_is_null(column("key", SOURCE))), exp.not_(_is_null(column("key", TARGET))))
    often = exp.GT(this=column(ROWS, TARGET), expression=exp.Literal.number(1))
    wanted = {
        "source_rows": _sum(column(ROWS, SOURCE), None),
        "source_keys": exp.Count(this=column("key", SOURCE)),
        "matched_rows": _sum(column(ROWS, SOURCE), both),
        "matched_keys": _count(both),
        "target_rows": _sum(column(ROWS, TARGET), None),
        "target_keys": exp.Count(this=column("key", TARGET)),
        "used_rows": _sum(column(ROWS, TARGET), both),
        "repeated_keys": _count(often),
    }
    query = exp.select(*(exp.alias_(value, name, quoted=True) for name, value in wanted.items()))
    query = query.from_(exp.Table(this=identifier(SOURCE)))
    query = query.join(exp.Table(this=identifier(TARGET)), on=_same(), join_type="full")
    return _with_keys(query, pair, dataset)


def compile_unmatched(pair: JoinPair, dataset: Dataset, limit: int) -> exp.Select:
    """The keys of the source that the target does not have, with how many rows name them, most first."""
    query = (
        exp.select(column("key", SOURCE), column(ROWS, SOURCE))
        .from_(exp.Table(this=identifier(SOURCE)))
        .join(exp.Table(this=identifier(TARGET)), on=_same(), join_type="left")
        .where(_is_null(column("key", TARGET)))
        .order_by(exp.Ordered(this=column(ROWS, SOURCE), desc=True), exp.Ordered(this=column("key", SOURCE)))
        .limit(limit)
    )
    return _with_keys(query, pair, dataset)


def compile_keys(table: str, name: str, limit: int) -> exp.Select:
    """The different values of a column."""
    return _keys(table, name).order_by(column("key")).limit(limit)


def compile_row_ids(table: Table, name: str, value: str) -> exp.Select:
    """The ids of the rows in which a column has a value."""
    wanted = exp.EQ(this=_text(column(name, table.name)), expression=exp.Literal.string(value))
    return exp.select(column("_row_id", table.name)).from_(loaded(table.name, table.name)).where(wanted)


def _with_keys(query: exp.Select, pair: JoinPair, dataset: Dataset) -> exp.Select:
    for alias, table, name in ((SOURCE, pair.source, pair.column), (TARGET, pair.target, pair.key)):
        query = query.with_(identifier(alias), as_=_keys(dataset.tables[table].name, name))
    return query


def _keys(table: str, name: str) -> exp.Select:
    """Every different value of a column, with how many rows have it."""
    value = _text(column(name, table))
    return (
        exp.select(exp.alias_(value, "key", quoted=True), exp.alias_(exp.Count(this=exp.Star()), ROWS, quoted=True))
        .from_(loaded(table, table))
        .where(exp.not_(_is_null(column(name, table))))
        .group_by(value.copy())
    )


def _text(value: exp.Expr) -> exp.Expr:
    return exp.cast(value, "varchar")


def _same() -> exp.Expr:
    return exp.EQ(this=column("key", SOURCE), expression=column("key", TARGET))


def _is_null(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value, expression=exp.Null())


def _count(wanted: exp.Expr) -> exp.Expr:
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=wanted))


def _sum(value: exp.Expr, wanted: exp.Expr | None) -> exp.Expr:
    total: exp.Expr = exp.Sum(this=value)
    if wanted is not None:
        total = exp.Filter(this=total, expression=exp.Where(this=wanted))
    return exp.cast(exp.Coalesce(this=total, expressions=[exp.Literal.number(0)]), "bigint")
