"""How does one data file come about? Statement by statement in the reader process, its columns reconsidered once.

A sample decides the columns' types before the file is read. Where the whole file then says otherwise (values of another
kind far down, days past the twelfth only at the end), the evidence is counted over the whole column and the file is
written again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import exp

from kpi.errors import FileError, Where
from kpi.ingest import statements
from kpi.ingest.inventory import TEXTS, take_inventory
from kpi.ingest.plans import TypedTable
from kpi.ingest.reader import DatabaseError, Reader
from kpi.ingest.second_look import look_again
from kpi.ingest.sniffed import Sniffed
from kpi.ingest.source import alike, open_request
from kpi.ingest.tidy import reasons_named, tidy
from kpi.settings import Settings
from kpi.workspace import Column, DataFile

MOST_TOGETHER = 250  # files that one statement reads
SMALL_FILE = 16 * 2**20  # size up to which files are read together

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
    file: DataFile


def write_table(work: Work, table: TypedTable, number: int, before: int) -> Written:
    """Write one data file; `before` rows of the same load have their ids already."""
    path = work.staging / f"{number}.duckdb"
    _fill(work, table, path, before)
    better = look_again(work.run, table)
    if better is not None:
        work.reader.ask("close")
        path.unlink()
        table = better
        _fill(work, table, path, before)
    work.told("checking", table.sources[-1], 1.0)
    for change in statements.place_issues(work.load_id):
        work.run(change)
    work.run(statements.cell_issues(table, work.load_id))
    work.run(statements.empty_rows(table))
    for issue, removal in statements.incomplete(table, work.load_id):
        work.run(issue)
        work.run(removal)
    if work.run(statements.placed_issues()):
        work.run(statements.forget_lost_rows())
    work.run(statements.drop_bad())
    file = _described(work, table, path)
    work.reader.ask("close")
    return Written(table, file)


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
            named = [(line, REJECTS.get(kind, "broken_row"), text) for line, kind, text in aside]
            _note(work, source, reasons_named(source, [*source.aside, *named], gaps, after - first))
        start = end
    work.run(statements.number_rows(work.load_id, before, spans[0][2] if spans else 0))
    if len(spans) > 1:
        firsts, afters, shifts = zip(*spans[1:], strict=True)
        work.run(statements.place_rows(), firsts, afters, shifts)
    if len(table.sources) > 1:
        paths = [str(source.readable) for source in table.sources]
        work.run(statements.name_files(), paths, [source.name for source in table.sources])
    tidy(work.run, table)


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
        lines, reasons, texts = zip(*aside, strict=True)
        _add_issues(work, source, list(lines), list(texts), list(reasons))
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


def _described(work: Work, table: TypedTable, path: Path) -> DataFile:
    """What is in the data file, as the manifest will say it."""
    columns = [
        Column(column.name, column.stored_type, column.field.unit if column.field else None, column.label)
        for column in table.columns
    ]
    candidates = {column.name for column in table.columns if column.type in TEXTS and column.at is not None}
    return take_inventory(work.run, path, work.load_id, columns, work.zone, candidates=candidates)
