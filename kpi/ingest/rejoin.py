"""Which cells of a row that is too long belong together? Those that make every column hold what it holds elsewhere.

Runs in the reader process. A delimiter inside a text that nobody has quoted cuts one cell in two. What the columns hold
is learnt from the rows that have the right number of cells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kpi.ingest.header import is_value

MOST_EXTRA = 4  # cells too many up to which a row is mended
MOST_STEPS = 3_000  # of a search, beyond which nothing is clear
MOST_COLUMNS = 300  # of a table whose rows are mended
NEARLY_ALL = 0.95
RARELY = 0.02
FEW = 0.5  # share of different values below which a column's values are known words
ENOUGH = 5  # well-formed rows from which anything can be learnt

_EMPTY = re.compile(r"\s*|null|n/?a|nan|none|\\n|-|无", re.I)
_DIGITS, _LETTERS = re.compile(r"\d+"), re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Habit:
    """What the cells of one column have in common."""

    values: bool  # numbers or days
    shape: str | None  # A-9, where all are codes of one kind
    known: frozenset[str]  # its words, where they are few
    blank_start: bool  # whether cells begin with a blank
    empty: bool  # whether cells may be empty

    def allows(self, cell: str) -> bool:
        """Whether a cell may stand in this column."""
        if _EMPTY.fullmatch(cell):
            return self.empty
        if cell[:1] == " " and not self.blank_start:
            return False
        if self.values:
            return is_value(cell)
        return self.shape is None or shape(cell) == self.shape


def learn(rows: Sequence[Sequence[str]], width: int) -> tuple[Habit, ...]:
    """What each column's cells have in common, by the rows of the right width; nothing where these are too few."""
    if len(rows) < ENOUGH:
        return ()
    return tuple(_habit([row[at] for row in rows]) for at in range(width))


def _habit(cells: Sequence[str]) -> Habit:
    filled = [cell for cell in cells if not _EMPTY.fullmatch(cell)]
    enough = NEARLY_ALL * len(filled)
    shapes = {shape(cell) for cell in filled}
    code = len(shapes) == 1 and all("9" in one and " " not in one for one in shapes)  # words differ, codes do not
    different = frozenset(filled)
    return Habit(
        values=bool(filled) and sum(map(is_value, filled)) >= enough,
        shape=shapes.pop() if code and len(different) > 1 else None,
        known=different if len(different) <= FEW * len(filled) else frozenset(),
        blank_start=sum(cell[:1] == " " for cell in cells) > RARELY * len(cells),
        empty=len(filled) < len(cells),
    )


def shape(cell: str) -> str:
    """A cell with its numbers as 9 and its words as A.

    >>> shape("WA-0815")
    'A-9'
    """
    return _LETTERS.sub("A", _DIGITS.sub("9", cell))


def rejoin(cells: Sequence[str], habits: Sequence[Habit], delimiter: str) -> list[str] | None:
    """The row with the right number of cells; None unless exactly one way of joining fits the columns' habits."""
    extra = len(cells) - len(habits)
    if not 0 < len(habits) <= MOST_COLUMNS or not 0 < extra <= MOST_EXTRA:
        return None
    search = _Search(cells, habits, delimiter)
    search.place([], 0, extra)
    if search.steps > MOST_STEPS:
        return None
    known = search.rows if len(search.rows) == 1 else [row for row in search.rows if _is_known(row, habits)]
    return known[0] if len(known) == 1 else None


@dataclass
class _Search:
    """Hands cells to columns from left to right, as long as each column may hold what it gets."""

    cells: Sequence[str]
    habits: Sequence[Habit]
    delimiter: str
    rows: list[list[str]] = field(default_factory=list)
    steps: int = 0

    def place(self, row: list[str], at: int, extra: int) -> None:
        """Every way to go on from a row's first columns, with `extra` cells more than columns left."""
        if len(row) == len(self.habits):
            self.rows.append(row)
            return
        last = len(row) == len(self.habits) - 1
        for taken in range(extra if last else 0, extra + 1):
            self.steps += 1
            if self.steps > MOST_STEPS:
                return
            cell = self.delimiter.join(self.cells[at : at + 1 + taken])
            if self.habits[len(row)].allows(cell):
                self.place([*row, cell], at + 1 + taken, extra - taken)


def fits(cells: Sequence[str], habits: Sequence[Habit]) -> bool:
    """Whether a row of the right width is believable: nothing speaks against it, and some column's habit for it."""
    return (
        len(cells) == len(habits)
        and all(habit.allows(cell) for habit, cell in zip(habits, cells, strict=True))
        and any((habit.values or habit.shape) and cell.strip() for habit, cell in zip(habits, cells, strict=True))
    )


def _is_known(row: Sequence[str], habits: Sequence[Habit]) -> bool:
    """Whether columns of few different words hold words that are known."""
    pairs = zip(habits, row, strict=True)
    return all(cell in habit.known or _EMPTY.fullmatch(cell) for habit, cell in pairs if habit.known)
