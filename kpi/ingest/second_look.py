"""Does the whole file say something else than its sample? Asked once a file is read, before its rows are final.

Columns that a load must look at again are found cheaply: cells that did not fit, texts of which a part spread over all
rows looks like values, ids of which some end in `.0`. Only their evidence is counted over every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any, Protocol

from sqlglot import exp

from kpi.errors import MappingError, Where
from kpi.ingest import statements
from kpi.ingest.coins import with_currency
from kpi.ingest.counting import evidence_of, evidence_query
from kpi.ingest.evidence import infer, may_be_typed, reread, speaks_otherwise
from kpi.ingest.plans import StoredColumn, TypedTable
from kpi.ingest.sniffed import Evidence, Sniffed
from kpi.ingest.source import cells_of
from kpi.ingest.trees import fill
from kpi.model import FieldType

MANY_MISFITS = 0.01  # share of a field's values beyond which its reading is reconsidered
SAMPLED = 400  # rows up to which a sample has seen everything
SPREAD = 2_000  # rows, spread over all, that show whether a text may be something else
FEW = 20  # values among those rows below which a column's own first values are looked at
TEXTS = (FieldType.TEXT, FieldType.CATEGORY)

_LIKE_A_VALUE = (
    r"^(?:[^\pL]*[\d０-９]|(?:[A-Z]{2,3}|\pL{3,9}\.?,?)[ $]?\d|(?i:true|false|yes|no|y|n|t|f|是|否|有|无|√|×)$)"
)


class Run(Protocol):
    """How a statement is run on the open data file; `source` is named where a whole file is read."""

    def __call__(self, tree: exp.Expr, *parameters: Any, source: Sniffed | None = None) -> list[list[Any]]: ...


def look_again(run: Run, table: TypedTable) -> TypedTable | None:
    """The table with other types or readings, where the whole columns ask for them; None where they do not.

    Raises `MappingError` for a column in which some days can only be d/m and others only m/d.
    """
    rows = int(run(statements.count("rows"))[0][0])
    columns = list(table.columns)
    for number in sorted({*_misread(run, table, rows), *_overlooked(run, table, rows)}):
        column = columns[number]
        evidence = _whole_column(run, table, column)
        _refuse_mixed_orders(column, evidence, table)
        kind, reading, date_only = reread(
            column.label or column.name, column.field.type if column.field else None, column.reading, evidence
        )
        columns[number] = replace(column, type=kind, reading=reading, date_only=date_only, evidence=evidence)
    told = with_currency(columns, table.entity)
    changed = len(told) > len(columns) or any(
        (old.type, old.reading, old.date_only) != (new.type, new.reading, new.date_only)
        for old, new in zip(table.columns, told, strict=False)
    )
    return replace(table, columns=tuple(told)) if changed else None


def _misread(run: Run, table: TypedTable, rows: int) -> list[int]:
    """Columns with cells that did not fit: any of one's own, a field's where they are many or speak otherwise."""
    found, few = [], []
    for number, count in run(statements.misfits()):
        column = table.columns[number]
        if column.field is None or column.date_only or count > MANY_MISFITS * rows:
            found.append(number)
        else:
            few.append(number)
    if few:
        lost = fill(
            "SELECT bad.c AS col, bad.v AS v FROM (SELECT UNNEST(_bad) AS bad FROM rows WHERE NOT _bad IS NULL) AS t"
        )
        query = evidence_query(lost, table.columns[0].empty)
        for row in run(query):
            column = table.columns[row[0]] if row[0] in few else None
            if column is not None and speaks_otherwise(column.type, column.reading, evidence_of(query, row)):
                found.append(row[0])
    return found


def _overlooked(run: Run, table: TypedTable, rows: int) -> list[int]:
    """Texts of one's own that may be numbers, days or yes and no after all, and ids that end in `.0`."""
    if rows <= SAMPLED:
        return []
    looked_at = {
        number: column
        for number, column in enumerate(table.columns)
        if column.at is not None and column.derived is None and _may_be_more(column)
    }
    if not looked_at:
        return []
    step = exp.Literal.number(max(1, rows // SPREAD))
    (counts,) = run(
        exp.select(*(tree for column in looked_at.values() for tree in _looks(column)))
        .from_("rows")
        .where(fill("rowid % :step = 0", step=step))
    )
    dotted, parts = [], []
    for at, (number, column) in enumerate(looked_at.items()):
        filled, telling = counts[2 * at : 2 * at + 2]
        if column.type is FieldType.ID:
            dotted += [number] if telling else []
        elif filled < FEW:
            parts.append(_cells(number, column, _stored(column).is_(exp.null()).not_()).limit(SPREAD))
        elif telling >= 0.95 * filled:
            parts.append(_cells(number, column, fill("rowid % :step = 0", step=step)))
    return dotted + (_typed_after_all(run, table, parts) if parts else [])


def _may_be_more(column: StoredColumn) -> bool:
    return (column.field is None and column.type in TEXTS) or (column.type is FieldType.ID and column.reading == "text")


def _stored(column: StoredColumn) -> exp.Expr:
    return exp.column(column.name, quoted=True)


def _looks(column: StoredColumn) -> tuple[exp.Expr, exp.Expr]:
    """How many values a column has, and how many of them look like something else."""
    looks = (
        fill("ENDS_WITH(:v, '.0')", v=_stored(column))
        if column.type is FieldType.ID
        else fill("REGEXP_MATCHES(:v, :p)", v=_stored(column), p=exp.Literal.string(_LIKE_A_VALUE))
    )
    return exp.Count(this=_stored(column)), fill("COUNT(CASE WHEN :l THEN 1 END)", l=looks)


def _cells(number: int, column: StoredColumn, which: exp.Expr) -> exp.Select:
    columns = (exp.Literal.number(number).as_("col"), _stored(column).as_("v"))
    return exp.select(*columns).from_("rows").where(which)


def _typed_after_all(run: Run, table: TypedTable, parts: Sequence[exp.Select]) -> list[int]:
    """Of the columns whose cells are given, those whose values nearly all are something else than text."""
    cells = exp.union(*(exp.paren(part) for part in parts), distinct=False) if len(parts) > 1 else parts[0]
    query = evidence_query(cells, table.columns[0].empty)
    found = []
    for row in run(query):
        evidence = evidence_of(query, row)
        column = table.columns[row[0]]
        kind, _ = infer(column.label or column.name, evidence)
        if may_be_typed(evidence) and (kind not in TEXTS or evidence.filled > FEW):
            found.append(int(row[0]))
    return found


def _whole_column(run: Run, table: TypedTable, column: StoredColumn) -> Evidence:
    """The evidence of every value of a column, in all files."""
    counted = []
    for source in table.sources:
        query = evidence_query(cells_of(source, column.at or 0), source.choice.empty_words)
        rows = run(query, source=source)
        if source.format not in ("parquet", "json"):
            run(statements.forget_rejects())
        counted += [evidence_of(query, rows[0])] if rows else []
    return reduce(add, counted, Evidence(comma_locale=column.evidence.comma_locale, empty=column.evidence.empty))


def _refuse_mixed_orders(column: StoredColumn, evidence: Evidence, table: TypedTable) -> None:
    """A column in which some days can only be d/m and others only m/d cannot be read without knowing which is which."""
    if column.reading not in ("dmy", "mdy"):
        return
    fewer, more = sorted((evidence.only_dmy, evidence.only_mdy))
    if fewer > MANY_MISFITS * (fewer + more):
        raise MappingError(
            "mixed_date_orders",
            f"Some days in {column.label!r} have the day first, others the month.",
            remedy="Export the column as YYYY-MM-DD, or keep it under its own name as text.",
            where=Where(file=table.sources[0].name, sheet=table.sources[0].sheet, column=column.label),
        )
