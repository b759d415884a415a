"""Which rows of a damaged text can be saved, and which must be set aside? A clean copy, written line by line.

Runs in the reader process, and only for texts that need it. Each record of the text becomes one record of the copy, so
that row numbers stay; a row that is set aside becomes a blank one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kpi.ingest.cells import FIXED, OPEN, QUOTE, WHOLE, copy_delimiter, cut, cut_leniently, put
from kpi.ingest.fixed_width import Gaps, cut_fixed
from kpi.ingest.header import RULE_SIGNS, is_rule
from kpi.ingest.rejoin import Habit, fits, rejoin

MOST_LINES = 1_000  # of one cell
MOST_ASIDE = 20_000  # rows set aside beyond which a text is left as it is, for the engine to reject what it must
MOST_TEXT = 10_000  # letters of a row set aside that are kept

BROKEN_QUOTES, TOO_MANY, TOO_FEW = "broken_quotes", "too_many_cells", "too_few_cells"
REPEATED_TITLE = "repeated_title"


class BeyondRepairError(Exception):
    """So many rows would be set aside that the text is no damaged table but another one than was thought."""


@dataclass(frozen=True)
class Plan:
    """How a text is cut, and what its rows should look like."""

    delimiter: str
    gaps: Gaps
    skip: int
    width: int
    habits: tuple[Habit, ...]
    pads: bool  # whether empty cells at the ends of rows have been left out
    titles: frozenset[tuple[str, ...]]  # rows above the header

    def cut(self, line: str) -> tuple[list[str], str]:
        """The cells of a line, and whether its quotes are closed."""
        return (cut_fixed(line, self.gaps), WHOLE) if self.delimiter == FIXED else cut(line, self.delimiter)


@dataclass
class Outcome:
    """What has become of the rows read so far."""

    most_aside: int | None = MOST_ASIDE
    records: int = 0  # after the header, blank ones included
    mended: int = 0
    aside: list[tuple[int, str, str]] = field(default_factory=list)

    def is_worth_a_copy(self, *reasons: str) -> bool:
        """Whether anything was done that the engine would not do alone, such as setting rows aside for `reasons`."""
        return self.mended > 0 or any(reason in (*reasons, REPEATED_TITLE) for _, reason, _ in self.aside)


def mend(lines: Iterable[str], plan: Plan, outcome: Outcome) -> Iterator[list[str]]:
    """The cells of every record in turn, nothing for a blank one or one set aside (which `outcome` then tells)."""
    ahead = Ahead(lines)
    number = 0
    while (line := ahead.take()) is not None:
        number += 1
        if number <= plan.skip:
            yield plan.cut(joined(ahead, line, plan))[0]
            continue
        outcome.records += 1
        cells, reason = _saved(ahead, line, plan, outcome) if line.strip() else ([], None)
        if reason is not None:
            outcome.aside.append((number, reason, line[:MOST_TEXT]))
            if outcome.most_aside is not None and len(outcome.aside) > outcome.most_aside:
                raise BeyondRepairError
        yield cells
        for _ in range(ahead.joined):  # the second half of a row that a line break had cut in two
            number += 1
            outcome.records += 1
            yield []
        ahead.joined = 0


def write_copy(path: Path, target: Path, plan: Plan, *, always: bool = False) -> Outcome:
    """Write the mended text. Raises `BeyondRepairError`, and leaves nothing behind, where that makes no sense.

    With `always`, the copy is made all the same, since the engine cannot read the text as it is.
    """
    outcome, delimiter = Outcome(most_aside=None if always else MOST_ASIDE), copy_delimiter(plan.delimiter)
    try:
        with (
            path.open(encoding="utf-8-sig", errors="replace", newline=None) as source,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            for cells in mend((line.rstrip("\n") for line in source), plan, outcome):
                out.write(put(cells, delimiter) + "\n")
    except BeyondRepairError:
        target.unlink()
        raise
    return outcome


class Ahead:
    """Lines that can be looked at before they are taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._held: deque[str] = deque()
        self.joined = 0  # records taken together with the present one

    def take(self) -> str | None:
        """The next line; None after the last."""
        return self._held.popleft() if self._held else next(self._lines, None)

    def peek(self, at: int) -> str | None:
        """A line further on, which stays."""
        while len(self._held) <= at:
            line = next(self._lines, None)
            if line is None:
                return None
            self._held.append(line)
        return self._held[at]

    def drop(self, count: int) -> None:
        """Pass over lines that have been looked at."""
        for _ in range(count):
            self._held.popleft()


