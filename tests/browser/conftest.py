"""A real server on a free port with a home of its own, and a real Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running app."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rsplit(":", 1)[1])


def command(port: int, *options: str) -> list[str]:
    """What starts the app."""
    return [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={port}", *options]


def environment(home: Path, **values: str) -> dict[str, str]:
    """The environment with a home of one's own and nothing of the developer's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WAYMARK_", "STREAMLIT_"))}
    return kept | {"WAYMARK_HOME": str(home)} | values


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts servers; all are ended with the session."""
    running: list[subprocess.Popen[bytes]] = []

    def run(**values: str) -> Server:
        home, port = tmp_path_factory.mktemp("home"), free_port()
        log = (home / "server.log").open("wb")
        process = subprocess.Popen(
            command(port), cwd=ROOT, env=environment(home, **values), stdout=log, stderr=subprocess.STDOUT
        )
        log.close()
        running.append(process)
        server = Server(f"http://127.0.0.1:{port}", home, process)
        give_up = time.monotonic() + STARTS_WITHIN_SECONDS
        while not _healthy(server.url):
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError((home / "server.log").read_text(encoding="utf-8", errors="replace"))
            time.sleep(0.2)
        return server

    yield run
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def app(start: Callable[..., Server]) -> Server:
    """The app as it starts on a fresh machine."""
    return start()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium where it is installed, else the one that Playwright brings."""
    with sync_playwright() as playwright:
        found = shutil.which("chromium")
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address in a fresh browser session: `visit(url, locale="zh-CN", width=390, dark=True)`."""
    contexts: list[BrowserContext] = []

    def open_page(url: str, *, locale: str = "en-US", width: int = 1440, dark: bool = False) -> Page:
        context = chromium.new_context(
            locale=locale,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
