"""What every test may ask for: a home of its own, and the folder of real files where it is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kpi.evaluate.context import default_engine
from kpi.settings import PROJECT_ROOT, load_settings
from kpi.workspace import Home, open_home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An empty home in a folder that is thrown away."""
    opened = open_home(replace(load_settings(), database_url=None), tmp_path / "home")
    yield opened
    default_engine().close()
    opened.database.dispose()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files; the test is skipped, with the reason, where it is absent."""
    folder = Path(os.environ.get("WAYMARK_REAL_DATA", PROJECT_ROOT.parent / "shared" / "real_data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder} (set WAYMARK_REAL_DATA)")
    return folder
