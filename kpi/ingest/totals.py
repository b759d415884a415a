"""Which words say that a row adds up other rows? One pattern, for the reader's Python and the engine's SQL alike."""

from __future__ import annotations

import re

_WORDS = r"overall|sum|summe|gesamt|gesamtsumme|zwischensumme|total g[eé]n[eé]ral|suma|σ|∑"
_SIGNS = "总计|總計|合计|合計|小计|小計|累计|总和|汇总|共计|本页合计|本页小计|本月合计|总合计"
TOTAL = rf"(?:(?:.*\S)?\s*(?:\b(?:sub\s*-?|grand\s*)?totals?|{_SIGNS})|{_WORDS}|总\s*计|合\s*计|小\s*计)\s*[:：]?"
MOST_LETTERS = 40  # of a cell that may be such a word: `Total` ends a group's name, too, as in `East Total`

_TOTAL = re.compile(TOTAL, re.I)


def is_total(cell: str) -> bool:
    """Whether a cell says that its row is a total.

    >>> [is_total(cell) for cell in ("Grand total:", "华东小计", "East Total", "Total Wine", "12")]
    [True, True, True, False, False]
    """
    cell = cell.strip()
    return 0 < len(cell) <= MOST_LETTERS and not cell[0].isdigit() and _TOTAL.fullmatch(cell) is not None
