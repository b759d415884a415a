"""How fast is a workbook read? Our reading against openpyxl with pandas, in one run.

    python -m benchmarks.sheets                  100,000 rows of 15 columns, three times each
    python -m benchmarks.sheets --rows 20000     quicker

Ours goes from the file to the committed load: `inspect`, `guess`, `load`, reader processes started anew or taken from
reserve as in the app. Theirs ends with a frame in memory: `pandas.read_excel(engine="openpyxl")`, and openpyxl's
read-only rows made into a frame, which is the fastest that openpyxl has.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pandas as pd
import xlsxwriter

from kpi import ingest
from kpi.settings import load_settings
from kpi.workspace import ensure_local, open_home

HEADER = (
    *("Order ID", "Order date", "Ship date", "Customer ID", "Customer", "Segment", "City", "Region", "Product ID"),
    *("Category", "Product", "Amount", "Quantity", "Discount", "Paid"),
)
DAY_COLUMNS = (1, 2)


def write_orders(path: Path, rows: int) -> None:
    """A workbook of orders, always the same for the same number of rows."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Orders")
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADER)
        for at in range(rows):
            day = date(2022, 1, 1) + timedelta(days=at % 1000)
            customer = at * 7919 % 5000
            order = (
                *(100_000 + at, day, day + timedelta(days=at % 7), f"C{customer:05d}", f"Customer {customer}"),
                *(("Consumer", "Corporate", "Home")[at % 3], f"City {at % 300}", ("North", "South")[at % 2]),
                *(f"P{at % 500:04d}", ("Chairs", "Phones", "Paper")[at % 3], f"Product {at % 500}"),
                *(round(5 + at * 31 % 10_000 / 100, 2), 1 + at % 5, at % 4 / 10, at % 2 == 0),
            )
            for column, value in enumerate(order):
                if column in DAY_COLUMNS:
                    sheet.write_datetime(at + 1, column, value, days)
                else:
                    sheet.write(at + 1, column, value)


def time_ours(path: Path, folder: Path) -> float:
    """Seconds from the file to the committed load, in a fresh home."""
    home = open_home(load_settings(), folder / f"home-{time.monotonic_ns()}")
    ensure_local(home)
    start = time.perf_counter()
    found = ingest.inspect(ingest.expand(path, home.new_staging_folder()), home)
    result = ingest.load(home, "local", [ingest.plan(ingest.guess(item).accept()) for item in found])
    seconds = time.perf_counter() - start
    home.database.dispose()
    if result.issues or not result.rows:
        raise SystemExit(f"the load went wrong: {result}")
    return seconds


def time_pandas(path: Path) -> float:
    """Seconds that pandas takes with openpyxl."""
    start = time.perf_counter()
    pd.read_excel(path, engine="openpyxl")
    return time.perf_counter() - start


def time_read_only(path: Path) -> float:
    """Seconds that openpyxl's own read-only rows take to become a frame."""
    start = time.perf_counter()
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows = book.active.iter_rows(values_only=True)
    header = next(rows)
    pd.DataFrame(rows, columns=list(header))
    book.close()
    return time.perf_counter() - start


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--times", type=int, default=3)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "orders.xlsx"
        write_orders(path, given.rows)
        print(f"{given.rows:,} rows of {len(HEADER)} columns, {path.stat().st_size / 1e6:,.1f} MB")
        time_ours(path, folder)  # imports and the model are read once in an app's life
        others: dict[str, Callable[[], float]] = {
            "openpyxl + pandas": lambda: time_pandas(path),
            "openpyxl read-only + pandas": lambda: time_read_only(path),
        }
        ours: list[float] = []
        theirs: dict[str, list[float]] = {label: [] for label in others}
        for _ in range(given.times):
            ours.append(time_ours(path, folder))
            for label, measure in others.items():
                theirs[label].append(measure())
        print(f"ours, from file to committed load: {statistics.median(ours):.1f} s")
        for label, seconds in theirs.items():
            ratio = statistics.median(their / mine for their, mine in zip(seconds, ours, strict=True))
            print(f"{label}: {statistics.median(seconds):.1f} s, {ratio:.1f} times as long")


if __name__ == "__main__":
    main()
