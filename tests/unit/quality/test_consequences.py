"""What missing fields mean for a KPI: counts and ranges worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kpi.compile.doubt import Lack
from kpi.errors import QueryError
from kpi.evaluate import Access, Context, open_context
from kpi.language import translator
from kpi.narrate.quality import effect_sentence
from kpi.period import Period
from kpi.quality import Consequence, Effect, IssueKey, Range, consequences
from kpi.semantic.definitions import kpi_from
from kpi.semantic.kpi import Kpi
from kpi.workspace import Home
from tests.given import Rows, given_workspace

MARCH = Period(date(2024, 3, 1), date(2024, 4, 1))


def deals(count: int, status: str | None, closed: str | None, **more: Any) -> list[dict[str, Any]]:
    """So many alike."""
    number = f"{status}-{closed}-{sorted(more)}"
    return [
        {"opportunity_id": f"{number}-{place}", "status": status, "closed_at": closed, **more} for place in range(count)
    ]


def context_of(home: Home, **tables: Rows) -> Context:
    """A context over these rows."""
    return open_context(home, given_workspace(home, tables), access=Access.everything(), now=date(2024, 4, 30))


def only(kpi: str | Kpi, context: Context, period: Period | None = MARCH) -> tuple[Consequence, Effect]:
    """The one consequence, with its one effect."""
    (found,) = consequences([kpi], context, period)
    (effect,) = found.effects
    return found, effect


def own(**definition: Any) -> Kpi:
    """A KPI made for one question."""
    names = {"en": "Own", "zh": "自定义"}
    return kpi_from({"id": "own", "names": names, "meaning": names, "unit": "number", "definitions": [definition]})


def test_undated_rows_may_fall_into_the_period_or_not(home: Home) -> None:
    """6 of 10 won; of 3 won and 1 lost without a date, the lost one at worst, the won ones at best fall into March."""
    rows = [
        *deals(6, "won", "2024-03-10"),
        *deals(4, "lost", "2024-03-11"),
        *deals(3, "won", None),
        *deals(1, "lost", None),
        *deals(5, "open", None),
    ]
    found, effect = only("win_rate", context_of(home, opportunities=rows))
    assert (found.value, found.period) == (0.6, MARCH)
    assert (effect.table, effect.field, effect.lack) == ("opportunities", "closed_at", Lack.UNDATED)
    assert (effect.rows, effect.of) == (4, 14)
    assert effect.range == Range(6 / 11, 9 / 13, exact=True)
    assert found.range == effect.range


def test_the_sentence_says_how_many_and_between_what(home: Home) -> None:
    """In both languages."""
    rows = [*deals(6, "won", "2024-03-10"), *deals(4, "lost", "2024-03-11"), *deals(2, "won", None)]
    found, effect = only("win_rate", context_of(home, opportunities=rows))
    english = effect_sentence(found, effect, translator("en"))
    assert english == "2 of 12 opportunities without “Closed on”: Win rate is between 60.0% and 66.7%."
    chinese = effect_sentence(found, effect, translator("zh"))
    assert chinese == "12 行商机中有 2 行缺少“结单时间”：成交转化率介于 60.0% 与 66.7% 之间。"


def test_quotes_that_count_once_for_their_opportunity(home: Home) -> None:
    """Of 230 opportunities decided in March 130 were won; 28 won and 20 lost quotes lack the day."""
    known = [("won", "2024-03-10", 130), ("lost", "2024-03-11", 100), ("lost", "2024-02-01", 1877)]
    rows = [
        {"quote_id": f"{status}{day}{n}", "opportunity_id": f"{status}{day}{n}", "status": status, "decided_at": day}
        for status, day, count in [*known, ("won", None, 28), ("lost", None, 20)]
        for n in range(count)
    ]
    found, effect = only("quote_hit_rate", context_of(home, quotes=rows))
    assert effect.range == Range(0.52, 158 / 258, exact=True)
    english = effect_sentence(found, effect, translator("en"))
    assert english == "48 of 2,155 quotes without “Decided on”: Quote hit rate is between 52.0% and 61.2%."


def test_rows_that_lack_nothing_have_no_consequences(home: Home) -> None:
    """Open deals have no close date because they are open; nothing is left open by that."""
    rows = [*deals(2, "won", "2024-03-10"), *deals(5, "open", None)]
    assert consequences(["win_rate", "deals"], context_of(home, opportunities=rows), MARCH) == []


def test_an_unknown_outcome_may_be_any(home: Home) -> None:
    """3 won, 1 lost, 1 closed without a word: won, lost or neither. Nobody can win without being decided."""
    rows = [*deals(3, "won", "2024-03-10"), *deals(1, "lost", "2024-03-11"), *deals(1, None, "2024-03-12")]
    _, effect = only("win_rate", context_of(home, opportunities=rows))
    assert (effect.field, effect.lack, effect.rows, effect.of) == ("status", Lack.UNDECIDED, 1, 5)
    assert effect.range == Range(3 / 5, 4 / 5, exact=True)


def test_several_gaps_widen_the_range_together(home: Home) -> None:
    """A date and an outcome missing in different rows: each has its own range, the KPI has both."""
    rows = [*deals(3, "won", "2024-03-10"), *deals(1, None, "2024-03-12"), *deals(1, "lost", None)]
    (found,) = consequences(["win_rate"], context_of(home, opportunities=rows), MARCH)
    assert [(effect.field, effect.range) for effect in found.effects] == [
        ("closed_at", Range(3 / 4, 1.0, exact=True)),
        ("status", Range(3 / 4, 1.0, exact=True)),
    ]
    assert found.range == Range(3 / 5, 1.0, exact=True)


def test_what_has_neither_day_nor_outcome_has_not_happened(home: Home) -> None:
    """A proposal that is still to come leaves nothing open; one that is decided without a day does."""
    said = [("accepted", "2024-03-05"), (None, None), ("rejected", None)]
    rows = [
        {"opportunity_id": str(n), "proposal_status": word, "proposal_decided_at": day}
        for n, (word, day) in enumerate(said)
    ]
    _, effect = only("proposal_pass_rate", context_of(home, opportunities=rows))
    assert (effect.field, effect.rows, effect.of) == ("proposal_decided_at", 1, 2)
    assert effect.range == Range(0.5, 1.0, exact=True)


def test_accepted_gaps_are_told_and_no_longer_widen(home: Home) -> None:
    """What is accepted is marked; the KPI's own range is that of the rest."""
    rows = [*deals(3, "won", "2024-03-10"), *deals(1, None, "2024-03-12"), *deals(1, "lost", None)]
    key = IssueKey("opportunities", "status", "undecided")
    context = context_of(home, opportunities=rows)
    (found,) = consequences(["win_rate"], context, MARCH, accepted={key})
    assert [effect.accepted for effect in found.effects] == [False, True]
    assert found.range == Range(3 / 4, 1.0, exact=True)


