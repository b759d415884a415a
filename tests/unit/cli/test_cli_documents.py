"""Every example of the documents is run, and says what comes out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kpi.settings import PROJECT_ROOT
from tests.transcript import matches, run_page

LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def test_command_line_page(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/cli.md shows what the program really prints."""
    page = (PROJECT_ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert run_page(page, tmp_path, capsys, monkeypatch) > 20


def test_readme_walk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's messy file really becomes the KPI and funnel that it shows."""
    page = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
    assert run_page(page, tmp_path, capsys, monkeypatch) >= 5


def test_links_lead_somewhere() -> None:
    """Every relative link of the documents names a file that is there."""
    pages = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "CONTRIBUTING.md", *(PROJECT_ROOT / "docs").rglob("*.md")]
    links = [(page, target) for page in pages for target in LINK.findall(page.read_text(encoding="utf-8"))]
    assert [f"{page.name}: {target}" for page, target in links if not (page.parent / target).exists()] == []


def test_ellipsis_is_no_blank_cheque() -> None:
    """The comparison that the promise rests on tells outputs apart."""
    assert matches("a ... c\n", "a b c")
    assert not matches("a ... d\n", "a b c")
    assert not matches("a\n", "a\nb")
