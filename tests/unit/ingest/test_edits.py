"""Cells and lines mended by hand: read like their column, kept with what they mend, refused where they do not fit."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from kpi.errors import KpiError, MappingError
from kpi.ingest import (
    AddedRow,
    Edit,
    add_rows,
    delete_load,
    edit_rows,
    load,
    plan,
    read_issues,
    undo,
)
from kpi.workspace import Home, Mode, list_loads, read_dataset
from tests.again import FIRST, SECOND, plans, rows


def test_edit_is_read_like_its_column(home: Home, tmp_path: Path) -> None:
    """A cell typed anew is read, checked and kept; its issue is gone; undo brings both back."""
    text = FIRST.replace("open,20", "open,twenty")
    load(home, "local", plans(home, tmp_path, "one.csv", text))
    issues = read_issues(read_dataset(home, "local"), placed=True)
    (row_id, field) = issues.loc[0, ["row_id", "field"]]
    edit_rows(home, "local", "orders", [Edit(row_id, field, "1,200.50"), Edit(row_id, "status", "Paid")], reason="typo")
    assert rows(home)[1] == ((1, 2), "A2", "Bob", "paid", 1200.5)
    assert read_issues(read_dataset(home, "local")).empty
    (edit, _) = list_loads(home, "local")
    assert (edit.summary["orders"]["mode"], edit.summary["orders"]["reason"]) == ("edit", "typo")
    delete_load(home, "local", edit.load_id)
    assert rows(home)[1] == ((1, 2), "A2", "Bob", "open", None)
    assert len(read_issues(read_dataset(home, "local"))) == 1


def test_edit_stays_on_what_it_edited(home: Home, tmp_path: Path) -> None:
    """When a load under an edit goes, the edited cell stays as edited and the others are as they were."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    load(home, "local", plans(home, tmp_path, "two.csv", SECOND, Mode.UPSERT))
    edit_rows(home, "local", "orders", [Edit(2**40 + 2, "customer", "Robert")])
    delete_load(home, "local", 2)
    assert rows(home)[1] == ((1, 2), "A2", "Robert", "open", 20)
    load(home, "local", plans(home, tmp_path, "two.csv", SECOND, Mode.UPSERT))
    assert rows(home)[1] == ((1, 2), "A2", "Bob", "paid", 25)


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Edit(2**40 + 2, "amount", "many"), "bad_value"),
        (Edit(2**40 + 2, "ordered_at", "2024-01-02 13:00"), "bad_value"),
        (Edit(2**40 + 2, "total", "1"), "unknown_stored_column"),
        (Edit(2**40 + 9, "amount", "1"), "unknown_row"),
    ],
)
def test_edit_that_does_not_fit_changes_nothing(home: Home, tmp_path: Path, edit: Edit, code: str) -> None:
    """A value that does not fit, a column and a row that are not there are refused with their names."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    with pytest.raises(KpiError) as caught:
        edit_rows(home, "local", "orders", [edit])
    assert caught.value.code == code
    if edit.text == "many":
        where = caught.value.where
        assert (where.file, where.row, where.column, caught.value.found) == ("one.csv", 3, "Total", "many")
    assert read_dataset(home, "local").version == 1


def test_words_that_follow_from_others_are_decided_anew(home: Home, tmp_path: Path) -> None:
    """A status that was read from the stage follows the stage when that is edited."""
    text = "Deal ID,Account,Create date,Stage\nD1,Ann,2024-01-01,Proposal\nD2,Bob,2024-01-02,Lost\n"
    (item,) = plans(home, tmp_path, "deals.csv", text)
    load(home, "local", [plan(item.mapping.with_entity("opportunities"))])
    edit_rows(home, "local", "opportunities", [Edit(2**40 + 1, "stage", "Closed Won")])
    (file,) = read_dataset(home, "local").tables["opportunities"].files
    with duckdb.connect(str(file.path), read_only=True) as connection:
        found = connection.execute("SELECT status, _load_id FROM rows ORDER BY _row_id").fetchall()
    assert found == [("won", 2), ("lost", 1)]


def test_value_that_every_row_needs_cannot_be_left_out(home: Home, tmp_path: Path) -> None:
    """A product without a name is no product, whether its name is emptied or never given."""
    (item,) = plans(home, tmp_path, "products.csv", "Product,Price\nA,1\nB,2\n")
    load(home, "local", [plan(item.mapping.with_entity("products"))])
    with pytest.raises(MappingError) as caught:
        edit_rows(home, "local", "products", [Edit(2**40 + 1, "product", "")])
    assert (caught.value.code, caught.value.where.row) == ("required_value", 2)
    with pytest.raises(MappingError) as caught:
        add_rows(home, "local", "products", [AddedRow({"price": "3"})])
    assert caught.value.code == "required_value"
    add_rows(home, "local", "products", [AddedRow({"product": "C"})])
    assert read_dataset(home, "local").tables["products"].rows == 3


def test_line_set_aside_is_mended(home: Home, tmp_path: Path) -> None:
    """A line that could not be read becomes a row once somebody types it; its issue is settled."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST.replace("A3", "broken\nA3")))
    (issue,) = read_issues(read_dataset(home, "local"), placed=True).itertuples()
    assert issue.reason == "too_few_cells"
    cells = {"order_id": "A9", "customer": "Zoe", "ordered_at": "2024-01-09", "status": "paid", "amount": "7"}
    add_rows(home, "local", "orders", [AddedRow(cells, issue.load, issue.file, None, issue.row)])
    assert rows(home, "order_id, amount, currency, _file, _line")[-1] == ((2, 1), "A9", 7, "CNY", "one.csv", 4)
    assert read_issues(read_dataset(home, "local")).empty
    undo(home, "local")
    assert len(read_issues(read_dataset(home, "local"))) == 1
