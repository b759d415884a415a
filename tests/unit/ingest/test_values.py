"""How single cells become values: one way of writing after another, and what is no value in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from kpi.ingest.currencies import currency_of
from kpi.ingest.evidence import infer
from kpi.ingest.forms import value
from kpi.ingest.sniffed import Evidence
from kpi.model import FieldType


def run(tree: exp.Expr, cells: Sequence[str]) -> list[Any]:
    """An expression over `v` for each of these cells."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        sql = exp.select(tree).from_("given").sql(dialect="duckdb", identify=True)
        given = "WITH given AS (SELECT UNNEST(CAST($1 AS VARCHAR[])) AS v) "
        return [found for (found,) in connection.execute(given + sql, [list(cells)]).fetchall()]


def read(reading: str, kind: FieldType, *cells: str, zone: str = "UTC", **options: Any) -> list[Any]:
    """The values of cells in a reading."""
    return run(value(reading, kind, exp.column("v"), zone, **options), cells)


AMOUNTS = {
    "1,234.50": "1234.5",
    "￥1,234": "1234",
    "(12.5)": "-12.5",
    "$(12.5)": "-12.5",
    "(1,234.50)元": "-1234.5",
    "-$12": "-12",
    "$-12": "-12",
    "12-": "-12",
    "−5": "-5",
    "+5": "5",
    "USD 1.2M": "1200000",
    "€1.2bn": "1200000000",
    "2 Mio. €": "2000000",
    "1.5k": "1500",
    "1.2亿元": "120000000",
    "3万": "30000",
    "12万元人民币": "120000",
    "5百": "500",
    "CHF 1'234.50": "1234.5",
    "1 234.50": "1234.5",
    "12,34,567.89": "1234567.89",
    "１，２３４．５": "1234.5",
    "1.2E5": "120000",
    "12%": "0.12",
    ".5": "0.5",
    "0.0001": "0.0001",
}
NO_AMOUNTS = ("(5", "5)", "--5", "1_000", "0x1F", "1,23", "1.234,5", "1e400", ".", "abc", "10 000", "五", "1/2")


def test_amounts_with_a_point() -> None:
    """Separators, signs, brackets and units around a decimal point; what is written otherwise is no amount."""
    assert read("dot", FieldType.MONEY, *AMOUNTS) == [Decimal(amount) for amount in AMOUNTS.values()]
    assert read("dot", FieldType.MONEY, *NO_AMOUNTS) == [None] * len(NO_AMOUNTS)


def test_plain_amounts_are_read_alike() -> None:
    """The quick way for bare numbers reads every other cell as the long way does."""
    cells = (*AMOUNTS, *NO_AMOUNTS, "12", "-0.5", "007", " 8 ")
    for kind in (FieldType.MONEY, FieldType.NUMBER, FieldType.INTEGER):
        assert read("dot", kind, *cells, plain=True) == read("dot", kind, *cells)


def test_amounts_with_a_comma() -> None:
    """Points, blanks and apostrophes part thousands where the comma parts decimals."""
    cells = (
        "1.234,50",
        "1234,5 €",
        "1 234,50",
        "1'234,50",
        "12,5",
        "1.234",
        "-12,5",
        "1,2 Mio. €",
        "12",
        "12.5",
        "1,2,3",
    )
    amounts = ("1234.5", "1234.5", "1234.5", "1234.5", "12.5", "1234", "-12.5", "1200000", "12", None, None)
    assert read("comma", FieldType.MONEY, *cells) == [amount and Decimal(amount) for amount in amounts]


def test_whole_numbers_keep_every_digit() -> None:
    """Nothing passes through a floating point number; a part of one is no whole number."""
    cells = ("9007199254740993", "1,234", "12.0", "12.5", "007", "-5", "1e3", "123456789012345678901")
    assert read("dot", FieldType.INTEGER, *cells) == [9007199254740993, 1234, 12, None, 7, -5, 1000, None]


def test_strict_numbers_are_no_codes() -> None:
    """In a column of one's own, zeros in front, a country's prefix and sixteen digits name something."""
    cells = ("12", "0", "-5", "+5", "007", "00", "+8613800000000", "12345678901234567")
    assert read("dot", FieldType.INTEGER, *cells, strict=True)[:-1] == [12, 0, -5, 5, None, None, None]


MOMENTS = {
    "2024-03-05": "2024-03-05",
    "2024/3/5 14:05": "2024-03-05 14:05:00",
    "2024-3-5 9:05": "2024-03-05 09:05:00",
    "20240305": "2024-03-05",
    "20240305101500": "2024-03-05 10:15:00",
    "20240305T101500Z": "2024-03-05 10:15:00",
    "2024.3.5 14:05:06": "2024-03-05 14:05:06",
    "2024年3月5日 14时05分30秒": "2024-03-05 14:05:30",
    "2024年3月5日下午2:05": "2024-03-05 14:05:00",
    "2024年3月5日 星期二 上午 9:05": "2024-03-05 09:05:00",
    "２０２４年３月５日": "2024-03-05",
    "5 January 2024 2:05 PM": "2024-01-05 14:05:00",
    "Jan 5, 2024 2:05pm": "2024-01-05 14:05:00",
    "January 5th, 2024": "2024-01-05",
    "05-JAN-24": "2024-01-05",
    "5-Sept-2024": "2024-09-05",
    "5. März 2024": "2024-03-05",
    "5 de enero de 2024": "2024-01-05",
    "Wed Mar 5 14:05:00 2024": "2024-03-05 14:05:00",
    "Fri, 05 Jan 2024 10:00:00 +0100": "2024-01-05 09:00:00",
    "Fri Jan 05 2024 10:00:00 GMT+0800 (China Standard Time)": "2024-01-05 02:00:00",
    "2024-01-05T10:00:00+0800": "2024-01-05 02:00:00",
    "2024-01-05 10:00:00 UTC": "2024-01-05 10:00:00",
    "2024-01-05 10:00:00-05": "2024-01-05 15:00:00",
    "2024-01-05 2:05 PM": "2024-01-05 14:05:00",
    "2024-03": "2024-03-01",
    "2024年3月": "2024-03-01",
    "Mar 2024": "2024-03-01",
}
NO_MOMENTS = ("2024-02-30", "03/04/2024", "2024", "Oct 5", "hello 2024", "Product 12", "2024/13", "1050/12", "infinity")


