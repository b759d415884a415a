"""When is a source due again? "every 15m", or a cron line on the workspace's clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from kpi.errors import DefinitionError

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LEAST, MOST = timedelta(minutes=1), timedelta(days=366)
WORDS = {"hourly": "0 * * * *", "daily": "0 6 * * *", "weekly": "0 6 * * 1", "monthly": "0 6 1 * *"}
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")  # cron counts from Sunday, which is also 7

_EVERY = re.compile(r"(?:every\s+)?(\d{1,4})\s*([mhdw])")


@dataclass(frozen=True)
class Timetable:
    """Either an interval, or the five fields of a cron line (minute, hour, day, month, weekday)."""

    every: timedelta | None
    cron: tuple[str, ...] = ()

    def next_after(self, moment: datetime, zone: str) -> datetime:
        """The first time after a moment, in UTC. Cron lines follow the zone's clock through summer time."""
        if self.every is not None:
            return (moment + self.every).astimezone(UTC)
        from apscheduler.triggers.cron import CronTrigger

        minute, hour, day, month, weekday = self.cron
        clock = ZoneInfo(zone)
        trigger = CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=weekday, timezone=clock)
        found: datetime | None = trigger.get_next_fire_time(None, (moment + timedelta(seconds=1)).astimezone(clock))
        if found is None:
            raise ValueError("a time that never comes")
        return found.astimezone(UTC)


def read_timetable(text: str) -> Timetable:
    """A schedule as people write it; `DefinitionError` for anything else, and for a time that never comes.

    >>> read_timetable("every 15m").every
    datetime.timedelta(seconds=900)
    >>> read_timetable("0 6 * * 1-5").cron
    ('0', '6', '*', '*', 'mon-fri')
    """
    plain = WORDS.get(text.strip().lower(), text.strip().lower())
    if found := _EVERY.fullmatch(plain):
        every = timedelta(**{UNITS[found[2]]: int(found[1])})
        if not LEAST <= every <= MOST:
            raise _bad(text)
        return Timetable(every)
    fields = plain.split()
    if len(fields) != 5 or not all(re.fullmatch(r"[0-9a-z*/,-]+", field) for field in fields):
        raise _bad(text)
    try:
        made = Timetable(None, (*fields[:4], _weekdays(fields[4])))
        made.next_after(datetime(2024, 1, 1, tzinfo=UTC), "UTC")
    except (ValueError, KeyError, IndexError):
        raise _bad(text) from None
    return made


def _weekdays(field: str) -> str:
    """The weekday field with names for numbers; a step or a range that runs over Sunday is written out."""
    if field == "*":
        return field
    chosen: list[str] = []
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start, end = (0, 6) if span == "*" else (_weekday(first), _weekday(last or first))
        if span != "*" and step and not last:
            end = 6
        if end < start:
            end += 7
        chosen += [WEEKDAYS[at % 7] for at in range(start, end + 1, int(step or 1))]
    names = list(dict.fromkeys(chosen))
    if names == list(WEEKDAYS[1:6]):
        return "mon-fri"
    return ",".join(names)


def _weekday(name: str) -> int:
    return int(name) if name.isdecimal() and int(name) <= 7 else WEEKDAYS.index(name[:3])


def _bad(text: str) -> DefinitionError:
    return DefinitionError(
        "bad_schedule",
        f"{text!r} is no schedule.",
        remedy='Write "every 15m", "every 6h", "every 1d", "daily", or a cron line such as "0 6 * * 1-5".',
        found=text,
    )
