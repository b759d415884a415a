"""A header that has changed: what is new, gone and renamed is said, and the rest is mapped as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.ingest import ColumnMapping, NamedFile, inspect, load, plan
from kpi.ingest.changes import compare, is_similar
from kpi.ingest.guessing import guess_all
from kpi.ingest.memory import find_similar_mapping
from kpi.ingest.reasons import because
from kpi.workspace import Home, ensure_local, read_dataset

ROWS = "".join(f"{at},0{at % 9 + 1}/0{at % 8 + 1}/2024,Ann,{at}.5,blue\n" for at in range(1, 12))


def mapped(home: Home, folder: Path, header: str, name: str = "report.csv", rows: str = ROWS) -> ColumnMapping:
    """A file with this header, mapped with what the workspace remembers."""
    path = folder / name
    path.write_text(f"{header}\n{rows}", encoding="utf-8")
    ensure_local(home)
    tables = inspect([NamedFile(path=path, name=name)], home)
    (mapping,) = guess_all(home, read_dataset(home, "local"), tables)
    return mapping


@pytest.fixture
def taught(home: Home, tmp_path: Path) -> Home:
    """A home in which `No,When,Buyer,Total,Colour` has been loaded as orders, with corrections."""
    mapping = mapped(home, tmp_path, "No,When,Buyer,Total,Colour").with_entity("orders")
    for field, column in (("order_id", "No"), ("ordered_at", "When"), ("customer", "Buyer"), ("amount", "Total")):
        mapping = mapping.with_field(column, field)
    load(home, "local", [plan(mapping.with_date_order("When", "mdy"))])
    return home


def test_the_same_header_is_remembered(taught: Home, tmp_path: Path) -> None:
    """Nothing is asked or changed when the header comes again."""
    again = mapped(taught, tmp_path, "No,When,Buyer,Total,Colour", "next.csv")
    assert (again.remembered, again.changes, again.questions) == (True, None, ())
    assert {column.reasons for column in again.columns} == {(because("remembered"),)}


def test_an_added_and_a_lost_column(taught: Home, tmp_path: Path) -> None:
    """Columns that are new and gone are named; the others are mapped as before, days read as before."""
    rows = "".join(f"{at},0{at % 9 + 1}/0{at % 8 + 1}/2024,Ann,{at}.5,x{at}\n" for at in range(1, 12))
    again = mapped(taught, tmp_path, "No,When,Buyer,Total,Voucher", "next.csv", rows)
    assert again.changes is not None
    assert (again.changes.added, again.changes.gone, again.changes.renamed) == (("Voucher",), ("Colour",), ())
    assert (again.entity, again.remembered, again.questions) == ("orders", False, ())
    assert again.column("When").reading == "mdy"
    assert again.reasons == (because("similar", same=4, of=5),)


def test_a_renamed_column_keeps_its_meaning(taught: Home, tmp_path: Path) -> None:
    """A column respelt, or called by another name of its field, feeds what it fed; the change is told."""
    again = mapped(taught, tmp_path, "No,When,Buyer,Total price,colour ", "next.csv")
    assert again.changes is not None
    assert [(pair.before, pair.after) for pair in again.changes.renamed] == [
        ("Colour", "colour"),
        ("Total", "Total price"),
    ]
    assert again.column("Total price").field == "amount"
    assert again.column("Total price").reasons == (because("renamed", before="Total"),)


def test_a_renamed_column_of_ones_own_is_stored_where_it_was(taught: Home, tmp_path: Path) -> None:
    """Rows of before and after stand in one column."""
    again = mapped(taught, tmp_path, "No,When,Buyer,Total,Colours", "next.csv")
    assert again.column("Colours").name == "colour"


def test_another_order_is_no_change(taught: Home, tmp_path: Path) -> None:
    """Columns are known by their names, wherever they stand."""
    rows = "".join(f"blue,{at},0{at % 9 + 1}/0{at % 8 + 1}/2024,Ann,{at}.5\n" for at in range(1, 12))
    again = mapped(taught, tmp_path, "Colour,No,When,Buyer,Total", "next.csv", rows)
    assert (again.entity, again.remembered, again.changes) == ("orders", True, None)
    assert again.column("Total").field == "amount"


def test_another_report_is_not_taken_for_a_changed_one(taught: Home, tmp_path: Path) -> None:
    """Two columns in common are not enough."""
    again = mapped(taught, tmp_path, "No,When,Height,Width,Depth", "boxes.csv")
    assert (again.entity, again.changes) == (None, None)
    assert find_similar_mapping(taught, "local", again.sniffed) is None


def test_a_name_that_means_something_else_is_no_renaming() -> None:
    """A lost amount and a new date are two changes, not one."""
    known = {name: {"field": field} for name, field in (("No", "order_id"), ("Buyer", "customer"), ("Total", "amount"))}
    changes = compare(known, ["No", "Buyer", "Order date"], "orders")
    assert (changes.added, changes.gone, changes.renamed) == (("Order date",), ("Total",), ())
    assert not is_similar(changes)
