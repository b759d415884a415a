"""How fast is a load, and does the app process stay small? Ratios in one run against DuckDB's own `read_csv`.

    python -m benchmarks.load                    a million orders (58 MB): five loads, five times `create table as`
    python -m benchmarks.load --megabytes 500    the memory of the process that loads a 500 MB file
    python -m benchmarks.load --encoding gbk     the same orders with Chinese words, in GBK against UTF-8

The load goes all the way: look into the file, guess, write, publish, with both reader processes started anew.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from kpi import ingest
from kpi.settings import load_settings
from kpi.workspace import ensure_local, open_home

ROWS_PER_MEGABYTE = 17_000

ORDERS = """
    COPY (
        SELECT 100000 + i AS order_id,
               'C' || (i * 7919 % 50000) AS customer_id,
               TIMESTAMP '2024-01-01' + INTERVAL (i * 37 % 31536000) SECOND AS ordered_at,
               (ARRAY['web', 'store', 'app', 'live'])[1 + i % 4] AS channel,
               'P' || (i % 500) AS product,
               1 + i % 5 AS quantity,
               round(5 + (i * 31 % 10000) / 100.0, 2) AS amount,
               (ARRAY['paid', 'refunded', 'open'])[1 + (i // 7) % 3] AS status
        FROM range($rows) t(i)
    ) TO '{path}' (HEADER)
"""


def write_orders(path: Path, rows: int) -> None:
    """A CSV of orders, always the same for the same number of rows."""
    duckdb.execute(ORDERS.replace("{path}", str(path)), {"rows": rows})


def translate(csv: Path, encoding: str) -> tuple[Path, Path]:
    """The orders with Chinese words for channel and status: in UTF-8, and in another encoding."""
    words = {
        "web": "网店",
        "store": "门店",
        "app": "小程序",
        "live": "直播",
        "paid": "已付款",
        "refunded": "已退款",
        "open": "待付款",
    }
    utf8, other = csv.with_name("orders-utf8.csv"), csv.with_name(f"orders-{encoding}.csv")
    with csv.open(encoding="ascii") as source, utf8.open("w", encoding="utf-8") as out:
        for line in source:
            cells = line.rstrip("\n").split(",")
            out.write(",".join(words.get(cell, cell) for cell in cells) + "\n")
    with utf8.open(encoding="utf-8") as source, other.open("w", encoding=encoding) as out:
        out.writelines(source)
    return utf8, other


def compare_encodings(csv: Path, folder: Path, encoding: str, times: int) -> None:
    """Print how much longer the load of another encoding takes."""
    utf8, other = translate(csv, encoding)
    time_load(utf8, folder)
    pairs = [(time_load(utf8, folder), time_load(other, folder)) for _ in range(times)]
    base, ours = (statistics.median(side) for side in zip(*pairs, strict=True))
    paired = statistics.median(second / first for first, second in pairs)
    print(f"UTF-8 {base:.2f} s, {encoding} {ours:.2f} s (medians of {times}); median ratio of pairs {paired:.2f}")


def time_engine(csv: Path, folder: Path) -> float:
    """Seconds that DuckDB alone takes, its file closed."""
    database = folder / "engine.duckdb"
    start = time.perf_counter()
    with duckdb.connect(str(database), config={"threads": load_settings().threads}) as connection:
        connection.execute(f"CREATE TABLE orders AS FROM read_csv('{csv}')")
    seconds = time.perf_counter() - start
    database.unlink()
    return seconds


def time_load(csv: Path, folder: Path) -> float:
    """Seconds from the file to the committed load, in a fresh home."""
    home = open_home(load_settings(), folder / f"home-{time.monotonic_ns()}")
    ensure_local(home)
    start = time.perf_counter()
    found = ingest.inspect(ingest.expand(csv, home.new_staging_folder()), home)
    result = ingest.load(home, "local", [ingest.LoadPlan(ingest.guess(item)) for item in found])
    seconds = time.perf_counter() - start
    if result.issues or not result.rows:
        raise SystemExit(f"the load went wrong: {result}")
    return seconds


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--megabytes", type=int, default=0)
    asked.add_argument("--times", type=int, default=5)
    asked.add_argument("--encoding", default="")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        csv = folder / "orders.csv"
        write_orders(csv, given.megabytes * ROWS_PER_MEGABYTE or given.rows)
        print(f"{csv.stat().st_size / 1e6:,.0f} MB")
        if given.encoding:
            compare_encodings(csv, folder, given.encoding, given.times)
            return
        if given.megabytes:
            seconds = time_load(csv, folder)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
            child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
            print(
                f"load {seconds:.1f} s; peak of this process {peak / 2**20:,.0f} MiB, reader {child / 2**20:,.0f} MiB"
            )
            return
        time_load(csv, folder)  # imports and the model are read once in an app's life
        engine, own = [], []
        for _ in range(given.times):
            engine.append(time_engine(csv, folder))
            own.append(time_load(csv, folder))
        base, ours = statistics.median(engine), statistics.median(own)
        paired = statistics.median(mine / theirs for mine, theirs in zip(own, engine, strict=True))
        print(f"DuckDB {base:.2f} s, load {ours:.2f} s (medians of {given.times}); median ratio of pairs {paired:.2f}")


if __name__ == "__main__":
    main()
