"""Which tables have come to lie in many small files, and are better read from one? Rows do not change by it."""

from __future__ import annotations

import threading
from dataclasses import replace

from kpi.ingest.bench import UNLOCKED, open_bench
from kpi.ingest.fold import put_together
from kpi.settings import Settings, load_settings
from kpi.workspace import DataFile, Home, Table, TableState, list_versions, load_lock, read_dataset, republish

MANY_FILES = 8  # small ones of one table, from which putting them together pays
SMALL_ROWS = 1_000_000  # a file with more is left as it is: writing it again would cost more than it brings


def scattered(home: Home, workspace: str, many: int = MANY_FILES, most: int = SMALL_ROWS) -> tuple[str, ...]:
    """The tables that lie in many small files, of at most so many rows each."""
    tables = read_dataset(home, workspace).tables
    return tuple(name for name, table in tables.items() if len(_small(table, most)) >= many)


def compact(
    home: Home,
    workspace: str,
    *,
    many: int = MANY_FILES,
    most: int = SMALL_ROWS,
    settings: Settings | None = None,
    cancel: threading.Event | None = None,
) -> tuple[str, ...]:
    """Put the small files of scattered tables together, beside those who read and load; the tables it was done for.

    Nobody waits for it: when somebody has loaded meanwhile, the work is thrown away, and the next time will do.
    """
    names = scattered(home, workspace, many, most)
    if not names:
        return ()
    dataset = read_dataset(home, workspace)
    with open_bench(home, workspace, settings or load_settings(), cancel, mark=UNLOCKED) as bench:
        made: list[tuple[Table, tuple[DataFile, ...]]] = []
        for name in names:
            table = dataset.tables[name]
            small = _small(table, most)
            together = put_together(bench, replace(table, files=small), max(file.load_id for file in small))
            made.append((table, (*(file for file in table.files if file not in small), together)))
        with load_lock(home):
            history = list_versions(home, workspace)
            if history[0].version != dataset.version:
                return ()
            states = [TableState(table.name, table.entity, bench.publish_files(files)) for table, files in made]
            republish(home, workspace, "compact", states, history[0].live, based_on=dataset.version)
    return names


def _small(table: Table, most: int) -> tuple[DataFile, ...]:
    return tuple(file for file in table.files if file.rows <= most)
