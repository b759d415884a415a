"""Settings: the environment over secrets.toml over defaults."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi import settings
from kpi.settings import PROJECT_ROOT, Given, load_settings, read_settings

DOCUMENT = PROJECT_ROOT / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project folder of its own, and nothing remembered from before or for after."""
    for name in [name for name in os.environ if name.startswith("WAYMARK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(settings, "PROJECT_ROOT", tmp_path)
    load_settings.cache_clear()
    yield tmp_path
    load_settings.cache_clear()


def test_nothing_need_be_configured(fresh: Path) -> None:
    """Without any configuration: the project's own data folder, no password."""
    found = load_settings()
    assert found.home == fresh / "data" / "home"
    assert found.password is None
    assert found.database_url is None


def test_environment_wins_over_secrets(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets are read from the `[waymark]` table; a variable of the same name goes before them."""
    (fresh / ".streamlit").mkdir()
    (fresh / ".streamlit" / "secrets.toml").write_text(
        '[waymark]\npassword = "a"\nmax_upload_mb = 7\n', encoding="utf-8"
    )
    monkeypatch.setenv("WAYMARK_PASSWORD", "b")
    found = load_settings()
    assert (found.password, found.max_upload_bytes) == ("b", 7 * 2**20)


@pytest.mark.parametrize("blank", ["", " ", "   ", "\t\n", "\u3000"])
def test_a_blank_password_is_none(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    """A variable with nothing in it protects nothing and must not look as if it did."""
    monkeypatch.setenv("WAYMARK_PASSWORD", blank)
    assert load_settings().password is None


def test_spaces_of_a_password_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was set is what must be typed."""
    monkeypatch.setenv("WAYMARK_PASSWORD", " a b ")
    assert load_settings().password == " a b "


def test_trusted_proxies_are_none_or_a_list(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list in secrets.toml, commas in the environment, nobody by default."""
    assert load_settings().trusted_proxies == ()
    (fresh / ".streamlit").mkdir()
    (fresh / ".streamlit" / "secrets.toml").write_text('[waymark]\ntrusted_proxies = ["::1"]\n', encoding="utf-8")
    load_settings.cache_clear()
    assert load_settings().trusted_proxies == ("::1",)
    monkeypatch.setenv("WAYMARK_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,")
    load_settings.cache_clear()
    assert load_settings().trusted_proxies == ("127.0.0.1", "10.0.0.0/8")


def test_every_setting_is_documented() -> None:
    """The tables of docs/settings.md name every setting there is, and no other."""
    text = DOCUMENT.read_text(encoding="utf-8")
    given = Given({}, {})
    read_settings(given)
    assert sorted(re.findall(r"^\| `(\w+)` \|", text, re.M)) == sorted(given.asked)


def test_documented_defaults_are_the_defaults() -> None:
    """The page says what holds where nothing is configured."""
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \|", DOCUMENT.read_text(encoding="utf-8"), re.M)
    said = {name: int(number.replace(",", "")) for name, number in rows}
    nothing, same = read_settings(Given({}, {})), read_settings(Given(said, {}))
    assert nothing == same


def test_limits_of_files_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every limit of a file can be set, sizes in megabytes."""
    for name, value in {
        "MAX_ROWS": "10",
        "MAX_COLUMNS": "20",
        "MAX_INFLATED_MB": "3",
        "MAX_ARCHIVE_RATIO": "9",
    }.items():
        monkeypatch.setenv(f"WAYMARK_{name}", value)
    limits = load_settings().files
    assert (limits.max_rows, limits.max_columns, limits.max_archive_ratio) == (10, 20, 9)
    assert limits.max_inflated_bytes == 3 * 2**20


@pytest.mark.parametrize("wrong", ["many", "", "0", "-5", "1.5"])
def test_a_number_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """What cannot be meant never becomes the default: the start ends with the setting's name."""
    monkeypatch.setenv("WAYMARK_MAX_ROWS", wrong)
    with pytest.raises(ValueError, match="max_rows"):
        load_settings()
