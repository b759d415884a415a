"""How much slower than hand-written SQL is a ratio KPI by month and one dimension over 10 million rows?

    python -m benchmarks.show [ROWS]

Both run in this process, on the same published file and the same locked-down connection, turn by turn; the ratio is of
medians. The whole of `evaluate` counts: plan, compile, run, complete.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from kpi.evaluate import Access, Context, KpiQuery, evaluate, open_context
from kpi.model import FieldType
from kpi.period import Period, TimeGrain
from kpi.settings import load_settings
from kpi.workspace import Column, DataFile, Home, NewFile, create_workspace, open_home, publish, reserve_load_id

TURNS = 9
BY_HAND = """
    SELECT date_trunc('month', closed_at) AS period, region,
           count(*) FILTER (WHERE status = 'won') / nullif(count(*), 0) AS value,
           count(*) FILTER (WHERE status = 'won') AS numerator, count(*) AS denominator
    FROM loaded.opportunities
    WHERE closed_at >= TIMESTAMP '2023-01-01' AND closed_at < TIMESTAMP '2025-01-01' AND status IN ('won', 'lost')
    GROUP BY ALL ORDER BY ALL
"""
ROWS = """
    CREATE TABLE rows AS
    SELECT i AS _row_id, 1::INTEGER AS _load_id, 'made' AS _file, NULL::VARCHAR AS _sheet, i AS _line,
           'O' || i AS opportunity_id,
           TIMESTAMP '2023-01-01' + to_seconds((hash(i) % 63072000)::BIGINT) AS closed_at,
           TIMESTAMP '2023-01-01' + to_seconds((hash(i) % 63072000)::BIGINT) - INTERVAL 20 DAY AS created_at,
           (['won', 'lost', 'open'])[(1 + hash(i + 7) % 3)::BIGINT] AS status,
           (['East', 'West', 'North', 'South', 'Centre'])[(1 + hash(i + 11) % 5)::BIGINT] AS region,
           (hash(i + 13) % 10000000 / 100.0)::DECIMAL(18, 4) AS amount
    FROM range(?) t(i)
"""


def made_workspace(home: Home, rows: int) -> Context:
    """A workspace with so many opportunities."""
    create_workspace(home, "Benchmark", workspace="benchmark")
    path = home.workspace_folder("benchmark") / "1-opportunities.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(ROWS, [rows])
    kinds = {"opportunity_id": FieldType.ID, "closed_at": FieldType.TIMESTAMP, "created_at": FieldType.TIMESTAMP}
    kinds |= {"status": FieldType.CATEGORY, "region": FieldType.CATEGORY, "amount": FieldType.MONEY}
    file = DataFile(
        path,
        reserve_load_id(home, "benchmark"),
        rows,
        tuple(Column(name, kind) for name, kind in kinds.items()),
        {"closed_at": date(2023, 1, 1), "created_at": date(2022, 12, 12)},
        {"closed_at": date(2024, 12, 31), "created_at": date(2024, 12, 11)},
        frozenset({"opportunity_id"}),
    )
    publish(home, "benchmark", 1, [NewFile("opportunities", "opportunities", file)], names=["made"], summary={})
    return open_context(home, "benchmark", access=Access.everything())


def timed(call: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main(rows: int) -> None:
    """Print both medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(replace(load_settings(), database_url=None), Path(folder))
        context = made_workspace(home, rows)
        query = KpiQuery("win_rate", Period(date(2023, 1, 1), date(2025, 1, 1)), TimeGrain.MONTH, ("region",))
        ours = evaluate(query, context)
        cursor = context.engine._instance(context.dataset, context.limits)  # type: ignore[attr-defined]
        theirs = cursor.cursor().sql(BY_HAND).fetchall()
        assert [tuple(row)[2:5] for row in ours.frame.sort_values(["period", "region"]).itertuples(index=False)] == [
            row[2:5] for row in theirs
        ]
        by_hand, by_waymark = [], []
        for _ in range(TURNS):
            by_hand.append(timed(lambda: cursor.cursor().sql(BY_HAND).fetchall()))
            by_waymark.append(timed(lambda: evaluate(query, context)))
        hand, waymark = statistics.median(by_hand), statistics.median(by_waymark)
        print(f"rows {rows:,} · by hand {hand:.3f} s · Waymark {waymark:.3f} s · ratio {waymark / hand:.3f} (≤ 1.15)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
