"""A real export goes through the real drop zone, in a real browser, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

ORDERS = "订单编号,客户,下单时间,金额,渠道\n" + "".join(
    f"SO{at},客户{at % 7},2024-03-{at % 28 + 1:02d},{at * 10},{'天猫' if at % 2 else '门店'}\n" for at in range(1, 301)
)
LONG = 60_000  # milliseconds that reading or loading may take on a busy machine


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    """A fresh app for every walk."""
    return start(WAYMARK_MAX_UPLOAD_MB="5")


def drop(page: Page, *paths: Path) -> None:
    """Choose files in the drop zone."""
    page.locator("input[type=file]").set_input_files([str(path) for path in paths])


def test_a_chinese_export_is_dropped_and_loaded(server: Server, visit: Visit, tmp_path: Path) -> None:
    """GBK file, Chinese browser: dropped, described, loaded, counted; the link says language and workspace."""
    path = tmp_path / "订单导出.csv"
    path.write_bytes(ORDERS.encode("gbk"))
    page = visit(f"{server.url}/data", locale="zh-CN")
    drop(page, path)
    expect(page.get_by_role("heading", name="订单导出.csv")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("GB18030")).to_be_visible()
    page.get_by_role("button", name="载入 300 行").click()
    expect(page.get_by_text("已载入：订单 300 行。")).to_be_visible(timeout=LONG)
    expect(page).to_have_url(re.compile("workspace=local"))
    expect(page).to_have_url(re.compile("lang=zh"))
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_the_crm_export_becomes_kpis(server: Server, visit: Visit, real_data: Path) -> None:
    """Four files of a real CRM, dropped at once: 8,927 rows, and the KPIs they feed light up."""
    folder = real_data / "b2b_crm_opportunities"
    page = visit(f"{server.url}/data")
    drop(page, *sorted(folder.glob("*.csv")))
    page.get_by_role("button", name="Load 8,927 rows").click(timeout=LONG)
    expect(page.get_by_text("8,800 rows of Opportunities")).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile("These KPIs have their data now: .*Win rate"))).to_be_visible()


def test_a_file_over_the_limit_says_so_and_the_others_go_on(server: Server, visit: Visit, tmp_path: Path) -> None:
    """The browser refuses what the server would, and names the limit."""
    big, good = tmp_path / "big.csv", tmp_path / "orders.csv"
    big.write_bytes(b"a,b\n" + b"1,2\n" * 2_000_000)
    good.write_bytes(ORDERS.encode())
    page = visit(f"{server.url}/data")
    drop(page, big, good)
    expect(page.get_by_text("This file is larger than 5 MB")).to_be_visible()
    expect(page.get_by_role("heading", name="orders.csv")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Dismiss: big.csv").click()
    expect(page.get_by_text("This file is larger than 5 MB")).to_have_count(0)


def test_issues_can_be_taken_along(server: Server, visit: Visit, tmp_path: Path) -> None:
    """The download holds what did not fit, safe to open in a spreadsheet."""
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS.replace(",50,", ",=1+1,"), encoding="utf-8")
    page = visit(f"{server.url}/data")
    drop(page, path)
    page.get_by_role("button", name="Load 300 rows").click(timeout=LONG)
    with page.expect_download(timeout=LONG) as download:
        page.get_by_role("link", name="Download all as CSV").click(timeout=LONG)
    assert "'=1+1" in Path(download.value.path()).read_text(encoding="utf-8-sig")


def test_the_drop_zone_works_by_keyboard(server: Server, visit: Visit) -> None:
    """The input has a name, takes the focus and opens the chooser by a key."""
    page = visit(f"{server.url}/data")
    expect(page.get_by_role("heading", name="Data", exact=True)).to_be_visible(timeout=LONG)
    field = page.get_by_label("Drop files here, or click to choose")
    field.focus()
    expect(field).to_be_focused()
    with page.expect_file_chooser() as chooser:
        field.press("Enter")
    assert chooser.value.is_multiple()


def test_switching_the_language_keeps_page_and_files(server: Server, visit: Visit, tmp_path: Path) -> None:
    """What lies on the desk is still there, in the other language; so it is after going to another page and back."""
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    page = visit(f"{server.url}/data")
    drop(page, path)
    expect(page.get_by_role("button", name="Load 300 rows")).to_be_visible(timeout=LONG)
    page.get_by_role("radio", name="简体中文").click()
    expect(page.get_by_role("button", name="载入 300 行")).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="KPI 指标").click()
    expect(page).to_have_url(re.compile("/kpis.*lang=zh"))
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="数据").click()
    expect(page.get_by_role("button", name="载入 300 行")).to_be_visible()


def test_signing_in_leads_to_the_page_that_was_asked_for(
    start: Callable[..., Server], visit: Visit, tmp_path: Path
) -> None:
    """With a password: the form, then the page; upload works; signing out ends it."""
    server = start(WAYMARK_PASSWORD="open sesame")
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    page = visit(f"{server.url}/data?lang=en")
    page.get_by_label("Password").fill("open sesame")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Data", exact=True)).to_be_visible(timeout=LONG)
    drop(page, path)
    expect(page.get_by_role("button", name="Load 300 rows")).to_be_visible(timeout=LONG)
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(f"{server.url}/data")
    expect(page.get_by_label("Password")).to_be_visible()


def test_pages_make_no_foreign_request_and_break_no_policy(server: Server, visit: Visit) -> None:
    """Every request goes to the app itself, and nothing on the page is refused by its own security policy."""
    page = visit("about:blank")
    foreign: list[str] = []
    refused: list[str] = []
    page.on(
        "request",
        lambda request: None if request.url.startswith((server.url, "data:", "blob:")) else foreign.append(request.url),
    )
    page.on(
        "console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None
    )
    page.goto(server.url)
    expect(page.get_by_role("button", name="Load your own files").first).to_be_visible(timeout=LONG)
    assert not foreign
    assert not refused
