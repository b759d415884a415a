"""Which stored rows may be no records, and what do their columns tell? Found with one cheap statement.

Suspect are rows in which a cell that is nearly always filled is empty or does not fit, rows that hold a column's own
name, and the last rows of each file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sqlglot import exp

from kpi.ingest.forms import fill
from kpi.ingest.plans import CURRENCY, StoredColumn, TypedTable
from kpi.ingest.totals import MOST_LETTERS, TOTAL
from kpi.model import FieldType

NEARLY_ALWAYS = 0.98  # share of rows, of the most filled column's, that have a cell in a column that tells rows apart
MOST_SUSPECTS = 20_000
TAIL = 20  # rows at a file's end among which notes are looked for
TAIL_OF_MANY = 3

WORDS = (FieldType.ID, FieldType.TEXT, FieldType.CATEGORY)
NUMBERS = (FieldType.INTEGER, FieldType.NUMBER, FieldType.RATE, FieldType.MONEY)


class Run(Protocol):
    """Runs one statement and gives its rows."""

    def __call__(self, tree: exp.Expr, *parameters: Any) -> list[list[Any]]: ...


@dataclass(frozen=True)
class Columns:
    """The columns that a file gives, by what they tell of a row."""

    given: tuple[StoredColumn, ...]
    words: tuple[StoredColumn, ...]  # hold the words as they stood in the file
    telling: tuple[StoredColumn, ...]  # words and days that nearly every row has
    numbers: tuple[StoredColumn, ...]


@dataclass(frozen=True)
class Suspect:
    """One stored row: `cells` as texts, by column name; misfits as they stood in the file."""

    id: int
    origin: tuple[str, str | None]
    line: int
    cells: dict[str, str]


def columns_of(table: TypedTable) -> Columns:
    """What the columns of a table can tell of its rows."""
    given = tuple(
        sorted(
            (item for item in table.columns if item.at is not None and item.derived is None and item.evidence.filled),
            key=lambda item: item.at or 0,
        )
    )
    most = max((item.evidence.filled for item in given), default=0)
    telling = [
        item
        for item in given
        if (item.type in WORDS or item.type.is_time)
        and item.evidence.filled >= NEARLY_ALWAYS * most
        and item.name != CURRENCY
    ]
    kept = (item for item in given if item.type in WORDS and item.name != CURRENCY)
    return Columns(
        given=given,
        words=tuple(item for item in kept if item.field is None or item.field.otherwise is None),
        telling=tuple(telling),
        numbers=tuple(item for item in given if item.type in NUMBERS),
    )


def suspects_of(run: Run, table: TypedTable, columns: Columns) -> list[Suspect]:
    """The stored rows that are worth a look, in the order of their places."""
    tests: list[exp.Expr] = []
    said = [_says_total(column) for column in columns.words]
    misfit = exp.column("_bad").is_(exp.null()).not_()
    missing = [exp.column(item.name, quoted=True).is_(exp.null()) for item in columns.telling]
    if said and len(missing) > 1:
        tests.append(exp.Case().when(exp.or_(*missing), exp.or_(*said)).else_(exp.false()))
    elif said:
        tests.append(exp.or_(*said))
    any_misfit = "LEN(LIST_FILTER(_bad, lambda b: NOT b IS NULL AND REGEXP_FULL_MATCH(LOWER(TRIM(b.v)), :p))) > 0"
    tests.append(exp.and_(misfit, fill(any_misfit, p=exp.Literal.string(TOTAL))))
    named = next((item for item in columns.words if item.label), None)
    if named is not None:
        tests.append(exp.column(named.name, quoted=True).eq(exp.Literal.string((named.label or "").strip())))
    else:
        tests.append(misfit)
    tests.append(fill("rowid IN (SELECT UNNEST(CAST($1 AS BIGINT[])))"))
    texts = [exp.cast(exp.column(item.name, quoted=True), "VARCHAR") for item in columns.given]
    query = (
        exp.select("rowid", "_file", "_sheet", "_line", "_bad", *texts)
        .from_("rows")
        .where(exp.or_(*tests))
        .order_by("rowid")
        .limit(MOST_SUSPECTS)
    )
    numbers = {number: item.name for number, item in enumerate(table.columns)}
    found = []
    for id_, file, sheet, line, bad, *cells in run(query, _ends(run, table)):
        pairs = zip(columns.given, cells, strict=True)
        shown = {item.name: _short(item, cell) for item, cell in pairs if cell is not None}
        shown |= {numbers[item["c"]]: item["v"].strip() for item in bad or () if item is not None}
        found.append(Suspect(id_, (file, sheet), line, shown))
    return found


def _short(column: StoredColumn, cell: str) -> str:
    """A stored number without the zeros that only its type has given it."""
    return cell.rstrip("0").rstrip(".") if column.type in NUMBERS and "." in cell else cell


def _says_total(column: StoredColumn) -> exp.Expr:
    return fill(
        "LENGTH(:c) <= :most AND REGEXP_FULL_MATCH(LOWER(:c), :p)",
        c=exp.column(column.name, quoted=True),
        most=exp.Literal.number(MOST_LETTERS),
        p=exp.Literal.string(TOTAL),
    )


def _ends(run: Run, table: TypedTable) -> list[int]:
    """The last rows of every file."""
    if len(table.sources) == 1:
        rows = int(run(fill("SELECT COUNT(*) FROM rows"))[0][0])
        return list(range(max(0, rows - TAIL), rows))
    ends = run(fill("SELECT MAX(rowid) FROM rows GROUP BY _file, _sheet"))
    return [last - back for (last,) in ends for back in range(TAIL_OF_MANY) if last >= back]
