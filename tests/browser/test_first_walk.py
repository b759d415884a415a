"""The first walk of a sales lead, on a real export, in both languages: drop, map, KPI, funnel, click, records."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

pytestmark = pytest.mark.browser
LONG = 60_000  # milliseconds that reading or loading may take on a busy machine


@dataclass(frozen=True)
class Words:
    """What a walk reads on screen in one language."""

    locale: str
    lang: str
    entity: str
    load: str
    win_rate: str
    step: str
    lost: str
    download: str


ENGLISH = Words(
    "en-US",
    "en",
    "Opportunities",
    "Load 8,927 rows",
    "Win rate",
    "Decided",
    "Lost before it",
    "Download CSV",
)
CHINESE = Words("zh-CN", "zh", "商机", "载入 8,927 行", "成交转化率", "已有结果", "此前流失", "下载 CSV")


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_from_a_real_export_to_the_records_behind_a_bar(
    words: Words, start: Callable[..., Server], visit: Callable[..., Page], real_data: Path, tmp_path: Path
) -> None:
    """Four CRM files become a win rate of 63.2 % and a funnel whose lost deals can be opened and taken along."""
    server = start()
    page = visit(f"{server.url}/data", locale=words.locale)
    files = sorted((real_data / "b2b_crm_opportunities").glob("*.csv"))
    page.locator("input[type=file]").set_input_files([str(path) for path in files])
    expect(page.get_by_role("button", name=words.load)).to_be_visible(timeout=LONG)
    expect(page.locator(f'input[role=combobox][value="{words.entity}"]')).to_have_count(1)
    page.get_by_role("button", name=words.load).click()
    expect(page.get_by_text(re.compile(words.win_rate))).to_be_visible(timeout=LONG)

    page.goto(f"{server.url}/kpis?lang={words.lang}&workspace=local&kpi=win_rate")
    expect(page.get_by_role("heading", name=words.win_rate, exact=True)).to_be_visible(timeout=LONG)
    for shown in ("63.2%", "4,238", "6,711"):
        expect(page.get_by_text(shown, exact=True).first).to_be_visible()

    page.goto(f"{server.url}/b2b?lang={words.lang}&workspace=local")
    drawing = page.locator(".stVegaLiteChart").first
    for shown in ("8,800", "8,300", "6,711", "4,238"):
        expect(drawing.get_by_text(re.compile(f"^{shown}"))).to_be_visible(timeout=LONG)
    drawing.locator(f'path[aria-label^="c1: {words.step}"]').first.click()
    expect(page).to_have_url(re.compile("step=decided"))
    page.get_by_role("radio", name=words.lost).click()
    expect(page).to_have_url(re.compile("records=lost"))
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=LONG)
    with page.expect_download(timeout=LONG) as download:
        page.get_by_text(words.download, exact=True).first.click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as taken:
        assert len(list(csv.reader(taken))) == 1 + 1589

    page.reload()  # the link holds the view
    expect(page).to_have_url(re.compile("step=decided"))
    expect(page.locator(".stVegaLiteChart").first.get_by_text(re.compile("^4,238"))).to_be_visible(timeout=LONG)
    expect(page.get_by_role("radio", name=words.lost)).to_be_checked()
