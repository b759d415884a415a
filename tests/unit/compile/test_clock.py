"""Time in SQL: the workspace's own days, whatever its zone does in spring and autumn."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from sqlglot import exp

from kpi.compile.clock import bucket, in_period, local_day, offsets
from kpi.model import FieldType
from kpi.period import Period, TimeGrain

ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("span", [(date(2023, 12, 30), date(2025, 1, 3)), None])
def test_every_hour_of_a_year_falls_on_the_day_its_clock_shows(zone: str, span: tuple[date, date] | None) -> None:
    """The SQL day of each UTC hour is the day that Python's zone library gives."""
    start = datetime(2024, 1, 1)
    hours = [start + timedelta(minutes=30 * number) for number in range(366 * 48)]
    column = exp.column("t", quoted=True)
    day = local_day(column, FieldType.TIMESTAMP, zone, span).sql(dialect="duckdb")
    connection = duckdb.connect()
    connection.execute("CREATE TABLE h AS SELECT unnest(?::TIMESTAMP[]) AS t", [hours])
    found = [row[0] for row in connection.execute(f"SELECT {day} FROM h").fetchall()]
    place = ZoneInfo(zone)
    assert found == [hour.replace(tzinfo=UTC).astimezone(place).date() for hour in hours]


@pytest.mark.parametrize("zone", ZONES)
def test_a_period_holds_just_the_moments_of_its_days(zone: str) -> None:
    """Bounds lie at local midnight: the day before and the day after are out."""
    period = Period(date(2024, 3, 31), date(2024, 4, 1))
    column = exp.column("t", quoted=True)
    inside = in_period(column, FieldType.TIMESTAMP, zone, period).sql(dialect="duckdb")
    first = datetime(2024, 3, 31, tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
    end = datetime(2024, 4, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
    second = timedelta(seconds=1)
    moments = [first - second, first, end - second, end]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE h AS SELECT unnest(?::TIMESTAMP[]) AS t", [moments])
    found = [row[0] for row in connection.execute(f"SELECT {inside} FROM h").fetchall()]
    assert found == [False, True, True, False]


def test_a_zone_without_changes_costs_one_addition() -> None:
    """A fixed offset is one piece, and dates are left as they are."""
    assert offsets("Asia/Shanghai", date(2024, 1, 1), date(2024, 12, 31)) == ((None, 28800),)
    day = exp.column("d", quoted=True)
    sql = bucket(day, FieldType.DATE, "Asia/Shanghai", TimeGrain.MONTH, None).sql(dialect="duckdb")
    assert "INTERVAL" not in sql
