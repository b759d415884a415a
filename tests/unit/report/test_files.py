"""What people take away: workbooks that hold figures and definitions, pictures, and rows no spreadsheet runs."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from kpi.chart import draw_tiles
from kpi.evaluate import Access, Context, JourneyQuery, KpiQuery, RowsQuery, evaluate, open_context, plan_journey
from kpi.funnel import read_funnel, read_segments
from kpi.language import translator
from kpi.period import Period
from kpi.report import board_tiles, funnel_workbook, picture, rows_csv, scorecard_workbook
from kpi.scorecard import read_board, span_of
from kpi.ui.theme import theme
from kpi.workspace import Home
from tests.hand_made import b2b_company

EN, ZH = translator("en"), translator("zh")
JUNE = Period(date(2024, 6, 1), date(2024, 7, 1))


@pytest.fixture
def context(home: Home) -> Context:
    """The B2B company as of its last day."""
    return open_context(home, b2b_company(home), access=Access.everything())


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    """The cells of a workbook by sheet."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_scorecard_workbook_holds_figures_definitions_and_sql(context: Context) -> None:
    """Numbers as numbers, the definition in words, N and D, and what could not be computed."""
    board = read_board("b2b", span_of(JUNE, context.now), context, lambda query: evaluate(query, context))
    found = sheets(scorecard_workbook(board, context.definitions.kpis, "CNY", EN))
    assert list(found) == ["Scorecard", "Trend", "Definitions", "Not computed"]
    assert found["Scorecard"][0][0] == "New leads is 110 under target: 40 instead of 150."
    row = next(row for row in found["Scorecard"] if row[1] == "First-visit rate")
    assert row[2:6] == [0.5, 0.7, pytest.approx(-0.2), "Off target"]
    assert row[8] == "20 / 40"
    definition = next(row for row in found["Definitions"] if row[0] == "First-visit rate")
    assert "divided by" in str(definition[3])
    assert "SELECT" in str(definition[6]).upper()


def test_the_funnel_workbook_speaks_chinese(context: Context) -> None:
    """Steps, segments and the question, under Chinese names."""
    query = JourneyQuery("b2b")
    planned = plan_journey(query, context)
    by_region = evaluate(JourneyQuery("b2b", dimensions=("region",)), context)
    content = funnel_workbook(
        read_funnel(evaluate(query, context), planned),
        None,
        ZH,
        dimension="区域",
        segments=read_segments(by_region, planned, "region"),
    )
    found = sheets(content)
    assert list(found) == ["漏斗", "分组", "SQL"]
    first_visit = next(row for row in found["漏斗"] if row[0] == "完成首访")
    assert first_visit[1:5] == [24, 0.8, 0.8, 6]


def test_rows_run_nowhere(context: Context) -> None:
    """A name that begins like a formula gets a leading quote; times are on the workspace's clock."""
    result = evaluate(RowsQuery(JourneyQuery("b2b"), "created"), context)
    text = rows_csv(result, "Asia/Shanghai").decode("utf-8-sig")
    assert "'=Deal" in text
    assert ",=Deal" not in text
    assert "2024-04-01 17:00:00" in text  # stored as 09:00 UTC


def test_rows_behind_a_kpi_are_all_there(context: Context) -> None:
    """The head and one line a row."""
    result = evaluate(RowsQuery(KpiQuery("first_visit_rate", JUNE), "numerator"), context)
    assert len(rows_csv(result, "UTC").decode("utf-8-sig").splitlines()) == 21


def test_a_picture_is_a_png(context: Context) -> None:
    """Made without a network, in either language."""
    board = read_board("b2b", span_of(JUNE, context.now), context, lambda query: evaluate(query, context))
    for t in (EN, ZH):
        content = picture(draw_tiles(board_tiles(board, t), theme("light"), title="新线索数 New leads"), theme("light"))
        assert content.startswith(b"\x89PNG")
        assert len(content) > 10_000
