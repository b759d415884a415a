"""What became of each lead and deal? The heart of the B2B story, as plain columns; exports are cut from it elsewhere.

A lead is answered, visited (or not), and becomes a deal (or not). A deal's need is confirmed, a proposal is handed in,
the decision maker is reached (or not), the proposal is decided, a quote follows, and the deal is won, lost or still
open when the export is made. Winning hangs on the decision maker; getting to a proposal hangs on the first visit.
From `FIX` on visits and reach are better done, and what is left of a deal takes less time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator

from kpi.demo.b2b.team import COMPANY, END, FIX, REPS, START, skill
from kpi.demo.names import chinese_companies, chinese_people
from kpi.demo.seeded import (
    Flags,
    Floats,
    Ints,
    Times,
    after,
    codes,
    days_between,
    days_of,
    even,
    in_office_hours,
    long_tail,
    money,
    month_of,
    normal,
    pick,
    quota,
    stream,
    weekday_of,
    where,
    with_gaps,
)

DEALS = "deals 144"  # of the draws tried, one in which half-years and years alike show the story

LEADS_A_MONTH = 176
SEASON = np.array([0.94, 0.90, 1.10, 1.04, 1.00, 1.03, 0.96, 0.97, 1.08, 0.98, 1.04, 0.98])
WORKDAYS = np.array([1.10, 1.12, 1.06, 1.04, 0.96, 0.16, 0.10])

SOURCES = {"Website": 30, "Trade fair": 22, "Referral": 14, "Search ads": 20, "Distributor": 14}
INDUSTRIES = {
    "Automotive": 26,
    "Electronics": 22,
    "Chemicals": 16,
    "Packaging": 14,
    "Energy": 12,
    "Food processing": 10,
}
PRODUCTS = [  # product, name, series, price, share
    ("HY-CNC-500", "五轴加工中心 HY-500", "Machining", 680_000, 14),
    ("HY-CNC-300", "立式加工中心 HY-300", "Machining", 360_000, 22),
    ("HY-ROB-20", "搬运机器人 R20", "Robotics", 210_000, 20),
    ("HY-ROB-80", "焊接机器人 R80", "Robotics", 420_000, 12),
    ("HY-LAS-12", "光纤激光切割机 L12", "Laser", 540_000, 12),
    ("HY-LAS-06", "激光打标机 L06", "Laser", 120_000, 10),
    ("HY-AGV-10", "智能物流车 A10", "Logistics", 160_000, 10),
]

DEAL_FROM_LEAD = (
    (0.14, 0.12),
    (0.355, 0.315),
)  # not visited, visited; before, after (better screening: fewer, better deals)
PROPOSAL_FROM_DEAL = (0.66, 0.88)  # not visited, visited
WIN_FROM_ACCEPTED = (0.09, 0.87)  # decision maker not reached, reached
RESCUED = 0.72  # share of unreached open deals that the fix's first weeks reach after all
CYCLE_MEDIAN, CYCLE_SIGMA = 107.0, 0.36  # days from deal to signature, before
TEMPO = 0.80  # days that a day's work takes after the fix
CATCH_UP = 0.57  # the same for deals that were open when the fix came


@dataclass(frozen=True)
class Pipeline:
    """All leads and deals in full, also what lies after the export's last day; `None`/NaT means it never happens."""

    leads: pd.DataFrame
    deals: pd.DataFrame


def simulate() -> Pipeline:
    """Run the company from the first lead to the last day, deal by deal."""
    leads = _leads(stream(COMPANY, "leads"))
    return Pipeline(leads, _deals(stream(COMPANY, DEALS), leads))


