"""The data as it was: `--as-of` on every question, `history`, and `retention`."""

from __future__ import annotations

from kpi.workspace import Home, list_versions
from tests.given import given_load
from tests.unit.cli.test_cli import DEALS, Run, run

__all__ = ["run"]
MORE = {"opportunities": [{**DEALS["opportunities"][0], "opportunity_id": "d", "amount": 1000}]}


def revenue(run: Run, *words: str) -> str:
    """The revenue that a command line shows."""
    return str(run("show", "revenue", "--json", *words).rows[0][1])


def test_any_kpi_as_of_a_load(run: Run, home: Home) -> None:
    """A load's number, or a moment, asks the data that was there then; nothing asks the newest."""
    given_load(home, "local", MORE)
    newest, first = list_versions(home, "local")
    assert revenue(run) == revenue(run, "--as-of", "2") != revenue(run, "--as-of", "1")
    assert revenue(run, "--as-of", first.made_at.isoformat()) == revenue(run, "--as-of", "1")
    assert revenue(run, "--as-of", newest.made_at.isoformat()) == revenue(run)


def test_tables_and_issues_as_of_a_load(run: Run, home: Home) -> None:
    """What is listed is what was loaded then."""
    given_load(home, "local", MORE)
    assert run("tables", "--as-of", "1", "--json").rows[0][2] == 3
    assert run("tables", "--json").rows[0][2] == 4
    assert run("issues", "--as-of", "1").code == 0


def test_as_of_what_never_was(run: Run) -> None:
    """An unknown load, and words that are no moment, are mistakes with a remedy."""
    assert "no load 9" in run("show", "revenue", "--as-of", "9").err
    assert "neither a load nor a moment" in run("show", "revenue", "--as-of", "soon").err


def test_history_and_retention(run: Run, home: Home) -> None:
    """Versions are listed; a rule is kept, and a purge takes only what it names."""
    given_load(home, "local", MORE)
    assert [row[0] for row in run("history", "--json").rows] == [2, 1]
    assert run("retention", "--json").rows[0][:2] == [None, 2]
    assert run("retention", "--days", "0", "--json").rows[0][:2] == [0, 2]
    assert run("retention", "--purge", "--json").rows[0][1] == 1
    assert [row[0] for row in run("history", "--json").rows] == [2]
    assert run("retention", "--all", "--json").rows[0][0] is None
    assert run("retention", "--all", "--days", "3").code == 2
