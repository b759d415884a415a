"""A home: made on first use, swept of leftovers, shared between processes."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kpi.errors import EngineError
from kpi.settings import load_settings
from kpi.workspace import Home, load_lock, open_home, read_dataset
from kpi.workspace.home import STALE_UPLOAD_SECONDS
from tests.given import given_workspace

ROWS = {"orders": [{"order_id": "1", "ordered_at": "2024-01-01", "amount": 5}]}


def reopen(home: Home) -> Home:
    """The same home, as the next process would open it."""
    home.database.dispose()
    return open_home(replace(load_settings(), database_url=None), home.folder)


def test_what_a_killed_load_left_is_swept(home: Home) -> None:
    """At the next start, files that nobody published are gone, published ones are not."""
    workspace = given_workspace(home, ROWS)
    published = read_dataset(home, workspace).tables["orders"].files[0].path
    orphan = home.workspace_folder(workspace) / "99-orders.duckdb"
    orphan.write_bytes(b"half")
    unfinished = home.new_staging_folder()
    (unfinished / "load").touch()
    again = reopen(home)
    assert published.exists()
    assert not orphan.exists()
    assert not unfinished.exists()
    again.database.dispose()


def test_an_upload_of_today_is_kept(home: Home) -> None:
    """A folder with an upload outlives a start; after a day of silence it goes."""
    fresh, stale = home.new_staging_folder(), home.new_staging_folder()
    long_ago = time.time() - STALE_UPLOAD_SECONDS - 60
    os.utime(stale, (long_ago, long_ago))
    again = reopen(home)
    assert fresh.exists()
    assert not stale.exists()
    again.database.dispose()


def test_nothing_is_swept_while_somebody_loads(home: Home) -> None:
    """Another process may start in the middle of a load."""
    unfinished = home.new_staging_folder()
    (unfinished / "load").touch()
    with load_lock(home):
        again = reopen(home)
        assert unfinished.exists()
    again.database.dispose()


def test_loads_wait_for_each_other(home: Home) -> None:
    """A load that cannot have the lock in time says that another is running."""
    with load_lock(home), pytest.raises(EngineError, match="Another load"), load_lock(home, seconds=0.05):
        pass


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    """A file in the way is the user's to remove."""
    (tmp_path / "file").write_text("here", encoding="utf-8")
    with pytest.raises(EngineError, match="cannot be used"):
        open_home(replace(load_settings(), database_url=None), tmp_path / "file" / "home")
