"""What does loading again cost? Ratios in one run.

    python -m benchmarks.again                   a table of 5 million orders, 100,000 appended and upserted
    python -m benchmarks.again --rows 500000     the same, smaller

An append is set against the load of the same file into an empty workspace; an upsert (half of its rows there already)
against writing the whole table once, file to file, by DuckDB alone.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.load import write_orders
from kpi import ingest
from kpi.settings import load_settings
from kpi.workspace import Home, Mode, ensure_local, open_home, read_dataset

MORE = 100_000


def write_more(path: Path, rows: int, seed: int) -> Path:
    """A CSV of 100,000 orders, the second half of which the big table does not have; another for each seed."""
    write_orders(path.with_suffix(".all"), rows + MORE)
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (SELECT * REPLACE (amount + {seed} AS amount) FROM read_csv('{path.with_suffix(".all")}')
                      OFFSET {rows - MORE // 2} LIMIT {MORE}) TO '{path}' (HEADER)"""
        )
    path.with_suffix(".all").unlink()
    return path


def load_file(home: Home, path: Path, mode: Mode) -> float:
    """Seconds from the file to the committed load."""
    start = time.perf_counter()
    found = ingest.inspect(ingest.expand(path, home.new_staging_folder()), home)
    result = ingest.load(home, "local", [ingest.plan(ingest.guess(item), mode) for item in found])
    seconds = time.perf_counter() - start
    if not result.rows:
        raise SystemExit(f"the load went wrong: {result}")
    return seconds


def new_home(folder: Path) -> Home:
    """An empty home."""
    home = open_home(load_settings(), folder)
    ensure_local(home)
    return home


def write_table(home: Home, folder: Path) -> float:
    """Seconds that DuckDB takes to write the table's rows to another file."""
    (file,) = read_dataset(home, "local").tables["orders"].files
    target = folder / "written.duckdb"
    start = time.perf_counter()
    with duckdb.connect(str(target), config={"threads": load_settings().threads}) as connection:
        connection.execute(f"ATTACH '{file.path}' AS loaded (READ_ONLY)")
        connection.execute("CREATE TABLE rows AS FROM loaded.rows")
    seconds = time.perf_counter() - start
    target.unlink()
    return seconds


def compare(name: str, times: int, ours: Callable[[int], float], base: Callable[[int], float]) -> None:
    """Print the medians of both and of their ratios, one after the other."""
    pairs = [(ours(at), base(at)) for at in range(times)]
    mine, theirs = zip(*pairs, strict=True)
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"{name}: {statistics.median(mine):.2f} s against {statistics.median(theirs):.2f} s, ratio {ratio:.2f}")


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=5_000_000)
    asked.add_argument("--times", type=int, default=3)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        csv = folder / "orders.csv"
        write_orders(csv, given.rows)
        files = [write_more(folder / f"more{seed}.csv", given.rows, seed) for seed in range(given.times + 1)]
        base = folder / "base"
        print(f"first load of {given.rows:,} rows: {load_file(new_home(base), csv, Mode.APPEND):.1f} s")
        csv.unlink()
        load_file(new_home(folder / "warm"), files[-1], Mode.APPEND)

        def on_base(at: int, mode: Mode) -> float:
            home = folder / f"tried-{mode}-{at}"
            shutil.copytree(base, home)
            seconds = load_file(open_home(load_settings(), home), files[at], mode)
            shutil.rmtree(home)
            return seconds

        compare(
            "append of 100,000 against the same alone",
            given.times,
            lambda at: on_base(at, Mode.APPEND),
            lambda at: load_file(new_home(folder / f"alone{at}"), files[at], Mode.APPEND),
        )
        compare(
            "upsert of 100,000 against writing the table once",
            given.times,
            lambda at: on_base(at, Mode.UPSERT),
            lambda _: write_table(open_home(load_settings(), base), folder),
        )


if __name__ == "__main__":
    main()
