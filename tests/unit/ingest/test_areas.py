"""Where a sheet holds several tables, and where it does not: a blank row or column alone parts nothing."""

from __future__ import annotations

import pytest

from kpi.ingest.areas import find_areas

ORDERS = ["Order,Day,Total", "1,2024-03-04,5", "2,2024-03-05,6", "3,2024-03-06,7"]
TARGETS = ["Region,Target", "North,5", "South,6", "West,7"]
NAMES = ["Name,City,Country", "Ann,Kiel,DE", "Bob,Ulm,DE", "Cem,Linz,AT"]


def areas(*lines: str) -> list[str]:
    """The areas of a sheet, cells parted by commas."""
    return [area.label() for area in find_areas([line.split(",") for line in lines])]


def beside(left: list[str], right: list[str], wide: int = 3) -> list[str]:
    """Two tables side by side, a blank column between them."""
    rows = max(len(left), len(right))
    left = left + ["," * (wide - 1)] * (rows - len(left))
    right = right + [""] * (rows - len(right))
    return [f"{one},,{other}" for one, other in zip(left, right, strict=True)]


def test_one_above_the_other() -> None:
    """A header of its own above rows of its own begins a table; a title right above goes with it."""
    assert areas(*ORDERS, "", "Targets", "", *TARGETS) == ["A1:C4", "A6:B11"]
    assert areas(*ORDERS, "", "Targets", *TARGETS) == ["A1:C4", "A6:B10"]


def test_side_by_side() -> None:
    """Tables of different length, or with columns of one name, are two."""
    assert areas(*beside(ORDERS, [*TARGETS, "East,8"])) == ["A1:C4", "E1:F5"]
    assert areas(*beside(ORDERS, ORDERS)) == ["A1:C4", "E1:G4"]


def test_both_ways() -> None:
    """Two tables side by side above a third."""
    assert areas(*beside(ORDERS, [*TARGETS[:-1], "West,7", "East,8"]), "", *NAMES) == ["A1:C4", "E1:F5", "A7:C10"]


def test_a_spacer_column_parts_nothing() -> None:
    """The same rows left and right of a blank column are one table."""
    assert areas(*beside(ORDERS, TARGETS)) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["Report:,Sales", "Period:,2024", "Author:,Ann", "", *ORDERS],
        ["Sales report", "", "as of 2024-03-06", "", *ORDERS],
        [*ORDERS[:2], "", *ORDERS[2:]],
        [*ORDERS, "", ",Total,18"],
        [*ORDERS, "", "Prepared by,Ann", "Checked by,Bob"],
        [*NAMES[:3], "", "Dan,Bonn,DE", "Eva,Rom,IT", "Fay,Oslo,NO"],
        [*ORDERS, "", *ORDERS],
        ORDERS,
    ],
    ids=["labels above", "titles above", "gap", "total below", "labels below", "all texts", "next page", "plain"],
)
def test_one_table_stays_one(lines: list[str]) -> None:
    """Titles, labels, gaps, totals, notes, and the same header on a new page are parts of one table."""
    assert areas(*lines) == []


def test_the_same_header_under_a_title() -> None:
    """A title between says that the second table is another one, though of the same shape."""
    assert areas(*ORDERS, "", "South", "", *ORDERS) == ["A1:C4", "A6:C11"]


def test_a_report_of_many_pages_is_one_table() -> None:
    """Beyond a few dozen tables they are pages."""
    assert areas(*[line for _ in range(50) for line in (*ORDERS, "", "Page", "")]) == []


def test_nothing() -> None:
    """A sheet without a cell has no area."""
    assert find_areas([]) == find_areas([["", " "]]) == []
