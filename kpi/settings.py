"""What the machine's owner has configured: environment first, then `.streamlit/secrets.toml`, then defaults.

Read without Streamlit, so that the app, the command line and child processes agree.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

PROJECT_ROOT = Path(__file__).resolve().parent.parent
ON, OFF = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True)
class FileLimits:
    """How much one file may hold before it is refused, each limit by the name that raises it."""

    max_rows: int = 50_000_000
    max_columns: int = 500
    max_cell_letters: int = 1_000_000
    max_inflated_bytes: int = 4096 * 2**20  # of an archive or workbook
    max_archive_ratio: int = 250  # inflated to packed size, once it inflates to more than a few megabytes
    max_archive_files: int = 2000


@dataclass(frozen=True)
class RefreshSettings:
    """What sources may be fetched from, how much, and whether the app does it on schedule."""

    folders: tuple[Path, ...] = ()  # besides the home's own inbox
    private_networks: tuple[str, ...] = ()  # addresses of one's own network that may be asked
    http: bool = False  # whether an address without TLS will do
    max_bytes: int = 4096 * 2**20
    max_rows: int = 20_000_000
    seconds: int = 900
    worker: bool = True


@dataclass(frozen=True)
class Settings:
    """One frozen reading of the configuration. Sizes are bytes, times are seconds."""

    home: Path
    database_url: str | None
    password: str | None
    trusted_proxies: tuple[str, ...]
    max_upload_bytes: int
    reader_memory_bytes: int
    reader_seconds: int
    query_memory: str
    query_seconds: int
    threads: int
    files: FileLimits = FileLimits()
    refresh: RefreshSettings = RefreshSettings()


def read_secret(name: str) -> str | None:
    """What a source's secret of this name holds: `WAYMARK_SOURCE_<NAME>`, else `[waymark.sources] name`; or None.

    Read each time and kept nowhere, so that it stands in no value that might be stored, shown or logged.
    """
    sources = _secrets(PROJECT_ROOT / ".streamlit" / "secrets.toml").get("sources", {})
    told = os.environ.get(f"WAYMARK_SOURCE_{name.upper()}", sources.get(name) if isinstance(sources, dict) else None)
    return str(told).strip() or None if told is not None else None


def _secrets(path: Path) -> dict[str, Any]:
    """The `[waymark]` table of secrets.toml; empty where there is no file."""
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        table = tomllib.load(file).get("waymark", {})
    return table if isinstance(table, dict) else {}


def _password(given: Any) -> str | None:
    """None where nobody could tell the password from an empty field."""
    return None if given is None or not str(given).strip() else str(given)


def _listed(given: Any) -> tuple[str, ...]:
    """A list, or one text with commas between."""
    parts = given.split(",") if isinstance(given, str) else given
    return tuple(str(part).strip() for part in parts if str(part).strip())


class Given:
    """What is said about each setting: `WAYMARK_<NAME>` in the environment, else `[waymark] name` in secrets.toml.

    `asked` lists the names that were looked up, which are the settings there are. A number that is none raises
    `ValueError` with the setting's name: it never becomes the default.
    """

    def __init__(self, secrets: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self._secrets, self._environment = secrets, environment
        self.asked: list[str] = []

    def value(self, name: str, default: Any) -> Any:
        """As it was written."""
        self.asked.append(name)
        return self._environment.get(f"WAYMARK_{name.upper()}", self._secrets.get(name, default))

    def number(self, name: str, default: int) -> int:
        """A whole number of at least one."""
        said = self.value(name, default)
        try:
            number = 0 if isinstance(said, bool) else int(said)
        except (TypeError, ValueError):
            number = 0
        if number < 1:
            raise ValueError(f"{name} (WAYMARK_{name.upper()}) must be a whole number of at least 1, not {said!r}.")
        return number

    def megabytes(self, name: str, default: int) -> int:
        """A number of megabytes, as bytes."""
        return self.number(name, default) * 2**20

    def switch(self, name: str, default: bool) -> bool:
        """On or off, as people write it."""
        word = str(self.value(name, default)).strip().lower()
        if word not in ON and word not in OFF:
            raise ValueError(f"{name} (WAYMARK_{name.upper()}) must be true or false, not {word!r}.")
        return word in ON


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """What is configured here?"""
    return read_settings(Given(_secrets(PROJECT_ROOT / ".streamlit" / "secrets.toml"), os.environ))


def read_settings(given: Given) -> Settings:
    """The settings, each asked for by its name. docs/settings.md describes every one of them."""
    limits = FileLimits()
    return Settings(
        home=Path(given.value("home", PROJECT_ROOT / "data" / "home")).expanduser().resolve(),
        database_url=given.value("database_url", None),
        password=_password(given.value("password", None)),
        trusted_proxies=_listed(given.value("trusted_proxies", ())),
        max_upload_bytes=given.megabytes("max_upload_mb", 4096),
        reader_memory_bytes=given.megabytes("reader_memory_mb", 3072),
        reader_seconds=given.number("reader_seconds", 1800),
        query_memory=str(given.value("query_memory", "4GB")),
        query_seconds=given.number("query_seconds", 120),
        threads=given.number("threads", os.cpu_count() or 2),
        files=FileLimits(
            max_rows=given.number("max_rows", limits.max_rows),
            max_columns=given.number("max_columns", limits.max_columns),
            max_cell_letters=given.number("max_cell_letters", limits.max_cell_letters),
            max_inflated_bytes=given.megabytes("max_inflated_mb", limits.max_inflated_bytes // 2**20),
            max_archive_ratio=given.number("max_archive_ratio", limits.max_archive_ratio),
            max_archive_files=given.number("max_archive_files", limits.max_archive_files),
        ),
        refresh=RefreshSettings(
            folders=tuple(Path(part).expanduser().resolve() for part in _listed(given.value("refresh_folders", ()))),
            private_networks=_listed(given.value("refresh_private_networks", ())),
            http=given.switch("refresh_http", False),
            max_bytes=given.megabytes("refresh_max_mb", 4096),
            max_rows=given.number("refresh_max_rows", 20_000_000),
            seconds=given.number("refresh_seconds", 900),
            worker=given.switch("refresh_worker", True),
        ),
    )
