"""The funnel of the hand-made B2B company, step by step."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kpi.evaluate import Access, Context, JourneyQuery, evaluate, open_context, plan_journey
from kpi.evaluate.breakdowns import journey_breakdowns
from kpi.funnel import Funnel, lag_days, lag_query, read_funnel, read_segments, step_trend
from kpi.period import TimeGrain
from kpi.workspace import Home
from tests.hand_made import b2b_company, b2c_company

QUERY = JourneyQuery("b2b")


@pytest.fixture
def context(home: Home) -> Context:
    """The B2B company as of its last day."""
    return open_context(home, b2b_company(home), access=Access.everything())


def funnel_of(context: Context) -> Funnel:
    """All of its opportunities."""
    return read_funnel(evaluate(QUERY, context), plan_journey(QUERY, context))


def test_counts_losses_and_money(context: Context) -> None:
    """30 enter, 24 are visited: 6 are lost, and 6,000 with them."""
    steps = funnel_of(context).steps
    assert [(step.id, step.count, step.lost) for step in steps] == [
        ("created", 30, 0),
        ("first_visit", 24, 6),
        ("need_confirmed", 18, 6),
        ("proposal", 15, 3),
        ("decision_maker", 9, 6),
        ("won", 6, 3),
    ]
    assert steps[1].lost_amount == Decimal(6000)


def test_biggest_loss_is_the_first_of_equals(context: Context) -> None:
    """Three steps lose six; the earliest is named. Rates over fewer than 30 records are not called weakest."""
    funnel = funnel_of(context)
    assert funnel.biggest_loss is not None
    assert funnel.biggest_loss.id == "first_visit"
    assert funnel.weakest is not None
    assert funnel.weakest.id == "first_visit"


def test_segments_have_their_own_steps(context: Context) -> None:
    """By region, 15 enter in each."""
    planned = plan_journey(QUERY, context)
    result = evaluate(JourneyQuery("b2b", dimensions=("region",)), context)
    segments = read_segments(result, planned, "region")
    assert {segment.value: segment.steps[0].count for segment in segments} == {"East": 15, "West": 15}
    assert segments[0].rate("first_visit").n == 15


def test_young_periods_are_marked(context: Context) -> None:
    """Winning takes six days on the mean; a month that ended yesterday has not had twice that."""
    planned = plan_journey(QUERY, context)
    query = lag_query(planned, "won")
    assert query is not None
    days = lag_days(evaluate(query, context))
    assert days == 10
    result = evaluate(JourneyQuery("b2b", grain=TimeGrain.MONTH), context)
    points = step_trend(result, planned, "won", date(2024, 6, 30), days)
    assert [(point.start.month, point.partial) for point in points] == [(4, False), (5, False), (6, True)]


def test_events_have_no_lag(home: Home) -> None:
    """Where steps are rows of their own, no single row holds both times."""
    context = open_context(home, b2c_company(home), access=Access.everything())
    assert lag_query(plan_journey(JourneyQuery("b2c"), context), "payment") is None


def test_fields_that_make_steps_are_no_breakdown(context: Context) -> None:
    """Won opportunities by status would say nothing."""
    names = [item.name for item in journey_breakdowns(plan_journey(QUERY, context), context)]
    assert "region" in names
    assert "status" not in names
