"""Days of real exports, in the order in which they are written."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest

from kpi.ingest import expand, guess, inspect, load, plan
from kpi.workspace import DataFile, Home, create_workspace, read_dataset


@pytest.fixture
def superstore(real_data: Path) -> Path:
    """The folder of the Superstore files: the CSV writes dd/mm/yy, the workbook holds real days."""
    return real_data / "b2c_superstore_2024"


def stored_days(file: DataFile) -> list[tuple[str, date, date]]:
    """Line number, order date and ship date of every stored row."""
    with duckdb.connect(str(file.path), read_only=True) as connection:
        lines = connection.execute("SELECT line_id, ordered_at, ship_date FROM rows ORDER BY CAST(line_id AS INTEGER)")
        return lines.fetchall()


def test_superstore_days_first(home: Home, superstore: Path) -> None:
    """Every order and ship date of the CSV is the workbook's, and no row ships before it is ordered."""
    create_workspace(home, "Real", workspace="real", time_zone="UTC")
    for name, sheet in (("Sample - Superstore.csv", None), ("Sample - Superstore.xls", "Orders")):
        found = inspect(expand(superstore / name, home.new_staging_folder()), home)
        mapping = guess(next(table for table in found if table.sheet == sheet))
        load(home, "real", [plan(mapping.with_entity("order_lines").accept())])
    text, workbook = read_dataset(home, "real").tables["order_lines"].files
    days = [stored_days(file) for file in (text, workbook)]
    assert days[0] == days[1]
    assert len(days[0]) == 10_194
    assert not [line for line in days[0] if line[2] < line[1]]


def test_superstore_open_days_are_advised(home: Home, superstore: Path, tmp_path: Path) -> None:
    """Where no day is past the twelfth it is asked; the order of the rows advises, and gives the workbook's days."""
    with (superstore / "Sample - Superstore.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    at = [header.index("Order Date"), header.index("Ship Date")]
    early = [row for row in rows if all(int(row[column][:2]) <= 12 for column in at)]
    path = tmp_path / "first days.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *early])
    (found,) = inspect(expand(path, home.new_staging_folder()), home)
    mapping = guess(found)
    questions = {question.column: question for question in mapping.questions if question.kind == "date_order"}
    assert set(questions) == {"Order Date", "Ship Date"}
    asked = questions["Order Date"]
    assert (asked.recommended, asked.reason, set(asked.choices)) == ("dmy", "file_order", {"dmy", "mdy", "ymd"})
    assert all(
        len(reading.days) == len(question.samples) == 3
        for question in questions.values()
        for reading in question.readings
    )
    create_workspace(home, "Real", workspace="real", time_zone="UTC")
    load(home, "real", [plan(mapping.with_entity("order_lines").accept())])
    (workbook,) = (
        table
        for table in inspect(expand(superstore / "Sample - Superstore.xls", home.new_staging_folder()), home)
        if table.sheet == "Orders"
    )
    load(home, "real", [plan(guess(workbook).with_entity("order_lines"))])
    part, whole = (stored_days(file) for file in read_dataset(home, "real").tables["order_lines"].files)
    assert len(part) == len(early) > 2_000
    assert set(part) <= set(whole)
