"""A sample never has the last word: what stands far below it, or between its parts, decides types and readings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kpi.errors import MappingError
from kpi.ingest import NamedFile, guess, inspect, load, plan, read_issues
from kpi.workspace import Home, ensure_local, read_dataset

ROWS = 30_000
ODD = 11_000  # a row that no part of the sample has


def write(path: Path, header: str, usual: Callable[[int], str], odd: dict[int, str]) -> Path:
    """A long file of usual lines, with other ones at a few places."""
    lines = (odd.get(number, usual(number)) for number in range(ROWS))
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8", newline="")
    return path


def bring(home: Home, path: Path) -> tuple[dict[str, str], Callable[[str], list[tuple[Any, ...]]]]:
    """Load a file as guessed; its stored types, and a way to query its rows."""
    ensure_local(home)
    (found,) = inspect([NamedFile(path=path, name=path.name)], home)
    mapping = guess(found)
    load(home, "local", [plan(mapping)])
    table = read_dataset(home, "local").tables[mapping.table]

    def ask(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(table.files[0].path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return {column.name: column.type.value for column in table.columns}, ask


def test_one_odd_value_far_down_decides(home: Home, tmp_path: Path) -> None:
    """A zero in front, a decimal, a sign, twenty digits, a time of day: each turns its column, and nothing is lost."""
    path = write(
        tmp_path / "gauge.csv",
        "gauge,post,level,count,batch,fee,seen",
        lambda number: (
            f"g{number},{number + 10000},{number},{number % 90},{number},{number % 50},2024-01-{number % 28 + 1:02d}"
        ),
        {ODD: "odd,01067,12.5,1_000,20240101000012345678,€5,2024-01-05 13:45:00"},
    )
    types, ask = bring(home, path)
    (odd,) = ask("SELECT post, level, count, batch, fee, CAST(seen AS VARCHAR) FROM rows WHERE gauge = 'odd'")
    assert {name: types[name] for name in ("post", "level", "batch", "seen")} == {
        "post": "id",
        "level": "number",
        "batch": "id",
        "seen": "timestamp",
    }
    assert (odd[0], odd[1], odd[3], odd[5]) == ("01067", 12.5, "20240101000012345678", "2024-01-05 13:45:00")
    assert (types["count"], odd[2]) == ("integer", None)
    assert ask("SELECT currency, CAST(fee AS VARCHAR) FROM rows WHERE gauge IN ('odd', 'g7') ORDER BY gauge") == [
        ("CNY", "7.0000"),
        ("EUR", "5.0000"),
    ]
    issues = read_issues(read_dataset(home, "local"))
    assert issues[["row", "column", "value"]].values.tolist() == [[ODD + 2, "count", "1_000"]]


def test_text_in_the_sample_is_typed_when_the_rest_is(home: Home, tmp_path: Path) -> None:
    """Columns that are empty, or words, wherever the sample looks are numbers, days and yes or no in all other rows."""

    def usual(number: int) -> str:
        seen = number < 500 or abs(number - ROWS // 2) < 400 or number > ROWS - 400
        late = "" if seen else f"{number / 4}"
        rare = f"2024-03-{number % 28 + 1:02d}" if number in (9_000, 9_001, 21_000) else ""
        flag = "" if seen else ("yes", "no")[number % 2]
        return f"g{number},{late},{rare},{flag}"

    types, ask = bring(home, write(tmp_path / "gauge.csv", "gauge,late,rare,flag", usual, {}))
    assert {name: types[name] for name in ("late", "rare", "flag")} == {
        "late": "number",
        "rare": "date",
        "flag": "boolean",
    }
    assert ask("SELECT count(late), count(rare), count(flag), max(late) FROM rows")[0][1] == 3


def test_the_other_decimal_sign_far_down_is_heard(home: Home, tmp_path: Path) -> None:
    """1.234 is a thousand and more once one amount far below can only have a decimal comma."""
    path = write(
        tmp_path / "orders.csv",
        "Order ID,Order date,Total",
        lambda number: f"{number},2024-01-05,{number % 9 + 1}.{number % 900 + 100}",
        {ODD: f'{ODD},2024-01-05,"1.234,50"'},
    )
    _, ask = bring(home, path)
    assert ask(f"SELECT CAST(amount AS VARCHAR) FROM rows WHERE order_id IN ('0', '{ODD}') ORDER BY _line") == [
        ("1100.0000",),
        ("1234.5000",),
    ]
    assert read_issues(read_dataset(home, "local")).empty


def test_a_few_days_in_the_other_order_are_not_read_over(home: Home, tmp_path: Path) -> None:
    """Where some days can only have the day first and others only the month, what is open stays open: nothing loads."""
    path = write(
        tmp_path / "orders.csv",
        "Order ID,Order date,Total",
        lambda number: f"{number},{number % 12 + 1:02d}/0{number % 9 + 1}/2024,5",
        {3: "3,25/03/2024,5", **{ODD + at: f"{ODD + at},03/2{at}/2024,5" for at in range(3, 9)}},
    )
    ensure_local(home)
    (found,) = inspect([NamedFile(path=path, name=path.name)], home)
    mapping = guess(found)
    with pytest.raises(MappingError) as caught:
        load(home, "local", [plan(mapping.with_field("Order date", "ordered_at"))])
    assert caught.value.code == "mixed_date_orders"
    assert read_dataset(home, "local").version == 0


def test_words_stay_words(home: Home, tmp_path: Path) -> None:
    """Names, addresses and codes that only begin like numbers are texts, however many there are."""
    path = write(
        tmp_path / "gauge.csv",
        "gauge,address,code",
        lambda number: f"g{number},{number} Main St,{number % 900}-{number % 70}A",
        {},
    )
    types, _ = bring(home, path)
    assert types["address"] == "text"
    assert types["code"] in ("id", "text", "category")
