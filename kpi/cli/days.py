"""Which days do `--from` and `--to` mean?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kpi.errors import QueryError
from kpi.period import Period, TimeGrain, whole


@dataclass(frozen=True)
class Days:
    """What was typed: the first day, and the last, itself included; either may be open."""

    first: date | None
    last: date | None


def read_days(first: str | None, last: str | None) -> Days:
    """The days as typed. A year or month means its first day after `--from`, its last after `--to`.

    >>> read_days("2024", "2024-02")
    Days(first=datetime.date(2024, 1, 1), last=datetime.date(2024, 2, 29))
    """
    read = Days(
        _read(first, "--from").start if first is not None else None,
        _read(last, "--to").last if last is not None else None,
    )
    if read.first is not None and read.last is not None and read.last < read.first:
        raise QueryError(
            "backward_period",
            f"--to {read.last} lies before --from {read.first}.",
            remedy="Exchange the two.",
            found=str(read.last),
            first=read.first,
            last=read.last,
        )
    return read


def period_of(days: Days, extent: Callable[[], Period]) -> Period | None:
    """The period meant; an open side reaches as far as the data does. None: no limit at all."""
    if days.first is None and days.last is None:
        return None
    if days.first is not None and days.last is not None:
        return _until(days.first, days.last)
    reach = extent()
    first, last = days.first or reach.start, days.last or reach.last
    if last < first:
        raise QueryError(
            "period_outside_data",
            f"The data reaches from {reach.start} to {reach.last}.",
            remedy="Choose days within it, or give both --from and --to.",
            found=str(days.first or days.last),
            first=reach.start,
            last=reach.last,
        )
    return _until(first, last)


def _until(first: date, last: date) -> Period:
    try:
        return Period(first, date.fromordinal(last.toordinal() + 1))
    except (ValueError, OverflowError):
        raise _bad(str(last), "--to") from None


def _read(text: str, option: str) -> Period:
    """The day, month or year that was typed."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text.strip())
    if found is None:
        raise _bad(text, option)
    year, month, day = found.groups()
    grain = TimeGrain.DAY if day else TimeGrain.MONTH if month else TimeGrain.YEAR
    try:
        return whole(date(int(year), int(month or 1), int(day or 1)), grain)
    except (ValueError, OverflowError):
        raise _bad(text, option) from None


def _bad(text: str, option: str) -> QueryError:
    return QueryError(
        "bad_day",
        f"{option} {text!r} is no day.",
        remedy="Write 2024-03-31, 2024-03 or 2024.",
        found=text,
        option=option,
    )
