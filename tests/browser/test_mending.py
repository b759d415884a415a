"""What did not fit is mended where it is told: typed into the grid, refused, typed again, saved; on a phone too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.test_data_page import LONG, drop

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
SETTLES = 1000  # milliseconds that a grid takes to be drawn; it is a picture, in which nothing can be waited for
ROW = 35  # pixels of a row of a grid
ORDERS = "order_id,customer,order_date,amount\n" + "".join(
    f"SO{at},C{at % 7},{'soon' if at == 5 else f'2024-03-{at % 28 + 1:02d}'},{at * 10}\n" for at in range(1, 41)
)


def type_into(page: Page, grid: Locator, text: str) -> None:
    """Type into the third column of a grid's first row."""
    grid.scroll_into_view_if_needed()
    page.wait_for_timeout(SETTLES)
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.32, box["y"] + ROW * 1.5)
    page.keyboard.press("Enter")
    page.wait_for_timeout(SETTLES)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.wait_for_timeout(SETTLES)


def test_a_cell_is_mended_in_the_grid(app: Server, visit: Visit, tmp_path: Path) -> None:
    """A day that is none is refused with its row; a day that is one takes its place, and the issue is gone."""
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS, encoding="utf-8")
    page = visit(f"{app.url}/data")
    drop(page, file)
    page.get_by_role("button", name="Load 40 rows").click(timeout=LONG)
    expect(page.get_by_text("40 rows of Orders")).to_be_visible(timeout=LONG)
    page.get_by_text("Issues, and what they do to the KPIs").click()
    expect(page.get_by_text("1 of 40 orders without “Ordered on”")).to_be_visible(timeout=LONG)

    card = page.locator(".st-key-data-matter-cells-orders-ordered_at")
    card.get_by_role("button", name="Mend here").click()
    grid = card.get_by_test_id("stDataFrame").last  # one that is about to go may still be there
    expect(grid).to_be_visible(timeout=LONG)
    type_into(page, grid, "someday")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Check and save 1 cell").click()
    expect(card.get_by_text("orders.csv, row 6, column order_date")).to_be_visible(timeout=LONG)
    type_into(page, grid, "2024-03-06")  # and straight to the button, with the cell still open
    page.get_by_role("button", name="Check and save 1 cell").click()
    expect(page.get_by_text("1 cell corrected")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Every value of every load fitted.")).to_be_visible(timeout=LONG)


def test_the_folds_fit_a_phone(app: Server, visit: Visit) -> None:
    """Nothing is wider than the screen, in the dark and in Chinese."""
    page = visit(f"{app.url}/data", locale="zh-CN", width=390, dark=True)
    page.get_by_text("数据问题及其对指标的影响").click()
    page.get_by_text("表与表的匹配情况").click()
    expect(page.get_by_text("还没有互相引用的表", exact=False)).to_be_visible(timeout=LONG)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
