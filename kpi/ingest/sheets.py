"""What stands in a workbook's sheets? Each table of them becomes a CSV in which every cell keeps its kind.

Runs in the reader process: a malicious or odd workbook can abort the process or take all memory, and only that one.
Numbers are written with Excel's own 15 significant digits, days and times in ISO form, so that nothing is left to
the display format. A record's number in the CSV is its row's number in the sheet.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from kpi.errors import FileError, Where
from kpi.ingest.areas import Area, find_areas
from kpi.ingest.binary_sheets import xls_errors, xlsb_errors
from kpi.ingest.books import Rows, Sheet, UnreadableError, can_be_safe, open_fast, open_safe
from kpi.ingest.limits import check_cell, check_rows, check_width
from kpi.ingest.merged import LOOK, Merged, one_line
from kpi.ingest.open_document import ods_errors
from kpi.ingest.workbook_parts import FAILED, Findings, Place, check_workbook, is_far_flung, look_through
from kpi.settings import FileLimits

_QUOTED = re.compile(r'["\r\n]')
MOST_CELLS_FOR_AREAS = 2_000_000  # beyond which a sheet is taken for one table
NO_RESULT = "#FORMULA!"  # what stands for a formula whose result was never stored
NUMBERS_ARE_SAFE = 1e15  # up to here a float holds every whole number


@dataclass(frozen=True)
class SheetTable:
    """One table of a sheet, as a CSV. `notes` are warnings that `Sniffed` passes on."""

    sheet: str
    path: Path
    rows: int  # that hold anything
    area: str | None
    hidden: bool
    notes: tuple[str, ...]
    hidden_sheets: tuple[str, ...]  # of the workbook, that were not asked for


@dataclass(frozen=True)
class Asked:
    """Which workbook to read, and how. `chosen` names sheets, hidden ones too; None stands for every visible one."""

    path: Path
    name: str
    folder: Path
    limits: FileLimits
    chosen: tuple[str, ...] | None = None
    safely: bool = False  # the fast reader has failed on it before


def read_sheets(asked: Asked) -> list[SheetTable]:
    """Write every table of every sheet that is wanted and holds anything."""
    csv.field_size_limit(asked.limits.max_cell_letters + 1)  # of the copies that are read again here
    check_workbook(asked.path, asked.name, asked.limits)
    sheets, is_safe = _open(asked)
    wanted = _wanted(sheets, asked)
    passed_over = tuple(sheet.name for sheet in sheets if sheet.hidden and sheet not in wanted)
    broken: FileError | None = None
    found: list[SheetTable] = []
    for sheet in wanted:
        try:
            found += _tables(sheet, asked, is_safe, passed_over)
        except UnreadableError as error:
            broken = FileError(
                "broken_sheet",
                "This sheet cannot be read.",
                remedy="Open the workbook in a spreadsheet program and save it again as XLSX.",
                where=Where(file=asked.name, sheet=sheet.name),
                found=str(error)[:200],
            )
    if found:
        return [replace(table, notes=(*table.notes, "broken_sheets")) for table in found] if broken else found
    if broken is not None:
        raise broken
    if passed_over and asked.chosen is None:
        raise FileError(
            "only_hidden_sheets",
            "Nothing stands in the visible sheets of this workbook; it has hidden ones.",
            remedy="Choose the sheet to read, or unhide it and save the workbook again.",
            where=Where(file=asked.name),
            found=", ".join(passed_over),
            near=passed_over,
        )
    return []


def _open(asked: Asked) -> tuple[list[Sheet], bool]:
    """The sheets, and whether it is the safe reader that reads them."""
    if not (asked.safely and can_be_safe(asked.path)):
        try:
            return open_fast(asked.path, asked.name), False
        except UnreadableError as error:
            failed = error
            if not can_be_safe(asked.path):
                raise _broken(asked, failed) from None
    try:
        return open_safe(asked.path), True
    except UnreadableError as error:
        raise _broken(asked, error) from None


def _broken(asked: Asked, error: Exception) -> FileError:
    return FileError(
        "broken_workbook",
        "This workbook cannot be read: it is damaged, or not a workbook at all.",
        remedy="Open it in a spreadsheet program and save it again as XLSX.",
        where=Where(file=asked.name),
        found=str(error)[:200],
    )


def _wanted(sheets: Sequence[Sheet], asked: Asked) -> list[Sheet]:
    if asked.chosen is None:
        return [sheet for sheet in sheets if not sheet.hidden]
    known = {sheet.name: sheet for sheet in sheets}
    for name in asked.chosen:
        if name not in known:
            raise FileError(
                "sheet_gone",
                "This sheet is no longer in the file.",
                remedy="Choose one of the sheets that are there.",
                where=Where(file=asked.name, sheet=name),
                near=tuple(known),
            )
    return [sheet for sheet in sheets if sheet.name in asked.chosen]


def _tables(sheet: Sheet, asked: Asked, is_safe: bool, passed_over: tuple[str, ...]) -> Iterator[SheetTable]:
    with ThreadPoolExecutor(1) as beside:  # neither holds the interpreter while it unpacks
        finding = beside.submit(_findings, asked.path, sheet)
        rows = _read(sheet, asked, is_safe)
        findings = finding.result()
    if rows is None:
        return
    target = asked.folder / f"{asked.path.stem[:40]}-{sheet.number}.csv"
    written = _write(rows, target, _Place(asked, sheet.name), findings)
    if not written.filled:
        return
    notes = (
        *(["error_cells"] if findings.errors else []),
        *(["formulas_without_results"] if findings.without_result else []),
        *(["hidden_sheets"] if passed_over else []),
        *(["counts_from_1904"] if findings.counts_from_1904 else []),
    )

    def table(path: Path, filled: int, area: Area | None) -> SheetTable:
        label = area.label(rows.left) if area else None
        return SheetTable(sheet.name, path, filled, label, sheet.hidden, notes, passed_over)

    areas = _areas(target, written)
    for number, area in enumerate(areas):
        part = target.with_name(f"{target.stem}-{number}.csv")
        yield table(part, _cut_out(target, part, area, rows.merged), area)
    if not areas and (written.is_ragged or any(cell.bottom > cell.top for cell in rows.merged)):
        whole = Area(0, 0, written.last, written.width - 1)
        part = target.with_name(f"{target.stem}-whole.csv")
        yield table(part, _cut_out(target, part, whole, rows.merged), None)
    elif not areas:
        yield table(target, written.filled, None)


def _findings(path: Path, sheet: Sheet) -> Findings:
    """What the fast reader keeps to itself. Kinds are told apart by what is in the file, whatever its name."""
    with path.open("rb") as file:
        is_zip = file.read(2) == b"PK"
    if not is_zip:
        return Findings(errors=xls_errors(path, sheet.number), is_binary=True)
    found = look_through(path, sheet.name)
    return found if found.is_xlsx else Findings({**xlsb_errors(path, sheet.name), **ods_errors(path, sheet.name)})


def _read(sheet: Sheet, asked: Asked, is_safe: bool) -> Rows | None:
    """A sheet with cells far apart, or one that the fast reader gives up on, is read safely."""
    if is_safe:
        return sheet.read()
    failed: UnreadableError | None = None
    if not is_far_flung(asked.path, sheet.name):
        try:
            return sheet.read()
        except UnreadableError as error:
            failed = error
    if failed is not None and not can_be_safe(asked.path):
        raise failed
    same = next((other for other in open_safe(asked.path) if other.name == sheet.name), None)
    if same is None:
        raise failed or UnreadableError("the sheet is listed, but not there")
    return same.read()


@dataclass(frozen=True)
class _Place:
    """Where rows are from, for errors."""

    asked: Asked
    sheet: str

    def where(self, row: int | None = None) -> Where:
        return Where(file=self.asked.name, sheet=self.sheet, row=row)


@dataclass
class _Written:
    """What a sheet's copy holds. `gaps` are blank rows between filled ones, `last` is the last filled one."""

    filled: int = 0
    gaps: int = 0
    last: int = 0
    width: int = 0
    is_ragged: bool = False  # the safe reader ends a row with its last cell
    blank_columns: set[int] = field(default_factory=set)


