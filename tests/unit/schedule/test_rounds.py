"""Background work: what is due is done, a failure ends nothing, and one worker works for a home."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kpi.refresh import Outcome, last_runs, make_source, refresh, save_source
from kpi.schedule import Worker, refresh_round, tidy_round
from kpi.settings import PROJECT_ROOT, Settings, load_settings
from kpi.workspace import Home, create_workspace, list_versions, read_dataset, set_retention

DEALS = "Deal ID,Account,Create date,Stage,Amount\nD-1,Acme,2024-01-02,Won,100\n"
SETTINGS: Settings = replace(load_settings(), database_url=None)


@pytest.fixture
def company(home: Home) -> Home:
    """A home with a workspace `w` and a scheduled source `s` whose header is known."""
    create_workspace(home, "w", workspace="w")
    put(home, "a.csv", DEALS)
    add(home, "s", "a*.csv")
    refresh(home, "w", "s", confirmed=True, settings=SETTINGS)
    return home


def add(home: Home, name: str, pattern: str) -> None:
    """A source of the inbox that is due every minute."""
    given = {"kind": "folder", "place": ".", "mode": "append", "entity": "opportunities", "schedule": "every 1m"}
    save_source(home, "w", make_source(name=name, pattern=pattern, **given))


def put(home: Home, name: str, text: str) -> Path:
    """A file in the inbox, an hour old."""
    path = home.folder / "inbox" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (time.time() - 3600, time.time() - 3600))
    return path


def rows(home: Home) -> int:
    """How many deals are there."""
    return read_dataset(home, "w").tables["opportunities"].rows


def wait_for(done: object, seconds: float = 40) -> bool:
    """Whether it comes true in time."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if done():  # type: ignore[operator]
            return True
        time.sleep(0.1)
    return False


def test_a_failure_ends_nothing(company: Home, caplog: pytest.LogCaptureFixture) -> None:
    """A source that cannot be read is logged and recorded; the one after it is refreshed all the same."""
    caplog.set_level(logging.INFO)
    put(company, "broken.zip", "PK\x03\x04 and then nothing")
    add(company, "broken", "broken.zip")
    add(company, "later", "b.csv")
    put(company, "b.csv", DEALS.replace("D-1", "D-2"))
    done = {item.run.source: item.run for item in refresh_round(company, SETTINGS)}
    assert {name: run.outcome for name, run in done.items()} == {"broken": Outcome.FAILED, "later": Outcome.LOADED}
    assert rows(company) == 2
    assert "broken" in caplog.text
    assert refresh_round(company, SETTINGS) == []


def test_a_round_can_be_stopped(company: Home) -> None:
    """Nothing more is begun."""
    add(company, "later", "b.csv")
    cancel = threading.Event()
    cancel.set()
    assert refresh_round(company, SETTINGS, cancel=cancel) == []


@pytest.mark.slow
def test_tidying(company: Home) -> None:
    """Small files are put together without a row changing, and old versions go as the rule says."""
    for number in range(2, 10):
        put(company, f"a{number}.csv", DEALS.replace("D-1", f"D-{number}"))
        assert refresh(company, "w", "s", settings=SETTINGS).outcome is Outcome.LOADED
    set_retention(company, "w", 0)
    tidy_round(company, SETTINGS)
    assert len(read_dataset(company, "w").tables["opportunities"].files) == 1
    assert rows(company) == 9
    assert len(list_versions(company, "w")) == 1


def test_one_worker_works(company: Home) -> None:
    """The first works, the second stands by and takes over when the first ends."""
    put(company, "a2.csv", DEALS.replace("D-1", "D-2"))
    first, second = Worker(company, SETTINGS, look_seconds=0.2), Worker(company, SETTINGS, look_seconds=0.2)
    with second:
        with first:
            assert wait_for(lambda: first.is_at_work or second.is_at_work)
            leads = first if first.is_at_work else second
            assert not (first.is_at_work and second.is_at_work)
        if leads is first:
            assert wait_for(lambda: second.is_at_work)
    assert not first.is_at_work
    assert not second.is_at_work


@pytest.mark.slow
def test_a_worker_of_its_own(company: Home) -> None:
    """`python -m kpi worker` refreshes what is due, and ends in good order when it is told to."""
    add(company, "new", "new.csv")
    put(company, "new.csv", DEALS.replace("D-1", "D-9"))
    words = [sys.executable, "-m", "kpi", "--home", str(company.folder), "worker"]
    process = subprocess.Popen(words, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert wait_for(lambda: "new" in last_runs(company, "w") and last_runs(company, "w")["new"].ended_at)
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "At work." in out
    assert rows(company) == 2
    assert "source new: loaded, 1 rows" in err


@pytest.mark.slow
def test_a_killed_worker_makes_way(company: Home) -> None:
    """kill -9 leaves no lock behind: the next one works at once."""
    words = [sys.executable, "-m", "kpi", "--home", str(company.folder), "worker"]
    process = subprocess.Popen(words, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "At work."
        with Worker(company, SETTINGS, look_seconds=0.2) as other:
            time.sleep(1)
            assert not other.is_at_work
            process.kill()
            process.wait()
            assert wait_for(lambda: other.is_at_work)
