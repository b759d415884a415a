"""How is a text cut into cells? Delimiter, where the header stands, and whether there is one.

Runs in the reader process. Works on the first part of a text; the rows that follow are judged by the reader itself.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field

DELIMITERS = (",", "\t", ";", "|", "\x01", "^", "~")
WHITESPACE = " "
ROWS = 300
SURE = 0.8  # share of rows of one width below which blanks are tried as well

_NUMBER = re.compile(r"[-+(]?\s*[¥￥$€£]?\s*[-+]?\d[\d.,\s]*\)?\s*%?")
_DAY = re.compile(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?([ T]\d{1,2}:\d{2}.*)?")


@dataclass(frozen=True)
class Dialect:
    """`skip` counts the records before the first row of data; `header` is empty where the file has none."""

    delimiter: str
    header: tuple[str, ...]
    header_row: int | None
    skip: int
    width: int
    share: float  # of the rows looked at that have this width


def find_dialect(text: str, known: str | None = None) -> Dialect | None:
    """The dialect by which most rows have the same number of cells; None for a text without any row.

    Where the delimiter is `known`, as in a sheet's own copy, only the header is looked for.
    """
    lines = [line for line in text.split("\n", ROWS + 50)[: ROWS + 50] if line.strip()]
    if not lines:
        return None
    if known is not None:
        rows = parse(text, known, ROWS)
        return _place(known, rows, max(map(len, rows), default=0), 1.0)
    best = max((cut for delimiter in DELIMITERS if (cut := _cut(text, delimiter))), default=None)
    if best is None or best.share < SURE:
        blank = [line.split() for line in lines[:ROWS]]
        width, share = _width(blank)
        if (
            share >= 0.9
            and width >= 2
            and _looks_columnar(lines, blank, width)
            and (best is None or share > best.share)
        ):
            return _place(WHITESPACE, [line.split() for line in text.split("\n")[:ROWS]], width, share)
    if best is None:
        rows = parse(text, ",", ROWS)
        return _place(",", rows, 1, _width(rows)[1])
    return _place(best.delimiter, best.rows, best.width, best.share)


@dataclass(frozen=True, order=True)
class _Cut:
    """A text cut by one delimiter; the better cut has the higher score."""

    score: float
    rank: int
    delimiter: str = field(compare=False)
    rows: list[list[str]] = field(compare=False)
    width: int = field(compare=False)
    share: float = field(compare=False)


def _cut(text: str, delimiter: str) -> _Cut | None:
    if delimiter not in text:
        return None
    rows = parse(text, delimiter, ROWS)
    width, share = _width(rows)
    if width < 2 or share < 0.5:
        return None
    score = share + min(width, 20) / 100 - 0.3 * _first_row_differs(rows, width)
    return _Cut(round(score, 9), -DELIMITERS.index(delimiter), delimiter, rows, width, share)


def parse(text: str, delimiter: str, most: int) -> list[list[str]]:
    """The records of a text, blank ones as empty lists, the same way the reader counts them."""
    rows: list[list[str]] = []
    if delimiter == WHITESPACE:
        return [line.split() for line in text.split("\n")[:most]]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=False)
    try:
        for row in reader:
            rows.append(row)
            if len(rows) >= most:
                break
    except csv.Error:  # a cell beyond the field limit: what has been read is enough to judge by
        return rows
    return rows


def _width(rows: list[list[str]]) -> tuple[int, float]:
    """The usual number of cells, and the share of rows that have it; ragged short rows count for the wider one."""
    counts = Counter(len(row) for row in rows if row and any(cell.strip() for cell in row))
    if not counts:
        return 0, 0.0
    total = sum(counts.values())
    width, most = max(counts.items(), key=lambda item: (item[1], item[0]))
    return width, most / total


def _first_row_differs(rows: list[list[str]], width: int) -> bool:
    first = next((row for row in rows if row and any(row)), [])
    return len(first) not in (width, width + 1, width - 1)


def _looks_columnar(lines: list[str], rows: list[list[str]], width: int) -> bool:
    """Whether blanks separate columns rather than words: aligned runs of blanks, or numbers in most places."""
    runs = sum("  " in line.strip() or line[:1] == " " for line in lines)
    cells = [cell for row in rows[1:] if len(row) == width for cell in row]
    numbers = sum(bool(_NUMBER.fullmatch(cell) or _DAY.fullmatch(cell)) for cell in cells)
    return runs > 0.5 * len(lines) or (bool(cells) and numbers > 0.6 * len(cells))


def is_value(cell: str) -> bool:
    """Whether a cell holds a number or a day, which a header does not."""
    cell = cell.strip()
    return bool(_NUMBER.fullmatch(cell) or _DAY.fullmatch(cell))


def _place(delimiter: str, rows: list[list[str]], width: int, share: float) -> Dialect:
    """Find the header: the first row about as wide as the data whose cells are names."""
    for at, row in enumerate(rows):
        filled = sum(bool(cell.strip()) for cell in row)
        if len(row) < max(1, width - 1) or filled < max(1, min(width, 2), 0.5 * width):
            continue
        if filled == 1 and width > 1:
            continue
        values = sum(is_value(cell) for cell in row if cell.strip())
        if values == 0 or (values < filled and _are_years(row)) or (values < 0.2 * filled):
            header = tuple(cell.strip() for cell in row)
            wide = max(width, len(header))
            return Dialect(delimiter, header + ("",) * (wide - len(header)), at + 1, at + 1, wide, share)
        return Dialect(delimiter, (), None, at, max(width, len(row)), share)
    return Dialect(delimiter, (), None, 0, width, share)


def _are_years(row: list[str]) -> bool:
    values = [cell.strip() for cell in row if is_value(cell)]
    return all(re.fullmatch(r"(19|20)\d\d", value) for value in values)
