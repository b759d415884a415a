"""Joins and gaps of real files: the figures that are known of them come out."""

from __future__ import annotations

from pathlib import Path

from kpi.compile.doubt import Lack
from kpi.evaluate import Access, Context, KpiQuery, evaluate, open_context
from kpi.ingest import expand, guess, inspect, load, plan
from kpi.quality import Correction, Range, approve, consequences, propose_corrections, read_joins
from kpi.workspace import Home, create_workspace, read_dataset


def loaded(home: Home, paths: list[Path]) -> Context:
    """Everything that the files hold, with the guessed mapping, open questions settled as recommended."""
    create_workspace(home, "Real", workspace="real")
    folder = home.new_staging_folder()
    files = [file for path in paths for file in expand(path, folder)]
    dataset = read_dataset(home, "real")
    load(home, "real", [plan(guess(sniffed, dataset).accept()) for sniffed in inspect(files, home)])
    return open_context(home, "real", access=Access.everything())


def test_crm_product_is_spelt_in_two_ways(home: Home, real_data: Path) -> None:
    """1,480 deals of GTXPro find no product until the spelling is corrected; no amount changes."""
    context = loaded(home, sorted((real_data / "b2b_crm_opportunities").glob("*.csv")))
    joins = {join.pair.column: join for join in read_joins(context)}
    assert joins["product"].match.matched_rows == 8800 - 1480
    assert [(item.key, item.rows) for item in joins["product"].unmatched] == [("GTXPro", 1480)]
    assert (joins["account"].match.forward_rate, joins["account"].match.empty_rows) == (1.0, 1425)
    assert (joins["owner"].match.matched_keys, joins["owner"].match.target_keys) == (30, 35)
    (proposal,) = propose_corrections(joins.values())
    assert proposal.correction == Correction("opportunities", "product", "GTXPro", "GTX Pro")
    (applied,) = approve(home, "real", [proposal.correction], context)
    assert applied.rows == 1480
    after = open_context(home, "real", access=Access.everything())
    assert all(join.match.forward_rate == 1.0 for join in read_joins(after))
    assert evaluate(KpiQuery("revenue"), after).frame["value"].iloc[0] == 10_005_534


def test_northwind_joins(home: Home, real_data: Path) -> None:
    """Every line finds its order and product; 89 of 91 customers bought."""
    names = ("orders", "order-details", "products", "customers", "employees", "suppliers")
    context = loaded(home, [real_data / "b2b_northwind" / f"{name}.csv" for name in names])
    joins = {(join.pair.source, join.pair.target): join.match for join in read_joins(context)}
    assert joins["order_lines", "orders"].forward_rate == 1.0
    assert joins["order_lines", "products"].forward_rate == 1.0
    customers = joins["orders", "accounts"]
    assert (customers.matched_keys, customers.target_keys) == (89, 91)


def test_online_retail_rows_of_nobody(home: Home, real_data: Path) -> None:
    """135,080 lines without a customer: 4,372 customers at least, and each line could be of one more."""
    context = loaded(home, [real_data / "b2c_online_retail_uci" / "derived" / "online_retail_all.csv.gz"])
    (found,) = consequences(["customers"], context)
    (effect,) = found.effects
    assert (effect.lack, effect.rows, effect.of) == (Lack.NO_VALUE, 135_080, 541_909)
    assert effect.range == Range(4_372, 4_372 + 135_080, exact=True)
