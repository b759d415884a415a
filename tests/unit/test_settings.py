"""Settings: the environment over secrets.toml over defaults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi import settings
from kpi.settings import load_settings


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project folder of its own, and nothing remembered from before or for after."""
    for name in ("HOME", "PASSWORD", "MAX_UPLOAD_MB", "QUERY_MEMORY", "TRUSTED_PROXIES"):
        monkeypatch.delenv(f"WAYMARK_{name}", raising=False)
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