def test_moments_that_can_be_read_in_one_way() -> None:
    """ISO and its relatives, Chinese days, months by name, clocks and zones; words and half days are none."""
    assert read("ymd", FieldType.TIMESTAMP, *MOMENTS) == [datetime.fromisoformat(moment) for moment in MOMENTS.values()]
    assert read("ymd", FieldType.TIMESTAMP, *NO_MOMENTS) == [None] * len(NO_MOMENTS)


def test_days_and_months_by_their_order() -> None:
    """The same cells are other days in another order; what can be read in one way only is read all the same."""
    cells = ("03/04/2024", "3.4.24", "03-04-2024", "2024-01-05", "5 Jan 24", "13/13/2024")
    months = read("dmy", FieldType.DATE, *cells), read("mdy", FieldType.DATE, *cells)
    fixed = [date(2024, 1, 5), date(2024, 1, 5), None]
    assert months == ([date(2024, 4, 3)] * 3 + fixed, [date(2024, 3, 4)] * 3 + fixed)
    assert (
        read("dmy", FieldType.TIMESTAMP, "03/04/2024 2:05 p.m.", "3/4/2024, 14:05") == [datetime(2024, 4, 3, 14, 5)] * 2
    )
    assert read("yymd", FieldType.DATE, "24/01/05", "69-01-05") == [date(2024, 1, 5), date(1969, 1, 5)]


def test_counted_days_and_zones() -> None:
    """Spreadsheet day numbers, and counts since 1970, which are moments of UTC; own times are the workspace's."""
    assert read("serial", FieldType.TIMESTAMP, "45296.25", "x") == [datetime(2024, 1, 5, 6), None]
    assert read("epoch_s", FieldType.TIMESTAMP, "1704067200", "5") == [datetime(2024, 1, 1), None]
    assert read("epoch_ms", FieldType.DATE, "1704067200000", zone="America/New_York") == [date(2023, 12, 31)]
    assert read("ymd", FieldType.TIMESTAMP, "2024-01-05 08:00", zone="Asia/Shanghai") == [datetime(2024, 1, 5)]


def test_yes_and_no() -> None:
    """无 is no beside 有 and nothing beside other words."""
    assert (
        read("words", FieldType.BOOLEAN, "Yes", "√", "是", "N", "否", "无", "perhaps")
        == [True] * 3 + [False] * 2 + [None] * 2
    )
    assert read("has", FieldType.BOOLEAN, "有", "无", "没有") == [True, False, False]


def test_chosen_words_stand_for_nothing() -> None:
    """What a person takes for nothing is nothing, in numbers and in texts; the usual words then are words."""
    assert read("dot", FieldType.INTEGER, "999", " 999 ", "5", empty=("999",)) == [None, None, 5]
    assert read("text", FieldType.TEXT, "unknown", "UNKNOWN", "NULL", empty=("unknown",)) == [None, None, "NULL"]


def test_currency_of_a_cell() -> None:
    """Signs, codes and names; a shared sign is the workspace's own where it may be."""
    cells = ("$5", "US$ 5", "¥5", "5元", "EUR 5", "12万美元", "5", "abc")
    assert run(currency_of(exp.column("v")), cells) == ["USD", "USD", "CNY", "CNY", "EUR", "USD", None, None]
    own = currency_of(exp.column("v"), exp.Literal.string("HKD"))
    assert run(own, cells) == ["HKD", "USD", "CNY", "HKD", "EUR", "USD", None, None]


@pytest.mark.parametrize(
    ("name", "evidence", "kind", "reading"),
    [
        ("level", {"dot": 9, "comma": 9, "whole": 9, "whole_comma": 9}, "integer", "dot"),
        ("level", {"dot": 9, "comma": 9, "whole": 9, "whole_comma": 9, "comma_locale": 1}, "integer", "comma"),
        ("level", {"dot": 9, "whole": 9, "leading_zero": 1}, "id", "text"),
        ("user id", {"dot": 9, "whole": 9, "point_zero": 4}, "id", "plain_id"),
        ("share", {"dot": 9, "percent": 1}, "rate", "dot"),
        ("term", {"dot": 9, "whole": 9, "lettered": 9}, "text", "text"),
        ("monthly fee", {"dot": 9, "whole": 9, "lettered": 9}, "money", "dot"),
        ("ok", {"boolean": 9, "dot": 4}, "boolean", "words"),
        ("ok", {"boolean": 9, "has": 9, "empty": ("无",)}, "boolean", "has"),
        ("read_at", {"dot": 9, "whole": 9, "serial": 9}, "date", "serial"),
        ("level", {"dot": 9, "whole": 9, "serial": 9}, "integer", "dot"),
        ("created_at", {"dot": 9, "whole": 9, "epoch_ms": 9}, "timestamp", "epoch_ms"),
    ],
)
def test_type_of_a_column(name: str, evidence: dict[str, Any], kind: str, reading: str) -> None:
    """Counts of readings, and a header where counts leave it open, decide type and reading."""
    assert infer(name, Evidence(filled=9, different=9, **evidence)) == (FieldType(kind), reading)
