"""What does it bring that rows lie by whom and when, and what does it cost? Ratios in one run.

    python -m benchmarks.layout                  two million events of 200,000 visitors
    python -m benchmarks.layout --files 20       and how much slower they are read from twenty files

The same rows are written in the order of time, as exports have them, and in the order of visitors; the ordered
five-step funnel is asked of both in turn.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import duckdb

from kpi import ingest
from kpi.evaluate import Access, JourneyQuery, evaluate, open_context
from kpi.evaluate.context import default_engine
from kpi.ingest import merge
from kpi.ingest.bench import UNLOCKED, open_bench
from kpi.ingest.fold import reading_order
from kpi.settings import load_settings
from kpi.workspace import Home, TableState, ensure_local, list_versions, open_home, read_dataset, republish

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


def time_funnel(home: Home, version: int | None = None) -> float:
    """Seconds that the funnel takes of a version of the data, opened anew and asked once before."""
    context = open_context(home, "local", access=Access.everything(), version=version)
    query = JourneyQuery("b2c")
    evaluate(query, context)
    start = time.perf_counter()
    evaluate(query, context)
    seconds = time.perf_counter() - start
    default_engine().close()  # type: ignore[attr-defined]
    return seconds


def publish_in(home: Home, order: tuple[str, ...]) -> tuple[int, float, float]:
    """Write the events in an order and show them: the version, seconds and megabytes."""
    dataset = read_dataset(home, "local")
    table = dataset.tables["events"]
    with open_bench(home, "local", load_settings(), None, mark=UNLOCKED) as bench:
        path = bench.new_path()
        start = time.perf_counter()
        with bench.open(path) as database:
            for view in merge.set_up("state", database.attach(table.files), table.columns, bench.zone):
                database.run(view)
            for statement in merge.put_together(table.columns, order):
                database.run(statement)
        seconds, size = time.perf_counter() - start, path.stat().st_size / 1e6
        files = bench.publish_files([replace(table.files[0], path=path, rows=table.rows)])
        live = list_versions(home, "local")[0].live
        version = republish(home, "local", "compact", [TableState("events", "events", files)], live)
    return version, seconds, size


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
        loaded = read_dataset(home, "local")
        table = loaded.tables["events"]
        order = reading_order(table.entity, table.columns)
        by_time, time_seconds, time_size = publish_in(home, order[1:])
        by_whom, whom_seconds, whom_size = publish_in(home, order)
        print(f"written by {order[1]} {time_seconds:.2f} s, {time_size:.0f} MB")
        print(f"written by {', '.join(order)} {whom_seconds:.2f} s, {whom_size:.0f} MB")
        versions = {"loaded": loaded.version, "by time": by_time, "by whom": by_whom}
        found: dict[str, list[float]] = {name: [] for name in versions}
        for _ in range(given.times):
            for name, version in versions.items():
                found[name].append(time_funnel(home, version))
        for name, seconds in found.items():
            files = len(read_dataset(home, "local", versions[name]).tables["events"].files)
            print(f"funnel {name}, {files} file(s): {statistics.median(seconds):.3f} s")
        ratio = statistics.median(one / other for one, other in zip(found["by time"], found["by whom"], strict=True))
        print(f"by time against by whom: ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
