"""The command line: options, exit codes, shapes, languages, and what is not imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kpi.cli.application import main
from kpi.settings import PROJECT_ROOT
from kpi.workspace import Home, ensure_local
from tests.given import given_load

DEALS = {
    "opportunities": [
        {"opportunity_id": "a", "created_at": "2024-01-02", "closed_at": "2024-01-20", "status": "won", "amount": 100},
        {"opportunity_id": "b", "created_at": "2024-01-03", "closed_at": "2024-02-10", "status": "lost", "amount": 50},
        {"opportunity_id": "c", "created_at": "2024-01-04", "closed_at": "2024-03-11", "status": "won", "amount": 70},
    ]
}


@dataclass(frozen=True)
class Ran:
    """How one command line ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[list[Any]]:
        """The rows of a JSON answer."""
        found: list[list[Any]] = json.loads(self.out)["rows"]
        return found


Run = Callable[..., Ran]


@pytest.fixture
def run(home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line on a home with three deals, of January to March 2024."""
    monkeypatch.setenv("WAYMARK_LANGUAGE", "en")
    given_load(home, ensure_local(home).id, DEALS)

    def call(*words: str) -> Ran:
        capsys.readouterr()
        code = main([*words, "--home", str(home.folder)])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return call


def test_shared_options_stand_before_and_after(run: Run) -> None:
    """`--json`, `--workspace` and `--language` mean the same on either side of the command."""
    before, after = run("--json", "--workspace", "local", "show", "win_rate"), run("show", "win_rate", "--json")
    assert before == after
    assert before.code == 0
    assert run("--language", "zh", "list", "--json").rows[0][1] == run("list", "--json", "--language=zh").rows[0][1]


def test_to_is_inclusive(run: Run) -> None:
    """`--to` counts its own day; the day before does not reach it."""
    assert run("show", "deals", "--to", "2024-03-11", "--json").rows[0][1] == 2
    assert run("show", "deals", "--to", "2024-03-10", "--json").rows[0][1] == 1


def test_months_and_years_are_days_too(run: Run) -> None:
    """A month after `--from` is its first day, after `--to` its last."""
    months = run("show", "deals", "--from", "2024-01", "--to", "2024-02", "--grain", "month", "--json").rows
    assert [row[0] for row in months] == ["2024-01-01", "2024-02-01"]
    assert run("show", "deals", "--from", "2024", "--to", "2024", "--json").rows[0][1] == 2


@pytest.mark.parametrize(
    "words",
    [
        ("show", "no_such_kpi"),
        ("show", "win_rate", "--grain", "decade"),
        ("show", "win_rate", "--from", "yesterday"),
        ("show", "win_rate", "--from", "2024-02", "--to", "2024-01"),
        ("show", "win_rate", "--from", "2031"),
        ("show", "win_rate", "--to", "9999-12-31"),
        ("show", "win_rate", "--where", "amount >"),
        ("show", "win_rate", "--where", "nobody = 1"),
        ("show", "win_rate", "--by", "planet"),
        ("show", "new_leads"),
        ("show", "win_rate", "--workspace", "nobody"),
        ("show",),
        ("frobnicate",),
        ("show", "win_rate", "--nonsense"),
        ("funnel", "no_such_journey"),
        ("funnel", "no_such_file.yaml"),
        ("rows", "win_rate", "--part", "third"),
        ("rows", "win_rate", "--cell", "region"),
        ("rows", "b2b"),
        ("sql", "no_such_thing"),
        ("load", "no_such_file.csv"),
        ("load",),
        ("delete", "99"),
        ("list", "--scene", "b2x"),
        ("demo", "demo_x"),
        ("workspace", "wipe", "local"),
        ("workspace", "create", "X", "--currency", "dollar"),
        ("target", "no_such_kpi", "1"),
        ("journey", "add", "no_such_file.yaml"),
    ],
    ids=" ".join,
)
def test_a_mistake_is_one_line(run: Run, words: tuple[str, ...]) -> None:
    """A user's mistake exits 2 with one line on stderr; under `--json` that line is the error as JSON."""
    plain, as_json = run(*words), run(*words, "--json")
    assert (plain.code, plain.out, plain.err.count("\n")) == (2, "", 1)
    assert plain.err.startswith("error: ")
    assert (as_json.code, as_json.out, as_json.err.count("\n")) == (2, "", 1)
    assert {"error", "code", "message", "remedy", "where", "found", "near"} == set(json.loads(as_json.err))


def test_a_bug_exits_1_with_its_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is nobody's mistake stays loud."""
    monkeypatch.setattr("kpi.cli.questions.read_days", lambda *_: 1 / 0)
    ran = run("show", "win_rate")
    assert ran.code == 1
    assert "ZeroDivisionError" in ran.err


def test_an_error_speaks_chinese(run: Run) -> None:
    """Errors are in the language asked for."""
    assert "日期" in run("show", "win_rate", "--from", "昨天", "--language", "zh").err


def test_rows_of_a_cell(run: Run) -> None:
    """`rows` shows the stored rows behind one cell, told apart by period and part."""
    ran = run("rows", "win_rate", "--part", "denominator", "--grain", "month", "--cell", "period=2024-02-01", "--json")
    place = json.loads(ran.out)["columns"].index("opportunity_id")
    assert [row[place] for row in ran.rows] == ["b"]


def test_rows_say_when_there_are_more(run: Run) -> None:
    """A limit that cuts is told; one that does not is not."""
    cut, whole = run("rows", "deals", "--limit", "1", "--json"), run("rows", "deals", "--limit", "2", "--json")
    assert (len(cut.rows), len(json.loads(cut.out)["warnings"])) == (1, 1)
    assert (len(whole.rows), len(json.loads(whole.out)["warnings"])) == (2, 0)


def test_ambiguous_dates_are_never_guessed_in_silence(run: Run, tmp_path: Path) -> None:
    """Without `--yes` they stop the load and nothing changes; with it, what was taken is told."""
    file = tmp_path / "orders.csv"
    file.write_text("Order ID,Order date,Amount\n1,03/04/2024,5\n2,05/06/2024,7\n", encoding="utf-8")
    before = run("tables", "--json").rows
    stopped = run("load", str(file))
    assert stopped.code == 2
    assert "dmy | mdy" in stopped.err
    assert run("tables", "--json").rows == before
    taken = run("load", str(file), "--yes", "--json")
    assert taken.code == 0
    assert json.loads(taken.out)["warnings"] == ["orders.csv · Order date: dmy"]


def test_corrections_are_taken(run: Run, tmp_path: Path) -> None:
    """`--as` and `--map` override the guess."""
    file = tmp_path / "list.csv"
    file.write_text("Ref,When,Who,Total\n1,2024-01-02,Ann,5\n2,2024-01-03,Bob,7\n", encoding="utf-8")
    fields = [f"--map={field}" for field in ("order_id=Ref", "ordered_at=When", "customer=Who", "amount=Total")]
    assert run("load", str(file), "--as", "orders", *fields).code == 0
    row = next(row for row in run("tables", "--json").rows if row[0] == "orders")
    assert {"order_id", "ordered_at", "customer", "amount"} <= set(row[-1])
    assert run("load", str(file), "--as", "none", "--json").rows[0][1:3] == ["list", None]


def test_a_load_can_be_deleted(run: Run) -> None:
    """After `delete` the rows are gone."""
    assert run("delete", "1", "--json").rows == [[1]]
    assert run("tables", "--json").rows == []


def test_target_and_owner_are_kept(run: Run) -> None:
    """What `target` sets, `list` shows."""
    assert run("target", "deals", "20", "--per", "month", "--owner", "Ann").code == 0
    row = next(row for row in run("list", "--json").rows if row[0] == "deals")
    assert row[5:7] == ["≥ 20 a month", "Ann"]


def test_sql_is_the_sql_of_the_answer(run: Run) -> None:
    """`sql` prints what `show` answers with."""
    shown = json.loads(run("show", "win_rate", "--grain", "month", "--json").out)["sql"]
    assert run("sql", "win_rate", "--grain", "month").out.strip() == shown
    assert json.loads(run("sql", "win_rate", "--grain", "month", "--json").out)["rows"] == []


def test_help_and_mistakes_import_nothing_slow(tmp_path: Path) -> None:
    """`--help` and a mistyped KPI answer without frames, engine, charts or pages."""
    slow = "pandas", "duckdb", "pyarrow", "streamlit", "altair"
    for words in (["--help"], ["show", "win_rat", "--home", str(tmp_path)]):
        code = (
            f"import sys; from kpi.cli.application import main; main({words!r}); print(*sys.modules, file=sys.stderr)"
        )
        ran = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
        assert not set(slow) & set(ran.stderr.split())


def test_chinese_survives_a_pipe(tmp_path: Path) -> None:
    """Output is UTF-8 whatever the console's own encoding is."""
    words = [sys.executable, "-m", "kpi", "journeys", "--language", "zh", "--home", str(tmp_path)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    ran = subprocess.run(words, cwd=PROJECT_ROOT, capture_output=True, check=True, env=environment)
    assert "漏斗" in ran.stdout.decode("utf-8")
