"""The software company's story in numbers, by plain pandas over its files."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

Read = Callable[..., pd.DataFrame]
FIX = pd.Timestamp("2025-07-01")


@pytest.fixture(scope="module")
def trials(read: Read) -> pd.DataFrame:
    """The accounts whose trial started, with its quarter and whether they signed within 30 days."""
    times = ("signed_up_at", "trial_requested_at", "trial_start", "activated_at", "first_follow_up_at", "signed_at")
    frame = read("demo_saas", "signups.csv", *times)
    frame = frame[frame["trial_start"].notna()].copy()
    frame["converted"] = frame["signed_at"] <= frame["trial_start"] + pd.Timedelta(days=30)
    frame["quarter"] = frame["trial_start"].dt.to_period("Q").astype(str)
    return frame


@pytest.fixture(scope="module")
def terms(read: Read) -> pd.DataFrame:
    """The contract terms."""
    return read("demo_saas", "subscriptions.csv", "start_date", "end_date", "renewal_due_date")


def test_trials_stall_before_the_key_action(trials: pd.DataFrame) -> None:
    """Activation is the narrowest step from sign-up to signature, and paid search is where it is worst."""
    before = trials[trials["trial_start"] < FIX]
    activated = before["activated_at"].notna()
    assert activated.mean() == pytest.approx(0.36, abs=0.01)
    assert activated.mean() < before.loc[activated, "signed_at"].notna().mean()
    assert activated.groupby(before["signup_source"]).mean().idxmin() == "Paid search"


def test_trial_conversion_gains_eight_per_cent(trials: pd.DataFrame) -> None:
    """The first three months after the fix convert about 8 % (relatively) better than before it."""
    rate = trials.groupby("quarter")["converted"].mean()
    before = trials.loc[trials["trial_start"] < FIX, "converted"].mean()
    assert before == pytest.approx(0.208, abs=0.005)
    assert rate["2025Q3"] / before == pytest.approx(1.08, abs=0.02)
    assert rate["2025Q3"] / rate["2024Q3"] == pytest.approx(1.08, abs=0.02)
    assert rate["2025Q3"] / rate["2025Q2"] == pytest.approx(1.08, abs=0.02)


def test_renewal_gains_six_per_cent(terms: pd.DataFrame) -> None:
    """Of contracts due in the quarter after the fix, 6 % (relatively) more renew than in the quarters before it."""
    due = terms[terms["renewal_due_date"] < "2026-01-01"]
    rate = due["renewed"].astype(bool).groupby(due["renewal_due_date"].dt.to_period("Q").astype(str)).mean()
    assert rate["2025Q3"] / rate["2025Q2"] == pytest.approx(1.06, abs=0.01)
    assert rate["2025Q3"] / rate["2024Q3"] == pytest.approx(1.06, abs=0.01)
    assert rate[:"2025Q2"].between(0.80, 0.83).all()


def test_sales_stand_a_fifth_over_the_year_before(read: Read) -> None:
    """Payments collected in the quarter after the fix are 20 % over those of the same quarter a year earlier."""
    payments = read("demo_saas", "payments.csv", "paid_at")
    charged = payments[payments["transaction_type"] == "Charge"]
    quarter = charged.groupby(charged["paid_at"].dt.to_period("Q").astype(str))["amount"].sum()
    assert quarter["2025Q3"] / quarter["2024Q3"] == pytest.approx(1.20, abs=0.02)
    assert quarter["2025Q2"] / quarter["2024Q2"] < 1.15


def test_terms_follow_each_other(terms: pd.DataFrame) -> None:
    """A renewed term is followed by the next one on its last day, one that is not renewed by none."""
    ended = terms[terms["end_date"].notna()]
    following = ended.merge(
        terms, left_on=["account_id", "end_date"], right_on=["account_id", "start_date"], how="left"
    )
    assert (following["subscription_id_y"].notna() == following["renewed_x"].astype(bool)).all()
    assert (terms["renewal_due_date"] >= "2026-01-01").equals(terms["end_date"].isna())


def test_signups_agree_with_subscriptions(trials: pd.DataFrame, terms: pd.DataFrame) -> None:
    """Whoever signed has a first term that begins on that day at the first MRR."""
    signed = trials[trials["signed_at"].notna()]
    first = terms.sort_values("start_date").drop_duplicates("account_id").set_index("account_id")
    joined = signed.merge(first.reset_index()[["account_id", "start_date", "mrr"]], on="account_id")
    assert len(joined) == len(signed)
    assert (joined["signed_at"].dt.normalize() == joined["start_date"]).all()
    assert (joined["first_mrr"] == joined["mrr"]).all()


def test_activity_rate_rises(terms: pd.DataFrame, read: Read) -> None:
    """The share of subscribed accounts with a key action in a month's last week rises with the fix, under 100 %."""
    usage = read("demo_saas", "feature_usage.csv", "used_at")
    usage = usage[usage["key_action"]]
    rates = {}
    for month in pd.period_range("2024-01", "2025-12", freq="M"):
        end = month.end_time
        entitled = terms[(terms["start_date"] <= end) & ~(terms["end_date"] <= end)]["account_id"].nunique()
        week = usage[(usage["used_at"] > end - pd.Timedelta(days=7)) & (usage["used_at"] <= end)]
        rates[month] = week["account_id"].nunique() / entitled
    series = pd.Series(rates)
    assert series.max() < 0.7
    assert series["2025-07":].mean() > 1.1 * series[:"2025-06"].mean()


def test_support_answers_sooner(read: Read) -> None:
    """The median time to a first reply falls with the fix."""
    tickets = read("demo_saas", "support_tickets.csv", "opened_at")
    wait = tickets.groupby(tickets["opened_at"] >= FIX)["first_response_time_minutes"].median()
    assert wait[True] < 0.8 * wait[False]


def test_slow_owner_answers_late(trials: pd.DataFrame) -> None:
    """One account executive follows up within a day far less often than the others."""
    prompt = trials["first_follow_up_at"] - trials["signed_up_at"] < pd.Timedelta(hours=24)
    rate = prompt.groupby(trials["owner"]).mean()
    assert rate.idxmin() == "Nina Brandt"
    assert rate["Nina Brandt"] < rate.drop("Nina Brandt").min() - 0.1
