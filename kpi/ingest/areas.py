"""Does a sheet hold several tables, and where? Tables are parted by blank rows or blank columns.

A blank row alone parts nothing: titles, notes, totals and gaps within a table are parted so too. A part counts as a
table of its own only when it begins with a header of its own above rows of data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kpi.ingest.header import is_value
from kpi.ingest.workbook_parts import column_letters

MOST_AREAS = 40  # beyond which they are pages of one table, not tables
MOST_TITLES = 3  # rows with one filled cell that may stand right above a header
SAMPLE = 50  # rows of a part that are looked at
MOSTLY = 0.8

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Area:
    """A rectangle of a sheet, its ends included, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def label(self, first_column: int = 0) -> str:
        """As a spreadsheet names it.

        >>> Area(11, 0, 39, 5).label()
        'A12:F40'
        """
        left, right = column_letters(first_column + self.left), column_letters(first_column + self.right)
        return f"{left}{self.top + 1}:{right}{self.bottom + 1}"


def find_areas(rows: Rows) -> list[Area]:
    """The rectangles of a sheet that are tables, if there are several; together they hold every filled cell."""
    sheet = _Sheet(rows, [_filled(row) for row in rows])
    whole = sheet.trimmed(Area(0, 0, len(rows) - 1, max(map(len, rows), default=1) - 1))
    found = list(_parts(sheet, whole)) if whole else []
    return found if 1 < len(found) <= MOST_AREAS else []


def _filled(row: Sequence[str]) -> int:
    """Which cells say something, a bit for each."""
    mask = 0
    for at, cell in enumerate(row):
        if cell and not cell.isspace():
            mask |= 1 << at
    return mask


@dataclass(frozen=True)
class _Sheet:
    rows: Rows
    masks: list[int]

    def mask(self, area: Area, row: int) -> int:
        return self.masks[row] & ((1 << area.right + 1) - (1 << area.left))

    def columns(self, area: Area) -> int:
        """Which columns of an area hold anything."""
        mask = 0
        for row in range(area.top, area.bottom + 1):
            mask |= self.mask(area, row)
        return mask

    def cell(self, row: int, column: int) -> str:
        cells = self.rows[row]
        return cells[column].strip() if column < len(cells) else ""

    def trimmed(self, area: Area) -> Area | None:
        """The area without blank rows and columns around; None where nothing is in it."""
        columns = self.columns(area)
        if not columns:
            return None
        filled = [row for row in range(area.top, area.bottom + 1) if self.mask(area, row)]
        return Area(filled[0], (columns & -columns).bit_length() - 1, filled[-1], columns.bit_length() - 1)

    def bands(self, area: Area) -> list[Area]:
        """Runs of rows between blank ones."""
        found: list[Area] = []
        start = None
        for row in range(area.top, area.bottom + 2):
            if row <= area.bottom and self.mask(area, row):
                start = row if start is None else start
            elif start is not None:
                found.append(Area(start, area.left, row - 1, area.right))
                start = None
        return found

    def groups(self, area: Area) -> list[Area]:
        """Runs of columns between blank ones."""
        columns, found, start = self.columns(area), [], None
        for at in range(area.left, area.right + 2):
            if at <= area.right and columns >> at & 1:
                start = at if start is None else start
            elif start is not None:
                found.append(Area(area.top, start, area.bottom, at - 1))
                start = None
        return found


def _parts(sheet: _Sheet, area: Area) -> Iterator[Area]:
    for pieces in (_by_rows(sheet, area), _by_columns(sheet, area)):
        if len(pieces) > 1:
            for piece in pieces:
                if inner := sheet.trimmed(piece):
                    yield from _parts(sheet, inner)
            return
    yield area


def _by_rows(sheet: _Sheet, area: Area) -> list[Area]:
    """Cut where a table begins; what stands between two tables belongs to the upper one, but for a title."""
    bands = sheet.bands(area)
    starts: list[int] = []
    last: _Table | None = None
    for number, band in enumerate(bands):
        table = _table(sheet, band)
        if table is None or (last is not None and _continues(sheet, last, table, bands[number - 1])):
            continue
        has_title = number > 0 and number - 1 not in starts and _is_title(sheet, bands[number - 1])
        starts.append(number - 1 if has_title and last is not None else number)
        last = table
    if len(starts) < 2:
        return [area]
    tops = [area.top, *(bands[number].top for number in starts[1:])]
    ends = [top - 1 for top in tops[1:]] + [area.bottom]
    return [Area(top, area.left, end, area.right) for top, end in zip(tops, ends, strict=True)]


