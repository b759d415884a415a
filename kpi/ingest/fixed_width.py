"""Where do columns of fixed width begin? Places that are blank in nearly every line part them.

Runs in the reader process. Places are counted in characters or, where letters of double width stand in the text, as
they were aligned on the screen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from kpi.ingest.header import is_value

Gaps = tuple[tuple[int, int], ...]

FITS = 0.9  # share of the lines that keep to the columns
LINES = 10  # so many lines make a gap one place wide believable
MOST_TITLES = 5  # lines above the table
MOST_PLACES = 5_000
ON_SCREEN = (-1, -1)  # stands first where places are those on a screen
FILLER = "\0"  # second half of a letter of double width

_RULE = re.compile(r"\s*[-=]{2,}(\s+[-=]{2,})+\s*")


def find_gaps(lines: Sequence[str]) -> Gaps:
    """The blank ranges between columns, as (first place, place after the last); empty where there are no columns."""
    full = [line.rstrip().expandtabs() for line in lines if line.strip()]
    if len(full) < 3 or max(map(len, full)) > MOST_PLACES:
        return ()
    for title_rows in range(min(MOST_TITLES, len(full) - 3) + 1):
        body = full[title_rows:]
        plain = _gaps(body)
        wide = _gaps([spread(line) for line in body]) if any(not line.isascii() for line in body) else ()
        if plain or wide:
            return (ON_SCREEN, *wide) if len(wide) > len(plain) else plain
    return ()


def cut_fixed(line: str, gaps: Gaps) -> list[str]:
    """The cells of one line; one alone where the line does not keep to the columns.

    >>> cut_fixed("Ann Lee   12", ((7, 10),)), cut_fixed("a line without any columns", ((7, 9),))
    (['Ann Lee', '12'], ['a line without any columns'])
    """
    text = line.rstrip().expandtabs()
    if gaps and gaps[0] == ON_SCREEN:
        text, gaps = spread(text), gaps[1:]
    cells, start = [], 0
    for first, after in gaps:
        between = text[first:after].ljust(after - first)
        if " " not in between:
            return [text.replace(FILLER, "").strip()]
        place = first + between.index(" ")
        cells.append(text[start:place])
        start = place
    return [cell.replace(FILLER, "").strip() for cell in (*cells, text[start:])]


def spread(line: str) -> str:
    """The line with a filler behind each letter of double width, so that places are those on a screen."""
    if line.isascii():
        return line
    return "".join(letter + FILLER if unicodedata.east_asian_width(letter) in "WF" else letter for letter in line)


def _gaps(lines: Sequence[str]) -> Gaps:
    rule = next((line for line in lines[:LINES] if _RULE.fullmatch(line)), None)
    if rule is not None:
        ends = [(found.start(), found.end()) for found in re.finditer(r"[-=]+", rule)]
        return tuple((end, start) for (_, end), (start, _) in pairwise(ends))
    filled = [0] * max(map(len, lines))
    for line in lines:
        for at, letter in enumerate(line):
            filled[at] += letter != " "
    few = (1 - FITS) * len(lines)
    gaps = _named(lines, _runs([count <= few for count in filled]), len(lines) >= LINES)
    fitting = [cells for line in lines if len(cells := cut_fixed(line, gaps)) > 1]
    return gaps if gaps and len(fitting) >= FITS * len(lines) and _is_table(fitting) else ()


def _runs(blank: Sequence[bool]) -> list[tuple[int, int]]:
    """The ranges of blank places between others."""
    found, start = [], None
    for at, is_blank in enumerate(blank):
        if is_blank and start is None:
            start = at
        elif not is_blank and start is not None:
            if start:
                found.append((start, at))
            start = None
    return found


def _named(lines: Sequence[str], runs: Sequence[tuple[int, int]], many: bool) -> Gaps:
    """The gaps that are no mere blanks within a column: something stands in the header on both sides of them."""
    gaps = tuple((first, after) for first, after in runs if many or after - first > 1)
    cells = next((cells for line in lines if len(cells := cut_fixed(line, gaps)) > 1), [""])
    if len(cells) < 2 or any(map(is_value, cells)):
        return gaps
    return tuple(gap for gap, name in zip(gaps, cells[1:], strict=True) if name)


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the cells between gaps are a table's: most are filled, and in some column values stand under a name."""
    filled = sum(bool(cell) for row in rows for cell in row)
    return filled > 0.5 * sum(map(len, rows)) and any(
        sum(is_value(row[at]) for row in rows[1:]) > 0.6 * len(rows[1:]) for at in range(len(rows[0]))
    )
