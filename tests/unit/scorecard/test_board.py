"""The scorecard of the hand-made companies, figure by figure."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.evaluate import Access, Context, Status, evaluate, open_context
from kpi.evaluate.breakdowns import kpi_breakdowns
from kpi.period import Period
from kpi.scorecard import Board, could_be_chance, newly_off, read_board, read_grid, span_of
from kpi.scorecard.board import owners_in
from kpi.semantic.definitions import save_settings
from kpi.semantic.kpi import Layer, Target
from kpi.workspace import Home
from tests.hand_made import b2b_company, b2c_company

JUNE = Period(date(2024, 6, 1), date(2024, 7, 1))


@pytest.fixture
def context(home: Home) -> Context:
    """The B2B company as of its last day."""
    return open_context(home, b2b_company(home), access=Access.everything())


def board_of(context: Context, scene: str = "b2b", owner: str | None = None) -> Board:
    """June's scorecard."""
    return read_board(scene, span_of(JUNE, context.now), context, lambda query: evaluate(query, context), owner=owner)


def test_value_target_gap_change_and_trend(context: Context) -> None:
    """20 of 40 leads visited in June: 50 %, 20 points under target, 30 points down, and three months of trend."""
    board = board_of(context)
    line = next(line for line in board.lines if line.kpi.id == "first_visit_rate")
    found = line.standing
    assert (found.value, found.numerator, found.denominator) == (0.5, 20, 40)
    assert found.status is Status.OFF_TARGET
    assert found.gap == pytest.approx(-0.2)
    assert line.change == pytest.approx(-0.3)
    assert [point.value for point in line.trend] == [0.8, 0.8, 0.5]


def test_the_largest_miss_comes_first(context: Context) -> None:
    """40 of 150 leads is the larger miss than 50 % of 70 %; KPIs without a target come after those with one."""
    board = board_of(context)
    assert [line.kpi.id for line in board.worst_first][:2] == ["new_leads", "first_visit_rate"]
    assert board.worst_first[-1].standing.status in (Status.NO_TARGET, Status.NO_DATA)


def test_a_kpi_that_fell_off_target_with_the_last_load_is_news(home: Home, context: Context) -> None:
    """May was on target by the data before; too few leads were so already and are no news."""
    before = open_context(home, context.workspace, access=Access.everything(), version=1)
    fresh = newly_off(board_of(context), before, lambda query: evaluate(query, before))
    assert [item.line.kpi.id for item in fresh] == ["first_visit_rate"]
    assert fresh[0].before.value == 0.8
    assert fresh[0].period == Period(date(2024, 5, 1), date(2024, 6, 1))


def test_dark_kpis_say_what_is_missing(context: Context) -> None:
    """A KPI whose fields are not loaded is not a line; it is listed with the field."""
    board = board_of(context)
    dark = {item.kpi.id: item.missing for item in board.dark}
    assert "collection_rate" in dark
    assert dark["collection_rate"][0].entity == "receivables"


def test_an_owners_scorecard_holds_their_kpis(home: Home, context: Context) -> None:
    """Owners are those that settings name; the board of one holds nobody else's KPIs."""
    save_settings(home, context.workspace, "win_rate", target=Target(value=0.3), owner="Anna", layer=Layer.OUTCOME)
    again = open_context(home, context.workspace, access=Access.everything())
    assert owners_in("b2b", again) == ("Anna",)
    assert [line.kpi.id for line in board_of(again, owner="Anna").lines] == ["win_rate"]


def test_a_small_share_could_be_chance() -> None:
    """7 of 10 does not tell from 80 %; 500 of 1,000 does."""
    assert could_be_chance(7, 10, 0.8)
    assert not could_be_chance(500, 1000, 0.8)


def test_channels_are_held_against_the_target_of_a_rate(home: Home) -> None:
    """10 of 100 order in Shop, 2 of 100 in Live: one reaches 3.5 %, one does not. Visitor counts have no target."""
    context = open_context(home, b2c_company(home), access=Access.everything())
    grid = read_grid(board_of(context, "b2c"), "channel", context, lambda query: evaluate(query, context))
    shop, live, visitors = (
        grid.cell("order_rate", "Shop"),
        grid.cell("order_rate", "Live"),
        grid.cell("visitors", "Shop"),
    )
    assert shop is not None
    assert live is not None
    assert visitors is not None
    assert (shop.value, shop.status) == (0.1, Status.ON_TARGET)
    assert (live.value, live.status) == (0.02, Status.OFF_TARGET)
    assert (visitors.value, visitors.status) == (100, Status.NO_TARGET)


def test_breakdowns_are_groups_not_names_of_rows(context: Context) -> None:
    """Regions, owners and their teams; never the lead's own number or the company's name."""
    names = [item.name for item in kpi_breakdowns(context.definitions.kpi("first_visit_rate"), context)]
    assert {"region", "owner", "people.team"} <= set(names)
    assert not {"lead_id", "company", "_file"} & set(names)


def test_a_young_cohort_is_marked(context: Context) -> None:
    """A 30-day window is open for leads of June on 30 June, and closed for those of May."""
    board = board_of(context)
    line = next(line for line in board.lines if line.kpi.id == "first_visit_rate")
    assert line.young
    assert [point.partial for point in line.trend] == [False, False, True]
    assert not next(line for line in board.lines if line.kpi.id == "new_leads").young