def _by_columns(sheet: _Sheet, area: Area) -> list[Area]:
    """Cut between tables that stand side by side; a blank column within a table parts nothing."""
    lefts: list[int] = []
    last: tuple[Area, _Table] | None = None
    for group in sheet.groups(area):
        inner = sheet.trimmed(group)
        table = next((found for band in sheet.bands(group) if (found := _table(sheet, band))), None)
        if inner is None or table is None:
            continue
        if last is None or _is_independent(*last, inner, table):
            lefts.append(group.left)
            last = inner, table
    if len(lefts) < 2:
        return [area]
    lefts[0] = area.left
    rights = [left - 1 for left in lefts[1:]] + [area.right]
    return [Area(area.top, left, area.bottom, right) for left, right in zip(lefts, rights, strict=True)]


def _is_independent(one: Area, table: _Table, other: Area, beside: _Table) -> bool:
    """Whether two tables side by side begin or end in different rows, or have columns of the same name."""
    return (
        table.header_row != beside.header_row
        or one.bottom != other.bottom
        or bool({name for name in table.header if name} & set(beside.header))
    )


@dataclass(frozen=True)
class _Table:
    """A band that begins with a header. `values` are the columns that hold numbers or days beneath it."""

    area: Area
    header_row: int
    header: tuple[str, ...]
    values: frozenset[int]


def _table(sheet: _Sheet, band: Area) -> _Table | None:
    """The table that a band is, or None."""
    inner = sheet.trimmed(band)
    if inner is None:
        return None
    columns = [at for at in range(inner.left, inner.right + 1) if sheet.columns(inner) >> at & 1]
    top = inner.top
    while top < min(inner.bottom, inner.top + MOST_TITLES) and sheet.mask(inner, top).bit_count() == 1:
        top += 1
    header = tuple(sheet.cell(top, at).lower() for at in columns)
    names = [name for name in header if name]
    data = range(top + 1, min(inner.bottom, top + SAMPLE) + 1)
    if len(columns) < 2 or len(data) < (3 if len(columns) == 2 else 2):
        return None
    if len(names) < MOSTLY * len(columns) or any(map(is_value, names)) or len(set(names)) < len(names):
        return None
    if any(name.endswith((":", "：")) for name in names):  # Report: Sales
        return None
    if sum(sheet.mask(inner, row).bit_count() for row in data) < 0.5 * len(columns) * len(data):
        return None
    values = frozenset(at for at in columns if _holds_values(sheet, at, data))
    if not values and (len(columns) < 3 or len(data) < 3):
        return None
    return _Table(inner, top, header, values)


def _holds_values(sheet: _Sheet, column: int, rows: range) -> bool:
    cells = [cell for row in rows if (cell := sheet.cell(row, column))]
    return len(cells) >= 2 and sum(map(is_value, cells)) >= MOSTLY * len(cells)


def _continues(sheet: _Sheet, last: _Table, table: _Table, before: Area) -> bool:
    """Whether a band goes on with the table above it: the same header on a new page, or rows of the same kind."""
    inside = last.area.left <= table.area.left and table.area.right <= last.area.right
    if not inside:
        return False
    if table.header == last.header:
        return not _is_title(sheet, before)
    if not last.values:
        return (last.area.left, last.area.right) == (table.area.left, table.area.right)
    named = [at for at in last.values if (cell := sheet.cell(table.header_row, at)) and not is_value(cell)]
    return len(named) < 0.5 * len(last.values) and (table.area.left, table.area.right) == (
        last.area.left,
        last.area.right,
    )


def _is_title(sheet: _Sheet, band: Area) -> bool:
    return band.top == band.bottom and sheet.mask(band, band.top).bit_count() == 1
