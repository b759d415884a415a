"""What does it bring that rows lie by whom and when, and in one file, and what does it cost? Ratios in one run.

    python -m benchmarks.layout                  two million events of 200,000 visitors, by time, in one load
    python -m benchmarks.layout --files 20       the same in twenty loads

The ordered five-step funnel is asked of the loads as they are, and of the same rows put together by `compact`; and
a table is written in the order of the file, and in the order of visitors.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import duckdb

from kpi import ingest
from kpi.evaluate import Access, JourneyQuery, evaluate, open_context
from kpi.evaluate.context import default_engine
from kpi.ingest import merge
from kpi.ingest.bench import UNLOCKED, open_bench
from kpi.ingest.fold import reading_order
from kpi.settings import load_settings
from kpi.workspace import Home, Table, ensure_local, open_home, read_dataset

EVENTS = """
    COPY (SELECT 'E' || i AS event_id, 'V' || (hash(i) % $visitors) AS visitor,
                 TIMESTAMP '2024-01-01' + INTERVAL (CAST(i * (31536000.0 / $rows) AS BIGINT)) SECOND AS occurred_at,
                 (ARRAY['visit', 'visit', 'product_view', 'product_view', 'cart', 'order', 'payment'])
                     [1 + CAST(hash(i + 7) % 7 AS INTEGER)] AS event,
                 (ARRAY['web', 'app', 'store'])[1 + CAST(hash(i + 3) % 3 AS INTEGER)] AS channel
          FROM range($first, $after) t(i)) TO '{path}' (HEADER)
"""


def load_events(home: Home, folder: Path, rows: int, files: int) -> None:
    """The events, in so many loads, one span of time after the other."""
    for number in range(files):
        path = folder / f"events{number}.csv"
        span = {"first": rows * number // files, "after": rows * (number + 1) // files}
        duckdb.execute(EVENTS.replace("{path}", str(path)), {"rows": rows, "visitors": rows // 10, **span})
        (found,) = ingest.inspect(ingest.expand(path, home.new_staging_folder()), home)
        ingest.load(home, "local", [ingest.plan(ingest.guess(found).with_entity("events").accept())])
        path.unlink()


def time_funnel(home: Home, times: int) -> float:
    """Seconds that the funnel takes, opened anew and asked several times; the median."""
    context = open_context(home, "local", access=Access.everything())
    query = JourneyQuery("b2c")
    evaluate(query, context)
    found = []
    for _ in range(times):
        start = time.perf_counter()
        evaluate(query, context)
        found.append(time.perf_counter() - start)
    default_engine().close()  # type: ignore[attr-defined]
    return statistics.median(found)


def time_writing(home: Home, table: Table, order: tuple[str, ...]) -> tuple[float, int]:
    """Seconds and bytes of the table written in an order."""
    with open_bench(home, "local", load_settings(), None, mark=UNLOCKED) as bench:
        path = bench.new_path()
        start = time.perf_counter()
        with bench.open(path) as database:
            for view in merge.set_up("state", database.attach(table.files), table.columns, bench.zone):
                database.run(view)
            for statement in merge.put_together(table.columns, order):
                database.run(statement)
        return time.perf_counter() - start, path.stat().st_size


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=2_000_000)
    asked.add_argument("--files", type=int, default=1)
    asked.add_argument("--times", type=int, default=5)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = open_home(load_settings(), folder / "home")
        ensure_local(home)
        load_events(home, folder, given.rows, given.files)
        table = read_dataset(home, "local").tables["events"]
        order = reading_order(table.entity, table.columns)
        as_it_came, sorted_ = time_writing(home, table, ()), time_writing(home, table, order)
        before = time_funnel(home, given.times)
        start = time.perf_counter()
        ingest.compact(home, "local", many=1, most=given.rows + 1)
        compacted = time.perf_counter() - start
        after = time_funnel(home, given.times)
        print(f"written as it came {as_it_came[0]:.2f} s, {as_it_came[1] / 1e6:.0f} MB; by {', '.join(order)}")
        print(f"  {sorted_[0]:.2f} s, {sorted_[1] / 1e6:.0f} MB: ratio {sorted_[0] / as_it_came[0]:.2f}")
        print(f"funnel of {given.files} files {before:.2f} s, put together {after:.2f} s: ratio {before / after:.2f}")
        print(f"compact took {compacted:.1f} s")


if __name__ == "__main__":
    main()
