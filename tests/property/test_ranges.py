"""The range of a KPI is what trying every way in which open rows could be gives: no wider, no narrower."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.period import Period
from kpi.quality import Consequence, consequences
from kpi.semantic.definitions import kpi_from
from kpi.semantic.kpi import Kpi
from kpi.workspace import Home
from tests.property.rows import context_of, few

PERIOD = Period(date(2024, 1, 10), date(2024, 1, 13))
DAYS = [PERIOD.start + timedelta(days=number) for number in range(-1, PERIOD.days + 1)]
Row = dict[str, Any]
Reckoned = float | None


def inside(row: Row, field: str, period: Period = PERIOD) -> bool:
    """Whether a row falls in the period."""
    return row[field] is not None and period.start <= row[field] < period.end


def quotient(top: float, bottom: float) -> Reckoned:
    """Zero denominators are no data."""
    return top / bottom if bottom else None


def won(rows: list[Row], status: tuple[str, ...] = ("won",)) -> list[Row]:
    """The rows closed in the period in one of these ways."""
    return [row for row in rows if row["status"] in status and inside(row, "closed_at")]


def sales_cycle(rows: list[Row]) -> Reckoned:
    """The median of days from creation to win."""
    days = [(row["closed_at"] - row["created_at"]).days for row in won(rows)]
    return median(days) if days else None


def new_customers(rows: list[Row]) -> Reckoned:
    """Accounts whose first win ever falls in the period."""
    first: dict[str, date] = {}
    for row in rows:
        if row["status"] == "won" and row["closed_at"] is not None:
            first[row["account"]] = min(row["closed_at"], first.get(row["account"], row["closed_at"]))
    return sum(PERIOD.start <= day < PERIOD.end for day in first.values())


def repurchase(rows: list[Row]) -> Reckoned:
    """Accounts that won twice, of those that won."""
    times = Counter(row["account"] for row in won(rows))
    return quotient(sum(count >= 2 for count in times.values()), len(times))


def twice_in_products(rows: list[Row]) -> Reckoned:
    """Accounts that won two different products, of those that won."""
    bought = {(row["account"], row["product"]) for row in won(rows) if row["product"]}
    times = Counter(account for account, _ in bought)
    return quotient(sum(count >= 2 for count in times.values()), len({row["account"] for row in won(rows)}))


def visited(rows: list[Row]) -> Reckoned:
    """Of those created in the period, the share visited within two days."""
    entered = [row for row in rows if inside(row, "created_at")]
    soon = [row for row in entered if row["visited"] and row["visited"] <= row["created_at"] + timedelta(days=2)]
    return quotient(len(soon), len(entered))


def there_at_the_end(rows: list[Row]) -> Reckoned:
    """The amount of those created by the last day, and not closed by then."""
    return sum(
        row["amount"]
        for row in rows
        if row["created_at"]
        and row["created_at"] <= PERIOD.last
        and (row["closed_at"] is None or row["closed_at"] > PERIOD.last)
    )


def recent(rows: list[Row]) -> Reckoned:
    """Wins of the last two days, over those of the period."""
    last = Period(PERIOD.last - timedelta(days=1), PERIOD.end)
    return quotient(sum(inside(row, "closed_at", last) for row in won(rows)), len(won(rows)))


def own(numerator: Row, denominator: Row | None = None) -> Kpi:
    """A KPI over opportunities."""
    names = {"en": "Own", "zh": "自定义"}
    sides = {"numerator": {"entity": "opportunities", **numerator}}
    if denominator:
        sides["denominator"] = {"entity": "opportunities", **denominator}
    return kpi_from({"id": "own", "names": names, "meaning": names, "unit": "number", "definitions": [sides]})


WON = {"where": "status = 'won'", "date": "closed_at"}
BY_ACCOUNT = {"aggregate": "count_distinct", "value": "account", **WON}
CASES: dict[str, tuple[Kpi, Callable[[list[Row]], Reckoned]]] = {
    "rate": (
        own(
            {"aggregate": "count", **WON},
            {"aggregate": "count", "where": "status in ('won', 'lost')", "date": "closed_at"},
        ),
        lambda rows: quotient(len(won(rows)), len(won(rows, ("won", "lost")))),
    ),
    "sum": (own({"aggregate": "sum", "value": "amount", **WON}), lambda rows: sum(row["amount"] for row in won(rows))),
    "distinct": (own(BY_ACCOUNT), lambda rows: len({row["account"] for row in won(rows)})),
    "sum over count": (
        own({"aggregate": "sum", "value": "amount", **WON}, {"aggregate": "count", **WON}),
        lambda rows: quotient(sum(row["amount"] for row in won(rows)), len(won(rows))),
    ),
    "sum over distinct": (
        own({"aggregate": "sum", "value": "amount", **WON}, BY_ACCOUNT),
        lambda rows: quotient(sum(row["amount"] for row in won(rows)), len({row["account"] for row in won(rows)})),
    ),
    "distinct over count": (
        own(BY_ACCOUNT, {"aggregate": "count", **WON}),
        lambda rows: quotient(len({row["account"] for row in won(rows)}), len(won(rows))),
    ),
    "mean": (
        own({"aggregate": "mean", "value": "amount", **WON}),
        lambda rows: quotient(sum(row["amount"] for row in won(rows)), len(won(rows))),
    ),
    "median of values": (
        own({"aggregate": "median", "value": "amount", **WON}),
        lambda rows: median([row["amount"] for row in won(rows)]) if won(rows) else None,
    ),
    "largest": (
        own({"aggregate": "max", "value": "amount", **WON}),
        lambda rows: max((row["amount"] for row in won(rows)), default=None),
    ),
    "median of days": (
        own({"aggregate": "median", "value": "days_between(created_at, closed_at)", **WON}),
        sales_cycle,
    ),
    "repeat": (own({"aggregate": "count", "per": "account", "at_least": 2, **WON}, BY_ACCOUNT), repurchase),
    "repeat in different things": (
        own({"aggregate": "count_distinct", "value": "product", "per": "account", "at_least": 2, **WON}, BY_ACCOUNT),
        twice_in_products,
    ),
    "trailing": (own({"aggregate": "count", "trailing_days": 2, **WON}, {"aggregate": "count", **WON}), recent),
}
DATED_ONLY: dict[str, tuple[Kpi, Callable[[list[Row]], Reckoned]]] = {
    "first": (own({"aggregate": "count", "per": "account", "first": True, **WON}), new_customers),
}
CREATED: dict[str, tuple[Kpi, Callable[[list[Row]], Reckoned]]] = {
    "cohort": (
        own(
            {"aggregate": "count", "where": "first_visit_at <= created_at + days(2)", "date": "created_at"},
            {"aggregate": "count", "date": "created_at"},
        ),
        visited,
    ),
    "level": (
        own({"kind": "level", "aggregate": "sum", "value": "amount", "start": "created_at", "end": "closed_at"}),
        there_at_the_end,
    ),
}


@st.composite
def deals(draw: st.DrawFn, open_fields: tuple[str, ...]) -> list[Row]:
    """A few deals around the period; some lack one of the fields."""
    rows = []
    for number in range(draw(st.integers(1, 7))):
        row = {
            "opportunity_id": f"o{number}",
            "account": draw(st.sampled_from("abc")),
            "product": draw(st.sampled_from(["x", "y", None])),
            "created_at": draw(st.sampled_from(DAYS)),
            "closed_at": draw(st.sampled_from(DAYS)),
            "visited": draw(st.sampled_from([None, *DAYS])),
            "status": draw(st.sampled_from(["won", "won", "lost", "open"])),
            "amount": draw(st.integers(1, 9)),
        }
        rows.append(row)
    for number in range(draw(st.integers(0, 3))):
        row = rows[number % len(rows)]
        row[draw(st.sampled_from(open_fields))] = None
    return rows


def ways(rows: list[Row], fields: tuple[str, ...]) -> Iterator[list[Row]]:
    """Every way in which the missing fields could be: each day in and around the period, each outcome.

    A row with neither day nor outcome tells of nothing that came to pass.
    """
    told = [len(fields) == 1 or any(row[field] is not None for field in fields) for row in rows]
    gaps = [(place, field) for place, row in enumerate(rows) for field in fields if told[place] and row[field] is None]
    said = [["won", "lost", "open"] if field == "status" else DAYS for _, field in gaps]
    for filled in itertools.product(*said):
        world = [dict(row) for row in rows]
        for (place, field), value in zip(gaps, filled, strict=True):
            world[place][field] = value
        yield world


def asked(home: Home, kpi: Kpi, rows: list[Row]) -> Consequence | None:
    """What is said of the KPI over these rows."""
    stored = [
        {
            **{key: str(value) if isinstance(value, date) else value for key, value in row.items() if key != "visited"},
            "first_visit_at": None if row["visited"] is None else str(row["visited"]),
        }
        for row in rows
    ]
    everything = {"opportunity_id": "other", "created_at": "2023-01-01", "closed_at": "2023-01-01", "status": "open"}
    found = consequences([kpi], context_of(home, opportunities=[*stored, everything]), PERIOD)
    return found[0] if found else None


def check(
    home: Home, case: tuple[Kpi, Callable[[list[Row]], Reckoned]], rows: list[Row], fields: tuple[str, ...]
) -> None:
    """The range that is said is the range that trying everything gives."""
    kpi, reckon = case
    found = [reckon(world) for world in ways(rows, fields)]
    values = [value for value in found if value is not None]
    said = asked(home, kpi, rows)
    if said is None or said.range is None:
        assert len(set(values)) <= 1 or (said is not None and said.range is None and not values)
        return
    assert said.range.exact
    assert (float(said.range.low or 0), float(said.range.high or 0)) == pytest.approx((min(values), max(values)))
    assert said.range.no_data == (None in found)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@few
@given(rows=deals(("closed_at", "status")))
def test_every_way_of_dating_and_deciding(home: Home, case: Any, rows: list[Row]) -> None:
    """Missing dates and outcomes: the range is exactly what all ways of filling them in come to."""
    check(home, case, rows, ("closed_at", "status"))


@pytest.mark.parametrize("case", DATED_ONLY.values(), ids=DATED_ONLY.keys())
@few
@given(rows=deals(("closed_at",)))
def test_every_way_of_dating(home: Home, case: Any, rows: list[Row]) -> None:
    """Missing dates alone, where only these can be bounded."""
    check(home, case, rows, ("closed_at",))


@pytest.mark.parametrize("case", CREATED.values(), ids=CREATED.keys())
@few
@given(rows=deals(("created_at",)))
def test_every_way_of_entering(home: Home, case: Any, rows: list[Row]) -> None:
    """A date that the filter reads too, and the beginning of a spell."""
    check(home, case, rows, ("created_at",))
