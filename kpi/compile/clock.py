"""Time in SQL: stored UTC timestamps seen as the workspace's calendar days, and days as UTC bounds.

A zone's offsets are written into the query piece by piece, as of the time zone database of this machine. That is exact,
runs alike on every engine, and costs a comparison where a call into the engine's own zone library costs ten.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlglot import exp

from kpi.model import FieldType
from kpi.period import Period, TimeGrain

FIRST_YEAR, LAST_YEAR = 1970, 2100


@lru_cache(maxsize=256)
def offsets(zone: str, start: date, end: date) -> tuple[tuple[datetime | None, int], ...]:
    """The zone's UTC offsets between two days: (from this UTC moment on, seconds); the first has no beginning."""
    place = ZoneInfo(zone)

    def offset(moment: datetime) -> int:
        return int((moment.replace(tzinfo=UTC).astimezone(place).utcoffset() or timedelta()).total_seconds())

    moment = datetime.combine(start, time()) - timedelta(days=2)
    stop = datetime.combine(end, time()) + timedelta(days=2)
    found: list[tuple[datetime | None, int]] = [(None, offset(moment))]
    while moment < stop:
        following = moment + timedelta(days=1)
        if offset(following) != found[-1][1]:
            low, high = moment, following
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if offset(middle) == found[-1][1] else (low, middle)
            found.append((high, offset(high)))
        moment = following
    return tuple(found)


def utc_bound(day: date, kind: FieldType, zone: str) -> exp.Expr:
    """The beginning of a calendar day, as a literal to compare a time column of this kind with."""
    if kind is FieldType.DATE:
        return date_literal(day)
    return timestamp_literal(as_utc(datetime.combine(day, time()), zone))


def as_utc(moment: datetime, zone: str) -> datetime:
    """A wall-clock moment as naive UTC; at the very ends of the calendar, where there is no shifting, as it is."""
    try:
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
        return zoned.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return moment.replace(tzinfo=None)


def local_time(column: exp.Expr, kind: FieldType, zone: str, span: tuple[date, date] | None) -> exp.Expr:
    """A time column as the zone's wall clock; dates stay dates. `span` is known to hold all its values, if given."""
    if kind is FieldType.DATE:
        return column
    start, end = span or (date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 1, 1))
    pieces = offsets(zone, start, end)
    shifted = [column + _seconds(seconds) if seconds else column for _, seconds in pieces]
    if len(pieces) == 1:
        return shifted[0]
    chosen = exp.Case()
    for (moment, _), value in zip(reversed(pieces[1:]), reversed(shifted[1:]), strict=True):
        assert moment is not None
        chosen = chosen.when(exp.GTE(this=column.copy(), expression=timestamp_literal(moment)), value)
    return chosen.else_(shifted[0])


def local_day(column: exp.Expr, kind: FieldType, zone: str, span: tuple[date, date] | None) -> exp.Expr:
    """A time column as the zone's calendar day."""
    return exp.cast(local_time(column, kind, zone, span), "date") if kind is not FieldType.DATE else column


def bucket(column: exp.Expr, kind: FieldType, zone: str, grain: TimeGrain, span: tuple[date, date] | None) -> exp.Expr:
    """The first day of the period of this grain that a time column falls in."""
    if grain is TimeGrain.DAY:
        return local_day(column, kind, zone, span)
    local = local_time(column, kind, zone, span)
    truncated = exp.func("DATE_TRUNC", exp.Literal.string(grain.value), local)
    return exp.cast(truncated, "date")


def in_period(column: exp.Expr, kind: FieldType, zone: str, period: Period) -> exp.Expr:
    """Whether a time column falls in the period."""
    return exp.and_(
        exp.GTE(this=column.copy(), expression=utc_bound(period.start, kind, zone)),
        exp.LT(this=column.copy(), expression=utc_bound(period.end, kind, zone)),
    )


def date_literal(day: date) -> exp.Expr:
    """A DATE literal."""
    return exp.cast(exp.Literal.string(day.isoformat()), "date")


def timestamp_literal(moment: datetime) -> exp.Expr:
    """A naive TIMESTAMP literal, in UTC."""
    return exp.cast(exp.Literal.string(moment.isoformat(sep=" ")), "timestamp")


def _seconds(count: int) -> exp.Expr:
    return exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var("SECOND"))
