"""The manifest: versions, deletion, as of an earlier load, remembered mappings."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.errors import QueryError
from kpi.ingest.history import delete_load
from kpi.model import FieldType
from kpi.workspace import (
    Home,
    find_mapping,
    get_workspace,
    list_loads,
    publish,
    read_dataset,
    reserve_load_id,
)
from tests.given import given_load, given_workspace

JANUARY = {"orders": [{"order_id": "1", "ordered_at": "2024-01-05", "amount": 5}]}
FEBRUARY = {"orders": [{"order_id": "2", "ordered_at": "2024-02-05 10:00:00", "amount": 7, "channel": "web"}]}


def test_each_load_makes_a_version(home: Home) -> None:
    """Rows of both loads are there; the version before still shows the first alone."""
    workspace = given_workspace(home, JANUARY)
    before = get_workspace(home, workspace).version
    given_load(home, workspace, FEBRUARY)
    assert read_dataset(home, workspace).tables["orders"].rows == 2
    assert read_dataset(home, workspace, before).tables["orders"].rows == 1
    assert read_dataset(home, workspace).version == before + 1


def test_columns_of_all_files_are_one_table(home: Home) -> None:
    """A column of one file only is there; days and moments together are moments; first and last day are known."""
    workspace = given_workspace(home, JANUARY)
    given_load(home, workspace, FEBRUARY)
    table = read_dataset(home, workspace).tables["orders"]
    column = table.column("ordered_at")
    assert column is not None
    assert column.type is FieldType.TIMESTAMP
    assert table.column("channel") is not None
    assert (table.earliest("ordered_at"), table.latest("ordered_at")) == (date(2024, 1, 5), date(2024, 2, 5))
    assert not table.is_unique("order_id")


def test_a_deleted_load_is_gone_from_now_on(home: Home) -> None:
    """Its rows are not in the newest version, but still in the one before; it cannot be deleted twice."""
    workspace = given_workspace(home, JANUARY)
    load_id = given_load(home, workspace, FEBRUARY)
    before = get_workspace(home, workspace).version
    delete_load(home, workspace, load_id)
    assert read_dataset(home, workspace).tables["orders"].rows == 1
    assert read_dataset(home, workspace, before).tables["orders"].rows == 2
    assert [load.load_id for load in list_loads(home, workspace)] == [load_id - 1]
    with pytest.raises(QueryError, match="no load"):
        delete_load(home, workspace, load_id)


def test_load_ids_are_never_used_again(home: Home) -> None:
    """An id that was reserved and not published is skipped."""
    workspace = given_workspace(home, JANUARY)
    lost = reserve_load_id(home, workspace)
    assert given_load(home, workspace, FEBRUARY) == lost + 1


def test_a_mapping_is_remembered_by_header(home: Home) -> None:
    """The newest mapping of a header is found again, in its own workspace only."""
    workspace, other = given_workspace(home, {}), given_workspace(home, {}, workspace="other")
    for entity in ("orders", "order_lines"):
        number = reserve_load_id(home, workspace)
        publish(home, workspace, number, [], names=["a.csv"], summary={}, learnt={"print": {"entity": entity}})
    assert find_mapping(home, workspace, "print") == {"entity": "order_lines"}
    assert find_mapping(home, other, "print") is None


def test_publishing_into_nothing(home: Home) -> None:
    """A workspace that is gone takes no load."""
    with pytest.raises(QueryError, match="no workspace"):
        publish(home, "gone", 1, [], names=[], summary={})
