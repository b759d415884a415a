"""`source`, `refresh` and `worker` on the command line: exit codes, shapes, languages, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kpi.cli.application import main
from kpi.refresh import get_source
from kpi.workspace import Home, ensure_local

DEALS = "Deal ID,Account,Create date,Stage,Amount\nD-1,Acme,2024-01-02,Won,100\n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line on an empty home: exit code, what it printed, and what it complained of."""
    monkeypatch.setenv("WAYMARK_LANGUAGE", "en")
    ensure_local(home)

    def call(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*words, "--home", str(home.folder)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_every_choice_is_remembered(run: Run, home: Home, tmp_path: Path) -> None:
    """How a source is fetched, read and loaded."""
    (tmp_path / "q.sql").write_text("SELECT 1 AS a", encoding="utf-8")
    words = ["source", "add", "erp", "--database", "erp_url", "--query", f"@{tmp_path / 'q.sql'}", "--mode", "upsert"]
    words += ["--key", "Deal ID", "--as", "opportunities", "--schedule", "0 6 * * 1-5"]
    assert run(*words)[0] == 0
    words = ["source", "add", "xls", "--file", "a.xlsx", "--sheet", "Deals", "--header-row", "3", "--encoding", "gbk"]
    assert run(*words)[0] == 0
    erp, book = get_source(home, "local", "erp"), get_source(home, "local", "xls")
    assert (erp.secret, erp.query, erp.key, erp.entity) == ("erp_url", "SELECT 1 AS a", ("Deal ID",), "opportunities")
    assert (book.mode, book.choice.sheets, book.choice.header_row, book.choice.encoding) == (
        "replace",
        ("Deals",),
        3,
        "gbk",
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["source", "add", "x"], "one_place"),
        (["source", "add", "x", "--folder", ".", "--url", "https://example.com"], "one_place"),
        (["source", "add", "x", "--folder", "/etc"], "folder_not_allowed"),
        (["source", "add", "x", "--folder", ".", "--mode", "sometimes"], "bad_source"),
        (["source", "add", "x", "--folder", ".", "--schedule", "often"], "bad_schedule"),
        (["source", "add", "x", "--sqlite", "a.sqlite3", "--query", "@missing.sql"], "unreadable_query"),
        (["source", "remove", "x"], "unknown_source"),
        (["source", "pause", "x"], "unknown_source"),
        (["refresh", "x"], "unknown_source"),
        (["refresh"], "which_source"),
    ],
)
def test_mistakes(run: Run, words: list[str], code: str) -> None:
    """Each is one line of JSON with a stable code, and nothing is remembered."""
    ended, out, err = run(*words, "--json")
    assert (ended, out, json.loads(err)["code"]) == (2, "", code)
    assert json.loads(run("source", "list", "--json")[1])["rows"] == []


def test_paused_sources_are_left_out(run: Run) -> None:
    """Of the schedule and of `--all`, until they are resumed."""
    run("source", "add", "crm", "--folder", ".", "--schedule", "every 1h")
    listed = json.loads(run("source", "pause", "crm", "--json")[1])["rows"][0]
    assert (listed[5], listed[8]) == (False, None)
    assert json.loads(run("refresh", "--all", "--json")[1])["rows"] == []
    assert json.loads(run("worker", "--once", "--json")[1])["rows"] == []
    assert json.loads(run("source", "resume", "crm", "--json")[1])["rows"][0][5] is True
    assert json.loads(run("worker", "--once", "--json")[1])["rows"] == [["crm", "unchanged", None, 0, 0, 0, None]]


def test_several_failures_are_counted(run: Run) -> None:
    """The table says why each failed, the error how many; in Chinese too."""
    run("source", "add", "a", "--file", "a.csv")
    run("source", "add", "b", "--url-secret", "nowhere")
    run("source", "add", "c", "--folder", ".")
    code, out, err = run("refresh", "--all")
    assert code == 2
    assert "The source is not there" in out
    assert "The secret 'nowhere' is not set" in out
    assert err.startswith("error: 2 of 3 sources could not be refreshed.")
    code, out, err = run("refresh", "--all", "--language", "zh")
    assert "本机没有设置密钥“nowhere”" in out
    assert err.startswith("错误：3 个数据源中有 2 个没有刷新成功。")
