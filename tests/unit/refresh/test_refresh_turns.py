"""Turns: what is due is worked out from what was recorded, so that a restart forgets nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kpi.refresh import Mistake, Outcome, Run, due, list_runs, make_source, next_times, remove_source, save_source
from kpi.refresh.runs import record
from kpi.workspace import Home, create_workspace

NOW = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)


@pytest.fixture
def company(home: Home) -> Home:
    """A home with a workspace in Shanghai."""
    create_workspace(home, "w", workspace="w", time_zone="Asia/Shanghai")
    return home


def scheduled(home: Home, schedule: str | None, name: str = "s", *, enabled: bool = True) -> None:
    """A source with this schedule."""
    made = make_source(name=name, kind="folder", place=".", mode="append", schedule=schedule, enabled=enabled)
    save_source(home, "w", made)


def ran(home: Home, at: datetime, outcome: Outcome = Outcome.UNCHANGED, code: str = "", name: str = "s") -> None:
    """A run of it at this time."""
    mistake = Mistake("FileError", code, "") if code else None
    record(home, "w", Run(name, at, "schedule", outcome, at, mistake=mistake))


def names(home: Home, now: datetime = NOW) -> list[str]:
    """The sources that are due."""
    return [item.source for item in due(home, now)]


def test_a_new_source_is_due_at_once(company: Home) -> None:
    """With an interval; with a cron line, at its first time after it was made."""
    scheduled(company, "every 1h", "often")
    scheduled(company, "daily", "daily")
    scheduled(company, None, "never")
    scheduled(company, "every 1h", "paused", enabled=False)
    now = datetime.now(UTC) + timedelta(minutes=1)
    assert names(company, now) == ["often"]
    assert sorted(names(company, now + timedelta(days=1))) == ["daily", "often"]


def test_an_interval_counts_from_the_last_run(company: Home) -> None:
    """However it ended."""
    scheduled(company, "every 2h")
    ran(company, NOW - HOUR)
    assert names(company) == []
    assert names(company, NOW + HOUR) == ["s"]
    ran(company, NOW, Outcome.WAITING, "source_header_unknown")
    assert names(company, NOW + HOUR) == []


def test_a_missed_time_is_caught_up_on_once(company: Home) -> None:
    """A machine that was off at six fetches at nine, and then again at six tomorrow, on the workspace's clock."""
    scheduled(company, "0 6 * * *")
    ran(company, datetime(2030, 1, 3, 22, 0, tzinfo=UTC))  # Friday, six o'clock in Shanghai
    assert names(company) == ["s"]
    ran(company, NOW)
    assert names(company, NOW + 9 * HOUR) == []
    assert next_times(company, "w", "Asia/Shanghai") == {"s": datetime(2030, 1, 7, 22, 0, tzinfo=UTC)}


def test_what_may_pass_is_tried_again(company: Home) -> None:
    """A source that could not be reached is tried three times before its next turn; what will not pass, is not."""
    scheduled(company, "every 1d")
    at = NOW
    for minutes in (5, 15, 45):
        ran(company, at, Outcome.FAILED, "source_unreachable")
        assert names(company, at + timedelta(minutes=minutes - 1)) == []
        at += timedelta(minutes=minutes)
        assert names(company, at) == ["s"]
    ran(company, at, Outcome.FAILED, "source_unreachable")
    assert names(company, at + 20 * HOUR) == []
    assert names(company, at + 24 * HOUR) == ["s"]
    ran(company, at + 24 * HOUR)
    ran(company, at + 48 * HOUR, Outcome.FAILED, "private_address")
    assert names(company, at + 50 * HOUR) == []


def test_a_run_that_kills_its_process_is_not_repeated_for_ever(company: Home) -> None:
    """What never ended is tried again like what failed, and no more often."""
    scheduled(company, "every 1d")
    for number in range(4):
        record(company, "w", Run("s", NOW + number * HOUR, "schedule"))
    assert len(list_runs(company, "w", "s")) == 4
    assert names(company, NOW + 20 * HOUR) == []


def test_the_longest_waiting_is_first(company: Home) -> None:
    """Over all sources of all workspaces; what is removed is not due."""
    for hours, name in ((2, "b"), (9, "a"), (5, "c"), (7, "gone")):
        scheduled(company, "every 1h", name)
        ran(company, NOW - hours * HOUR, name=name)
    remove_source(company, "w", "gone")
    assert names(company) == ["a", "c", "b"]