def _leads(rng: Generator) -> pd.DataFrame:
    days = days_of(START, END)
    growth = 1 + 0.04 * np.arange(len(days)) / len(days)
    weight = WORKDAYS[weekday_of(days)] * growth
    months = days.astype("datetime64[M]")
    created: list[Times] = []
    for month in np.unique(months):
        here = months == month
        size = round(LEADS_A_MONTH * SEASON[int(month_of(np.array([month]))[0]) - 1] * (1 + 0.05 * rng.random()))
        chosen = rng.choice(days[here], size=size, p=weight[here] / weight[here].sum())
        created.append(
            np.sort(chosen.astype("datetime64[s]") + rng.integers(7 * 60, 21 * 60, size).astype("timedelta64[m]"))
        )
    created_at = np.sort(np.concatenate(created))
    size = len(created_at)
    rep = pick(rng, range(len(REPS)), [r.share for r in REPS], size).astype(np.int64)
    assigned_at = after(created_at, long_tail(rng, size, 0.06, 0.9))
    fixed = assigned_at >= FIX
    visited = quota(rng, skill([r.visit for r in REPS], rep, fixed))
    wait = np.where(fixed, 0.6 + 4.5 * even(rng, size) ** 1.3, 1.0 + 10.0 * even(rng, size) ** 1.3)  # days
    visit_at = in_office_hours(rng, after(assigned_at, wait))
    prompt = quota(rng, skill([(r.prompt, r.prompt) for r in REPS], rep, fixed))
    answer_days = np.where(prompt, 0.02 + 0.85 * even(rng, size) ** 1.8, 1.05 + 2.5 * even(rng, size))
    answered = rng.random(size) > 0.015
    chance = np.array(DEAL_FROM_LEAD)[visited.astype(np.int64), fixed.astype(np.int64)]
    converted = quota(rng, chance)
    met_at = np.where(visited, visit_at, after(assigned_at, 3.0 + 6.0 * even(rng, size)))
    converted_at = in_office_hours(rng, after(met_at, 2.0 + 10.0 * even(rng, size)))
    return pd.DataFrame(
        {
            "lead_id": codes("L-", size),
            "created_at": created_at,
            "company": chinese_companies(rng, size),
            "contact": with_gaps(rng, chinese_people(rng, size), 0.03),
            "phone": with_gaps(rng, _phones(rng, size), 0.07),
            "source": pick(rng, list(SOURCES), list(SOURCES.values()), size),
            "industry": with_gaps(rng, pick(rng, list(INDUSTRIES), list(INDUSTRIES.values()), size), 0.04),
            "rep": rep,
            "owner": np.array([r.person for r in REPS], dtype=object)[rep],
            "region": np.array([r.region for r in REPS], dtype=object)[rep],
            "assigned_at": assigned_at,
            "first_response_at": where(answered | visited | converted, after(assigned_at, answer_days)),
            "visited": visited,
            "first_visit_at": where(visited, visit_at),
            "follow_ups": np.where(answered, 1, 0) + visited * 1 + rng.poisson(np.where(converted, 2.6, 0.9)),
            "need_score": np.clip(np.round(61 + 9 * visited + 4 * fixed + 10 * normal(rng, size)), 5, 100),
            "converted_at": where(converted, converted_at),
        }
    )


def _phones(rng: Generator, size: int) -> np.ndarray:
    return np.array([f"139-0000-{number:04d}" for number in rng.integers(0, 10_000, size)], dtype=object)


