"""A home and its database belong together: neither an empty nor a foreign database costs a single data file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpi.errors import EngineError
from kpi.settings import load_settings
from kpi.workspace import Home, open_home
from tests.given import given_workspace


def test_a_foreign_database_is_refused_and_nothing_is_swept(home: Home, tmp_path: Path) -> None:
    """Pointing the home at another database is an error that leaves every file where it is."""
    given_workspace(home, {"orders": [{"order_id": "1"}]})
    files = sorted(home.data.glob("*/*.duckdb"))
    other = replace(load_settings(), database_url=f"sqlite:///{tmp_path / 'other.sqlite3'}")
    with pytest.raises(EngineError) as caught:
        open_home(other, home.folder)
    assert caught.value.code == "foreign_database"
    assert files
    assert sorted(home.data.glob("*/*.duckdb")) == files


def test_a_lost_database_is_refused_and_nothing_is_swept(home: Home) -> None:
    """Without its database the home says so instead of starting afresh over the data."""
    given_workspace(home, {"orders": [{"order_id": "1"}]})
    home.database.dispose()
    for path in home.folder.glob("waymark.sqlite3*"):
        path.unlink()
    with pytest.raises(EngineError, match="another workspace database"):
        open_home(replace(load_settings(), database_url=None), home.folder)
    assert list(home.data.glob("*/*.duckdb"))


def test_a_damaged_database_is_an_error_with_a_remedy(home: Home) -> None:
    """Garbage in place of the database is told, not thrown."""
    home.database.dispose()
    (home.folder / "waymark.sqlite3").write_bytes(b"not a database at all" * 100)
    for path in home.folder.glob("waymark.sqlite3-*"):
        path.unlink()
    with pytest.raises(EngineError) as caught:
        open_home(replace(load_settings(), database_url=None), home.folder)
    assert caught.value.code == "database_unreadable"
    assert caught.value.remedy