def _saved(ahead: Ahead, line: str, plan: Plan, outcome: Outcome) -> tuple[list[str], str | None]:
    """A record's cells, or nothing and the reason why it is set aside."""
    cells, state = plan.cut(line)
    may_be_rule = line.lstrip()[0] in RULE_SIGNS or line[0] == plan.delimiter
    if state == OPEN:
        whole = closed(ahead, line, plan)
        if whole is None and not fits(cells, plan.habits):
            return [], BROKEN_QUOTES
        outcome.mended += whole is None
        cells = cells if whole is None else plan.cut(whole)[0]
    elif state != WHOLE:
        cells = cut_leniently(line, plan.delimiter)
        if len(cells) != plan.width:
            return [], BROKEN_QUOTES
        outcome.mended += 1
    if len(cells) == plan.width and not (QUOTE in line and _is_wrapped(cells, plan)):
        if plan.titles and words(cells) in plan.titles:
            return [], REPEATED_TITLE
        return ([], None) if may_be_rule and is_rule(cells) else (cells, None)
    better = _refitted(ahead, cells, plan)
    if better is not None:
        outcome.mended += 1
        return better, None
    if may_be_rule and is_rule(cells):
        outcome.mended += 1
        return [], None
    if words(cells) in plan.titles:
        return [], REPEATED_TITLE
    return [], TOO_MANY if len(cells) > plan.width else TOO_FEW


def _refitted(ahead: Ahead, cells: list[str], plan: Plan) -> list[str] | None:
    """Cells in the right number, where there is one way only to make them so."""
    if _is_wrapped(cells, plan):
        return plan.cut(cells[0])[0]
    if len(cells) > plan.width:
        if not any(cell.strip() for cell in cells[plan.width :]):
            return cells[: plan.width]
        return rejoin(cells, plan.habits, plan.delimiter)
    if plan.pads and len(cells) > 1:
        return [*cells, *[""] * (plan.width - len(cells))]
    following = ahead.peek(0)
    rest, state = plan.cut(following) if following else ([], WHOLE)
    if state == WHOLE and len(cells) + len(rest) - 1 == plan.width > len(rest) > 1:
        whole = [*cells[:-1], f"{cells[-1]}\n{rest[0]}", *rest[1:]]
        if len(cells) > 1 and fits(whole, plan.habits):
            ahead.drop(1)
            ahead.joined = 1
            return whole
    return None


def _is_wrapped(cells: Sequence[str], plan: Plan) -> bool:
    """Whether a row stands in quotes as a whole, perhaps with delimiters behind it."""
    if plan.delimiter == FIXED or plan.delimiter not in cells[0] or any(cells[1:]):
        return False
    inner, state = plan.cut(cells[0])
    return state == WHOLE and len(inner) == plan.width


def closed(ahead: Ahead, line: str, plan: Plan) -> str | None:
    """The record whose cell runs on over the next lines; None where its quote was never meant to, or is never closed.

    A line within it that is a row of its own is believed more than the quote.
    """
    whole = [line]
    for at in range(MOST_LINES):
        following = ahead.peek(at)
        if following is None:
            return None
        cells, state = plan.cut(following)
        if state == WHOLE and is_row(cells, plan):
            return None
        whole.append(following)
        if QUOTE in following:
            text = "\n".join(whole)
            cells, state = plan.cut(text)
            if state == WHOLE and len(cells) == plan.width:
                ahead.drop(at + 1)
                return text
            if state != OPEN:
                return None
    return None


def is_row(cells: Sequence[str], plan: Plan) -> bool:
    """Whether a line within quotes is a row: by its columns' habits or, where none are known, by its many cells."""
    return fits(cells, plan.habits) if plan.habits else len(cells) == plan.width > 3


def joined(ahead: Ahead, line: str, plan: Plan) -> str:
    """A record above the data, with the lines over which its quotes run."""
    whole = line
    for at in range(MOST_LINES):
        state = plan.cut(whole)[1]
        following = ahead.peek(at) if state == OPEN else None
        if following is None:
            if state == WHOLE:
                ahead.drop(at)
            return whole if state == WHOLE else line
        whole += f"\n{following}"
    return line


def words(cells: Sequence[str]) -> tuple[str, ...]:
    """The cells that say something."""
    return tuple(cell.strip() for cell in cells if cell.strip())
