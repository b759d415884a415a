"""What else do the software company's systems write down? Use of the product, tickets, talks, surveys, payments."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kpi.demo.saas.customers import COMPANY, END, FIX, NOW, START
from kpi.demo.seeded import after, codes, days_of, even, long_tail, normal, pick, quota, stream, where

FEATURES = {"schedule": 30, "timesheet": 26, "invoice": 16, "report": 12, "login": 5, "settings": 2}
KEY_FEATURES = ("schedule", "timesheet", "invoice", "auto_plan", "templates")
NEW_FEATURES = [  # feature, from, until (then it is new no more), share of use
    ("templates", "2024-04-08", "2024-10-01", 0.07),
    ("auto_plan", "2025-07-14", "2026-01-01", 0.12),
]
ACTIVE = (0.50, 0.58)  # chance that a customer uses the product in a week: before, after the fix
SUPPORT = ["Jonas Weber", "Keiko Sato", "Lara Costa"]


def usage(terms: pd.DataFrame) -> pd.DataFrame:
    """One row per customer and week of use; each customer has a weekday of their own, so any seven days hold one."""
    rng = stream(COMPANY, "usage")
    weekday = dict(zip(terms["account"].unique(), rng.integers(0, 5, terms["account"].nunique()), strict=True))
    mondays = days_of(START, END)[::7]
    begins, ends = terms["start"].to_numpy(), terms["due"].to_numpy()
    habit = terms["account"].map(weekday).to_numpy()
    parts = []
    for monday in mondays:
        day = monday + habit.astype("timedelta64[D]")
        entitled = (begins <= day) & (day < ends)
        chance = np.where(entitled, ACTIVE[int(monday >= FIX)], 0.0)
        active = quota(rng, chance)
        chosen = terms.loc[active, ["account", "subscription_id", "seats"]]
        parts.append(chosen.assign(day=day[active]))
    frame = pd.concat(parts, ignore_index=True)
    size = len(frame)
    at = frame["day"].to_numpy().astype("datetime64[s]") + rng.integers(7 * 3600, 20 * 3600, size).astype(
        "timedelta64[s]"
    )
    feature = pick(rng, list(FEATURES), list(FEATURES.values()), size)
    is_new = np.zeros(size, dtype=bool)
    for name, first, last, share in NEW_FEATURES:
        released = at >= np.datetime64(first)
        used = released & (rng.random(size) < share)
        feature[used] = name
        is_new |= used & (at < np.datetime64(last))
    count = 1 + rng.poisson(frame["seats"].to_numpy() * 0.7)
    frame = pd.DataFrame(
        {
            "account_id": frame["account"],
            "subscription_id": frame["subscription_id"],
            "used_at": at,
            "feature": feature,
            "key_action": np.isin(feature, KEY_FEATURES),
            "new_feature": is_new,
            "usage_count": count,
            "usage_duration_secs": np.round(count * long_tail(rng, size, 210.0, 0.6)).astype(np.int64),
        }
    )
    frame = frame[frame["used_at"] < NOW].sort_values(["used_at", "account_id"], kind="stable").reset_index(drop=True)
    frame.insert(0, "usage_id", codes("U-", len(frame), 6))
    return frame


def tickets(terms: pd.DataFrame) -> pd.DataFrame:
    """Support tickets of running contracts; answered and solved faster once the fix is in."""
    rng = stream(COMPANY, "tickets")
    size = 820
    begins = np.maximum(terms["start"].to_numpy(), np.datetime64(START))
    length = np.clip((np.minimum(terms["due"].to_numpy(), NOW) - begins) / np.timedelta64(1, "s"), 0, None)
    chosen = terms.iloc[rng.choice(len(terms), size, p=length / length.sum())].reset_index(drop=True)
    first = np.maximum(chosen["start"].to_numpy(), np.datetime64(START))
    span = (np.minimum(chosen["due"].to_numpy(), NOW) - first) / np.timedelta64(1, "D")
    opened_at = np.sort(after(first, span * rng.random(size)))
    fixed = opened_at >= FIX
    kind = pick(rng, ["Question", "Bug", "Feature request"], [52, 31, 17], size)
    wait = long_tail(rng, size, 3.4, 0.9) * np.where(fixed, 0.6, 1.0)  # hours
    solve = long_tail(rng, size, 20.0, 0.9) * np.where(kind == "Bug", 6.0, 1.0) * np.where(fixed, 0.75, 1.0)
    reply_at, closed_at = after(opened_at, wait / 24), after(opened_at, (wait + solve) / 24)
    is_closed = (closed_at < NOW) & ~((kind == "Feature request") & (rng.random(size) < 0.3))
    score = np.clip(np.round(4.1 + 0.25 * fixed + 0.8 * normal(rng, size)), 1, 5)
    scored = is_closed & (rng.random(size) < 0.45)
    return pd.DataFrame(
        {
            "ticket_id": codes("T-", size, 5),
            "account_id": chosen["account"],
            "assignee": pick(rng, SUPPORT, [1.0] * len(SUPPORT), size),
            "ticket_type": kind,
            "priority": pick(rng, ["Low", "Normal", "High", "Urgent"], [22, 50, 21, 7], size),
            "opened_at": opened_at,
            "first_reply_at": where(reply_at < NOW, reply_at),
            "closed_at": where(is_closed, closed_at),
            "first_response_time_minutes": np.where(reply_at < NOW, np.round(wait * 60), np.nan),
            "resolution_time_hours": np.where(is_closed, np.round(wait + solve, 1), np.nan),
            "csat_score": pd.array(np.where(scored, score, np.nan), dtype="Int64"),
        }
    )


def activities(accounts: pd.DataFrame) -> pd.DataFrame:
    """The customers' talks as the CRM logs them: before they sign, a month after, and now and then since."""
    rng = stream(COMPANY, "activities")
    new = accounts[accounts["signed_up_at"].notna()]
    size = len(new)
    total = len(accounts)
    signed = accounts["signed_at"].to_numpy()
    since = np.maximum(signed, np.datetime64(START))
    days_left = np.clip((NOW - since) / np.timedelta64(1, "D"), 0, None)
    parts = [
        _part(new, after(new["signed_up_at"].to_numpy(), 0.1 + 3 * even(rng, size)), "Follow up", "owner"),
        _part(new, after(new["signed_at"].to_numpy(), -5.0 + 4 * even(rng, size)), "Follow up", "owner"),
        _part(new, after(new["signed_at"].to_numpy(), -9.0 + 3 * even(rng, size)), "Consultation", "owner"),
        _part(accounts, after(signed, 10.0 + 30 * even(rng, total)), "Check-in", "success"),
        _part(accounts, after(since, days_left * even(rng, total)), "Check-in", "success"),
    ]
    frame = pd.concat(parts, ignore_index=True)
    held = (frame["activity_date"] >= np.datetime64(START)) & (frame["activity_date"] < NOW)
    frame = frame[held].sort_values(["activity_date", "account_id"], kind="stable").reset_index(drop=True)
    size = len(frame)
    frame.insert(0, "activity_id", codes("ACT-", size, 5))
    frame.insert(1, "activity_type", pick(rng, ["Call", "Email", "Online meeting", "Demo"], [38, 34, 18, 10], size))
    frame["automated"] = (frame["activity_type"] == "Email").to_numpy() & (rng.random(size) < 0.35)
    return frame


