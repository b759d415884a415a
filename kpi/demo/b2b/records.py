"""What else do the systems of the manufacturer write down? What follows from leads and deals, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kpi.demo.b2b.pipeline import PRODUCTS
from kpi.demo.b2b.team import COMPANY, NOW
from kpi.demo.seeded import (
    after,
    codes,
    even,
    in_office_hours,
    long_tail,
    money,
    normal,
    pick,
    quota,
    stream,
    texts_where,
    where,
)

MAKERS = ["General manager", "Plant director", "Purchasing director", "Chief engineer"]
CONTACTS = ["Purchasing clerk", "Process engineer", "Workshop head", "Maintenance lead"]
INSTALMENTS = [
    (0.30, 15),
    (0.60, 75),
    (0.10, 375),
]  # share of the amount, days after signature: advance, delivery, warranty


def activities(leads: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """First visits (some only planned), talks in open deals, meetings with decision makers, visits after the sale."""
    rng = stream(COMPANY, "activities")
    visits = leads[leads["first_visit_at"] < NOW]
    missed = leads[~leads["visited"] & (rng.random(len(leads)) < 0.10)]
    makers = deals[deals["decision_maker_at"].notna()]
    talks = deals[rng.random(len(deals)) < 0.40]
    revisits = deals[deals["won"] & quota(rng, np.full(len(deals), 0.72))]
    demos = deals[deals["proposal_at"].notna() & (rng.random(len(deals)) < 0.4)]
    later = in_office_hours(rng, after(missed["assigned_at"].to_numpy(), 3.0 + 8.0 * even(rng, len(missed))))
    talk_at = in_office_hours(rng, after(talks["created_at"].to_numpy(), 2.0 + 24.0 * even(rng, len(talks))))
    seen_at = in_office_hours(
        rng, after(revisits["closed_at"].to_numpy(), 8.0 + 50.0 * even(rng, len(revisits)) ** 1.5)
    )
    shown_at = in_office_hours(rng, after(demos["proposal_at"].to_numpy(), -4.0))
    kinds = pick(rng, ["Call", "Message", "Email", "Meeting"], [40, 28, 17, 15], len(talks))
    met = pick(rng, ["Visit", "Meeting", "Call"], [45, 40, 15], len(makers))
    parts = [
        _part(visits, "Visit", visits["first_visit_at"], "Follow up", CONTACTS),
        _part(missed, "Visit", later, "Follow up", CONTACTS, finished=False),
        _part(talks, kinds, talk_at, "Follow up", CONTACTS),
        _part(makers, met, makers["decision_maker_at"], "Follow up", MAKERS, decision_maker=True),
        _part(demos, "Demo", shown_at, "Consultation", CONTACTS),
        _part(revisits, "Visit", seen_at, "Revisit", CONTACTS),
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[frame["Activity Date"] < NOW].sort_values(["Activity Date", "Lead ID"], kind="stable")
    frame["Contact Role"] = [
        roles[place] for roles, place in zip(frame["Contact Role"], rng.integers(0, 4, len(frame)), strict=True)
    ]
    frame.insert(0, "Activity ID", codes("ACT-", len(frame)))
    return frame.reset_index(drop=True)


def _part(
    rows: pd.DataFrame,
    kind: object,
    happened_at: object,
    purpose: str,
    roles: list[str],
    *,
    finished: bool = True,
    decision_maker: bool = False,
) -> pd.DataFrame:
    known = rows.get("account"), rows.get("opportunity_id")
    return pd.DataFrame(
        {
            "Activity Type": kind,
            "Activity Date": np.asarray(happened_at).astype("datetime64[s]"),
            "Lead ID": rows["lead_id"].to_numpy(),
            "Opportunity ID": None if known[1] is None else known[1].to_numpy(),
            "Account ID": None if known[0] is None else known[0].to_numpy(),
            "Contact Name": rows["contact"].to_numpy(),
            "Contact Role": [roles] * len(rows),
            "Decision Maker": decision_maker,
            "Completed": finished,
            "Purpose": purpose,
            "Owner": rows["owner"].to_numpy(),
        }
    )


def quotes(deals: pd.DataFrame) -> pd.DataFrame:
    """One row per version: later versions come lower, only the last one is decided."""
    rng = stream(COMPANY, "quotes")
    quoted = deals[deals["quoted_at"].notna()]
    versions = pick(rng, [1, 2, 3], [62, 28, 10], len(quoted)).astype(np.int64)
    rows = quoted.loc[quoted.index.repeat(versions)].reset_index(drop=True)
    total = np.repeat(versions, versions)
    version = rows.groupby("opportunity_id").cumcount().to_numpy() + 1
    is_last = version == total
    status = np.select([~is_last, rows["won"], rows["lost"]], ["Superseded", "Won", "Lost"], "Sent")
    quoted_at = in_office_hours(rng, after(rows["quoted_at"].to_numpy(), (4.0 * (version - 1)).astype(np.float64)))
    quoted_at = np.where(version == 1, rows["quoted_at"].to_numpy().astype("datetime64[s]"), quoted_at)
    held = quoted_at < NOW
    decided_at = where((is_last & rows["closed_at"].notna()).to_numpy(), rows["closed_at"].to_numpy())
    frame = pd.DataFrame(
        {
            "Quote Number": codes("Q-", len(rows)),
            "Opportunity ID": rows["opportunity_id"],
            "Account ID": rows["account"],
            "Owner": rows["owner"],
            "Version": version,
            "Quote Date": quoted_at,
            "Quote Status": status,
            "Decision Date": decided_at,
            "Quote Amount": money(rows["amount"].to_numpy() * (1 + 0.05 * (total - version)), 100.0),
            "Currency": "CNY",
        }
    )
    return frame[held].reset_index(drop=True)


def receivables(deals: pd.DataFrame) -> pd.DataFrame:
    """Three instalments per signed deal; most are paid by the day they are due, a few late, fewer in part or never."""
    rng = stream(COMPANY, "receivables")
    signed = deals[deals["won"]]
    parts = []
    for number, (share, days) in enumerate(INSTALMENTS, start=1):
        due_at = after(signed["closed_at"].to_numpy().astype("datetime64[D]"), float(days))
        size = len(signed)
        late = np.where(quota(rng, np.full(size, 0.16)), long_tail(rng, size, 6.0, 0.7), -6.0 * even(rng, size))
        bad = quota(rng, np.full(size, 0.035))
        paid_at = after(due_at, np.round(late).astype(np.float64))
        due = money(signed["amount"].to_numpy() * share)
        is_paid = (paid_at < NOW) & ~(bad & (rng.random(size) < 0.6))
        parts.append(
            pd.DataFrame(
                {
                    "Invoice No": "AR-" + signed["opportunity_id"].str.removeprefix("OP-") + f"-{number}",
                    "Opportunity ID": signed["opportunity_id"],
                    "Account ID": signed["account"],
                    "Owner": signed["owner"],
                    "Region": signed["region"],
                    "Invoice Date": after(due_at, -15.0),
                    "Due Date": due_at,
                    "Amount Due": due,
                    "Paid Date": where(is_paid, paid_at),
                    "Amount Received": np.where(is_paid, np.where(bad, money(due * 0.5), due), np.nan),
                    "Currency": "CNY",
                }
            )
        )
    frame = pd.concat(parts).sort_values(["Due Date", "Invoice No"], kind="stable")
    return frame[frame["Invoice Date"] < NOW].reset_index(drop=True)


def surveys(deals: pd.DataFrame) -> pd.DataFrame:
    """A satisfaction survey after each signature, on a scale of 1–5; a third are never answered."""
    rng = stream(COMPANY, "surveys")
    signed = deals[deals["won"]]
    size = len(signed)
    sent_at = in_office_hours(rng, after(signed["closed_at"].to_numpy(), 20.0))
    answered = rng.random(size) < 0.66
    score = np.clip(np.round(4.25 + 0.75 * normal(rng, size)), 1, 5)
    answered_at = in_office_hours(rng, after(sent_at, 0.5 + 5.0 * even(rng, size)))
    answered &= answered_at < NOW
    frame = pd.DataFrame(
        {
            "Survey ID": codes("S-", size, 4),
            "Account ID": signed["account"].to_numpy(),
            "Owner": signed["owner"].to_numpy(),
            "Survey Type": "CSAT",
            "Product ID": signed["product"].to_numpy(),
            "Sent On": sent_at,
            "Answered On": where(answered, answered_at),
            "Score": pd.array(np.where(answered, score, np.nan), dtype="Int64"),
        }
    )
    return frame[frame["Sent On"] < NOW].reset_index(drop=True)


def referrals(deals: pd.DataFrame) -> pd.DataFrame:
    """Customers who recommend the company to others; about a third of the recommendations end in a deal."""
    rng = stream(COMPANY, "referrals")
    signed = deals[deals["won"]]
    referrer = signed[quota(rng, np.full(len(signed), 0.38))].reset_index(drop=True)
    size = len(referrer)
    referred_at = in_office_hours(rng, after(referrer["closed_at"].to_numpy(), 30.0 + 120.0 * even(rng, size)))
    won_at = in_office_hours(rng, after(referred_at, 40.0 + 70.0 * even(rng, size)))
    outcome = pick(rng, ["Won", "Lost", "Open"], [36, 40, 24], size)
    status = np.where(won_at < NOW, outcome, "Open")
    is_won = status == "Won"
    others = deals["account"].to_numpy(dtype=object)[rng.integers(0, len(deals), size)]
    price = {p[0]: float(p[3]) for p in PRODUCTS}
    amount = referrer["product"].map(price).to_numpy(dtype=np.float64) * long_tail(rng, size, 0.9, 0.5)
    frame = pd.DataFrame(
        {
            "Referral ID": codes("R-", size, 4),
            "Referrer": referrer["account"],
            "Account ID": texts_where(is_won, others),
            "Owner": referrer["owner"],
            "Product ID": referrer["product"],
            "Referral Date": referred_at,
            "Referral Status": status,
            "Won Date": where(is_won, won_at),
            "Deal Amount": np.where(is_won, money(amount, 100.0), np.nan),
            "Currency": "CNY",
        }
    )
    return frame[frame["Referral Date"] < NOW].reset_index(drop=True)
