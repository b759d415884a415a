"""Which files do the software company's product, billing and support systems export on the last day?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kpi.demo.company import Export
from kpi.demo.saas.customers import COMPANY, NOW, OWNERS, START, Book, simulate
from kpi.demo.saas.records import SUPPORT, activities, payments, surveys, tickets, usage
from kpi.demo.seeded import after, codes, stream, where, with_gaps

HEADCOUNT = [  # person, team, manager, region, role
    *((name, "Sales", "Priya Shah", "North America", "Account executive") for name in OWNERS),
    ("Grace Liu", "Customer Success", "Theo Lindqvist", "North America", "Success manager"),
    ("Hugo Silva", "Customer Success", "Theo Lindqvist", "Europe", "Success manager"),
    ("Isla Novak", "Customer Success", "Theo Lindqvist", "Asia Pacific", "Success manager"),
    *((name, "Support", "Theo Lindqvist", "Europe", "Support engineer") for name in SUPPORT),
    ("Priya Shah", "Sales", None, "North America", "Head of sales"),
    ("Theo Lindqvist", "Customer Success", None, "Europe", "Head of customers"),
    ("Mara Keller", "Product", None, "Europe", "Head of product"),
    ("Rafael Ortiz", "Marketing", None, "North America", "Head of growth"),
]


def exports() -> list[Export]:
    """Every file of the company, as its systems write them."""
    book = simulate()
    terms = book.terms[book.terms["start"] < NOW].reset_index(drop=True)
    terms["subscription_id"] = codes("SUB-", len(terms), 5)
    days = frozenset({"start_date", "end_date", "renewal_due_date", "renewed_date", "cancel_date"})
    return [
        Export("signups.csv", _signups(book, terms)),
        Export("subscriptions.csv", _subscriptions(terms), days=days),
        Export("feature_usage.csv", usage(terms)),
        Export("support_tickets.csv", tickets(terms)),
        Export("payments.csv", payments(terms)),
        Export("accounts.csv", _accounts(book, terms), days=frozenset({"churn_date"})),
        Export("sales_activities.csv", activities(book.accounts)),
        Export("surveys.csv", surveys(terms)),
        Export("team.csv", _people(), days=frozenset({"hire_date"})),
    ]


def _signups(book: Book, terms: pd.DataFrame) -> pd.DataFrame:
    signups = book.signups
    first = terms[(terms["turn"] == 1) & (terms["start"] >= START)].drop_duplicates("account").set_index("account")
    renewed = first.loc[first["renews"].eq(True), "told"]
    signed_at = where((signups["signed_at"] < NOW).to_numpy(), signups["signed_at"].to_numpy())
    known = {
        name: where((signups[name] < NOW).to_numpy(), signups[name].to_numpy())
        for name in ("trial_requested_at", "trial_started_at", "activated_at", "first_follow_up_at")
    }
    started_at = known["trial_started_at"]
    return pd.DataFrame(
        {
            "account_id": signups["account"],
            "company_name": signups["name"],
            "signed_up_at": signups["signed_up_at"],
            "signup_source": signups["source"],
            "region": signups["region"],
            "industry": signups["industry"],
            "plan": signups["account"].map(first["plan"]),
            "owner": signups["owner"],
            "trial_requested_at": known["trial_requested_at"],
            "trial_start": started_at,
            "trial_end": after(started_at, 14.0),
            "activated_at": known["activated_at"],
            "first_follow_up_at": known["first_follow_up_at"],
            "follow_ups": signups["follow_ups"].astype("int64"),
            "consultations": signups["consultations"].astype("int64"),
            "signed_at": signed_at,
            "first_mrr": signups["account"].map(first["mrr"]),
            "currency": "USD",
            "renewed_at": signups["account"].map(renewed),
        }
    )


def _subscriptions(terms: pd.DataFrame) -> pd.DataFrame:
    decided = terms["renews"].notna()
    stays, leaves = terms["renews"].eq(True), terms["renews"].eq(False)
    return pd.DataFrame(
        {
            "subscription_id": terms["subscription_id"],
            "account_id": terms["account"],
            "plan": terms["plan"],
            "start_date": terms["start"],
            "end_date": terms["due"].where(decided),
            "renewal_due_date": terms["due"],
            "renewed": terms["renews"].map({True: "true", False: "false"}),
            "renewed_date": terms["told"].where(stays),
            "cancel_date": terms["told"].where(leaves),
            "mrr": terms["mrr"],
            "currency": "USD",
            "seats": terms["seats"],
            "billing_period": terms["months"].map({3: "Quarterly", 12: "Annual"}),
            "owner": terms["success"],
            "region": terms["region"],
        }
    )


def _accounts(book: Book, terms: pd.DataFrame) -> pd.DataFrame:
    rng = stream(COMPANY, "accounts file")
    accounts = book.accounts
    left = terms[terms["renews"].eq(False)].set_index("account")["due"]
    churned_at = accounts["account"].map(left)
    return pd.DataFrame(
        {
            "account_id": accounts["account"],
            "account_name": accounts["name"],
            "industry": accounts["industry"],
            "region": accounts["region"],
            "referral_source": accounts["source"],
            "plan_tier": accounts["plan"],
            "account_owner": accounts["owner"],
            "created_at": accounts["created_at"],
            "first_order_date": accounts["signed_at"],
            "employees": with_gaps(rng, (accounts["seats"] * 3 + 4).to_numpy(dtype=object), 0.08),
            "churn_flag": churned_at.notna(),
            "churn_date": churned_at,
        }
    )


def _people() -> pd.DataFrame:
    frame = pd.DataFrame(HEADCOUNT, columns=["employee", "team", "manager", "region", "role"])
    frame["hire_date"] = np.datetime64("2019-09-02", "s") + np.arange(len(frame)) * np.timedelta64(90, "D")
    frame["email"] = [name.lower().replace(" ", ".") + "@tidewell.example" for name in frame["employee"]]
    return frame
