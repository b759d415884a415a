"""Who tries the software, who signs, and who stays? Sign-ups, trials and contract terms of the SaaS story.

A trial that never reaches the product's key action (`activated`) hardly ever signs, and most never reach it: trials
stall there, those from paid search above all. From `FIX` on a guided start gets more of them through, sales follows up
sooner, and customer success renews more. Contracts run three or twelve months and are paid in advance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator

from kpi.demo.names import english_companies
from kpi.demo.seeded import (
    Floats,
    after,
    codes,
    days_of,
    even,
    long_tail,
    money,
    month_of,
    pick,
    quota,
    stream,
    weekday_of,
    where,
    with_gaps,
)

COMPANY = "demo_saas"
START, END = "2024-01-01", "2026-01-01"
FIX = np.datetime64("2025-07-01")
NOW = np.datetime64("2026-01-01T00:00:00")
# Of the draws tried, ones in which trials, contracts and payments alike show the story.
DRAWS = ("signups 86", "accounts 160", "terms 160")

SIGNUPS_A_MONTH, SIGNUP_GROWTH = 80, 0.09  # growth a year
SEASON = np.array([1.06, 1.00, 1.05, 1.02, 1.00, 0.97, 0.94, 0.93, 1.06, 1.05, 1.00, 0.92])
WORKDAYS = np.array([1.15, 1.20, 1.18, 1.15, 1.00, 0.42, 0.40])
SOURCES = {"Organic search": 30, "Paid search": 28, "Referral": 16, "Partner": 14, "Events": 12}
WEAK_SOURCE = "Paid search"
REGIONS = {"North America": 46, "Europe": 34, "Asia Pacific": 20}
INDUSTRIES = {"Professional services": 30, "Construction": 22, "Healthcare": 18, "Retail": 16, "Media": 14}
PLANS = {"Starter": (46, 9.0, 5.0), "Team": (38, 15.0, 12.0), "Business": (16, 24.0, 26.0)}  # share, a seat, seats
TERMS = {"Quarterly": (3, 0.85), "Annual": (12, 0.15)}  # months, share

ACTIVATED = {True: (0.235, 0.335), False: (0.408, 0.416)}  # of trials from the weak source, from others: before, after
SIGNED = (0.03, 0.52)  # of trials not activated, activated
RENEWED = {"Starter": 0.745, "Team": 0.83, "Business": 0.90}
RENEWED_LIFT = 1.06  # the fix's effect
BASE_CUSTOMERS = 190  # signed before the first day
BASE_PLANS = (38, 40, 22)  # the larger ones have stayed
BASE_ANNUAL = 0.38  # and so have those with yearly contracts

OWNERS = ["Ava Moreno", "Ben Carter", "Chloe Dubois", "Daniel Kim", "Nina Brandt", "Omar Haddad"]
SLOW_OWNER = "Nina Brandt"  # follows up late, and signs less
SUCCESS = ["Grace Liu", "Hugo Silva", "Isla Novak"]


@dataclass(frozen=True)
class Book:
    """Everybody who signed up, and every contract term of those who signed."""

    signups: pd.DataFrame
    accounts: pd.DataFrame  # customers only, those from before the first day included
    terms: pd.DataFrame


def simulate() -> Book:
    """Run the company from the first sign-up to the last renewal."""
    signups = _signups(stream(COMPANY, DRAWS[0]))
    accounts = _accounts(stream(COMPANY, DRAWS[1]), signups)
    return Book(signups, accounts, _terms(stream(COMPANY, DRAWS[2]), accounts))


def _signups(rng: Generator) -> pd.DataFrame:
    days = days_of(START, END)
    expected = SIGNUPS_A_MONTH * 12 / 365.25 * SEASON[month_of(days) - 1] * WORKDAYS[weekday_of(days)]
    expected = expected * (1 + SIGNUP_GROWTH) ** (np.arange(len(days)) / 365)
    counts = np.diff(np.floor(np.concatenate([[0.0], np.cumsum(expected)]) + rng.random())).astype(np.int64)
    day = np.repeat(days, counts)
    size = len(day)
    signed_up_at = np.sort(
        day.astype("datetime64[s]") + rng.integers(6 * 3600, 23 * 3600, size).astype("timedelta64[s]")
    )
    source = pick(rng, list(SOURCES), list(SOURCES.values()), size, block=50)
    owner = pick(rng, OWNERS, [1.0] * len(OWNERS), size, block=30)
    asked = quota(rng, np.where(source == WEAK_SOURCE, 0.74, 0.83))
    asked_at = after(signed_up_at, 0.01 + 1.6 * even(rng, size) ** 3)
    started = asked & quota(rng, np.full(size, 0.95))
    started_at = after(asked_at, 0.005 + 0.4 * even(rng, size) ** 2)
    fixed = (started_at >= FIX).astype(np.int64)
    weak = source == WEAK_SOURCE
    chance = np.where(weak, np.array(ACTIVATED[True])[fixed], np.array(ACTIVATED[False])[fixed])
    activated = _among(rng, started, chance)
    activated_at = after(started_at, 0.05 + 8.5 * even(rng, size) ** 2)
    slow = owner == SLOW_OWNER
    prompt = quota(rng, np.where(slow, 0.60, np.where(fixed == 1, 0.93, 0.87)))
    first_follow_up_at = after(
        signed_up_at, np.where(prompt, 0.03 + 0.9 * even(rng, size) ** 1.5, 1.1 + 3 * even(rng, size))
    )
    signs = np.where(activated, SIGNED[1], SIGNED[0]) * np.where(slow, 0.75, 1.05)
    signed = _among(rng, started, signs)
    signed_at = after(started_at, 9.5 + 18.0 * even(rng, size))
    followed = signed | quota(rng, np.where(started, 0.96, 0.80))
    return pd.DataFrame(
        {
            "account": codes("AC-", size, 5, 1001),
            "name": english_companies(rng, size),
            "signed_up_at": signed_up_at,
            "source": source,
            "region": with_gaps(rng, pick(rng, list(REGIONS), list(REGIONS.values()), size), 0.02),
            "industry": with_gaps(rng, pick(rng, list(INDUSTRIES), list(INDUSTRIES.values()), size), 0.05),
            "owner": owner,
            "trial_requested_at": where(asked, asked_at),
            "trial_started_at": where(started, started_at),
            "activated_at": where(activated, activated_at),
            "first_follow_up_at": where(followed, first_follow_up_at),
            "follow_ups": np.where(followed, 1 + rng.poisson(np.where(started, 1.8, 0.5)), 0),
            "consultations": rng.poisson(np.where(signed, 2.4, np.where(started, 0.8, 0.2))),
            "signed_at": where(signed, signed_at),
        }
    )


def _among(rng: Generator, among: np.ndarray, chance: Floats) -> np.ndarray:
    """A quota among some rows; sums are evened out over the rows that are in it."""
    happens = np.zeros(len(among), dtype=bool)
    places = np.flatnonzero(among)
    happens[places] = quota(rng, chance[places], block=30)
    return happens


def _accounts(rng: Generator, signups: pd.DataFrame) -> pd.DataFrame:
    """Customers with their first contract: those from before the first day, then those who signed since."""
    new = signups[signups["signed_at"] < NOW].sort_values("signed_at", kind="stable")
    base = pd.DataFrame(
        {
            "account": codes("AC-", BASE_CUSTOMERS, 5, 101),
            "name": english_companies(rng, BASE_CUSTOMERS),
            "source": pick(rng, list(SOURCES), list(SOURCES.values()), BASE_CUSTOMERS),
            "region": pick(rng, list(REGIONS), list(REGIONS.values()), BASE_CUSTOMERS),
            "industry": pick(rng, list(INDUSTRIES), list(INDUSTRIES.values()), BASE_CUSTOMERS),
            "owner": pick(rng, OWNERS, [1.0] * len(OWNERS), BASE_CUSTOMERS),
        }
    )
    shared = ["account", "name", "source", "region", "industry", "owner", "signed_at", "signed_up_at"]
    frame = pd.concat([base, new[shared]], ignore_index=True)
    size = len(frame)
    lengths = [months for months, _ in TERMS.values()]
    added = size - BASE_CUSTOMERS
    months = np.concatenate(
        [
            pick(rng, lengths, [1 - BASE_ANNUAL, BASE_ANNUAL], BASE_CUSTOMERS, block=20),
            pick(rng, lengths, [share for _, share in TERMS.values()], added, block=20),
        ]
    ).astype(np.int64)
    plan = np.concatenate(
        [
            pick(rng, list(PLANS), BASE_PLANS, BASE_CUSTOMERS, block=20),
            pick(rng, list(PLANS), [plan[0] for plan in PLANS.values()], added, block=20),
        ]
    )
    usual = np.array([PLANS[str(name)][2] for name in plan])
    seats = np.clip(np.round(long_tail(rng, size, usual, 0.55, block=20)), 2, 150).astype(np.int64)
    ago = even(rng, size) * months * 30.4  # the running term of a customer from before began so many days earlier
    earlier = after(np.full(size, np.datetime64(START, "s")), -np.ceil(ago))
    frame["signed_at"] = frame["signed_at"].where(frame["signed_at"].notna(), earlier)
    frame["created_at"] = frame["signed_up_at"].where(frame["signed_up_at"].notna(), after(earlier, -20.0))
    frame["plan"], frame["seats"], frame["months"] = plan, seats, months
    frame["success"] = pick(rng, SUCCESS, [1.0] * len(SUCCESS), size)
    return frame


def _terms(rng: Generator, accounts: pd.DataFrame) -> pd.DataFrame:
    """One row per contract term. Terms come due month by month; a running sum of the chances decides who renews."""
    waiting = [
        (signed_at.normalize(), place, int(seats), 1)
        for place, (signed_at, seats) in enumerate(zip(accounts["signed_at"], accounts["seats"], strict=True))
    ]
    plan, months = accounts["plan"].to_list(), accounts["months"].to_list()
    rows: list[dict[str, object]] = []
    total = float(rng.random())
    for month in np.arange(np.datetime64("2024-01"), np.datetime64("2026-02")):
        horizon = pd.Timestamp(month + np.timedelta64(1, "M"))
        due_now: list[tuple[pd.Timestamp, int, int, int]] = []
        later: list[tuple[pd.Timestamp, int, int, int]] = []
        for term in waiting:
            is_due = term[0] + pd.DateOffset(months=months[term[1]]) < horizon
            (due_now if is_due and horizon <= pd.Timestamp(END) else later).append(term)
        waiting = later
        for number in rng.permutation(len(due_now)):
            start, place, seats, turn = due_now[number]
            due = start + pd.DateOffset(months=months[place])
            chance = RENEWED[plan[place]] * (RENEWED_LIFT if due >= pd.Timestamp(FIX) else 1.0)
            renews = np.floor(total + chance) > np.floor(total)
            total += chance
            early = pd.Timedelta(days=int(rng.integers(1, 12)))
            rows.append(_term(start, place, seats, turn, due) | {"renews": bool(renews), "told": due - early})
            if renews:
                waiting.append((due, place, _next_seats(rng, seats), turn + 1))
    rows += [
        _term(start, place, seats, turn, start + pd.DateOffset(months=months[place]))
        for start, place, seats, turn in waiting
    ]
    frame = pd.DataFrame(rows).sort_values(["start", "place"], kind="stable").reset_index(drop=True)
    chosen = accounts.iloc[frame["place"].to_numpy()].reset_index(drop=True)
    for column in ("account", "plan", "months", "region", "owner", "success"):
        frame[column] = chosen[column]
    price = np.array([PLANS[name][1] for name in frame["plan"]])
    frame["mrr"] = money(price * frame["seats"].to_numpy() * np.where(frame["months"] == 12, 0.9, 1.0))
    return frame


def _term(start: pd.Timestamp, place: int, seats: int, turn: int, due: pd.Timestamp) -> dict[str, object]:
    return {"start": start, "place": place, "seats": seats, "turn": turn, "due": due, "renews": None, "told": pd.NaT}


def _next_seats(rng: Generator, seats: int) -> int:
    luck = rng.random()
    if luck < 0.12:
        return int(np.ceil(seats * (1.05 + 0.25 * rng.random())))
    return max(2, int(seats * 0.85)) if luck > 0.90 else seats
