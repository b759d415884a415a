"""Schedules: intervals, and cron lines on the workspace's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kpi.errors import DefinitionError
from kpi.refresh.timetable import read_timetable

NONSENSE = [
    "",
    "x",
    "every",
    "every 0m",
    "every 5s",
    "every 9999w",
    "* * *",
    "61 * * * *",
    "0 6 * * 8",
    "0 0 30 2 *",
    "0 6 * * x",
    "0 6 * * 1/0",
    "a b c d e",
    "0 6 * * * *",
    "0 25 * * *",
    "*/0 * * * *",
    "",
]
MONDAY = datetime(2024, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "after"),
    [("every 15m", "0:15"), ("15m", "0:15"), ("every 2 h", "2:00"), ("1d", "24:00"), ("EVERY 1W", "168:00")],
)
def test_intervals(text: str, after: str) -> None:
    """So much after the last time."""
    hours, minutes = map(int, after.split(":"))
    assert read_timetable(text).next_after(MONDAY, "UTC") - MONDAY == timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize(
    ("line", "zone", "expected"),
    [
        ("0 6 * * *", "UTC", "2024-01-02T06:00"),
        ("daily", "Asia/Shanghai", "2024-01-01T22:00"),
        ("0 6 * * 0", "UTC", "2024-01-07T06:00"),
        ("0 6 * * 7", "UTC", "2024-01-07T06:00"),
        ("0 6 * * 1", "UTC", "2024-01-08T06:00"),
        ("0 6 * * sun", "UTC", "2024-01-07T06:00"),
        ("0 6 * * 1-5", "UTC", "2024-01-02T06:00"),
        ("0 6 * * 6-7", "UTC", "2024-01-06T06:00"),
        ("0 6 * * 5-1", "UTC", "2024-01-05T06:00"),
        ("*/20 * * * *", "UTC", "2024-01-01T12:20"),
        ("30 8 1,15 * *", "UTC", "2024-01-15T08:30"),
        ("0 0 29 2 *", "UTC", "2024-02-29T00:00"),
        ("hourly", "UTC", "2024-01-01T13:00"),
        ("monthly", "UTC", "2024-02-01T06:00"),
    ],
)
def test_cron_lines(line: str, zone: str, expected: str) -> None:
    """The next time is after the moment, on the zone's clock; 0 and 7 are Sunday."""
    found = read_timetable(line).next_after(MONDAY, zone)
    assert found.strftime("%Y-%m-%dT%H:%M") == expected


def test_summer_time() -> None:
    """Six o'clock stays six o'clock: the day of the change has 23 hours."""
    at = read_timetable("0 6 * * *")
    first = at.next_after(datetime(2024, 3, 30, 0, tzinfo=UTC), "Europe/Berlin")
    second = at.next_after(first, "Europe/Berlin")
    assert (first.hour, second.hour) == (5, 4)


@pytest.mark.parametrize("text", NONSENSE)
def test_what_is_no_schedule(text: str) -> None:
    """Nonsense, and times that never come, are refused."""
    with pytest.raises(DefinitionError) as raised:
        read_timetable(text)
    assert raised.value.code == "bad_schedule"
