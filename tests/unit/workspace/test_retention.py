"""Earlier states: asked for by load, day or moment; kept, counted, and purged by the rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kpi.errors import DefinitionError, QueryError
from kpi.workspace import (
    Home,
    TableState,
    disk_use,
    list_loads,
    list_versions,
    purge,
    purgeable,
    read_as_of,
    read_dataset,
    read_retention,
    republish,
    set_retention,
    version_at,
)
from tests.given import given_load, given_workspace

LATER = datetime.now(UTC) + timedelta(days=10)


def orders(*numbers: int) -> dict[str, list[dict[str, object]]]:
    return {"orders": [{"order_id": str(n), "ordered_at": "2024-01-05", "amount": n} for n in numbers]}


def test_as_of_a_load_or_a_moment(home: Home) -> None:
    """A load's id, a moment and a day lead to the version in force then; before everything there is nothing."""
    workspace = given_workspace(home, orders(1))
    second = given_load(home, workspace, orders(2, 3))
    newest, first = list_versions(home, workspace)
    assert version_at(home, workspace, second) == newest.version
    assert version_at(home, workspace, second - 1) == first.version
    assert version_at(home, workspace, first.made_at) == first.version
    assert version_at(home, workspace, date.today() + timedelta(days=1)) == newest.version
    assert version_at(home, workspace, date(2001, 1, 1)) == 0
    assert read_dataset(home, workspace, 0).tables == {}
    with pytest.raises(QueryError, match="no load 99"):
        version_at(home, workspace, 99)


@pytest.mark.parametrize(
    ("text", "read"),
    [("7", 7), ("2024-03-05", date(2024, 3, 5)), ("2024-03-05T18:00", datetime(2024, 3, 5, 18))],
)
def test_as_of_in_words(text: str, read: object) -> None:
    """Numbers are loads; days and moments are read in ISO form."""
    assert read_as_of(text) == read


def test_as_of_nonsense() -> None:
    """Anything else is an error that says what could be given."""
    with pytest.raises(QueryError, match="neither a load nor a moment"):
        read_as_of("yesterday")


def test_a_version_without_a_new_load(home: Home) -> None:
    """Going back shows the files of before again; both states can still be asked for, and so can their loads."""
    workspace = given_workspace(home, orders(1))
    given_load(home, workspace, orders(2))
    newest, first = list_versions(home, workspace)
    before = read_dataset(home, workspace, first.version).tables["orders"]
    state = TableState("orders", "orders", before.files)
    made = republish(home, workspace, "back", [state], first.live, load_id=1, based_on=newest.version)
    assert read_dataset(home, workspace).tables["orders"].rows == 1
    assert [load.load_id for load in list_loads(home, workspace)] == [1]
    assert [load.load_id for load in list_loads(home, workspace, newest.version)] == [2, 1]
    assert read_dataset(home, workspace, newest.version).tables["orders"].rows == 2
    with pytest.raises(QueryError, match="has changed since"):
        republish(home, workspace, "back", [state], first.live, based_on=made - 1)


def test_nothing_is_purged_unless_told(home: Home) -> None:
    """Without a rule everything stays."""
    workspace = given_workspace(home, orders(1))
    given_load(home, workspace, orders(2))
    assert read_retention(home, workspace).days is None
    assert purge(home, workspace, LATER).versions == 0
    assert disk_use(home, workspace).versions == 2


def test_a_purge_takes_what_only_earlier_versions_need(home: Home) -> None:
    """Files that are not shown any more go, with the versions that showed them; what is shown stays."""
    workspace = given_workspace(home, orders(1, 2, 3))
    given_load(home, workspace, orders(4))
    newest, first = list_versions(home, workspace)
    gone = read_dataset(home, workspace, first.version).tables["orders"].files[0].path
    last = read_dataset(home, workspace).tables["orders"].files[-1:]
    republish(home, workspace, "delete", [TableState("orders", "orders", last)], [2], load_id=1)
    before = disk_use(home, workspace)
    assert before.kept == gone.stat().st_size
    set_retention(home, workspace, 7)
    assert purge(home, workspace).versions == 0  # too young
    assert purgeable(home, workspace, 7, LATER).total == before.shown
    done = purge(home, workspace, LATER)
    assert (done.versions, done.files, done.bytes) == (2, 1, before.kept)
    assert not gone.exists()
    assert read_dataset(home, workspace).tables["orders"].rows == 1
    with pytest.raises(QueryError, match="purged"):
        read_dataset(home, workspace, newest.version)
    with pytest.raises(QueryError, match="purged"):
        version_at(home, workspace, date(2001, 1, 1))


def test_a_rule_must_make_sense(home: Home) -> None:
    """Days below nothing are refused."""
    workspace = given_workspace(home, {})
    with pytest.raises(DefinitionError, match="-1"):
        set_retention(home, workspace, -1)
