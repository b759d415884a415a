"""What the first line of scorecard and funnel says of the hand-made companies."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.evaluate import Access, Context, JourneyQuery, Missing, evaluate, open_context, plan_journey
from kpi.funnel import read_funnel, read_segments, step_trend
from kpi.language import translator
from kpi.narrate import (
    board_also,
    board_headline,
    describe_missing,
    funnel_headline,
    line_sentence,
    period_words,
    segment_headline,
    trend_headline,
)
from kpi.period import Period, TimeGrain
from kpi.scorecard import read_board, span_of
from kpi.workspace import Home
from tests.hand_made import b2b_company

EN, ZH = translator("en"), translator("zh")
JUNE = Period(date(2024, 6, 1), date(2024, 7, 1))


@pytest.fixture
def context(home: Home) -> Context:
    """The B2B company as of its last day."""
    return open_context(home, b2b_company(home), access=Access.everything())


def test_the_worst_gap_comes_first(context: Context) -> None:
    """With its size, its value and its target; then the others by name."""
    board = read_board("b2b", span_of(JUNE, context.now), context, lambda query: evaluate(query, context))
    assert board_headline(board, EN) == "New leads is 110 under target: 40 instead of 150."
    assert board_headline(board, ZH) == "新线索数低于目标 110：实际 40，目标 150。"
    assert "First-visit rate (−20 points)" in board_also(board, EN)


def test_a_share_of_few_is_not_judged(context: Context) -> None:
    """3 of 5 proposals reached the decision maker: under 80 %, but five are too few to tell."""
    board = read_board("b2b", span_of(JUNE, context.now), context, lambda query: evaluate(query, context))
    line = next(line for line in board.lines if line.kpi.id == "decision_maker_reach_rate")
    assert line_sentence(line, EN).endswith("n = 5, too few to tell.")


def test_the_funnel_names_its_biggest_loss(context: Context) -> None:
    """Six of thirty, and the money that goes with them."""
    query = JourneyQuery("b2b")
    funnel = read_funnel(evaluate(query, context), plan_journey(query, context))
    assert funnel_headline(funnel, EN) == ("Most are lost before First visit: 6 of 30 (20.0%). That is CN¥6k.")
    assert funnel_headline(funnel, ZH).startswith("流失最多的是“完成首访”之前")


def test_a_funnel_of_few_is_not_judged(context: Context) -> None:
    """Ten that entered in June carry no finding."""
    query = JourneyQuery("b2b", JUNE)
    funnel = read_funnel(evaluate(query, context), plan_journey(query, context))
    assert funnel_headline(funnel, EN) == "Only 10 entered: too few to tell where they are lost."


def test_trend_and_segments_of_few_make_no_claim(context: Context) -> None:
    """Ten a month and fifteen a region are told with their n, or not compared at all."""
    query = JourneyQuery("b2b")
    planned = plan_journey(query, context)
    step = read_funnel(evaluate(query, context), planned).steps[1]
    points = step_trend(evaluate(JourneyQuery("b2b", grain=TimeGrain.MONTH), context), planned, step.id, context.now)
    assert trend_headline(step, points, TimeGrain.MONTH, EN) == (
        "First visit: 80.0% of 10 in Jun 2024, after 80.0% of 10 in May 2024: too few to tell"
    )
    by_region = evaluate(JourneyQuery("b2b", dimensions=("region",)), context)
    assert segment_headline(read_segments(by_region, planned, "region"), step, EN) == "First visit by segment"


def test_missing_fields_are_named_with_the_file_to_look_in(context: Context) -> None:
    """The field by its name, and the export it is usually found in."""
    kpi = context.definitions.kpi("need_match_score")
    missing = (Missing("opportunities", "need_score"),)
    assert describe_missing(kpi, missing, context.definitions.kpis, EN) == (
        "Needs “Need match score” in opportunities. "
        "Look in: CRM: opportunities or leads export with a need, fit or lead score."
    )


def test_periods_as_people_write_them() -> None:
    """Months, quarters and other days, in both languages."""
    assert [period_words(JUNE, t) for t in (EN, ZH)] == ["Jun 2024", "2024年6月"]
    quarter = Period(date(2024, 4, 1), date(2024, 7, 1))
    assert [period_words(quarter, t) for t in (EN, ZH)] == ["Q2 2024", "2024年第2季度"]
    assert period_words(Period(date(2024, 6, 1), date(2024, 6, 9)), ZH) == "2024年6月1日 至 2024年6月8日"
