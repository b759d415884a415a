"""Which KPIs light up, and what is said about those that do not."""

from __future__ import annotations

import pytest

from kpi.errors import DefinitionError, QueryError
from kpi.evaluate import Access, KpiQuery, Missing, choose, evaluate, open_context
from kpi.semantic.catalogue import catalogue
from kpi.semantic.definitions import kpi_from
from kpi.workspace import Home, read_dataset
from tests.given import given_workspace


def test_a_kpi_lights_up_with_its_fields(home: Home) -> None:
    """A deal's status and close date are all that a win rate needs."""
    workspace = given_workspace(
        home, {"opportunities": [{"opportunity_id": "1", "status": "won", "closed_at": "2024-01-01"}]}
    )
    choice = choose(catalogue()["win_rate"], read_dataset(home, workspace), catalogue())
    assert choice.definition is not None


def test_a_dark_kpi_names_the_field_it_lacks(home: Home) -> None:
    """Without a close date, the close date is what is missing."""
    workspace = given_workspace(home, {"opportunities": [{"opportunity_id": "1", "status": "won"}]})
    choice = choose(catalogue()["win_rate"], read_dataset(home, workspace), catalogue())
    assert choice.missing == (Missing("opportunities", "closed_at"),)


def test_asking_for_a_dark_kpi_says_where_to_look(home: Home) -> None:
    """The error names the field, and the export that usually has it."""
    workspace = given_workspace(home, {"people": [{"person": "Li"}]})
    context = open_context(home, workspace, access=Access.everything())
    with pytest.raises(QueryError) as caught:
        evaluate(KpiQuery("win_rate"), context)
    assert caught.value.code == "fields_not_loaded"
    assert "opportunities" in str(caught.value)
    assert "Look in" in caught.value.remedy


def test_an_empty_workspace_lights_nothing(home: Home) -> None:
    """No KPI of the catalogue can be answered from nothing, and none fails while saying so."""
    dataset = read_dataset(home, given_workspace(home, {}))
    assert not [kpi.id for kpi in catalogue().values() if choose(kpi, dataset, catalogue()).definition]


def test_a_total_says_how_many_of_its_rows_no_period_holds(home: Home) -> None:
    """A won deal without a close date is in the total, and said to be in no month."""
    deals = [
        {"opportunity_id": "1", "status": "won", "closed_at": "2024-01-01", "amount": 5},
        {"opportunity_id": "2", "status": "won", "closed_at": None, "amount": 7},
    ]
    context = open_context(home, given_workspace(home, {"opportunities": deals}), access=Access.everything())
    result = evaluate(KpiQuery("revenue"), context)
    assert result.frame["value"].iloc[0] == 12
    assert [warning.en for warning in result.warnings] == [
        "1 of the rows of opportunities counted here have no date: they are in no period."
    ]


def test_the_sides_of_a_formula_have_their_own_units(home: Home) -> None:
    """Revenue over deals is money over a count, whatever the quotient is called."""
    deals = [{"opportunity_id": "1", "status": "won", "closed_at": "2024-01-01", "amount": 5}]
    context = open_context(home, given_workspace(home, {"opportunities": deals}), access=Access.everything())
    names = {"en": "Own", "zh": "自定义"}
    body = {"id": "own", "names": names, "meaning": names, "unit": "money"}
    kpi = kpi_from({**body, "definitions": [{"formula": "revenue / deals"}]})
    assert evaluate(KpiQuery(kpi), context).units == ("date", "money", "money", "count", "boolean")


def test_a_formula_without_a_kpi_is_refused(home: Home) -> None:
    """`1 + 1` is arithmetic, not a KPI."""
    names = {"en": "Own", "zh": "自定义"}
    body = {"id": "own", "names": names, "meaning": names, "unit": "number"}
    kpi = kpi_from({**body, "definitions": [{"formula": "1 + 1"}]})
    context = open_context(home, given_workspace(home, {"people": [{"person": "Li"}]}), access=Access.everything())
    with pytest.raises(DefinitionError, match="names no KPI"):
        evaluate(KpiQuery(kpi), context)
