"""Which files do the manufacturer's CRM and ERP export on the last day? Leads and deals as far as known by then."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kpi.demo.b2b.pipeline import PRODUCTS, Pipeline, simulate
from kpi.demo.b2b.records import activities, quotes, receivables, referrals, surveys
from kpi.demo.b2b.team import COMPANY, NOW, ideas, peer_scores, people
from kpi.demo.company import Export
from kpi.demo.seeded import Times, codes, money, pick, stream, texts_where, where

STAGES = ["Qualification", "Needs Analysis", "Proposal", "Negotiation", "Closed Won", "Closed Lost"]


def exports() -> list[Export]:
    """Every file of the company, as its systems write them."""
    pipeline = simulate()
    deals = _deals_today(pipeline)
    instalments = receivables(deals)
    deals["collected_at"] = _collected(deals, instalments)
    accounts = _accounts(deals)
    return [
        Export("crm_leads.csv", _leads_file(pipeline)),
        Export("crm_opportunities.csv", _deals_file(deals), days=frozenset({"Expected Close Date"})),
        Export("crm_activities.csv", activities(pipeline.leads, deals)),
        Export("crm_quotes.csv", quotes(deals)),
        Export("erp_receivables.csv", instalments, days=frozenset({"Invoice Date", "Due Date", "Paid Date"})),
        Export("crm_accounts.csv", accounts),
        Export("erp_products.csv", _products(), days=frozenset({"Launch Date"})),
        Export("hr_people.csv", people(), days=frozenset({"Hire Date"})),
        Export("customer_surveys.csv", surveys(deals)),
        Export("customer_referrals.csv", referrals(deals)),
        Export("improvement_ideas.csv", ideas()),
        Export("peer_scores.csv", peer_scores()),
    ]


def _known(times: pd.Series) -> Times:
    """What has happened by the last day; the rest is still to come."""
    values = times.to_numpy().astype("datetime64[s]")
    return where(values < NOW, values)


def _deals_today(pipeline: Pipeline) -> pd.DataFrame:
    """The deals as the CRM knows them: the future cut off, stage, status and account filled in."""
    deals = pipeline.deals[pipeline.deals["created_at"] < NOW].reset_index(drop=True)
    closed_at = _known(deals["closed_at"])
    is_closed = ~np.isnat(closed_at)
    deals["closed_at"] = closed_at
    for column in ("need_confirmed_at", "proposal_at", "decision_maker_at", "proposal_decided_at", "quoted_at"):
        happened = _known(deals[column])
        deals[column] = where(~is_closed | (happened < closed_at), happened)
    deals["won"] = deals["won"] & is_closed
    deals["lost"] = ~deals["won"] & is_closed
    deals["accepted"] = deals["accepted"] & deals["proposal_decided_at"].notna()
    open_stage = np.select(
        [deals["quoted_at"].notna(), deals["proposal_at"].notna(), deals["need_confirmed_at"].notna()],
        [STAGES[3], STAGES[2], STAGES[1]],
        STAGES[0],
    )
    deals["stage"] = np.where(deals["won"], STAGES[4], np.where(is_closed, STAGES[5], open_stage))
    names = deals["company"].drop_duplicates().to_list()  # a company that comes back is one account
    number = dict(zip(names, codes("ACC-", len(names)), strict=True))
    deals["account"] = deals["company"].map(number)
    return deals


def _collected(deals: pd.DataFrame, instalments: pd.DataFrame) -> pd.Series:
    """When was all paid that was due on delivery (the last instalment is a warranty sum, due a year on)?"""
    due = instalments[instalments["Invoice No"].str.endswith(("-1", "-2"))]
    paid = due.groupby("Opportunity ID")["Paid Date"].agg(["count", "max"])
    done = paid.loc[paid["count"] == 2, "max"]
    return deals["opportunity_id"].map(done)


def _leads_file(pipeline: Pipeline) -> pd.DataFrame:
    leads, rng = pipeline.leads, stream(COMPANY, "leads file")
    deal = pipeline.deals.set_index("lead_id")["opportunity_id"]
    converted_at = _known(leads["converted_at"])
    is_new = leads["created_at"].to_numpy() > NOW - np.timedelta64(6, "D")
    visited_at, answered_at = _known(leads["first_visit_at"]), _known(leads["first_response_at"])
    dropped = rng.random(len(leads)) < np.where(leads["visited"], 0.7, 0.55)
    status = np.select(
        [~np.isnat(converted_at), np.isnat(answered_at), is_new | ~dropped],
        ["Qualified", "New", "Contacted"],
        "Disqualified",
    )
    return pd.DataFrame(
        {
            "Lead ID": leads["lead_id"],
            "Created Date": leads["created_at"],
            "Company": leads["company"],
            "Contact Name": leads["contact"],
            "Phone": leads["phone"],
            "Lead Source": leads["source"],
            "Region": leads["region"],
            "Industry": leads["industry"],
            "Lead Owner": leads["owner"],
            "Lead Status": status,
            "Assigned Date": _known(leads["assigned_at"]),
            "First Response Time": answered_at,
            "First Visit Date": visited_at,
            "Follow Ups": leads["follow_ups"].astype("int64"),
            "Need Match Score": leads["need_score"].astype("int64"),
            "Converted Opportunity ID": texts_where(~np.isnat(converted_at), leads["lead_id"].map(deal)),
            "Converted Date": converted_at,
        }
    )


def _deals_file(deals: pd.DataFrame) -> pd.DataFrame:
    rng = stream(COMPANY, "deals file")
    decided = deals["proposal_decided_at"].notna()
    handed_in = deals["proposal_at"].notna()
    result = np.where(
        deals["accepted"], "Accepted", np.where(decided | (handed_in & deals["lost"]), "Rejected", "Pending")
    )
    unreached = deals["decision_maker_at"].isna() & handed_in
    reasons = np.where(
        unreached & (rng.random(len(deals)) < 0.6),
        "No access to decision maker",
        pick(
            rng,
            ["Price", "Competitor", "Budget frozen", "Need not met", "No decision"],
            [25, 24, 18, 20, 13],
            len(deals),
        ),
    )
    name = {p[0]: p[2] for p in PRODUCTS}
    return pd.DataFrame(
        {
            "Opportunity ID": deals["opportunity_id"],
            "Opportunity Name": deals["company"] + " · " + deals["product"].map(name),
            "Account ID": deals["account"],
            "Owner": deals["owner"],
            "Product ID": deals["product"],
            "Region": deals["region"],
            "Industry": deals["industry"],
            "Lead Source": deals["source"],
            "Lead ID": deals["lead_id"],
            "Created Date": deals["created_at"],
            "Stage": deals["stage"],
            "First Visit Date": _known(deals["first_visit_at"]),
            "Need Confirmed Date": deals["need_confirmed_at"],
            "Need Match Score": deals["need_score"].astype("int64"),
            "Proposal Date": deals["proposal_at"],
            "Proposal Status": texts_where(handed_in.to_numpy(), result),
            "Proposal Decision Date": deals["proposal_decided_at"],
            "Quote Date": deals["quoted_at"],
            "Decision Maker Reached": deals["decision_maker_at"],
            "Expected Close Date": deals["expected_close_at"].astype("datetime64[s]"),
            "Closed Date": deals["closed_at"],
            "Collected On": deals["collected_at"],
            "Amount": deals["amount"],
            "Currency": "CNY",
            "Lost Reason": texts_where(deals["lost"].to_numpy(), reasons),
        }
    )


def _accounts(deals: pd.DataFrame) -> pd.DataFrame:
    rng = stream(COMPANY, "accounts")
    first = deals.drop_duplicates("account").reset_index(drop=True)
    size = len(first)
    band = pick(rng, ["< 100", "100–499", "500–1,999", "≥ 2,000"], [24, 40, 26, 10], size)
    low = {"< 100": 20, "100–499": 100, "500–1,999": 500, "≥ 2,000": 2000}
    employees = np.array([int(low[str(value)] * (1 + 2.5 * rng.random())) for value in band])
    signed = deals[deals["won"]].groupby("account")["closed_at"].min()
    return pd.DataFrame(
        {
            "Account ID": first["account"],
            "Account Name": first["company"],
            "Industry": first["industry"],
            "Company Size": band,
            "Employees": employees,
            "Region": first["region"],
            "Account Owner": first["owner"],
            "Created Date": first["created_at"],
            "First Order Date": first["account"].map(signed),
        }
    )


def _products() -> pd.DataFrame:
    frame = pd.DataFrame([p[:4] for p in PRODUCTS], columns=["Product ID", "Product Name", "Series", "List Price"])
    frame["List Price"] = frame["List Price"].astype(float)
    frame["Unit Cost"] = money((frame["List Price"] * 0.62).to_numpy())
    frame["Currency"] = "CNY"
    frame["Launch Date"] = np.datetime64("2019-04-01", "s") + np.arange(len(frame)) * np.timedelta64(180, "D")
    return frame