def _deals(rng: Generator, leads: pd.DataFrame) -> pd.DataFrame:
    origin = leads[leads["converted_at"].notna()].sort_values("converted_at", kind="stable").reset_index(drop=True)
    size = len(origin)
    rep, visited = origin["rep"].to_numpy(), origin["visited"].to_numpy()
    created_at = origin["converted_at"].to_numpy().astype("datetime64[s]")
    work = long_tail(rng, size, CYCLE_MEDIAN, CYCLE_SIGMA)
    has_proposal = quota(rng, np.where(visited, PROPOSAL_FROM_DEAL[1], PROPOSAL_FROM_DEAL[0]))

    def at(share: Floats | float) -> Times:
        return in_office_hours(rng, _moment(created_at, work * share))

    need_at, proposal_at = at(0.10 + 0.08 * even(rng, size)), at(0.24 + 0.08 * even(rng, size))
    lag = np.where(proposal_at >= FIX, 0.8, 1.5) + np.where(proposal_at >= FIX, 3.2, 7.0) * even(rng, size)
    reach_at = in_office_hours(rng, after(proposal_at, lag))
    decided_at, quoted_at = at(0.50 + 0.06 * even(rng, size)), at(0.60 + 0.08 * even(rng, size))
    end_at = at(1.0)
    reached = has_proposal & quota(rng, skill([r.reach for r in REPS], rep, reach_at >= FIX))
    rescue_at = in_office_hours(rng, FIX.astype("datetime64[s]") + (4 + 20 * even(rng, size)).astype("timedelta64[D]"))
    rescued = has_proposal & ~reached & (proposal_at < FIX) & (reach_at < FIX) & (end_at > after(rescue_at, 5.0))
    rescued &= quota(rng, np.where(rescued, RESCUED, 0.0))
    accepted = has_proposal & quota(rng, np.array([r.proposal for r in REPS])[rep])
    chance = np.array(WIN_FROM_ACCEPTED)[(reached | rescued).astype(np.int64)]
    won = _winners(rng, accepted, end_at, work, chance)
    early = at(0.30 + 0.45 * even(rng, size))  # where there is no proposal, the end comes sooner
    refused_at = after(decided_at, 3.0 + 20.0 * even(rng, size))
    closed_at = np.where(won | accepted, end_at, np.where(has_proposal, in_office_hours(rng, refused_at), early))
    asleep = ~won & (rng.random(size) < 0.05)  # nobody ever closes these
    product = pick(rng, range(len(PRODUCTS)), [p[4] for p in PRODUCTS], size).astype(np.int64)
    price = np.array([p[3] for p in PRODUCTS], dtype=np.float64)[product]
    return pd.DataFrame(
        {
            "opportunity_id": codes("OP-", size),
            "lead_id": origin["lead_id"],
            "company": origin["company"],
            "owner": origin["owner"],
            "rep": rep,
            "region": origin["region"],
            "industry": origin["industry"],
            "source": origin["source"],
            "contact": origin["contact"],
            "product": np.array([p[0] for p in PRODUCTS], dtype=object)[product],
            "created_at": created_at,
            "first_visit_at": origin["first_visit_at"],
            "need_confirmed_at": where(need_at < closed_at, need_at),
            "need_score": np.clip(origin["need_score"].to_numpy() + np.round(4 * normal(rng, size)) + 3, 5, 100),
            "proposal_at": where(has_proposal, proposal_at),
            "decision_maker_at": np.where(rescued, rescue_at, where(reached, reach_at)),
            "proposal_decided_at": where(has_proposal, decided_at),
            "accepted": accepted,
            "quoted_at": where(accepted, quoted_at),
            "closed_at": where(~asleep, closed_at),
            "won": won,
            "expected_close_at": after(created_at, 100.0 + 25.0 * even(rng, size)).astype("datetime64[D]"),
            "amount": money(price * long_tail(rng, size, 1.0, 0.55, block=12), 100.0),
        }
    )


def _moment(created_at: Times, work: Floats) -> Times:
    """When is that much work done (in days at the old pace)? From the fix on, the rest takes less."""
    before = np.clip(days_between(created_at, np.broadcast_to(FIX, created_at.shape)), 0, None)
    rest = np.clip(work - before, 0, None) * np.where(before > 0, CATCH_UP, TEMPO)
    return after(created_at, np.minimum(work, before) + rest)


def _winners(rng: Generator, accepted: Flags, end_at: Times, work: Floats, chance: Floats) -> Flags:
    """Which accepted deals are won? Evened out over quarters, and in each over quick and slow deals alike."""
    places: Ints = np.flatnonzero(accepted)
    months = end_at[places].astype("datetime64[M]").astype(np.int64)
    order = places[np.lexsort((work[places], months // 3))]
    won = np.zeros(len(accepted), dtype=bool)
    won[order] = quota(rng, chance[order], block=1)
    return won
