"""Is a text damaged, and what do its sound rows teach about the others?

Runs in the reader process.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kpi.ingest.cells import FIXED, OPEN, QUOTE, WHOLE, cut
from kpi.ingest.dialect import Dialect
from kpi.ingest.mend import (
    BROKEN_QUOTES,
    MOST_LINES,
    Ahead,
    Outcome,
    Plan,
    closed,
    is_row,
    joined,
    mend,
    words,
)
from kpi.ingest.rejoin import Habit, learn
from kpi.ingest.request import HEAD

LEARNT = 1_000  # rows from which the columns' habits are learnt
TRIMMED = 0.1  # share of short rows from which empty cells at the ends of rows are taken to have been left out
MOSTLY = 0.8


def plan_mending(text: str, dialect: Dialect) -> Plan:
    """What the first part of a text teaches about its rows."""
    bare = Plan(dialect.delimiter, dialect.gaps, dialect.skip, dialect.width, (), False, frozenset())
    above, rows = [], []
    for number, (line, _) in enumerate(_records(iter(text.split("\n")), bare), start=1):
        cells, state = bare.cut(line)
        if number <= dialect.skip:
            above.append(cells)
        elif state == WHOLE and any(cell.strip() for cell in cells):
            rows.append(cells)
        if len(rows) >= LEARNT:
            break
    width = dialect.width
    good = [row for row in rows if len(row) == width]
    titles = {words(cells) for cells in above[: (dialect.header_row or dialect.skip + 1) - 1]}
    habits = learn(good, width)
    usual = Counter(map(len, rows)).most_common(1)
    narrow = bool(usual) and 1 < usual[0][0] < width and usual[0][1] >= MOSTLY * len(rows)
    pads = narrow or _leave_out_ends(rows, good, habits)
    return Plan(dialect.delimiter, dialect.gaps, dialect.skip, width, habits, pads, frozenset(titles - {()}))


def is_sound(text: str, dialect: Dialect, skip: int) -> bool:
    """Whether every line is a row of the right width, and no title comes twice; a quick look spares most texts more.

    Rows of several lines make it say no, too.
    """
    lines = text.split("\n")
    titles = {line.rstrip(dialect.delimiter) for line in lines[: max(0, (dialect.header_row or 1) - 1)] if skip}
    signs, width = dialect.width - 1, dialect.width
    for line in lines[skip:]:
        if QUOTE in line:
            cells, state = cut(line, dialect.delimiter)
            if state != WHOLE or len(cells) != width or not any(cells[1:]):
                return False
        elif line and line.count(dialect.delimiter) != signs:
            return False
        if titles and line.rstrip(dialect.delimiter) in titles:
            return False
    return True


def is_damaged(path: Path, head: str, parts: Sequence[str], plan: Plan, *, quoted: bool) -> bool:
    """Whether a text must be mended: rows of its head, middle or tail can be saved, or a quote is never closed."""
    whole = path.stat().st_size <= HEAD
    found = Outcome()
    deque(mend(iter(head.split("\n")), plan, found), maxlen=0)
    if found.is_worth_a_copy(*[BROKEN_QUOTES] if whole else []):
        return True
    if whole:
        return False
    body = replace(plan, skip=0)
    for part in parts:
        deque(mend(iter(part.split("\n")[:-1]), body, found), maxlen=0)
    return found.is_worth_a_copy() or (quoted and _has_open_quotes(path, plan))


def _has_open_quotes(path: Path, plan: Plan) -> bool:
    """Whether a quote anywhere in a text is never closed: between it and the next one, rows would be lost in a cell."""
    held: list[str] = []
    with path.open(encoding="utf-8-sig", errors="replace", newline=None) as file:
        for line in file:
            if held:
                held.append(line.rstrip("\n"))
            odd = line.count(QUOTE) % 2 == 1
            if held and odd:
                cells, state = plan.cut("\n".join(held))
                if state == WHOLE and len(cells) == plan.width:
                    held = []
                elif state != OPEN:
                    return True
            elif held:
                cells, state = plan.cut(held[-1])
                if len(held) > MOST_LINES or (state == WHOLE and is_row(cells, plan)):
                    return True
            elif odd and plan.cut(line.rstrip("\n"))[1] != WHOLE:
                held = [line.rstrip("\n")]
    return bool(held)


def _records(lines: Iterator[str], plan: Plan) -> Iterator[tuple[str, int]]:
    """Records as the standard rules see them, for what can be learnt from them."""
    ahead = Ahead(lines)
    number = 0
    while (line := ahead.take()) is not None:
        number += 1
        if plan.delimiter != FIXED and cut(line, plan.delimiter)[1] == OPEN:
            line = closed(ahead, line, plan) or line if number > plan.skip else joined(ahead, line, plan)
        yield line, number


def _leave_out_ends(rows: Sequence[Sequence[str]], good: Sequence[Sequence[str]], habits: Sequence[Habit]) -> bool:
    """Whether the program that wrote this leaves out empty cells at the ends of rows."""
    short = [row for row in rows if 1 < len(row) < len(habits)]
    if len(short) < 3 or len(short) < TRIMMED * len(rows) or any(not row[-1].strip() for row in good):
        return False
    fitting = sum(
        all(habit.allows(cell) for habit, cell in zip(habits, row, strict=False)) and bool(row[-1].strip())
        for row in short
    )
    return fitting >= MOSTLY * len(short)
