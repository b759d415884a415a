"""Which day is meant by a text, if the day (or the month) comes first?"""

from __future__ import annotations

import re
from datetime import date

_PARTS = re.compile(r"^\s*(\d{1,2})\D(\d{1,2})\D(\d{4}|\d{2})\b")
CENTURY_TURNS_AT = 70


def read_day(text: str, order: str) -> date | None:
    """The day, or None where the text is none in this order.

    >>> read_day("03/04/2024", "dmy"), read_day("03/04/2024", "mdy"), read_day("13/04/24", "mdy")
    (datetime.date(2024, 4, 3), datetime.date(2024, 3, 4), None)
    """
    found = _PARTS.match(text)
    if found is None:
        return None
    first, second, year = (int(part) for part in found.groups())
    if year < 100:
        year += 1900 if year >= CENTURY_TURNS_AT else 2000
    day, month = (first, second) if order == "dmy" else (second, first)
    if order == "ymd":
        day, month, year = year % 100, second, (1900 if first >= CENTURY_TURNS_AT else 2000) + first
    try:
        return date(year, month, day)
    except ValueError:
        return None
