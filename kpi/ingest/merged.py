"""What are the columns called where header cells are merged? One name per column, from the lines it stands under.

A cell merged over several rows says how tall the header is; one merged over several columns names them all. Merged
cells among the data stay as they are: a value stands in the first of them, and the others are blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpi.ingest.header import is_value

LOOK = 40  # rows from the top in which a header is looked for
TALLEST = 8  # rows that a header may have


@dataclass(frozen=True)
class Merged:
    """A merged cell, its ends included, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int


def one_line(rows: Sequence[Sequence[str]], merged: Sequence[Merged]) -> dict[int, list[str]]:
    """Rows to put in the place of a header of several lines: blank ones, and the names in its last; else nothing.

    >>> rows = [["Region", "Sales", ""], ["", "2024", "2025"], ["North", "1", "2"]]
    >>> one_line(rows, [Merged(0, 0, 1, 0), Merged(0, 1, 0, 2)])
    {0: [], 1: ['Region', 'Sales 2024', 'Sales 2025']}
    """
    width = max(map(len, rows[:LOOK]), default=0)
    for top, row in enumerate(rows[:LOOK]):
        here = [cell for cell in merged if cell.top == top]
        covered = {at for cell in here for at in range(cell.left, min(cell.right, width - 1) + 1)}
        covered |= {at for at, text in enumerate(row) if text.strip()}
        if sum(bool(text.strip()) for text in row) < 2 or len(covered) < 0.5 * width:
            continue
        bottom = max((cell.bottom for cell in here), default=top)
        if bottom == top or bottom - top >= TALLEST or bottom + 1 >= len(rows):
            return {}  # a header of one line, or none
        lines = [_spread(rows[at], at, merged, width) for at in range(top, bottom + 1)]
        if any(is_value(text) and not _is_year(text) for line in lines for text in line):
            return {}
        parts = [cell for cell in merged if top <= cell.top <= bottom]
        if not all(_is_one_name(column, at, parts) for at, column in enumerate(zip(*lines, strict=True))):
            return {}  # the lines are rows of their own
        names = [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*lines, strict=True)]
        return {**{at: [] for at in range(top, bottom)}, bottom: names}
    return {}


def _spread(row: Sequence[str], number: int, merged: Sequence[Merged], width: int) -> list[str]:
    """A line of the header, a name over several columns repeated in each."""
    cells = [text.strip() for text in row] + [""] * (width - len(row))
    for cell in merged:
        if cell.top == number and cell.left < width:
            cells[cell.left : min(cell.right, width - 1) + 1] = [cells[cell.left]] * (
                min(cell.right, width - 1) + 1 - cell.left
            )
    return cells


def _is_one_name(lines: Sequence[str], column: int, merged: Sequence[Merged]) -> bool:
    """Whether what stands in a column is one name: one text, or several where a merged cell holds them together."""
    return sum(map(bool, lines)) < 2 or any(cell.left <= column <= cell.right for cell in merged)


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdigit() and text[:2] in ("19", "20")
