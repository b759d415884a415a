"""Orders loaded again: their files planned, and the rows that are there."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from kpi.ingest import (
    LoadPlan,
    NamedFile,
    guess,
    inspect,
    plan,
)
from kpi.workspace import Home, Mode, ensure_local, read_dataset

HEADER = "Order ID,Customer,Order date,Status,Total\n"


def plans(home: Home, folder: Path, name: str, text: str, mode: Mode | None = None, *key: str) -> list[LoadPlan]:
    """A file with this text, planned."""
    ensure_local(home)
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    found = inspect([NamedFile(path=path, name=name)], home)
    dataset = read_dataset(home, "local")
    return [plan(guess(item, dataset).accept(), mode, key or None) for item in found]


def rows(home: Home, columns: str = "order_id, customer, status, amount", version: int | None = None) -> list[Any]:
    """The orders there, by row id; ids as (load, number)."""
    found = []
    for file in read_dataset(home, "local", version).tables["orders"].files:
        names = {column.name for column in file.columns}
        chosen = [name if name in names or name[0] == "_" else "NULL" for name in columns.split(", ")]
        with duckdb.connect(str(file.path), read_only=True) as connection:
            sql = f"SELECT _row_id // 2**40, _row_id % 2**40, {', '.join(chosen)} FROM rows"
            found += connection.execute(sql).fetchall()
    return sorted(((int(row[0]), int(row[1])), *map(plain, row[2:])) for row in found)


def plain(value: Any) -> Any:
    """Amounts as floats."""
    return float(value) if isinstance(value, Decimal) else value


FIRST = HEADER + "A1,Ann,2024-01-01,paid,10\nA2,Bob,2024-01-02,open,20\nA3,Cid,2024-01-03,open,30\n"
SECOND = HEADER + "A2,Bob,2024-01-02,paid,25\nA3,Cid,2024-01-03,open,30\nA4,Dee,2024-01-04,open,40\n"