def _write(rows: Rows, target: Path, place: _Place, findings: Findings) -> _Written:
    limits = place.asked.limits
    overlaid = _by_row({**dict.fromkeys(findings.without_result, NO_RESULT), **findings.errors})
    written = _Written()
    blank = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, row in enumerate(rows.cells):
            cells = [cell if type(cell) is str else _TEXTS[type(cell)](cell) for cell in row]
            if findings.is_binary:
                cells = [cell.replace("\0", "") for cell in cells]
            if number in overlaid:
                _overlay(cells, overlaid[number], rows.left)
            if not any(cells):
                blank += 1
                continue
            file.write("\n" * blank)
            written.gaps += blank if written.filled else 0
            blank = 0
            written.filled += 1
            written.last = number
            if len(cells) > written.width:
                check_width(len(cells), limits, place.where())
                written.is_ragged = written.filled > 1
                written.blank_columns.update(range(written.width, len(cells)))
                written.width = len(cells)
            elif len(cells) < written.width:
                cells += [""] * (written.width - len(cells))
            if written.blank_columns:
                written.blank_columns -= {at for at, cell in enumerate(cells) if cell}
            line = ",".join(cells)
            if line.count(",") < len(cells) and not _QUOTED.search(line):
                file.write(line + "\n")  # quicker than the writer, and most rows are so
            else:
                writer.writerow(cells)
            if len(line) > limits.max_cell_letters:
                check_cell(max(map(len, cells)), limits, place.where(number + 1))
            if written.filled > limits.max_rows:
                check_rows(written.filled, limits, place.where())
    return written


