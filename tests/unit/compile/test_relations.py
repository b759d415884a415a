"""How a name finds its column: own first, then by the nearest join, and never by a guess between two."""

from __future__ import annotations

import pytest

from kpi.compile.relations import dimensions, reach, relation_to
from kpi.errors import QueryError
from kpi.workspace import Dataset, Home, read_dataset
from tests.given import given_workspace


@pytest.fixture
def dataset(home: Home) -> Dataset:
    """Deals with owners and accounts that both have a country-like field."""
    tables = {
        "opportunities": [{"opportunity_id": "1", "owner": "Li", "account": "Acme", "stage": "x"}],
        "people": [{"person": "Li", "region": "East", "team": "A"}],
        "accounts": [{"account": "Acme", "region": "North", "segment": "big"}],
    }
    return read_dataset(home, given_workspace(home, tables))


def test_own_fields_come_first(dataset: Dataset) -> None:
    """A field of the row itself needs no join."""
    assert reach(dataset, dataset.tables["opportunities"], ["stage"]).path == ()


def test_a_field_that_one_join_leads_to_is_found(dataset: Dataset) -> None:
    """`team` can only be the owner's."""
    (relation,) = reach(dataset, dataset.tables["opportunities"], ["team"]).path
    assert (relation.column, relation.target) == ("owner", "people")


def test_two_equally_near_fields_are_asked_about(dataset: Dataset) -> None:
    """`region` is the owner's or the account's: the error names both."""
    with pytest.raises(QueryError) as caught:
        reach(dataset, dataset.tables["opportunities"], ["region"])
    assert caught.value.code == "ambiguous_field"
    assert caught.value.near == ("accounts.region", "people.region")


@pytest.mark.parametrize("name", ["people.region", "owner.region"])
def test_the_table_or_the_field_that_leads_there_tells_them_apart(dataset: Dataset, name: str) -> None:
    """Both spellings mean the owner's region."""
    (relation,) = reach(dataset, dataset.tables["opportunities"], name.split(".")).path
    assert relation.target == "people"


def test_a_misspelt_field_is_answered_with_the_near_ones(dataset: Dataset) -> None:
    """The error says what there is."""
    with pytest.raises(QueryError) as caught:
        reach(dataset, dataset.tables["opportunities"], ["stag"])
    assert caught.value.near == ("stage",)


def test_dimensions_are_own_and_one_join_away(dataset: Dataset) -> None:
    """Keys of the joined tables are not offered twice."""
    found = dimensions(dataset, dataset.tables["opportunities"])
    assert {"stage", "people.region", "people.team", "accounts.segment"} <= set(found)
    assert "people.person" not in found


def test_rows_that_belong_to_nothing_are_refused(dataset: Dataset) -> None:
    """Accounts do not say which deal they belong to."""
    with pytest.raises(QueryError, match="do not say which row"):
        relation_to(dataset, dataset.tables["accounts"], dataset.tables["opportunities"])
