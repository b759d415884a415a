"""Every awkward file in tests/files becomes the table, issues or error its YAML names; a new pair is a new test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml

from kpi.errors import FileError
from kpi.ingest import NamedFile, ReadingChoice, Sniffed, expand, guess, inspect, load, plan, read_issues
from kpi.ingest.archives import unpack
from kpi.workspace import Home, Table, ensure_local, read_dataset
from kpi.workspace.dataset import STORED_COLUMNS

FOLDER = Path(__file__).parents[2] / "files"
PAIRS = sorted(FOLDER.glob("*.yaml"))


def expected(pair: Path) -> dict[str, Any]:
    """What the YAML beside a file says."""
    said: dict[str, Any] = yaml.safe_load(pair.read_text(encoding="utf-8"))
    return said


def look(home: Home, file: Path, choice: dict[str, Any] | None = None) -> Sniffed:
    """The one table of a file."""
    choices = {file.name: ReadingChoice.model_validate(choice)} if choice else {}
    (found,) = inspect(expand(file, home.new_staging_folder()), home, choices=choices)
    return found


def check_tables(home: Home, file: Path, said: dict[str, Any]) -> None:
    """Every table of a file: what it is called, its columns, its first rows as text; and how many rows all load."""
    unpacked = unpack(file, home.new_staging_folder())
    assert [problem.code for problem in unpacked.problems] == said.get("problems", [])
    found = inspect(unpacked.files, home)
    shown = [
        {
            "title": table.title,
            "columns": [column.name for column in table.columns],
            "rows": [list(row) for row in table.first_rows],
        }
        for table in found
    ]
    assert shown == said["tables"]
    result = load(home, "local", [plan(guess(table).accept()) for table in found])
    assert (result.rows, result.issues) == (sum(len(table["rows"]) for table in said["tables"]), 0)


def stored_rows(table: Table) -> list[list[Any]]:
    """The data columns of every row, in the order of the file; amounts and times as text."""
    rows = []
    for file in table.files:
        with duckdb.connect(str(file.path), read_only=True) as connection:
            names = [column.name for column in file.columns]
            found = connection.table("rows").order("_row_id").project(", ".join(f'"{name}"' for name in names))
            rows += [
                [value if isinstance(value, bool | int | float | None) else str(value) for value in row]
                for row in found.fetchall()
            ]
    return rows


def stored_lines(table: Table) -> list[int]:
    """The row numbers that stored rows had in their file."""
    with duckdb.connect(str(table.files[0].path), read_only=True) as connection:
        return [line for (line,) in connection.execute("SELECT _line FROM rows ORDER BY _row_id").fetchall()]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.stem)
def test_file(home: Home, pair: Path) -> None:
    """The file is found, mapped and stored exactly as expected, or refused with the expected error and no trace."""
    ensure_local(home)
    said, file = expected(pair), pair.with_suffix("")
    if "error" in said:
        with pytest.raises(FileError) as caught:
            look(home, file)
        assert (caught.value.code, caught.value.where.file) == (said["error"], file.name)
        assert caught.value.remedy
        assert read_dataset(home, "local").version == 0
        return
    if "tables" in said:
        check_tables(home, file, said)
        return
    found = look(home, file, said.get("choice"))
    described = found.model_dump(mode="json")
    assert {name: described[name] for name in said.get("found", {})} == said.get("found", {})
    mapping = guess(found)
    assert [question.kind for question in mapping.questions] == said.get("questions", [])
    for column, order in said.get("answers", {}).items():
        mapping = mapping.with_date_order(column, order)
    mapping = mapping.accept()
    assert mapping.entity == said.get("entity")
    result = load(home, "local", [plan(mapping)])
    dataset = read_dataset(home, "local")
    table = dataset.tables[said.get("table") or said["entity"]]
    if "columns" in said:
        assert {column.name: column.type.value for column in table.columns} == said["columns"]
    if "rows" in said:
        assert stored_rows(table) == said["rows"]
    if "lines" in said:
        assert stored_lines(table) == said["lines"]
    assert table.rows == result.rows == said.get("count", len(said.get("rows", [])))
    issues = read_issues(dataset).sort_values(["row", "column"])
    listed = issues[["row", "column", "value", "reason"]].to_dict("records")
    listed = [{name: None if pd.isna(value) else value for name, value in issue.items()} for issue in listed]
    assert listed == said.get("issues", [])


def test_stored_columns_come_first(home: Home) -> None:
    """Every data file begins with the columns that say where a row came from."""
    ensure_local(home)
    load(home, "local", [plan(guess(look(home, FOLDER / "ids_as_numbers.csv")))])
    file = read_dataset(home, "local").tables["order_lines"].files[0]
    with duckdb.connect(str(file.path), read_only=True) as connection:
        rows = connection.table("rows")
        assert tuple(rows.columns[:5]) == STORED_COLUMNS
        stored = rows.project("_row_id, _load_id, _file, _sheet, _line").order("_row_id").fetchall()
    assert stored == [(2**40 + 1 + at, 1, "ids_as_numbers.csv", None, 2 + at) for at in range(3)]


def test_named_file_is_what_expand_gives(tmp_path: Path) -> None:
    """A plain file is handed on as it is, under the name the user knows."""
    assert expand(FOLDER / "one_column.csv", tmp_path, "upload.csv") == [
        NamedFile(path=FOLDER / "one_column.csv", name="upload.csv")
    ]