def test_missing_amounts_have_no_bounds(home: Home) -> None:
    """What a deal without an amount would add cannot be told; only what it would be if it were like the others."""
    rows = [
        *deals(1, "won", "2024-03-10", amount=100),
        *deals(1, "won", "2024-03-11", amount=40),
        *deals(2, "won", "2024-03-12"),
    ]
    found, effect = only("revenue", context_of(home, opportunities=rows))
    assert (effect.lack, effect.rows, effect.of, effect.range) == (Lack.NO_VALUE, 2, 4, None)
    assert effect.if_alike == Range(Decimal(220), Decimal(340), exact=True)
    assert found.range is None
    assert "cannot be told. Were they like the others" in effect_sentence(found, effect, translator("en"))


def test_a_mean_over_some_rows_is_told_of(home: Home) -> None:
    """Two scores of 3 and 5, two missing: between 3.5 and 4.5, were they like the others."""
    rows = [{"opportunity_id": str(n), "created_at": "2024-03-05", "need_score": n} for n in (3, 5, None, None)]
    mean = own(numerator={"entity": "opportunities", "aggregate": "mean", "value": "need_score", "date": "created_at"})
    _, effect = only(mean, context_of(home, opportunities=rows))
    assert (effect.rows, effect.of) == (2, 4)
    assert effect.if_alike == Range(3.5, 4.5, exact=True)


