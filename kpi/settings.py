"""What the machine's owner has configured: environment first, then `.streamlit/secrets.toml`, then defaults.

Read without Streamlit, so that the app, the command line and child processes agree.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

PROJECT_ROOT = Path(__file__).resolve().parent.parent


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


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """What is configured here? `WAYMARK_<NAME>` in the environment wins over `[waymark] name` in secrets.toml."""
    secrets = _secrets(PROJECT_ROOT / ".streamlit" / "secrets.toml")

    def value(name: str, default: Any) -> Any:
        return os.environ.get(f"WAYMARK_{name.upper()}", secrets.get(name, default))

    return Settings(
        home=Path(value("home", PROJECT_ROOT / "data" / "home")).expanduser().resolve(),
        database_url=value("database_url", None),
        password=_password(value("password", None)),
        trusted_proxies=_listed(value("trusted_proxies", ())),
        max_upload_bytes=int(value("max_upload_mb", 4096)) * 2**20,
        reader_memory_bytes=int(value("reader_memory_mb", 3072)) * 2**20,
        reader_seconds=int(value("reader_seconds", 1800)),
        query_memory=str(value("query_memory", "4GB")),
        query_seconds=int(value("query_seconds", 120)),
        threads=int(value("threads", os.cpu_count() or 2)),
    )
