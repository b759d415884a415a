"""Whatever delimiter, encoding, line end and locale a table is written in, loading it gives it back."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi.ingest import NamedFile, guess, inspect, load, plan, read_issues
from kpi.workspace import Home, ensure_local, read_dataset

HEADER = ("gauge", "level", "fee", "read", "sealed")
NAMES = {
    "gb18030": ("北京朝阳门店", "上海浦东新区旗舰店", "广州天河体育中心店", "深圳南山科技园店"),
    "cp1252": ("Café Müller, Köln", 'Straße "Süd"', "Åre Skærgård", "Zürich | Höngg"),
}
ANY = (*NAMES["gb18030"], *NAMES["cp1252"])
DAYS = {
    "iso": "%Y-%m-%d",
    "slashes": "%Y/%m/%d",
    "dmy": "%d/%m/%Y",
    "dotted": "%d.%m.%Y",
    "mdy": "%m/%d/%Y",
    "short": "%d/%m/%y",
    "named": "%d %b %Y",
    "chinese": "%Y年%m月%d日",
}
ORDERS = {"dmy": "dmy", "dotted": "dmy", "mdy": "mdy", "short": "dmy"}
_numbers = itertools.count()


@dataclass(frozen=True)
class Written:
    """A table, and the way in which it is written."""

    rows: tuple[tuple[str, int | None, Decimal | None, date | None, bool | None], ...]
    encoding: str
    delimiter: str
    line_end: str
    decimal: str
    thousands: str
    days: str
    words: tuple[str, str]
    nothing: str

    def text(self) -> str:
        """The file's text."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self.delimiter, lineterminator=self.line_end)
        writer.writerow(HEADER)
        for name, level, fee, read, sealed in self.rows:
            writer.writerow([name, *map(self.cell, (level, fee, read, sealed))])
        return out.getvalue()

    def cell(self, value: int | Decimal | date | bool | None) -> str:
        """One value as this locale writes it."""
        if value is None:
            return self.nothing
        if isinstance(value, bool):
            return self.words[0] if value else self.words[1]
        if isinstance(value, date):
            return value.strftime(DAYS[self.days])
        shown = f"{value:,.2f}" if isinstance(value, Decimal) else str(value)
        return shown.replace(",", "\0").replace(".", self.decimal).replace("\0", self.thousands)


@st.composite
def tables(draw: st.DrawFn) -> Written:
    """Some dozens of rows, with gaps, in a dialect, an encoding and a locale."""
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1252"]))
    decimal, thousands = draw(st.sampled_from([(".", ","), (".", ""), (",", "."), (",", ""), (",", " ")]))
    ways = [way for way in DAYS if way != "chinese" or encoding != "cp1252"]
    words = [("yes", "no"), ("TRUE", "FALSE"), ("Y", "N")] + [("是", "否"), ("√", "×")] * (encoding != "cp1252")
    name = st.tuples(st.sampled_from(NAMES.get(encoding, ANY)), st.integers(1, 9)).map(
        lambda pair: f"{pair[0]} {pair[1]}"
    )
    first = date(2000, 1, 1)
    row = st.tuples(
        name,
        st.none() | st.integers(-99_999, 99_999),
        st.none() | st.decimals(-10_000_000, 10_000_000, places=2),
        st.none() | st.integers(0, 9_000).map(lambda number: first + timedelta(days=number)),
        st.none() | st.booleans(),
    )
    return Written(
        rows=tuple(draw(st.lists(row, min_size=25, max_size=40))),
        encoding=encoding,
        delimiter=draw(st.sampled_from([",", ";", "\t", "|"])),
        line_end=draw(st.sampled_from(["\n", "\r\n"])),
        decimal=decimal,
        thousands=thousands,
        days=draw(st.sampled_from(ways)),
        words=draw(st.sampled_from(words)),
        nothing=draw(st.sampled_from(["", "NULL", "-", "N/A"])),
    )


def loaded(home: Home, written: Written, folder: Path) -> list[tuple[Any, ...]]:
    """The rows as they are stored, after whatever must be answered has been answered rightly."""
    number = next(_numbers)
    path = folder / f"written {number}.csv"
    path.write_bytes(written.text().encode(written.encoding))
    (found,) = inspect([NamedFile(path=path, name=path.name)], home)
    mapping = guess(found).with_entity(None).with_table(f"written_{number}")
    for question in mapping.questions:
        if question.kind == "date_order" and question.column is not None:
            mapping = mapping.with_date_order(question.column, ORDERS[written.days])
    load(home, "local", [plan(mapping)])
    dataset = read_dataset(home, "local")
    assert read_issues(dataset).empty
    with duckdb.connect(str(dataset.tables[mapping.table].files[0].path), read_only=True) as connection:
        return connection.execute(f"SELECT {', '.join(HEADER)} FROM rows ORDER BY _row_id").fetchall()


def check(home: Home, written: Written, folder: Path) -> None:
    """What comes back is what was written."""
    ensure_local(home)
    assert loaded(home, written, folder) == list(written.rows)


def few(examples: int) -> settings:
    """Every example starts a reader process, so there are few; all share one home."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, suppress_health_check=checks, derandomize=True)


@few(4)
@given(written=tables())
def test_a_table_comes_back(home: Home, tmp_path: Path, written: Written) -> None:
    """A few tables, each written in another way, are loaded as they were."""
    check(home, written, tmp_path)


@pytest.mark.slow
@few(40)
@given(written=tables())
def test_many_tables_come_back(home: Home, tmp_path: Path, written: Written) -> None:
    """The same for more of them."""
    check(home, written, tmp_path)
