"""Which stored rows are no records? Totals, headers repeated and notes at the end, taken out and kept as issues.

Run on freshly filled rows, before anything else is made of them. Only rows that are suspect are looked at one by one:
rows in which a cell that is nearly always filled is empty or does not fit, and the last rows of each file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlglot import exp

from kpi.ingest.cells import copy_delimiter, cut, put
from kpi.ingest.forms import fill
from kpi.ingest.plans import TypedTable
from kpi.ingest.sniffed import Sniffed
from kpi.ingest.suspects import Columns, Run, Suspect, columns_of, suspects_of
from kpi.ingest.totals import is_total

MOST_SUMS = 500  # totals that only their numbers can prove
CENT = Decimal("0.01")

TOTALS_ROW, REPEATED_HEADER, FOOTER_ROW, TOO_FEW = "totals_row", "repeated_header", "footer_row", "too_few_cells"

Aside = tuple[int, str, str]  # row in the file, reason, text


def tidy(run: Run, table: TypedTable) -> None:
    """Take rows that are no records out of `rows`, and put them into `issues`."""
    columns = columns_of(table)
    if len(columns.given) < 2:
        return
    suspects = suspects_of(run, table, columns)
    if not suspects:
        return
    found = {item.id: REPEATED_HEADER for item in suspects if _is_header(item, columns)}
    found |= {item.id: FOOTER_ROW for item in _footers(suspects, columns, found)}
    rest = [item for item in suspects if item.id not in found]
    found |= dict.fromkeys(_totals(run, rest, columns), TOTALS_ROW)
    out = [item for item in suspects if item.id in found]
    if out:
        delimiter = copy_delimiter(table.sources[0].delimiter)
        texts = [put([item.cells.get(column.name, "") for column in columns.given], delimiter) for item in out]
        run(_add_issues(), [item.id for item in out], texts, [found[item.id] for item in out])
        run(_remove(), [item.id for item in out])


def reasons_named(source: Sniffed, aside: Sequence[Aside], gaps: Sequence[int], stored: int) -> list[Aside]:
    """Rows set aside for having too few cells, by a better reason where they are totals or notes at the end."""
    last, missing = source.skip + stored + len(gaps), set(gaps)
    while last in missing:
        last -= 1
    delimiter, named = copy_delimiter(source.delimiter), []
    for line, reason, text in aside:
        if reason == TOO_FEW:
            filled = [cell for cell in cut(text, delimiter)[0] if cell.strip()]
            if len(filled) > 1 and is_total(filled[0]):
                reason = TOTALS_ROW
            elif line > last and len(source.columns) > 2 and len(filled) == 1 and not filled[0][:1].isdigit():
                reason = FOOTER_ROW
        named.append((line, reason, text))
    return named


def _is_header(item: Suspect, columns: Columns) -> bool:
    """Whether the cells are the columns' own names."""
    named = [column for column in columns.given if column.label and column in (*columns.words, *columns.numbers)]
    same = [column for column in columns.given if item.cells.get(column.name) == (column.label or "").strip()]
    return len(same) > 1 and all(column in same for column in named)


def _footers(suspects: Sequence[Suspect], columns: Columns, found: dict[int, str]) -> Iterator[Suspect]:
    """Rows at a file's end with one cell of three or more filled, where other columns are nearly always filled."""
    if len(columns.given) < 3:
        return
    last: dict[tuple[str, str | None], int] = {}
    for item in suspects:
        last[item.origin] = max(last.get(item.origin, 0), item.id)
    for item in reversed(suspects):
        if item.id != last[item.origin] or item.id in found:
            continue
        missing = [column for column in columns.telling if column.name not in item.cells]
        (only, *others) = item.cells or {"": ""}
        if others or not only or len(missing) < 2 or item.cells[only][:1].isdigit():
            continue
        last[item.origin] -= 1
        yield item


def _totals(run: Run, suspects: Sequence[Suspect], columns: Columns) -> list[int]:
    """Rows that say they are totals: nothing else tells what they are, or their numbers are the sums above them."""
    words = {column.name for column in columns.given if column not in columns.numbers}
    proven: list[int] = []
    open_: list[Suspect] = []
    for item in suspects:
        says = {name for name, cell in item.cells.items() if name in words and is_total(cell)}
        if not says or (columns.numbers and not any(column.name in item.cells for column in columns.numbers)):
            continue
        others = [column for column in columns.telling if column.name not in says]
        empty = [column for column in others if column.name not in item.cells]
        if others and len(empty) == len(others):
            proven.append(item.id)
        elif not others or empty:
            open_.append(item)
    return proven + (_summed(run, open_[:MOST_SUMS], proven, columns) if open_ and columns.numbers else [])


def _summed(run: Run, items: Sequence[Suspect], proven: Sequence[int], columns: Columns) -> list[int]:
    """Those whose number in some column is the sum of the rows above, since the last total or the file's start."""
    marks = sorted({*proven, *(item.id for item in items)})
    starts = dict(run(fill("SELECT _file || COALESCE(_sheet, ''), MIN(rowid) FROM rows GROUP BY 1")))
    spans: set[tuple[int, int]] = set()
    for item in items:
        start = starts[item.origin[0] + (item.origin[1] or "")]
        before = [mark for mark in marks if start <= mark < item.id]
        spans |= {(start, item.id), (before[-1] + 1 if before else start, item.id)}
    firsts, afters = zip(*sorted(spans), strict=True)
    names = [column.name for column in columns.numbers]
    sums = [exp.cast(exp.Sum(this=exp.column(name, "rows", quoted=True)), "VARCHAR") for name in names]
    query = fill(
        """SELECT spans.after, COUNT(*) FROM rows
           JOIN (SELECT UNNEST(CAST($1 AS BIGINT[])) AS first, UNNEST(CAST($2 AS BIGINT[])) AS after) AS spans
             ON rows.rowid >= spans.first AND rows.rowid < spans.after
           WHERE NOT LIST_CONTAINS(CAST($3 AS BIGINT[]), rows.rowid)
           GROUP BY spans.after, spans.first"""
    )
    if isinstance(query, exp.Select):
        query = query.select(*sums)
    by_id = {item.id: item for item in items}
    found = set()
    for after, count, *totals in run(query, firsts, afters, marks):
        cells = by_id[after].cells
        pairs = [(cells[name], total) for name, total in zip(names, totals, strict=True) if name in cells and total]
        if count > 1 and any(_equal(cell, total) for cell, total in pairs):
            found.add(after)
    return sorted(found)


def _equal(cell: str, total: str) -> bool:
    one, other = Decimal(cell), Decimal(total)
    return one != 0 and abs(one - other) <= max(CENT, abs(one) * Decimal("1e-9"))


def _add_issues() -> exp.Expr:
    """Issues for stored rows: parameters are their places, texts and reasons."""
    return fill(
        """INSERT INTO issues
           SELECT rows._file, rows._sheet, rows._line, NULL, out.text, out.reason
           FROM (SELECT UNNEST(CAST($1 AS BIGINT[])) AS id, UNNEST(CAST($2 AS VARCHAR[])) AS text,
                        UNNEST(CAST($3 AS VARCHAR[])) AS reason) AS out JOIN rows ON rows.rowid = out.id"""
    )


def _remove() -> exp.Expr:
    return fill("DELETE FROM rows WHERE rowid IN (SELECT UNNEST(CAST($1 AS BIGINT[])))")
