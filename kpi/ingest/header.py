"""Where does the header stand, what are the columns called, and where do the rows begin?

Shared by texts and sheets; runs in the reader process.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"[-+(]?\s*[¥￥$€£]?\s*[-+]?\d[\d.,\s]*\)?\s*%?")
_DAY = re.compile(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?([ T]\d{1,2}:\d{2}.*)?")
_YEAR = re.compile(r"(19|20)\d\d")
RULE_SIGNS = "-=+:|_"  # of which lines are drawn
_RULE = re.compile(r"[-=+:|_ ]{2,}")
_NO_NAME = re.compile(r"[\W\d_]*|n/?a|n\.a\.|nan|null|none|nil|无|暂无|空", re.I)
LOOK = 30  # rows beneath a header that tell whether its second line is a header, too
MOSTLY = 0.8


@dataclass(frozen=True)
class Header:
    """`names` is empty where there is none; `row` counts from 1, its last line; `skip` rows come before the data."""

    names: tuple[str, ...]
    row: int | None
    skip: int
    width: int


def is_value(cell: str) -> bool:
    """Whether a cell holds a number or a day, which a header does not."""
    cell = cell.strip()
    return bool(_NUMBER.fullmatch(cell) or _DAY.fullmatch(cell))


def is_rule(cells: Sequence[str]) -> bool:
    """Whether a row is a drawn line, as under the header of a printed table."""
    return sum(map(len, cells)) >= 3 and all(not cell.strip() or _RULE.fullmatch(cell) for cell in cells) and any(cells)


def find_header(rows: Sequence[Sequence[str]], width: int) -> Header:
    """The first row about as wide as the data whose cells are names; a second line of names is joined to the first."""
    for at, row in enumerate(rows):
        filled = sum(bool(cell.strip()) for cell in row)
        if len(row) < max(1, width - 1) or filled < max(1, min(width, 2), 0.5 * width) or is_rule(row):
            continue
        if len(row) < width and len(next((below for below in rows[at + 1 :] if any(below)), row)) < width - 1:
            continue  # a title with a delimiter in it
        if filled < len(row) and at + 1 < len(rows) and _is_fuller(rows[at + 1], rows[at + 2 : at + 2 + LOOK], row):
            continue
        values = sum(is_value(cell) for cell in row if cell.strip())
        few = values == 0 or (values < filled and _are_years(row)) or values < 0.2 * filled
        if few or (filled == len(row) and _unlike(row, rows[at + 1 : at + 1 + LOOK])):
            return _joined(rows, at, width)
        return Header((), None, at, max(width, len(row)))
    return Header((), None, 0, width)


def _is_fuller(row: Sequence[str], below: Sequence[Sequence[str]], title: Sequence[str]) -> bool:
    """Whether a row of names comes under a title of several cells, none of which names a group of columns."""
    names = [cell.strip() for cell in row]
    if len(row) < len(title) or not all(names) or any(map(is_value, names)):
        return False
    return _hold_values(names, below) > 0 and not _is_group_line([cell.strip() for cell in title], names)


def header_at(rows: Sequence[Sequence[str]], width: int, number: int) -> Header:
    """The header that a person has pointed at; 0 for none, then rows begin with the first wide one."""
    if number == 0:
        first = next((at for at, row in enumerate(rows) if len(row) >= width - 1 and any(row)), 0)
        return Header((), None, first, width)
    names = _padded(rows, number - 1, width) if number <= len(rows) else ()
    return Header(names, number, number, max(width, len(names)))


def _joined(rows: Sequence[Sequence[str]], at: int, width: int) -> Header:
    """The names of a header of one line or two; groups above several columns are written once and hold for all."""
    names, last = _padded(rows, at, width), at
    below = _padded(rows, at + 1, len(names)) if at + 1 < len(rows) else ()
    if below and _is_second_line(names, below, rows[at + 2 : at + 2 + LOOK]):
        names, last = _two_lines(names, below), at + 1
    elif at and _is_group_line(groups := _padded(rows, at - 1, len(names)), names):
        names = _two_lines(groups, names)
    skip = last + 1
    while skip < len(rows) and is_rule(rows[skip]):
        skip += 1
    return Header(names, last + 1, skip, len(names))


def _padded(rows: Sequence[Sequence[str]], at: int, width: int) -> tuple[str, ...]:
    """One row's names. Names beyond the data's width are real ones; blank ones there are delimiters too many."""
    names = [cell.strip() for cell in rows[at]]
    while len(names) > width and not names[-1]:
        names.pop()
    missing = width - len(names)
    if missing == 1 and names and _are_row_numbers([row[0] for row in rows[at + 1 : at + 1 + LOOK] if row]):
        return ("", *names)
    return (*names, *[""] * missing)


def _are_row_numbers(cells: Sequence[str]) -> bool:
    """1, 2, 3 …, which some programs write before each row and give no name."""
    return len(cells) > 1 and [cell.strip() for cell in cells] in (
        [str(number) for number in range(1, len(cells) + 1)],
        [str(number) for number in range(len(cells))],
    )


def _is_second_line(names: Sequence[str], below: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the row under a header names columns as well: groups above it, or units and the like."""
    if any(is_value(cell) and not _YEAR.fullmatch(cell) for cell in below) or not any(below):
        return False
    if _is_group_line(names, below):
        return _hold_values(below, rows) > 0
    named = tuple("" if _NO_NAME.fullmatch(cell) else cell for cell in below)
    return all(names) and _hold_values(named, rows) >= max(2, 0.5 * sum(map(bool, below)))


def _is_group_line(above: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a row gives a name to groups of columns: with what stands beneath, each name is then different."""
    if sum(map(bool, above)) < 2 or all(above) or any(is_value(cell) and not _YEAR.fullmatch(cell) for cell in above):
        return False
    given = [name for name in names if name]
    joined = [name for name in _two_lines(above, names) if name]
    repeats = len(set(given)) < len(given)
    fills = any(top and not low for top, low in zip(above, names, strict=False))
    return (repeats or (fills and len(given) >= 2)) and len(set(joined)) == len(joined) >= len(names) - 1


def _two_lines(above: Sequence[str], below: Sequence[str]) -> tuple[str, ...]:
    """Names of two lines; an empty place in the upper line belongs to the group left of it.

    >>> _two_lines(("Region", "2024", ""), ("", "Q1", "Q2"))
    ('Region', '2024 Q1', '2024 Q2')
    """
    names, group = [], ""
    for top, low in zip(above, below, strict=False):
        group = top or group
        names.append(" ".join(filter(None, (group if low else top, low))))
    return tuple(names)


def _hold_values(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """In how many of the columns named nearly every cell beneath is a number or a day."""
    count = 0
    for at, name in enumerate(names):
        cells = [row[at] for row in rows if at < len(row) and row[at].strip()]
        count += bool(name and cells) and sum(map(is_value, cells)) >= MOSTLY * len(cells)
    return count


def _unlike(row: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row with numbers in it is a header all the same: most columns beneath hold the other kind of cells."""
    if len(rows) < 3 or len(set(row)) < len(row) or is_value(row[0]):
        return False
    other = 0
    for at, cell in enumerate(row):
        beneath = [is_value(below[at]) for below in rows if at < len(below) and below[at].strip()]
        if beneath:
            other += sum(beneath) >= MOSTLY * len(beneath) if not is_value(cell) else not any(beneath)
    return other >= 0.5 * len(row)


def _are_years(row: Sequence[str]) -> bool:
    values = [cell.strip() for cell in row if is_value(cell)]
    return all(_YEAR.fullmatch(value) for value in values)