def test_rows_of_nobody_may_be_of_anybody(home: Home) -> None:
    """Two customers, and two rows without one: of these two, or of two more."""
    rows = [
        *deals(2, "won", "2024-03-10", account="a"),
        *deals(1, "won", "2024-03-11", account="b"),
        *deals(2, "won", "2024-03-12"),
    ]
    _, effect = only("customers", context_of(home, opportunities=rows))
    assert (effect.field, effect.lack, effect.range) == ("account", Lack.NO_VALUE, Range(2, 4, exact=True))


def test_a_date_reached_by_a_join_may_be_missing(home: Home) -> None:
    """An order line whose order is not loaded has no date: it may belong to the period."""
    lines = [
        {"order_id": "1", "product": "x", "amount": 10},
        {"order_id": "1", "product": "y", "amount": 20},
        {"order_id": "9", "product": "x", "amount": 5},
    ]
    context = context_of(home, order_lines=lines, orders=[{"order_id": "1", "ordered_at": "2024-03-05"}])
    kpi = own(numerator={"entity": "order_lines", "aggregate": "sum", "value": "amount", "date": "ordered_at"})
    _, effect = only(kpi, context)
    assert (effect.field, effect.rows, effect.of) == ("ordered_at", 1, 3)
    assert effect.range == Range(30, 35, exact=True)


def test_sides_over_different_tables_are_open_on_their_own(home: Home) -> None:
    """2 to 3 deals over 4 to 5 leads: between 2/5 and 3/4."""
    leads = [{"lead_id": str(n), "created_at": "2024-03-02" if n else None} for n in range(5)]
    context = context_of(home, opportunities=[*deals(2, "won", "2024-03-10"), *deals(1, "won", None)], leads=leads)
    kpi = own(
        numerator={"entity": "opportunities", "aggregate": "count", "where": "status = 'won'", "date": "closed_at"},
        denominator={"entity": "leads", "aggregate": "count", "date": "created_at"},
    )
    (found,) = consequences([kpi], context, MARCH)
    assert [effect.table for effect in found.effects] == ["opportunities", "leads"]
    assert found.range == Range(2 / 5, 3 / 4, exact=True)


def test_a_denominator_that_may_be_nothing_is_told(home: Home) -> None:
    """Where no row is certain there may be no data; where there is, all is possible."""
    rows = [*deals(1, "won", None), *deals(1, "lost", None), *deals(1, "open", "2024-03-02")]
    _, effect = only("win_rate", context_of(home, opportunities=rows))
    assert effect.range == Range(0.0, 1.0, exact=True, no_data=True)


def test_a_formula_is_safe_and_says_whether_it_is_exact(home: Home) -> None:
    """A range reckoned from two open KPIs may be wider than what rows can really do."""
    rows = [*deals(2, "won", "2024-03-10", amount=10), *deals(1, "won", None, amount=10)]
    context = context_of(home, opportunities=rows)
    (twice,) = consequences([own(formula="deals * 2")], context, MARCH)
    assert twice.range == Range(4.0, 6.0, exact=True)
    (price,) = consequences([own(formula="revenue / deals")], context, MARCH)
    assert price.range is not None
    assert (price.range.exact, price.range.safe) == (False, True)
    assert (price.range.low, price.range.high) == (pytest.approx(20 / 3), 15.0)


def test_snapshots_and_movements_have_no_bounds(home: Home) -> None:
    """A spell without a beginning may change a customer's whole history: it is counted, not bounded."""
    rows = [
        {"subscription_id": "1", "account": "a", "mrr": 10, "started_at": "2024-01-01", "ended_at": None},
        {"subscription_id": "2", "account": "b", "mrr": 10, "started_at": None, "ended_at": None},
    ]
    found = {item.kpi.id: item for item in consequences(["nrr", "mrr"], context_of(home, subscriptions=rows), MARCH)}
    assert found["nrr"].range is None
    assert [(effect.field, effect.rows) for effect in found["nrr"].effects] == [("started_at", 1)]
    assert found["mrr"].range == Range(Decimal(10), Decimal(20), exact=True)


def test_a_kpi_that_is_named_and_not_loaded_is_refused(home: Home) -> None:
    """Asked by name it is an error; asked for all, it is left out."""
    context = context_of(home, opportunities=deals(1, "won", None))
    with pytest.raises(QueryError) as caught:
        consequences(["nrr"], context, MARCH)
    assert caught.value.code == "fields_not_loaded"
    assert "nrr" not in [item.kpi.id for item in consequences(None, context, MARCH)]
