"""The app as AppTest runs it, on a home that is thrown away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kpi.settings import PROJECT_ROOT, load_settings
from kpi.ui.session import opened_home
from kpi.workspace import Home

PATIENCE_SECONDS = 60
Open = Callable[..., AppTest]


@pytest.fixture
def app_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """The home that the app under test opens."""
    monkeypatch.setenv("WAYMARK_HOME", str(tmp_path / "home"))
    load_settings.cache_clear()
    yield opened_home()
    opened_home().database.dispose()
    load_settings.cache_clear()


@pytest.fixture
def open_app(app_home: Home) -> Open:
    """Opens the app, by a link: `open_app("data", lang="zh")`."""

    def run(page: str | None = None, **link: str) -> AppTest:
        app = AppTest.from_file("shell_app.py", default_timeout=PATIENCE_SECONDS)
        for name, value in link.items():
            app.query_params[name] = value
        if page is not None:
            app.switch_page(str(PROJECT_ROOT / "pages" / f"{page}.py"))
        return app.run()

    return run


@pytest.fixture
def upload(app_home: Home) -> Callable[[str, bytes], str]:
    """Puts a file where the upload route would; returns its token."""

    def put(name: str, content: bytes) -> str:
        folder = app_home.new_staging_folder()
        (folder / "upload").mkdir()
        (folder / "upload" / name).write_bytes(content)
        return folder.name

    return put


def run_until(app: AppTest, is_done: Callable[[AppTest], bool]) -> AppTest:
    """Rerun, as the page does by itself in a browser, until long work has come to its end."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_done(app):
        if time.monotonic() > give_up:
            raise AssertionError(f"still waiting: {texts(app)}")
        time.sleep(0.3)
        app.run()
    return app


def texts(app: AppTest) -> str:
    """All that is said on the page."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.success, app.info, app.warning)
    return "\n".join(str(element.value) for kind in kinds for element in kind)
