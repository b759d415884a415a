"""How a text is cut: delimiters, fixed widths, headers, and what a person's word changes."""

from __future__ import annotations

import pytest

from kpi.ingest.cells import cut, cut_leniently, parse, put
from kpi.ingest.dialect import FIXED, WHITESPACE, find_dialect
from kpi.ingest.fixed_width import cut_fixed, find_gaps
from kpi.ingest.header import find_header, header_at, is_rule

ROWS = [["sku", "colour", "stock"], ["A", "red", "1"], ["B", "blue", "2"], ["C", "green", "3"]]


@pytest.mark.parametrize(
    "delimiter", [",", ";", "\t", "|", "^", "~", "\x01", ":", "§", "，", "||", "|~|", "::", "<|#|>"]
)
def test_delimiters_are_found(delimiter: str) -> None:
    """Usual, unusual and long delimiters are found by how regularly they stand."""
    found = find_dialect("\n".join(delimiter.join(row) for row in ROWS) + "\n")
    assert found is not None
    assert (found.delimiter, found.header, found.width, found.skip) == (delimiter, ("sku", "colour", "stock"), 3, 1)


def test_text_without_regular_signs_is_one_column() -> None:
    """Words, mail addresses, clock times and paths are no table: one column is left for a person to judge."""
    for lines in (["a text", "of words only", "that goes on"], ["ann@x.org", "bo@y.org"], ["12:30", "09:15"], ["a/b"]):
        found = find_dialect("\n".join(["value", *lines]))
        assert found is not None
        assert found.width == 1


def test_a_known_delimiter_is_obeyed() -> None:
    """What a person says goes before what is found."""
    found = find_dialect("item;stock,place;stock\nBolt;1,A1;5\n", ";")
    assert found is not None
    assert found.header == ("item", "stock,place", "stock")


def test_header_row_by_a_persons_word() -> None:
    """A chosen row is the header; 0 means that there is none."""
    assert header_at(ROWS, 3, 2).names == ("A", "red", "1")
    assert header_at(ROWS, 3, 2).skip == 2
    assert (header_at(ROWS, 3, 0).names, header_at(ROWS, 3, 0).skip) == ((), 0)
    assert header_at(ROWS, 3, 99).names == ()


def test_runs_of_blanks() -> None:
    """Where no cell has a blank inside, runs of blanks part them."""
    found = find_dialect(" id   day       value\n 01   20240101   7\n 02   20240102   9\n")
    assert found is not None
    assert (found.delimiter, found.width) == (WHITESPACE, 3)


def test_fixed_width() -> None:
    """Places that are blank in every line part columns, also beside blanks within cells."""
    lines = ["Name        City       Points", "Ann Lee     New York        3", "Bo          The Hague      12"]
    found = find_dialect("\n".join(lines))
    assert found is not None
    assert (found.delimiter, found.header) == (FIXED, ("Name", "City", "Points"))
    gaps = find_gaps(lines)
    assert cut_fixed(lines[1], gaps) == ["Ann Lee", "New York", "3"]
    assert cut_fixed("a line that runs across all of them", gaps) == ["a line that runs across all of them"]


def test_fixed_width_of_wide_letters() -> None:
    """Chinese characters take two places on the screen, and columns are aligned there."""
    lines = ["客户          数量", "杭州茶叶公司  12", "李记          45", "上海 百货     3"]
    assert cut_fixed(lines[1], find_gaps(lines)) == ["杭州茶叶公司", "12"]
    assert cut_fixed(lines[3], find_gaps(lines)) == ["上海 百货", "3"]


def test_prose_has_no_columns() -> None:
    """Lines of words with single blanks are no table of fixed width."""
    assert find_gaps(["this is a text", "that has many words", "and no columns at all", "so it is one"]) == ()


def test_two_lines_of_header() -> None:
    """Groups stand over several columns; a title above the header does not."""
    grouped = [["", "2023", "", "2024", ""], ["Region", "Q1", "Q2", "Q1", "Q2"], ["North", "1", "2", "3", "4"]]
    assert find_header(grouped, 5).names == ("Region", "2023 Q1", "2023 Q2", "2024 Q1", "2024 Q2")
    assert (find_header(grouped, 5).row, find_header(grouped, 5).skip) == (2, 2)
    titled = [["Store", "Leeds", ""], ["item", "place", "stock"], ["Bolt", "A1", "3"]]
    assert find_header(titled, 3).names == ("item", "place", "stock")


def test_first_row_of_words_is_no_second_header_line() -> None:
    """A first row without numbers, for want of them, stays a row."""
    rows = [["item", "stock", "price"], ["Bolt", "-", "n/a"], ["Nut", "3", "1.5"], ["Cog", "4", "2.5"]]
    assert find_header(rows, 3).skip == 1


def test_header_of_numbers() -> None:
    """Numbers are names where no cell beneath is one."""
    rows = [["id", "100", "200"], ["a", "yes", "no"], ["b", "no", "no"], ["c", "yes", "no"]]
    assert find_header(rows, 3).names == ("id", "100", "200")


def test_nameless_row_numbers() -> None:
    """A header one name short belongs behind the row numbers, or before an empty end."""
    numbered = [["sku", "stock"], ["1", "A", "7"], ["2", "B", "8"]]
    assert find_header(numbered, 3).names == ("", "sku", "stock")
    trailing = [["sku", "stock"], ["A", "7", ""], ["B", "8", ""]]
    assert find_header(trailing, 3).names == ("sku", "stock", "")


def test_rules_are_no_rows() -> None:
    """Lines drawn under a header are told from cells that are merely empty."""
    assert is_rule(["-----", "+---+"])
    assert is_rule(["", ":---:", ""])
    assert not is_rule(["-", "-"])
    assert not is_rule(["", "", ""])


@pytest.mark.parametrize("delimiter", [",", "||", "§", "\t"])
def test_cells_put_into_a_line_are_cut_out_again(delimiter: str) -> None:
    """Quotes, delimiters and line breaks inside cells survive."""
    cells = ["a", f"b{delimiter}c", 'say "x"', "two\nlines", "", " d"]
    line = put(cells, delimiter)
    assert cut(line, delimiter) == (cells, "whole")
    assert parse(line, delimiter, 2)[0][:5] == cells[:5]


def test_quotes_that_nobody_doubled() -> None:
    """A quote closes a cell only where the cell ends."""
    assert cut('7,"a 24" screen",5', ",")[1] == "broken"
    assert cut_leniently('7,"a 24" screen, wide",5', ",") == ["7", 'a 24" screen, wide', "5"]
    assert cut_leniently('7,"a \\"b\\", c",5', ",") == ["7", 'a "b", c', "5"]
    assert cut_leniently('7,"open,5', ",") == ["7", '"open', "5"]
