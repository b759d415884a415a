"""Which name a column has where header cells are merged, and where merged cells are no header."""

from __future__ import annotations

import pytest

from kpi.ingest.merged import Merged, one_line

DATA = [["North", "1", "2"], ["South", "3", "4"]]


def test_names_of_several_lines() -> None:
    """What a column stands under, from top to bottom, once each; rows above the header's last are left blank."""
    header = [["Region", "Sales", ""], ["", "2024", "2025"], ["", "EUR", "EUR"]]
    merged = [Merged(0, 0, 2, 0), Merged(0, 1, 0, 2)]
    assert one_line(header + DATA, merged) == {0: [], 1: [], 2: ["Region", "Sales 2024 EUR", "Sales 2025 EUR"]}


def test_a_title_is_passed_over() -> None:
    """A title merged over all columns is no header."""
    rows = [["Report", "", ""], ["Region", "Sales", ""], ["", "2024", "2025"], *DATA]
    merged = [Merged(0, 0, 0, 2), Merged(1, 0, 2, 0), Merged(1, 1, 1, 2)]
    assert one_line(rows, merged) == {1: [], 2: ["Region", "Sales 2024", "Sales 2025"]}


@pytest.mark.parametrize(
    ("rows", "merged"),
    [
        ([["Region", "a", "b"], *DATA], []),
        ([["Region", "a", "b"], ["North", "1", "2"], ["", "3", "4"]], [Merged(1, 0, 2, 0)]),
        ([["North", "1", "2"], ["", "3", "4"], *DATA], [Merged(0, 0, 1, 0)]),
        ([["Region", "Lead", "x"], ["North", "", "y"], *DATA], [Merged(0, 1, 1, 1)]),
        ([["Region", "Lead", ""], ["", "", ""]], [Merged(0, 0, 1, 0)]),
    ],
    ids=["nothing merged", "merged data", "values in the first rows", "rows of their own", "nothing beneath"],
)
def test_no_header_of_several_lines(rows: list[list[str]], merged: list[Merged]) -> None:
    """One line, values, separate rows, or nothing beneath: the rows stay as they are."""
    assert one_line(rows, merged) == {}
