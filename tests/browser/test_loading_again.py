"""The same export again, a month later: dates are asked about, the difference is shown, undo brings the rows back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kpi.settings import load_settings
from kpi.workspace import open_home, read_dataset
from tests.browser.conftest import Server
from tests.browser.test_data_page import LONG, drop

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def export(*, first: int, last: int, discount: int = 0) -> str:
    """Orders whose days could be read both ways; `discount` lowers every amount of the first ten."""
    lines = [
        f"SO{at},C{at % 7},{at % 12 + 1:02d}/{at * 5 % 12 + 1:02d}/2024,{at * 10 - (discount if at <= 10 else 0)}"
        for at in range(first, last + 1)
    ]
    return "\n".join(["order_id,customer,order_date,amount", *lines, ""])


def loaded_rows(server: Server) -> int:
    """How many orders the home holds, read beside the running app."""
    home = open_home(load_settings(), server.home)
    try:
        return read_dataset(home, "local").tables["orders"].rows
    finally:
        home.database.dispose()


def test_dates_are_asked_the_difference_is_shown_and_undo_works(app: Server, visit: Visit, tmp_path: Path) -> None:
    """Day or month first is asked on three of the file's own days; the second export shows what it would change
    before it does; undo takes it back."""
    first, second = tmp_path / "orders.csv", tmp_path / "orders-2.csv"
    first.write_text(export(first=1, last=40), encoding="utf-8")
    second.write_text(export(first=6, last=50, discount=5), encoding="utf-8")
    page = visit(f"{app.url}/data")
    drop(page, first)

    expect(page.get_by_text("does the day or the month come first?")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Load 40 rows")).to_be_disabled()
    choice = page.get_by_role("radio", name="Day first").locator("..")
    assert page.locator("label", has_text="Day first").inner_text().count("→") == 3
    assert choice.count() == 1
    page.locator("label", has_text="Day first").click()
    page.get_by_role("button", name="Read it so").click()
    page.get_by_role("button", name="Load 40 rows").click(timeout=LONG)
    expect(page.get_by_text("40 rows of Orders")).to_be_visible(timeout=LONG)

    drop(page, second)
    page.get_by_role("button", name="Compare 45 rows").click(timeout=LONG)
    expect(page.get_by_text("Nothing has been changed yet.")).to_be_visible(timeout=LONG)
    difference = page.locator(".st-key-data-diff-orders")
    for label, figure in (
        ("New rows", "10"),
        ("Changed rows", "5"),
        ("Rows gone", "0"),
        ("Unchanged", "30"),
        ("Rows after", "50"),
    ):
        tile = difference.get_by_test_id("stMetric").filter(has_text=label).first
        expect(tile.get_by_test_id("stMetricValue")).to_have_text(figure)
    assert loaded_rows(app) == 40
    page.get_by_role("button", name="Load it").click()
    expect(page.get_by_text("45 rows of Orders")).to_be_visible(timeout=LONG)
    assert loaded_rows(app) == 50

    page.get_by_role("button", name="Undo the last load").click()
    page.get_by_role("button", name="Undo it").click(timeout=LONG)
    expect(page.get_by_text("orders-2.csv")).to_have_count(0, timeout=LONG)
    assert loaded_rows(app) == 40