def _part(rows: pd.DataFrame, at: np.ndarray, purpose: str, owner: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "activity_date": at,
            "account_id": rows["account"].to_numpy(),
            "purpose": purpose,
            "completed": True,
            "owner": rows[owner].to_numpy(),
        }
    )


def surveys(terms: pd.DataFrame) -> pd.DataFrame:
    """Each quarter a third of the customers are asked: satisfaction (1–5), or whether they would recommend (0–10)."""
    rng = stream(COMPANY, "surveys")
    parts = []
    for quarter in np.arange(np.datetime64("2024-03"), np.datetime64("2026-01"), np.timedelta64(3, "M")):
        day = quarter.astype("datetime64[D]") + np.timedelta64(9, "D")
        there = terms[(terms["start"] <= day) & (day < terms["due"])]
        asked = there[rng.random(len(there)) < 0.33]
        size = len(asked)
        sent_at = after(np.full(size, day), 0.4 + 3 * even(rng, size))
        kind = pick(rng, ["CSAT", "NPS"], [60, 40], size)
        lift = 0.25 if day >= FIX else 0.0
        satisfied = np.clip(np.round(4.0 + lift + 0.8 * normal(rng, size)), 1, 5)
        promoted = np.clip(np.round(7.6 + 2 * lift + 1.9 * normal(rng, size)), 0, 10)
        answered = rng.random(size) < 0.58
        parts.append(
            pd.DataFrame(
                {
                    "account_id": asked["account"].to_numpy(),
                    "csm": asked["success"].to_numpy(),
                    "survey_type": kind,
                    "sent_at": sent_at,
                    "answered_at": where(answered, after(sent_at, 0.05 + 6 * even(rng, size) ** 2)),
                    "score": pd.array(
                        np.where(answered, np.where(kind == "CSAT", satisfied, promoted), np.nan), dtype="Int64"
                    ),
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "survey_id", codes("S-", len(frame), 4))
    return frame


def payments(terms: pd.DataFrame) -> pd.DataFrame:
    """What the billing system collected: each term is paid in advance, a few payments are given back."""
    rng = stream(COMPANY, "payments")
    begun = terms[(terms["start"] >= np.datetime64(START)) & (terms["start"] < NOW)]
    size = len(begun)
    paid_at = after(begun["start"].to_numpy(), 0.3 + 0.5 * even(rng, size))
    amount = (begun["mrr"] * begun["months"]).to_numpy()
    back = np.flatnonzero(quota(rng, np.full(size, 0.012)))
    back_at = after(paid_at[back], 4.0 + 9 * even(rng, len(back)))
    kept = back_at < NOW
    frame = pd.DataFrame(
        {
            "invoice_id": np.concatenate([begun["subscription_id"], begun["subscription_id"].to_numpy()[back][kept]]),
            "customer_id": np.concatenate([begun["account"], begun["account"].to_numpy()[back][kept]]),
            "paid_at": np.concatenate([paid_at, back_at[kept]]),
            "amount": np.concatenate([amount, amount[back][kept]]),
            "currency": "USD",
            "payment_method": pick(
                rng, ["Card", "Bank transfer", "Direct debit"], [62, 22, 16], size + int(kept.sum())
            ),
            "transaction_type": ["Charge"] * size + ["Refund"] * int(kept.sum()),
        }
    )
    frame["invoice_id"] = frame["invoice_id"].str.replace("SUB-", "INV-")
    frame = frame.sort_values(["paid_at", "invoice_id"], kind="stable").reset_index(drop=True)
    frame.insert(0, "payment_id", codes("PAY-", len(frame), 5))
    return frame
