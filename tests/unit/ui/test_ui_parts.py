"""Small promises of the screen's parts."""

from __future__ import annotations

import stat
from pathlib import Path

import pandas as pd
import pytest

from kpi.errors import FileError, QueryError, Where
from kpi.language import translator
from kpi.ui.data.issues import write_safely
from kpi.ui.errors import error_text
from kpi.ui.server.attempts import MOST_FAILURES, WINDOW_SECONDS, Attempts
from kpi.ui.server.secret import read_secret, signed_value, signer
from kpi.ui.server.upload import safe_name, uploaded_file
from kpi.ui.text import plain
from kpi.workspace import Home


def test_an_error_says_what_where_and_the_remedy_in_chinese() -> None:
    """By its code, with its values, its place and the near names."""
    error = QueryError(
        "unknown_kpi", "There is no KPI 'win_rat'.", remedy="…", found="win_rat", near=("win_rate",), where=Where(row=3)
    )
    text = error_text(error, translator("zh"))
    assert text.message == "没有“win_rat”这个指标。"
    assert text.place == "第 3 行"
    assert text.remedy.startswith("您是不是想找 win_rate？")


def test_an_error_nobody_translated_is_said_in_english() -> None:
    """The English sentence and remedy stand in."""
    text = error_text(FileError("brand_new", "Something odd.", remedy="Do this."), translator("zh"))
    assert (text.message, text.remedy) == ("Something odd.", "Do this.")


@pytest.mark.parametrize("hostile", ["![x](https://e.vil/p.png)", "[a](javascript:x)", ":red[x]", "$x$", "<img src=x>"])
def test_user_text_means_nothing_to_markdown(hostile: str) -> None:
    """Every sign that could become a link, an image, a colour or a formula is escaped."""
    assert all(plain(hostile)[at - 1] == "\\" for at, sign in enumerate(plain(hostile)) if sign in "[]()<>$:!")


def test_attempts_are_counted_by_address_and_forgotten_in_time() -> None:
    """Ten failures shut one address out for a while, and nobody else; one IPv6 network is one address."""
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    for at in range(MOST_FAILURES):
        attempts.failed(f"2001:db8::{at}")
    assert attempts.wait_seconds("2001:db8::ffff") > 0
    assert attempts.wait_seconds("192.0.2.1") == 0
    now[0] = WINDOW_SECONDS + 1
    assert attempts.wait_seconds("2001:db8::1") == 0


def test_the_secret_is_kept_and_private(tmp_path: Path) -> None:
    """The same after a restart, readable by its owner alone."""
    secret = read_secret(tmp_path)
    assert read_secret(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / "server.secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["server.secret"]


def test_a_token_serves_one_purpose_only() -> None:
    """What is signed for an upload does not open a session."""
    token = signer(b"secret", "upload").dumps("upload")
    assert signed_value(signer(b"secret", "upload"), token, 60) == "upload"
    assert signed_value(signer(b"secret", "session"), token, 60) is None
    assert signed_value(signer(b"other", "upload"), token, 60) is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("report.csv", "report.csv"),
        ("..\\..\\report.csv", "report.csv"),
        ("/etc/passwd", "passwd"),
        (".htaccess", "htaccess"),
        ("a\x00b\n.csv", "a_b_.csv"),
        ("", "file"),
        ("报" * 200 + ".xlsx", "报" * 58 + ".xlsx"),
    ],
)
def test_upload_names_are_made_safe(name: str, kept: str) -> None:
    """No folders, no control characters, no hidden files, short enough for every file system."""
    assert safe_name(name) == kept


@pytest.mark.parametrize("token", ["", "..", "../../etc", "a" * 32, "A" * 32, "*"])
def test_a_made_up_token_finds_nothing(home: Home, token: str) -> None:
    """A token is 32 hexadecimal letters of an upload that is there, or nothing."""
    with pytest.raises(FileError):
        uploaded_file(home, token)


def test_exported_cells_are_no_formulas(tmp_path: Path) -> None:
    """What a spreadsheet would run gets a quotation mark in front."""
    frame = pd.DataFrame({"value": ["=1+1", "+1", "-1", "@x", "plain", None]})
    write_safely(frame, tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["value", "'=1+1", "'+1", "'-1", "'@x", "plain", '""']
