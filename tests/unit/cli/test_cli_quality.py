"""What the data leaves open, on the command line: ranges, acceptance, joins and corrections."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kpi.cli.application import main
from kpi.workspace import Home, ensure_local
from tests.given import given_load

DEALS = [
    {"opportunity_id": "a", "product": "GTXPro", "closed_at": "2024-01-20", "status": "won", "amount": 100},
    {"opportunity_id": "b", "product": "GTX Pro", "closed_at": "2024-02-10", "status": "lost", "amount": 50},
    {"opportunity_id": "c", "product": "GTX Pro", "closed_at": None, "status": "won", "amount": 70},
]
Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(home: Home, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line with --json on a home with three deals; exit code, and rows or the error's code."""
    tables = {"opportunities": DEALS, "products": [{"product": "GTX Pro", "price": 1}]}
    given_load(home, ensure_local(home).id, tables)

    def call(*words: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*words, "--home", str(home.folder), "--json"])
        printed = capsys.readouterr()
        return code, json.loads(printed.out)["rows"] if code == 0 else json.loads(printed.err)["code"]

    return call


def test_ranges_of_named_and_of_all_kpis(run: Run) -> None:
    """Figures are in the KPI's unit: rates as numbers, money as decimal strings; open ends reach as data does."""
    _, ((kpi, _, field, lack, rows, of, value, low, high, unit, exact, accepted, _),) = run("consequences", "win_rate")
    assert (kpi, field, lack, rows, of) == ("win_rate", "closed_at", "undated", 1, 3)
    assert (value, low, high, unit, exact, accepted) == (0.5, 0.5, 2 / 3, "rate", True, False)
    _, everything = run("consequences", "--from", "2024-01")
    revenue = next(row for row in everything if row[0] == "revenue")
    assert revenue[6:10] == ["100.00", "100.00", "170.00", "money"]
    assert run("consequences", "win_rte") == (2, "unknown_kpi")


def test_accepting_and_taking_back(run: Run) -> None:
    """With a reason; what was never accepted cannot be taken back."""
    assert run("accept", "opportunities", "undated", "closed_at") == (2, "reason_missing")
    assert run("accept", "opportunities", "undted", "closed_at", "--reason", "x") == (2, "unknown_lack")
    assert run("accept", "deals", "undated", "closed_at", "--reason", "x") == (2, "unknown_table")
    run("accept", "opportunities", "undated", "closed_at", "--reason", "by phone")
    assert run("consequences", "win_rate")[1][0][11] is True
    assert run("accept", "opportunities", "undated", "closed_at", "--undo")[0] == 0
    assert run("accept", "opportunities", "undated", "closed_at", "--undo") == (2, "not_accepted")


def test_joins_with_what_does_not_meet(run: Run) -> None:
    """Two of three rows find their product."""
    _, (row,) = run("joins")
    assert row[:4] == ["opportunities.product", "products.product", 3, pytest.approx(2 / 3)]
    assert row[-1] == ["GTXPro (1) → GTX Pro"]


def test_corrections_are_withdrawn_only_where_they_are_in_force(run: Run) -> None:
    """And approved only where one is proposed, or said."""
    assert run("correct", "opportunities.product", "GTX Pro") == (2, "unknown_correction")
    assert run("correct", "opportunities.product", "GTXPro", "--undo") == (2, "not_corrected")
    assert [row[5] for row in run("correct")[1]] == ["proposed"]
