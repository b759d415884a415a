"""Workspaces: made, listed, wiped, apart from each other."""

from __future__ import annotations

import pytest

from kpi.errors import DefinitionError, QueryError
from kpi.workspace import (
    LOCAL,
    Home,
    create_workspace,
    ensure_local,
    get_workspace,
    list_workspaces,
    read_dataset,
    read_documents,
    save_document,
    set_scene,
    wipe_workspace,
)
from tests.given import given_workspace

ROWS = {"orders": [{"order_id": "1", "ordered_at": "2024-01-01", "amount": 5}]}


def test_ids_are_made_from_names(home: Home) -> None:
    """Latin names become readable ids; other scripts get one too."""
    assert create_workspace(home, "  Acme & Sons Ltd ").id == "acme-sons-ltd"
    assert create_workspace(home, "恒岳装备").id.startswith("w-")


@pytest.mark.parametrize(
    "given",
    [
        {"name": " "},
        {"name": "A", "workspace": "../up"},
        {"name": "A", "workspace": "Capital"},
        {"name": "A", "scene": "b2x"},
        {"name": "A", "currency": "dollars"},
        {"name": "A", "time_zone": "Mars/Olympus"},
        {"name": "A", "time_zone": "../etc/passwd"},
    ],
    ids=str,
)
def test_what_cannot_be_a_workspace(home: Home, given: dict[str, str]) -> None:
    """Bad ids, scenes, currencies and zones are told, and nothing is made."""
    with pytest.raises(DefinitionError):
        create_workspace(home, **given)  # type: ignore[arg-type]
    assert list_workspaces(home) == []


def test_a_name_is_taken_once(home: Home) -> None:
    """A second workspace of the same id is refused."""
    create_workspace(home, "Acme")
    with pytest.raises(DefinitionError, match="already"):
        create_workspace(home, "Acme")


def test_the_local_workspace_is_made_once(home: Home) -> None:
    """It is there from the first start, and only once."""
    assert ensure_local(home) == ensure_local(home)
    assert [item.id for item in list_workspaces(home)] == [LOCAL]


def test_wiping_takes_everything_of_one_and_nothing_of_another(home: Home) -> None:
    """Rows, documents and files go; the neighbour's stay."""
    one, other = given_workspace(home, ROWS, workspace="one"), given_workspace(home, ROWS, workspace="other")
    save_document(home, one, "kpi", "k", {"a": 1}, after=0)
    folder = home.workspace_folder(one)
    wipe_workspace(home, one)
    assert not folder.exists()
    assert read_dataset(home, other).tables["orders"].rows == 1
    with pytest.raises(QueryError):
        get_workspace(home, one)
    create_workspace(home, "one", workspace=one)
    assert read_documents(home, one, "kpi") == {}


def test_the_scene_can_be_changed(home: Home) -> None:
    """A workspace opens with the scene that was chosen last."""
    made = create_workspace(home, "Acme")
    set_scene(home, made.id, "saas")
    assert get_workspace(home, made.id).scene == "saas"


def test_nobody_overwrites_unseen(home: Home) -> None:
    """Saving on top of an outdated revision is refused; every revision is kept."""
    made = create_workspace(home, "Acme")
    assert save_document(home, made.id, "kpi", "k", {"n": 1}, after=0) == 1
    assert save_document(home, made.id, "kpi", "k", {"n": 2}, after=1) == 2
    with pytest.raises(DefinitionError, match="somebody else"):
        save_document(home, made.id, "kpi", "k", {"n": 3}, after=1)
    assert read_documents(home, made.id, "kpi")["k"].body == {"n": 2}
