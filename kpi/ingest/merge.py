"""How do a load's rows meet those that are there? The statements of one step, as trees.

They speak of temporary views made beforehand: `state`, a table's rows so far, and `delta`, the rows of the load, both
with all columns of the result; `state_issues` and `delta_issues`; and, for edits, `edits`, `added` and `settled`.

- An *upsert* puts the delta's rows in the place of those with the same key or row id. It speaks only of the columns
  that it has: in others the former row's values stay, and so do the issues about them.
- An *edit* changes the cells that `_edited` lists in the row with the same row id; a row without a list is added. A row
  that is no longer there stays gone. `settled` names lines once set aside that have become rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlglot import exp

from kpi.engine.duckdb import SQL_TYPES, STORED, rows_of
from kpi.ingest.forms import fill, words
from kpi.workspace import Column, DataFile

ISSUE_TYPES = {
    "file": "VARCHAR",
    "sheet": "VARCHAR",
    "row": "BIGINT",
    "column": "VARCHAR",
    "value": "VARCHAR",
    "reason": "VARCHAR",
    "_load_id": "INTEGER",
    "_row_id": "BIGINT",
    "_column": "VARCHAR",
}
EDITED = "_edited"

Attached = Sequence[tuple[str, DataFile]]


def set_up(name: str, attached: Attached, columns: Sequence[Column], zone: str) -> list[exp.Expr]:
    """The views `name` and `name_issues` over attached files, or over nothing."""
    types = {**STORED, **{column.name: SQL_TYPES.get(column.type, "VARCHAR") for column in columns}}
    rows = rows_of(attached, columns, zone) if attached else nothing(types)
    issues = _union([issues_of(file, alias) for alias, file in attached]) if attached else nothing(ISSUE_TYPES)
    return [make("VIEW", name, rows), make("VIEW", f"{name}_issues", issues)]


def set_up_edits(alias: str) -> list[exp.Expr]:
    """The views `edits` and `settled` over an attached file of edits."""
    edits = exp.select(exp.column("_row_id"), exp.column(EDITED)).from_(inside(alias, "rows"))
    return [
        make("VIEW", "edits", edits.where(fill("NOT _edited IS NULL"))),
        make("VIEW", "added", exp.select("_row_id").from_(inside(alias, "rows")).where(fill("_edited IS NULL"))),
        make("VIEW", "settled", exp.select("*").from_(inside(alias, "settled"))),
    ]


def meet(key: Sequence[str]) -> list[exp.Expr]:
    """Which former row (`old`) meets which row of the delta (`new`), and the one former row that each continues."""
    by_key = (
        exp.select("state._row_id AS old", "delta._row_id AS new", "1 AS rank")
        .from_("state")
        .join("delta", on=same_key(key, "state", "delta"))
    )
    by_id = (
        exp.select("state._row_id AS old", "delta._row_id AS new", "0 AS rank")
        .from_("state")
        .join("delta", on="delta._row_id = state._row_id")
    )
    both = _union([by_key, by_id]).subquery("both_ways")
    met = exp.select("old", "new", "MIN(rank) AS rank").from_(both).group_by("old", "new")
    place = fill("ROW_NUMBER() OVER (PARTITION BY new ORDER BY rank, old)").as_("place")
    continued = (
        exp.select("new", "old")
        .from_(exp.select("new", "old", place).from_("met").subquery("placed"))
        .where("place = 1")
    )
    return [make("TABLE", "met", met, passing=True), make("TABLE", "continued", continued, passing=True)]


def upserted(columns: Sequence[Column], given: Collection[str]) -> list[exp.Expr]:
    """`rows` and `issues` after an upsert whose delta has the columns `given`."""
    missing = [column.name for column in columns if column.name not in given]
    stays = fill("NOT EXISTS (SELECT 1 FROM met WHERE met.old = state._row_id)")
    kept = _all(columns, "state").from_("state").where(stays)
    brought = exp.select(
        *(_column(name, "delta") for name in STORED),
        *(_column(column.name, "former" if column.name in missing else "delta") for column in columns),
    ).from_("delta")
    if missing:
        brought = brought.join("continued", on="continued.new = delta._row_id", join_type="left")
        brought = brought.join("state AS former", on="former._row_id = continued.old", join_type="left")
    untouched = fill("NOT EXISTS (SELECT 1 FROM met WHERE met.old = state_issues._row_id)")
    issues = [_every_issue("state_issues").where(untouched), _every_issue("delta_issues")]
    if missing:
        moved = {"_row_id": exp.column("new", "continued")}
        chosen = [moved.get(name, _column(name, "state_issues")) for name in ISSUE_TYPES]
        still = (
            exp.select(*chosen)
            .from_("state_issues")
            .join("continued", on="continued.old = state_issues._row_id")
            .where(fill("LIST_CONTAINS(:missing, state_issues._column)", missing=words(missing)))
        )
        issues.insert(1, still)
    return [make("TABLE", "rows", _union([kept, brought])), make("TABLE", "issues", _union(issues))]


def edited(columns: Sequence[Column], given: Collection[str]) -> list[exp.Expr]:
    """`rows` and `issues` after an edit whose delta has the columns `given`."""
    changed = [
        fill(
            "CASE WHEN LIST_CONTAINS(edits._edited, :n) THEN :d ELSE :s END",
            n=exp.Literal.string(column.name),
            d=_column(column.name, "delta"),
            s=_column(column.name, "state"),
        ).as_(column.name, quoted=True)
        if column.name in given
        else _column(column.name, "state")
        for column in columns
    ]
    load = fill("COALESCE(delta._load_id, state._load_id)").as_("_load_id")
    stored = [load if name == "_load_id" else _column(name, "state") for name in STORED]
    rows = exp.select(*stored, *changed).from_("state")
    rows = rows.join("edits", on="edits._row_id = state._row_id", join_type="left")
    rows = rows.join("delta", on="delta._row_id = edits._row_id", join_type="left")
    added = _all(columns, "delta").from_("delta").join("added", on="added._row_id = delta._row_id")
    open_ = _every_issue("state_issues").where(
        fill(
            """NOT EXISTS (SELECT 1 FROM edits WHERE edits._row_id = state_issues._row_id
                           AND LIST_CONTAINS(edits._edited, state_issues._column))"""
        ),
        fill(
            """NOT EXISTS (SELECT 1 FROM settled
                           WHERE state_issues._row_id IS NULL AND settled.load_id = state_issues._load_id
                           AND settled.file = state_issues.file AND settled.line = state_issues.row
                           AND settled.sheet IS NOT DISTINCT FROM state_issues.sheet)"""
        ),
    )
    return [make("TABLE", "rows", _union([rows, added])), make("TABLE", "issues", open_)]


def put_together(columns: Sequence[Column], order: Sequence[str]) -> list[exp.Expr]:
    """`rows` and `issues` of the state as it is, in an order that readers profit from."""
    rows = _all(columns, "state").from_("state")
    if order:
        rows = rows.order_by(*(exp.column(name, quoted=True) for name in order))
    return [make("TABLE", "rows", rows), make("TABLE", "issues", _every_issue("state_issues"))]


def same_key(key: Sequence[str], one: str, other: str) -> exp.Expr:
    """Whether two rows have the same key. A row that lacks a part of its key is no other row's equal."""
    return exp.and_(*(exp.EQ(this=_column(name, one), expression=_column(name, other)) for name in key))


