"""The manufacturer's story in numbers, by plain pandas over its files."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

Read = Callable[..., pd.DataFrame]
FIX = pd.Timestamp("2025-01-01")


@pytest.fixture(scope="module")
def leads(read: Read) -> pd.DataFrame:
    """The CRM's leads."""
    return read("demo_b2b", "crm_leads.csv", "Created Date", "Assigned Date", "First Response Time", "First Visit Date")


@pytest.fixture(scope="module")
def deals(read: Read) -> pd.DataFrame:
    """The CRM's opportunities, with whether decided, whether won, and the half-year of closing."""
    times = ("Created Date", "Proposal Date", "Proposal Decision Date", "Decision Maker Reached", "Closed Date")
    frame = read("demo_b2b", "crm_opportunities.csv", *times)
    frame["decided"] = frame["Stage"].isin(["Closed Won", "Closed Lost"])
    frame["won"] = frame["Stage"] == "Closed Won"
    frame["cycle"] = (frame["Closed Date"] - frame["Created Date"]) / pd.Timedelta(days=1)
    closed = frame["Closed Date"]
    frame["half"] = closed.dt.strftime("%Y") + (closed.dt.month > 6).map({True: "H2", False: "H1"})
    return frame


def visited(leads: pd.DataFrame) -> pd.Series:
    """Whether each assigned lead was visited within 30 days."""
    return leads["First Visit Date"] <= leads["Assigned Date"] + pd.Timedelta(days=30)


def test_new_leads_meet_the_target(leads: pd.DataFrame) -> None:
    """There are at least 150 new leads in each of the 30 months."""
    months = leads["Created Date"].dt.to_period("M").value_counts()
    assert len(months) == 30
    assert months.min() >= 150


def test_first_visits_fall_short_then_recover(leads: pd.DataFrame) -> None:
    """The first-visit rate is near 60 % before the fix and over its target of 70 % after it."""
    rate = visited(leads).groupby(leads["Assigned Date"] >= FIX).mean()
    assert rate[False] == pytest.approx(0.60, abs=0.02)
    assert rate[True] == pytest.approx(0.775, abs=0.02)


def test_decision_makers_are_missed_then_reached(deals: pd.DataFrame) -> None:
    """Of deals with a proposal, two in three reach the decision maker before the fix, over 80 % after it."""
    proposed = deals[deals["Proposal Date"].notna()]
    reached = proposed["Decision Maker Reached"].notna()
    year = proposed["Proposal Date"].dt.year
    assert reached[year == 2024].mean() == pytest.approx(0.665, abs=0.04)
    assert reached[year == 2025].mean() >= 0.80


@pytest.mark.parametrize(("later", "earlier"), [("2025H1", "2024H1"), ("2025H1", "2024H2"), ("2025H2", "2024H2")])
def test_win_rate_gains_thirty_per_cent(deals: pd.DataFrame, later: str, earlier: str) -> None:
    """The win rate of each half-year after the fix is about 30 % over those before it."""
    rate = deals[deals["decided"]].groupby("half")["won"].mean()
    assert rate[later] / rate[earlier] == pytest.approx(1.30, abs=0.04)


@pytest.mark.parametrize(("later", "earlier"), [("2025H1", "2024H1"), ("2025H1", "2024H2"), ("2025H2", "2024H2")])
def test_cycle_loses_a_fifth(deals: pd.DataFrame, later: str, earlier: str) -> None:
    """The median signing cycle stands over 90 days before the fix, and 20 % lower in each half-year after it."""
    cycle = deals[deals["won"]].groupby("half")["cycle"].median()
    assert cycle[earlier] > 90 > cycle[later]
    assert cycle[later] / cycle[earlier] == pytest.approx(0.80, abs=0.02)


