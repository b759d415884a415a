"""How is a line cut into cells, and how are cells put into a line? Quotes are obeyed, or read with leniency.

Runs in the reader process.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from functools import lru_cache

WHITESPACE = " "  # runs of blanks part the cells
FIXED = ""  # cells stand at fixed places
QUOTE = '"'
ONE_SIGN = "\x1f"  # stands for a delimiter of several signs, which the standard reader does not know

WHOLE, OPEN, BROKEN = "whole", "open", "broken"


def parse(text: str, delimiter: str, most: int) -> list[list[str]]:
    """The records of a text, blank ones as empty lists, the same way the engine counts them."""
    if delimiter == WHITESPACE:
        return [line.split() for line in text.split("\n")[:most]]
    rows: list[list[str]] = []
    sign = delimiter
    if len(delimiter) > 1:
        text, sign = text.replace(ONE_SIGN, "").replace(delimiter, ONE_SIGN), ONE_SIGN
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign, skipinitialspace=True):
            rows.append([cell.replace(ONE_SIGN, delimiter) for cell in row] if sign == ONE_SIGN else row)
            if len(rows) >= most:
                break
    except csv.Error:  # a cell beyond the field limit: what has been read is enough to judge by
        return rows
    return rows


def cut(line: str, delimiter: str) -> tuple[list[str], str]:
    """The cells of one line, and whether it is whole, ends inside quotes, or has signs after a closing quote.

    >>> cut('a,"b,c"', ","), cut('a,"b', ",")
    ((['a', 'b,c'], 'whole'), (['a', '"b'], 'open'))
    """
    if delimiter == WHITESPACE:
        return line.split(), WHOLE
    if QUOTE not in line:
        return line.split(delimiter), WHOLE
    sign, text = delimiter, _blanks_before_quotes(delimiter).sub(r"\1", line)
    if len(delimiter) > 1:
        sign, text = ONE_SIGN, text.replace(ONE_SIGN, "").replace(delimiter, ONE_SIGN)
    try:
        cells = next(csv.reader([text + "\n"], delimiter=sign, strict=True), [])
    except csv.Error as error:
        return line.split(delimiter), OPEN if "unexpected end" in str(error) else BROKEN
    return ([cell.replace(ONE_SIGN, delimiter) for cell in cells] if sign == ONE_SIGN else cells), WHOLE


def cut_leniently(line: str, delimiter: str) -> list[str]:
    """The cells of a line in which quotes stand inside quoted cells: one closes only before a delimiter or the end.

    >>> cut_leniently('7,"a 24" screen",5', ",")
    ['7', 'a 24" screen', '5']
    """
    cells, at = [], 0
    while True:
        start = at
        while line[start : start + 1] == " ":
            start += 1
        end = _closing(line, start + 1, delimiter) if line[start : start + 1] == QUOTE else -1
        if end >= 0:
            cells.append(line[start + 1 : end].replace('""', QUOTE).replace('\\"', QUOTE))
            end += 1
        else:
            found = line.find(delimiter, at)
            end = found if found >= 0 else len(line)
            cells.append(line[at:end])
        if end >= len(line):
            return cells
        at = end + len(delimiter)


def _closing(line: str, at: int, delimiter: str) -> int:
    """Where the quote stands that closes a cell; -1 where there is none."""
    while (at := line.find(QUOTE, at)) >= 0:
        if line[at + 1 : at + 2] == QUOTE:
            at += 2
        elif line[at - 1] == "\\" or not (line.startswith(delimiter, at + 1) or at + 1 == len(line)):
            at += 1
        else:
            return at
    return -1


@lru_cache(maxsize=16)
def _blanks_before_quotes(delimiter: str) -> re.Pattern[str]:
    """Blanks that stand before a cell's quote, which the engine passes over."""
    return re.compile(rf'((?:^|{re.escape(delimiter)})) +(?=")')


def put(cells: Sequence[str], delimiter: str) -> str:
    """A line that `cut` takes apart into these cells again."""
    line = delimiter.join(cells)
    if QUOTE not in line and "\n" not in line and "\r" not in line and line.count(delimiter) == len(cells) - 1:
        return line
    return delimiter.join(_quoted(cell, delimiter) for cell in cells)


def copy_delimiter(delimiter: str | None) -> str:
    """The delimiter of the copy that the engine reads, which knows none of more than four bytes."""
    return delimiter if delimiter not in (None, FIXED, WHITESPACE) and len(delimiter.encode()) <= 4 else ","


def _quoted(cell: str, delimiter: str) -> str:
    if QUOTE in cell or "\n" in cell or "\r" in cell or delimiter in cell:
        return QUOTE + cell.replace(QUOTE, '""') + QUOTE
    return cell
