"""How does one data file come about? Statement by statement in the reader process, its columns reconsidered once.

A sample decides the columns' types before the file is read. Where the whole file then says otherwise (values of another
kind far down, days past the twelfth only at the end), the evidence is counted over the whole column and the file is
written again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from sqlglot import exp

from kpi.errors import FileError, MappingError, Where
from kpi.ingest import statements
from kpi.ingest.evidence import reread
from kpi.ingest.forms import evidence_query
from kpi.ingest.plans import StoredColumn, TypedTable
from kpi.ingest.reader import DatabaseError, Reader
from kpi.ingest.sniffed import Evidence, Sniffed
from kpi.ingest.source import alike, cells_of, open_request
from kpi.model import FieldType
from kpi.settings import Settings
from kpi.workspace import Column

MOST_TOGETHER = 250  # files that one statement reads
SMALL_FILE = 16 * 2**20  # size up to which files are read together
MANY_MISFITS = 0.01  # share of a field's values beyond which its reading is reconsidered
ALL_DIFFERENT = 0.9  # rough share of different values from which it is worth counting exactly

REJECTS = {
    "TOO MANY COLUMNS": "too_many_cells",
    "MISSING COLUMNS": "too_few_cells",
    "UNQUOTED VALUE": "broken_quotes",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
    "INVALID ENCODING": "undecodable_bytes",
    "INVALID STATE": "broken_quotes",
}


@dataclass(frozen=True)
class Work:
    """What every data file of a load has in common. `told` hears (stage, file, share of that file)."""

    reader: Reader
    settings: Settings
    staging: Path
    load_id: int
    zone: str
    currency: str
    told: Callable[[str, Sniffed, float], None]

    def run(self, tree: exp.Expr, *parameters: Any, source: Sniffed | None = None) -> list[list[Any]]:
        """Run one statement in the reader."""
        found: list[list[Any]] = self.reader.ask(
            "run",
            file=source.name if source else None,
            told=(lambda step: self.told("reading", source, step["share"])) if source else None,
            sql=statements.to_sql(tree),
            parameters=list(parameters),
            watch=source is not None,
        )
        return found


@dataclass(frozen=True)
class Written:
    """A complete data file, not yet published."""

    table: TypedTable
    path: Path
    rows: int
    issues: int
    columns: tuple[Column, ...]
    earliest: dict[str, date]
    latest: dict[str, date]
    unique: frozenset[str]


def write_table(work: Work, table: TypedTable, number: int, before: int) -> Written:
    """Write one data file; `before` rows of the same load have their ids already."""
    path = work.staging / f"{number}.duckdb"
    _fill(work, table, path, before)
    better = _reconsidered(work, table)
    if better is not None:
        work.reader.ask("close")
        path.unlink()
        table = better
        _fill(work, table, path, before)
    work.told("checking", table.sources[-1], 1.0)
    work.run(statements.cell_issues(table))
    work.run(statements.empty_rows(table))
    for issue, removal in statements.incomplete(table):
        work.run(issue)
        work.run(removal)
    work.run(statements.drop_bad())
    written = _described(work, table, path)
    work.reader.ask("close")
    return written


def _fill(work: Work, table: TypedTable, path: Path, before: int) -> None:
    """Read every source into `rows`; rows that cannot be cut into cells go to `issues`."""
    work.reader.ask("open", **open_request(work.settings, path, work.staging, table.sources))
    work.run(statements.create_rows(table))
    work.run(statements.create_issues())
    spans: list[tuple[int, int, int]] = []
    start = 0
    for batch in _batches(table.sources):
        _insert(work, table, batch)
        end = int(work.run(statements.count("rows"))[0][0])
        extents = _extents(work, batch, start, end)
        rejects = _rejects(work, batch)
        for source in batch:
            aside = rejects.get(str(source.readable), [])
            first, after = extents.get(str(source.readable), (start, start))
            gaps = sorted({*_blanks(work, source, after - first + len(aside)), *(line for line, _, _ in aside)})
            spans += _spans(first, after, source.skip + 1, gaps)
            _note(work, source, aside)
        start = end
    work.run(statements.number_rows(work.load_id, before, spans[0][2] if spans else 0))
    if len(spans) > 1:
        firsts, afters, shifts = zip(*spans[1:], strict=True)
        work.run(statements.place_rows(), firsts, afters, shifts)
    if len(table.sources) > 1:
        paths = [str(source.readable) for source in table.sources]
        work.run(statements.name_files(), paths, [source.name for source in table.sources])


def _batches(sources: Sequence[Sniffed]) -> list[list[Sniffed]]:
    """Neighbours that one statement can read together: many small files would else cost a statement each."""
    batches: list[list[Sniffed]] = []
    for source in sources:
        last = batches[-1] if batches else []
        fits = 0 < len(last) < MOST_TOGETHER and _is_small(last[0]) and _is_small(source)
        if fits and alike(last[0], source):
            last.append(source)
        else:
            batches.append([source])
    return batches


def _is_small(source: Sniffed) -> bool:
    return source.readable.stat().st_size <= SMALL_FILE


def _insert(work: Work, table: TypedTable, batch: Sequence[Sniffed]) -> None:
    source = batch[0]
    work.told("reading", source, 0.0)
    insert = statements.insert_rows(table, batch, work.load_id, work.zone, work.currency)
    if len(table.sources) > 1 or source.format == "json":  # several threads keep no order of files or JSON records
        in_turn = len(batch) > 1 or source.format == "json"
        work.run(statements.set_threads(1 if in_turn else work.settings.threads))
    try:
        work.run(insert, source=source)
    except DatabaseError as error:
        for one in batch if len(batch) > 1 else ():
            _insert(work, table, [one])  # the one that fails is named
        raise FileError(
            "unreadable_table",
            "The table in this file cannot be read to its end.",
            remedy="Open it in a spreadsheet program, check the rows, and save it again as CSV.",
            where=Where(file=source.name, sheet=source.sheet),
            found=str(error).split("\n", 1)[0][:300],
        ) from None


def _extents(work: Work, batch: Sequence[Sniffed], start: int, end: int) -> dict[str, tuple[int, int]]:
    """First row, and row after the last, of every file of a batch, by its path."""
    if len(batch) == 1:
        return {str(batch[0].readable): (start, end)}
    return {path: (first, first + count) for path, first, count in work.run(statements.extents(), start)}


def _rejects(work: Work, batch: Sequence[Sniffed]) -> dict[str, list[tuple[int, str, str]]]:
    """The rows that the reader set aside, by path: number, kind of error, text."""
    if batch[0].format in ("parquet", "json"):
        return {}
    found: dict[str, list[tuple[int, str, str]]] = {}
    for path, line, kind, text in work.run(statements.read_rejects()):
        found.setdefault(path, []).append((int(line), kind, text))
    if found:
        work.run(statements.forget_rejects())
    return found


def _blanks(work: Work, source: Sniffed, seen: int) -> Sequence[int]:
    """The numbers of blank rows, looked for only where a text has more lines than rows were `seen`."""
    if source.format != "csv" or seen == source.row_estimate:
        return source.blank_rows
    path, delimiter = str(source.readable), source.delimiter or ","
    found: list[int] = work.reader.ask("blanks", file=source.name, path=path, delimiter=delimiter, skip=source.skip)
    return found


def _note(work: Work, source: Sniffed, aside: Sequence[tuple[int, str, str]]) -> None:
    """Rows set aside, and bytes that no character could be made of, become issues."""
    if aside:
        reasons = [REJECTS.get(kind, "broken_row") for _, kind, _ in aside]
        _add_issues(work, source, [line for line, _, _ in aside], [text for _, _, text in aside], reasons)
    if source.replaced:
        _add_issues(work, source, [None], [str(source.replaced)], ["undecodable_bytes"])


def _add_issues(work: Work, source: Sniffed, rows: list[Any], values: list[str], reasons: list[str]) -> None:
    work.run(statements.add_issues(), source.name, source.sheet, rows, values, reasons)


def _spans(start: int, after: int, first: int, gaps: Sequence[int]) -> list[tuple[int, int, int]]:
    """Runs of stored rows whose place in the file is a constant away from their place in the table.

    `first` is the place of the first row of data, `gaps` the places in the file that no stored row has.

    >>> _spans(0, 5, 2, [4, 6])
    [(0, 2, 2), (2, 3, 3), (3, 5, 4)]
    """
    spans, begin, shift = [], start, first - start
    for gap in gaps:
        end = gap - shift
        if end > begin:
            spans.append((begin, min(end, after), shift))
            begin = end
        shift += 1
    return [*spans, (begin, after, shift)] if after > begin else spans


def _reconsidered(work: Work, table: TypedTable) -> TypedTable | None:
    """The table with other types or readings, where the whole columns ask for them; None where they do not."""
    found = {int(number): int(count) for number, count in work.run(statements.misfits())}
    if not found:
        return None
    rows = int(work.run(statements.count("rows"))[0][0])
    columns = list(table.columns)
    for number, count in found.items():
        column = columns[number]
        if column.field is not None and not column.date_only and count <= MANY_MISFITS * rows:
            continue
        evidence = _whole_column(work, table, column)
        _refuse_mixed_orders(column, evidence, table)
        kind, reading, date_only = reread(
            column.label or column.name, column.field.type if column.field else None, column.reading, evidence
        )
        columns[number] = replace(column, type=kind, reading=reading, date_only=date_only, evidence=evidence)
    changed = any(
        (old.type, old.reading, old.date_only) != (new.type, new.reading, new.date_only)
        for old, new in zip(table.columns, columns, strict=True)
    )
    return replace(table, columns=tuple(columns)) if changed else None


def _whole_column(work: Work, table: TypedTable, column: StoredColumn) -> Evidence:
    """The evidence of every value of a column, in all files."""
    counted = []
    for source in table.sources:
        query = evidence_query(cells_of(source, column.at or 0))
        names = [select.alias_or_name for select in query.selects][1:]
        rows = work.run(query, source=source)
        if source.format not in ("parquet", "json"):
            work.run(statements.forget_rejects())
        counted += [Evidence(**dict(zip(names, rows[0][1:], strict=True)))] if rows else []
    return reduce(add, counted, Evidence(comma_locale=column.evidence.comma_locale))


def _refuse_mixed_orders(column: StoredColumn, evidence: Evidence, table: TypedTable) -> None:
    """A column in which some days can only be d/m and others only m/d cannot be read without knowing which is which."""
    if column.reading not in ("dmy", "mdy"):
        return
    other = evidence.filled - (evidence.dmy if column.reading == "dmy" else evidence.mdy)
    fitting = evidence.filled - (evidence.mdy if column.reading == "dmy" else evidence.dmy)
    if other > MANY_MISFITS * evidence.filled and fitting > 0 and max(evidence.dmy, evidence.mdy) < evidence.filled:
        only_other = (evidence.mdy if column.reading == "dmy" else evidence.dmy) - evidence.ymd
        if only_other > 0.5 * other:
            raise MappingError(
                "mixed_date_orders",
                f"Some days in {column.label!r} have the day first, others the month.",
                remedy="Export the column as YYYY-MM-DD, or keep it under its own name as text.",
                where=Where(file=table.sources[0].name, sheet=table.sources[0].sheet, column=column.label),
            )


def _described(work: Work, table: TypedTable, path: Path) -> Written:
    """Count what is in the data file: rows, issues, first and last days, and columns without a repeated value."""
    rows = int(work.run(statements.count("rows"))[0][0])
    issues = int(work.run(statements.count("issues"))[0][0])
    earliest: dict[str, date] = {}
    latest: dict[str, date] = {}
    times = [column for column in table.columns if column.stored_type.is_time]
    if times and rows:
        ends = work.run(statements.first_and_last_days(times, work.zone))[0]
        for at, column in enumerate(times):
            if ends[2 * at] is not None:
                earliest[column.name] = _day(ends[2 * at])
                latest[column.name] = _day(ends[2 * at + 1])
    return Written(
        table=table,
        path=path,
        rows=rows,
        issues=issues,
        columns=tuple(
            Column(column.name, column.stored_type, column.field.unit if column.field else None, column.label)
            for column in table.columns
        ),
        earliest=earliest,
        latest=latest,
        unique=_unique(work, table) if rows else frozenset(),
    )


def _day(text: str) -> date:
    return date.fromisoformat(text) if len(text) == 10 else date.max


def _unique(work: Work, table: TypedTable) -> frozenset[str]:
    """Columns of ids and texts in which no value stands twice: a rough count first, an exact one where it may be so."""
    kinds = (FieldType.ID, FieldType.TEXT, FieldType.CATEGORY)
    candidates = [column for column in table.columns if column.type in kinds and column.at is not None]
    if not candidates:
        return frozenset()
    counts = work.run(statements.rough_counts(candidates))[0]
    found = []
    for at, column in enumerate(candidates):
        filled, rough = counts[2 * at], counts[2 * at + 1]
        if filled and rough >= ALL_DIFFERENT * filled and work.run(statements.exact_count(column))[0][0] == filled:
            found.append(column.name)
    return frozenset(found)