def test_the_other_steps_are_fine(deals: pd.DataFrame, read: Read) -> None:
    """Proposals pass at 60 % or more and instalments are collected at 95 % or more, in each year."""
    decided = deals[deals["Proposal Status"].isin(["Accepted", "Rejected"]) & deals["Proposal Decision Date"].notna()]
    passed = (decided["Proposal Status"] == "Accepted").groupby(decided["Proposal Decision Date"].dt.year).mean()
    assert passed.between(0.60, 0.80).all()
    cash = read("demo_b2b", "erp_receivables.csv", "Due Date")
    cash = cash[cash["Due Date"] < "2026-01-01"]
    totals = cash.groupby(cash["Due Date"].dt.year)[["Amount Received", "Amount Due"]].sum()
    collected = totals["Amount Received"] / totals["Amount Due"]
    assert collected[[2024, 2025]].between(0.95, 0.99).all()


def test_one_region_drives_the_gap(leads: pd.DataFrame) -> None:
    """Most of the visits missing to the target before the fix are missing in the Southwest."""
    before = leads[leads["Assigned Date"] < FIX]
    visits = visited(before)
    missing = (0.70 - visits).groupby(before["Region"]).sum()
    assert missing.idxmax() == "Southwest"
    assert missing["Southwest"] > 0.6 * missing.sum()


def test_people_have_weak_spots_of_their_own(leads: pd.DataFrame, deals: pd.DataFrame) -> None:
    """Outside the weak region some people miss at one step: visits, decision makers, proposals, answering times."""
    before = leads[(leads["Assigned Date"] < FIX) & (leads["Region"] != "Southwest")]
    assert visited(before).groupby(before["Lead Owner"]).mean().idxmin() == "Sun Bo"
    elsewhere = deals[(deals["Region"] != "Southwest") & (deals["Proposal Date"] < "2024-11-01")]
    assert elsewhere["Decision Maker Reached"].notna().groupby(elsewhere["Owner"]).mean().idxmin() == "Xu Jing"
    decided = deals[deals["Proposal Decision Date"].notna()]
    assert (decided["Proposal Status"] == "Accepted").groupby(decided["Owner"]).mean().idxmin() == "Zhao Qian"
    prompt = leads["First Response Time"] - leads["Created Date"] < pd.Timedelta(hours=24)
    assert prompt.groupby(leads["Lead Owner"]).mean().idxmin() == "He Jun"


def test_winning_hangs_on_the_decision_maker(deals: pd.DataFrame) -> None:
    """Decided deals that had a proposal are won several times as often when the decision maker was reached."""
    decided = deals[deals["decided"] & deals["Proposal Date"].notna()]
    rate = decided["won"].groupby(decided["Decision Maker Reached"].notna()).mean()
    assert rate[True] > 4 * rate[False]


def test_some_deals_are_undecided(deals: pd.DataFrame) -> None:
    """At the end a good many deals are open, old ones that nobody closed among them."""
    still_open = deals[~deals["decided"]]
    assert len(still_open) > 100
    assert (still_open["Created Date"] < "2025-01-01").sum() >= 10


def test_activities_agree_with_the_dates(deals: pd.DataFrame, leads: pd.DataFrame, read: Read) -> None:
    """Every first visit and every decision maker reached has its finished activity at that time."""
    log = read("demo_b2b", "crm_activities.csv", "Activity Date")
    visits = log[(log["Activity Type"] == "Visit") & log["Completed"] & log["Opportunity ID"].isna()]
    held = leads[leads["First Visit Date"].notna()].set_index("Lead ID")["First Visit Date"]
    pd.testing.assert_series_equal(
        visits.set_index("Lead ID")["Activity Date"].sort_index(), held.sort_index(), check_names=False
    )
    makers = log[log["Decision Maker"]].set_index("Opportunity ID")["Activity Date"].sort_index()
    reached = deals[deals["Decision Maker Reached"].notna()].set_index("Opportunity ID")["Decision Maker Reached"]
    pd.testing.assert_series_equal(makers, reached.sort_index(), check_names=False)
