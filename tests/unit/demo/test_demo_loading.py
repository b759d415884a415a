"""The demo companies come in as files of a user would, each into a workspace of its own."""

from __future__ import annotations

import pytest

from kpi.demo import COMPANIES, load_demo
from kpi.errors import QueryError
from kpi.evaluate import Access, KpiQuery, evaluate, open_context
from kpi.semantic.definitions import read_definitions, save_settings
from kpi.semantic.kpi import Layer
from kpi.workspace import Home, list_loads, list_workspaces, read_dataset


def test_a_company_nobody_knows(home: Home) -> None:
    """A mistyped company is told, and nothing is made."""
    with pytest.raises(QueryError, match="no demo company"):
        load_demo(home, "demo_b2x")
    assert list_workspaces(home) == []


@pytest.mark.slow
@pytest.mark.parametrize("company", COMPANIES)
def test_every_file_is_understood_by_itself(home: Home, company: str) -> None:
    """Each export is guessed to be what it is, every row fits, and owners and targets are set."""
    heard: list[str] = []
    assert load_demo(home, company, heard.append) == [company]
    dataset = read_dataset(home, company)
    assert set(dataset.tables) == set(COMPANIES[company].files.values())
    assert sum(file.issues for table in dataset.tables.values() for file in table.files) == 0
    kpis = read_definitions(home, company).kpis
    assert {kpi: kpis[kpi].owner for kpi in COMPANIES[company].targets} == {
        kpi: goal.owner for kpi, goal in COMPANIES[company].targets.items()
    }
    assert heard
    assert list(home.staging.iterdir()) == []


@pytest.mark.slow
def test_loading_again_leaves_everything_as_it_is(home: Home) -> None:
    """A second click brings no second copy, and does not undo what people have changed."""
    load_demo(home, "demo_saas")
    save_settings(home, "demo_saas", "mrr", target=None, owner="Somebody", layer=Layer.OUTCOME)
    load_demo(home, "demo_saas")
    assert len(list_loads(home, "demo_saas")) == 1
    assert read_definitions(home, "demo_saas").kpi("mrr").owner == "Somebody"


@pytest.mark.slow
def test_levels_are_read_from_the_totals(home: Home) -> None:
    """In the shop, orders are a sample: revenue is that of the daily totals."""
    load_demo(home, "demo_b2c")
    context = open_context(home, "demo_b2c", access=Access.everything())
    assert "channel_day" in evaluate(KpiQuery("revenue"), context).sql