def make(kind: str, name: str, query: exp.Query, *, passing: bool | None = None) -> exp.Expr:
    """CREATE a view, which is always temporary, or a table, which is so when it is `passing`."""
    temporary = kind == "VIEW" if passing is None else passing
    properties = exp.Properties(expressions=[exp.TemporaryProperty()]) if temporary else None
    return exp.Create(this=exp.to_table(name), kind=kind, expression=query, properties=properties)


def inside(alias: str, table: str) -> exp.Table:
    """A table of an attached file."""
    named = (exp.to_identifier(name, quoted=True) for name in (table, "main", alias))
    this, schema, catalog = named
    return exp.Table(this=this, db=schema, catalog=catalog)


def _column(name: str, table: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table)


def _all(columns: Sequence[Column], table: str) -> exp.Select:
    return exp.select(*(_column(name, table) for name in (*STORED, *(column.name for column in columns))))


def _every_issue(table: str) -> exp.Select:
    return exp.select(*(_column(name, table) for name in ISSUE_TYPES)).from_(table)


def issues_of(file: DataFile, alias: str | None = None) -> exp.Query:
    """The issues of a file: attached, or open. One of an older release says nothing of loads, rows and columns."""
    found = exp.select("*").from_(inside(alias, "issues") if alias else exp.to_table("issues"))
    whole = exp.Union(this=nothing(ISSUE_TYPES), expression=found, distinct=False, by_name=True)
    load = fill("COALESCE(_load_id, :n)", n=exp.Literal.number(file.load_id)).as_("_load_id")
    columns = (exp.column(exp.to_identifier(name, quoted=True)) for name in ISSUE_TYPES)
    return exp.select(*(load if column.name == "_load_id" else column for column in columns)).from_(
        whole.subquery("found")
    )


def nothing(types: Mapping[str, str]) -> exp.Query:
    """No row, with columns of these types."""
    columns = (exp.cast(exp.null(), kind).as_(name, quoted=True) for name, kind in types.items())
    return exp.select(*columns).where(exp.false())


def _union(parts: Sequence[exp.Query]) -> exp.Query:
    query = parts[0]
    for part in parts[1:]:
        query = exp.Union(this=query, expression=part, distinct=False)
    return query
