"""Which stored rows are taken for totals, headers and notes, and which are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.ingest import NamedFile, guess, inspect, load, plan, read_issues
from kpi.ingest.totals import is_total
from kpi.workspace import Home, ensure_local, read_dataset


def issues_of(home: Home, folder: Path, *texts: str) -> tuple[int, list[tuple[str, int, str]]]:
    """Rows stored, and (file, row, reason) of every issue, of one load of these texts."""
    ensure_local(home)
    files = []
    for number, text in enumerate(texts):
        path = folder / f"{number}.csv"
        path.write_text(text, encoding="utf-8")
        files.append(NamedFile(path=path, name=path.name))
    plans = [plan(guess(found).with_entity(None).with_table("stock").accept()) for found in inspect(files, home)]
    result = load(home, "local", plans)
    issues = read_issues(read_dataset(home, "local"))
    return result.rows, [(item["file"], int(item["row"]), item["reason"]) for item in issues.to_dict("records")]


@pytest.mark.parametrize(
    "cell", ["Total", "TOTAL:", "Grand Total", "sub-total", "East Total", "合计", "小计：", "合 计", "Σ"]
)
def test_words_for_totals(cell: str) -> None:
    """Totals are called many names, in both languages."""
    assert is_total(cell)


@pytest.mark.parametrize("cell", ["Total Wine", "Totally", "12 total", "合计公司", "", "Sumatra", "Subtotalled goods"])
def test_words_that_only_look_so(cell: str) -> None:
    """Names that merely hold such a word are no totals."""
    assert not is_total(cell)


def test_totals_of_every_file(home: Home, tmp_path: Path) -> None:
    """Each file of a load has its own totals and notes, judged by its own rows."""
    head = "branch,opened,visits,staff\n"
    first = head + "North,2020-01-01,10,1\nSouth,2020-01-02,20,2\nTotal,,30,3\n"
    second = head + "West,2020-01-03,5,1\nEast,2020-01-04,6,2\nTotal,,11,3\n"
    rows, issues = issues_of(home, tmp_path, first, second)
    assert rows == 4
    assert issues == [("0.csv", 4, "totals_row"), ("1.csv", 4, "totals_row")]


def test_total_without_a_sum_stays(home: Home, tmp_path: Path) -> None:
    """In a table of names and numbers alone, `Total` stays where it is no sum of what stands above."""
    rows, issues = issues_of(home, tmp_path, "brand,litres\nShell,10\nTotal,12\nEsso,7\n")
    assert (rows, issues) == (3, [])


def test_sparse_last_record_stays(home: Home, tmp_path: Path) -> None:
    """A record that is merely empty for the most part is no note when only optional columns are empty."""
    rows, issues = issues_of(home, tmp_path, "sku,label,stock,place\nA1,,,\nA2,nut,5,B1\nA3,,,\nA4,,2,\nA5,,,\n")
    assert (rows, issues) == (5, [])


def test_header_again_between_typed_columns(home: Home, tmp_path: Path) -> None:
    """Headers in the midst do not turn days and numbers into text."""
    page = "item,day,stock\nBolt,2024-01-01,1\nNut,2024-01-02,2\n"
    rows, issues = issues_of(home, tmp_path, page * 3)
    assert rows == 6
    assert [(line, reason) for _, line, reason in issues] == [(4, "repeated_header"), (7, "repeated_header")]
    (table,) = read_dataset(home, "local").tables.values()
    columns = {column.name: column.type.value for column in table.columns}
    assert (columns["day"], columns["stock"]) == ("date", "integer")