def _by_row(texts: Mapping[Place, str]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for (row, column), shown in texts.items():
        found.setdefault(row, {})[column] = shown
    return found


def _overlay(cells: list[str], shown: Mapping[int, str], left: int) -> None:
    """Put in what the reader left out, marked as nobody's text: an issue where a value is due, else nothing."""
    for column, text in shown.items():
        at = column - left
        if at >= 0:
            cells += [""] * (at + 1 - len(cells))
            cells[at] = f"{text}{FAILED}"


def _areas(path: Path, written: _Written) -> list[Area]:
    """The tables of a sheet, looked for only where something could part them."""
    if not written.gaps and not written.blank_columns:
        return []
    if (written.filled + written.gaps) * written.width > MOST_CELLS_FOR_AREAS:
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return find_areas(list(csv.reader(file)))


def _cut_out(whole: Path, part: Path, area: Area, merged: Sequence[Merged]) -> int:
    """The rows and columns of an area; rows above it stay as blank lines, so that the others keep their numbers."""
    inside = [
        Merged(cell.top - area.top, cell.left - area.left, cell.bottom - area.top, cell.right - area.left)
        for cell in merged
        if area.top <= cell.top <= area.bottom and area.left <= cell.left <= area.right
    ]
    header = one_line(list(islice(_rows_of(whole, area), LOOK)), inside)
    filled = 0
    with part.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        out.write("\n" * area.top)
        for number, row in enumerate(_rows_of(whole, area)):
            cells = header.get(number, row)
            if any(cells):
                writer.writerow(cells + [""] * (area.right + 1 - area.left - len(cells)))
                filled += 1
            else:
                out.write("\n")
    return filled


def _rows_of(whole: Path, area: Area) -> Iterator[list[str]]:
    with whole.open(encoding="utf-8", newline="") as source:
        for row in islice(csv.reader(source), area.top, area.bottom + 1):
            yield row[area.left : area.right + 1]


def _number(cell: float) -> str:
    if not cell.is_integer():
        return format(cell, ".15g")
    return str(int(cell)) if abs(cell) < NUMBERS_ARE_SAFE else f"{Decimal(format(cell, '.15g')):f}"


def _moment(moment: datetime) -> str:
    """A time as a workbook can hold it: a float's last digits are no microseconds."""
    if moment.microsecond:
        moment += timedelta(microseconds=500)
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return moment.date().isoformat() if moment.time() == time(0) else moment.isoformat(sep=" ")


_TEXTS: Mapping[type, Callable[[Any], str]] = defaultdict(  # by kind: looked up a million times
    lambda: str,
    {
        type(None): lambda _: "",
        float: _number,
        bool: lambda cell: "true" if cell else "false",
        datetime: _moment,
        date: date.isoformat,
        time: time.isoformat,
    },
)
