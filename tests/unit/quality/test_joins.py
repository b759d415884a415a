"""How tables meet: match rates both ways, keys that find nothing, and joins that would double sums."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kpi.errors import QueryError
from kpi.evaluate import Access, Context, KpiQuery, evaluate, open_context
from kpi.language import translator
from kpi.narrate.quality import join_sentence
from kpi.quality import Join, read_joins
from kpi.quality.near import Likeness, Near, near_keys
from kpi.workspace import Home
from tests.given import Rows, given_workspace


def context_of(home: Home, **tables: Rows) -> Context:
    """A context over these rows."""
    return open_context(home, given_workspace(home, tables), access=Access.everything())


def deal(number: int, **more: object) -> dict[str, object]:
    """A won deal of 100."""
    day = "2024-03-10"
    return {"opportunity_id": str(number), "created_at": day, "closed_at": day, "status": "won", "amount": 100, **more}


PRODUCTS = [{"product": "GTX Pro", "series": "GTX"}, {"product": "MG Special", "series": "MG"}]


@pytest.fixture
def join(home: Home) -> Join:
    """Five deals, of which two spell the product otherwise and one has none; one product is never sold."""
    names = ["GTX Pro", "GTX Pro", "GTXPro", "GTXPro", None]
    (found,) = read_joins(
        context_of(home, opportunities=[deal(n, product=name) for n, name in enumerate(names)], products=PRODUCTS)
    )
    return found


def test_match_rates_go_both_ways(join: Join) -> None:
    """Two of four rows with a product find it; one of two products is named."""
    match = join.match
    assert (match.source_rows, match.empty_rows, match.matched_rows, match.forward_rate) == (4, 1, 2, 0.5)
    assert (match.source_keys, match.matched_keys, match.target_keys, match.backward_rate) == (2, 1, 2, 0.5)


def test_unmatched_keys_are_listed_with_what_is_probably_meant(join: Join) -> None:
    """`GTXPro` has two rows and means `GTX Pro`."""
    (unmatched,) = join.unmatched
    assert (unmatched.key, unmatched.rows, unmatched.near) == ("GTXPro", 2, Near("GTX Pro", Likeness.SPELLING))


def test_a_join_is_said_in_a_sentence(join: Join) -> None:
    """In both languages."""
    assert join_sentence(join, translator("en")) == (
        "50.0% of opportunities find their “Product” in products; 50.0% of these are named."
    )
    assert "50.0%" in join_sentence(join, translator("zh"))


def test_a_declared_join_never_doubles_a_sum(home: Home) -> None:
    """Two rows of a product's master data: one of them is taken, and the join says so."""
    context = context_of(
        home, opportunities=[deal(1, product="GTX Pro")], products=[*PRODUCTS, {"product": "GTX Pro", "series": "Old"}]
    )
    (join,) = read_joins(context)
    assert (join.doubles, join.match.repeated_keys) == (True, 1)
    values = evaluate(KpiQuery("revenue", dimensions=("products.series",)), context).frame["value"]
    assert sum(values) == Decimal(100)
    assert "more than once" in join_sentence(join, translator("en"))


def test_a_join_of_own_tables_that_would_double_is_refused(home: Home) -> None:
    """Two visits of a shop: a sale of the shop would count twice, so no field of the visits is given to it."""
    sales = [{"opportunity_id": "1", "shop_code": "A", "closed_at": "2024-03-10", "status": "won", "amount": 100}]
    visits = [{"shop_code": "A", "inspector": "x"}, {"shop_code": "A", "inspector": "y"}]
    context = context_of(home, opportunities=sales, shop_visits=visits)
    for name in ("shop_visits.inspector", "inspector"):
        with pytest.raises(QueryError) as caught:
            evaluate(KpiQuery("revenue", dimensions=(name,)), context)
        assert caught.value.code == "join_repeats"
        assert "shop_code" in caught.value.message


def test_own_tables_meet_where_names_and_values_do(home: Home) -> None:
    """A shared column counts as a join only if the tables share half the keys of the smaller one."""
    shops = [{"shop": name, "city": f"city {name}"} for name in "abcd"]
    sales = [{"shop": name, "city": f"town {name}", "sold": 1} for name in "aabbc"]
    found = [
        (join.pair.source, join.pair.column, join.pair.target)
        for join in read_joins(context_of(home, shops=shops, sales=sales))
    ]
    assert found == [("sales", "shop", "shops")]


@pytest.mark.parametrize(
    ("unknown", "known", "near"),
    [
        ("Akme Corporation", ["Acme Corporation", "Bolt"], "Acme Corporation"),
        ("technolgy", ["technology", "medical"], "technology"),
        ("ＡＣＭＥ　Ltd.", ["Acme Ltd", "Acme Inc"], "Acme Ltd"),
        ("华东精密仪器有限公司", ["华东精密仪表有限公司", "华北精密仪表有限公司"], "华东精密仪表有限公司"),
        ("O-1001", ["O-1002", "O-1011"], None),
        ("张三", ["张四"], None),
        ("Mark", ["Marc"], None),
        ("acme-1", ["ACME 1", "acme1"], None),
        ("Bolton", ["Dolton", "Colton"], None),
        ("", ["a"], None),
    ],
)
def test_only_what_is_clearly_meant_is_offered(unknown: str, known: list[str], near: str | None) -> None:
    """One candidate, like enough, with the same figures; else none."""
    found = near_keys([unknown], known)
    assert (found[unknown].key if unknown in found else None) == near
