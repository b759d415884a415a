"""What holds for every answer, whatever the rows."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.evaluate import Context, JourneyQuery, KpiQuery, evaluate
from kpi.period import TimeGrain
from kpi.semantic.journey import Journey
from kpi.workspace import Home
from tests.property.rows import context_of, deals, few, visits

ADDITIVE = ("deals", "revenue")
ASKED = ("win_rate", "sales_cycle_days", "revenue", "deals")


@few
@given(rows=deals())
def test_segments_sum_to_the_total(home: Home, rows: list[dict[str, Any]]) -> None:
    """Of an additive measure, segments add up to the whole, and so do months of dated rows."""
    context = context_of(home, opportunities=rows)
    for kpi in ADDITIVE:
        whole = _total(_values(KpiQuery(kpi, dimensions=()), context))
        assert _total(_values(KpiQuery(kpi, dimensions=("region",)), context)) == whole
        by_month = _total(_values(KpiQuery(kpi, grain=TimeGrain.MONTH), context))
        assert _total(_values(KpiQuery(kpi, grain=TimeGrain.MONTH, dimensions=("region",)), context)) == by_month


@few
@given(rows=deals(), seed=st.integers(0, 99))
def test_row_order_is_irrelevant(home: Home, rows: list[dict[str, Any]], seed: int) -> None:
    """The same rows in another order give the same answers."""
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    one, other = context_of(home, opportunities=rows), context_of(home, opportunities=mixed)
    for kpi in ASKED:
        query = KpiQuery(kpi, grain=TimeGrain.MONTH, dimensions=("region",))
        assert _answer(query, one) == _answer(query, other)
    assert _answer(JourneyQuery("b2b", dimensions=("region",)), one) == _answer(
        JourneyQuery("b2b", dimensions=("region",)), other
    )


@few
@given(rows=deals())
def test_funnel_counts_never_rise(home: Home, rows: list[dict[str, Any]]) -> None:
    """Nobody is in a step who was not in the one before; rates stay between 0 and 1."""
    context = context_of(home, opportunities=rows)
    frame = evaluate(JourneyQuery("b2b", dimensions=("region",)), context).frame
    for _, steps in frame.groupby("region", dropna=False):
        counts = list(steps["count"])
        assert counts == sorted(counts, reverse=True)
        assert list(steps["lost"])[1:] == [before - after for before, after in pairwise(counts)]
        assert all(0 <= rate <= 1 for rate in steps["overall_rate"].dropna())


@few
@given(rows=visits())
def test_a_wider_window_never_lowers_conversion(home: Home, rows: list[dict[str, Any]]) -> None:
    """With more time to convert, no step loses anybody; and counts never rise along the steps."""
    context = context_of(home, events=rows)
    before: list[int] = []
    for within_days in (0.5, 1, 3, 30):
        counts = list(evaluate(JourneyQuery(_journey(within_days)), context).frame["count"])
        assert counts == sorted(counts, reverse=True)
        assert not before or all(wider >= narrow for wider, narrow in zip(counts, before, strict=True))
        before = counts


@few
@given(rows=deals(), region=st.sampled_from(["East", "West", "北区"]))
def test_a_filter_equals_its_segment(home: Home, rows: list[dict[str, Any]], region: str) -> None:
    """Asking for one region gives what the breakdown says of it."""
    context = context_of(home, opportunities=rows)
    for kpi in ("win_rate", "deals"):
        by = evaluate(KpiQuery(kpi, dimensions=("region",)), context).frame
        of_segment = [row[2] for row in by.itertuples(index=False, name=None) if row[1] == region]
        alone = _values(KpiQuery(kpi, where=f"region = '{region}'"), context)
        assert (of_segment or [None, 0])[0] == pytest.approx(alone[0]) or (not of_segment and alone[0] in (None, 0))


def _journey(within_days: float) -> Journey:
    names = {"en": "Ordering", "zh": "下单"}
    steps = [
        {"id": event, "names": names, "where": f"event = '{event}'", "at": "occurred_at"}
        for event in ("visit", "cart", "order")
    ]
    source = {"id": "log", "entity": "events", "key": "visitor", "ordered": True, "steps": steps}
    return Journey.model_validate(
        {"id": "ordering", "names": names, "sources": [{**source, "within_days": within_days}]}
    )


def _values(query: KpiQuery, context: Context) -> list[Any]:
    return list(evaluate(query, context).frame["value"])


def _total(values: list[Any]) -> Decimal:
    return sum((Decimal(str(value)) for value in values if value is not None), Decimal(0))


def _answer(query: KpiQuery | JourneyQuery, context: Context) -> list[list[Any]]:
    return evaluate(query, context).to_dict()["rows"]  # type: ignore[no-any-return]
