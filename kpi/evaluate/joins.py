"""How well do loaded tables meet, key by key? The door to the data for joins."""

from __future__ import annotations

from dataclasses import dataclass

from kpi.compile.joins import JoinPair, compile_keys, compile_match, compile_row_ids, compile_unmatched
from kpi.errors import QueryError, near_names
from kpi.evaluate.context import Context


@dataclass(frozen=True)
class Match:
    """How keys meet. Rows without a key are in no count but `empty_rows`."""

    source_rows: int
    source_keys: int
    matched_rows: int
    matched_keys: int
    target_rows: int
    target_keys: int
    used_rows: int
    repeated_keys: int  # of the target: a row of the source would find several rows
    empty_rows: int  # of the source

    @property
    def forward_rate(self) -> float | None:
        """The share of the source's rows whose key the target has."""
        return self.matched_rows / self.source_rows if self.source_rows else None

    @property
    def backward_rate(self) -> float | None:
        """The share of the target's keys that some row of the source names."""
        return self.matched_keys / self.target_keys if self.target_keys else None


def match_keys(pair: JoinPair, context: Context) -> Match:
    """The counts of one join."""
    tree = compile_match(pair, context.dataset)
    (row,) = context.engine.run(tree, context.dataset, context.limits).to_pylist()
    return Match(**row, empty_rows=context.dataset.tables[pair.source].rows - row["source_rows"])


def unmatched_keys(pair: JoinPair, context: Context, limit: int) -> tuple[tuple[str, int], ...]:
    """Keys of the source that the target lacks, with their number of rows, most first."""
    tree = compile_unmatched(pair, context.dataset, limit)
    rows = context.engine.run(tree, context.dataset, context.limits).to_pylist()
    return tuple((row["key"], row["rows"]) for row in rows)


def keys_of(table: str, name: str, context: Context, limit: int) -> tuple[str, ...]:
    """The different values of a column, at most so many."""
    found = context.engine.run(compile_keys(table, name, limit), context.dataset, context.limits)
    return tuple(found.column("key").to_pylist())


def row_ids(table: str, name: str, value: str, context: Context) -> tuple[int, ...]:
    """The ids of the rows in which a column has this value; `QueryError` where there is no such column."""
    known = context.dataset.tables
    if table not in known:
        raise QueryError(
            "unknown_table", f"There is no table {table!r} here.", found=table, near=near_names(table, list(known))
        )
    columns = [column.name for column in known[table].columns]
    if name not in columns:
        raise QueryError("unknown_field", f"{table} has no field {name!r}.", found=name, near=near_names(name, columns))
    tree = compile_row_ids(known[table], name, value)
    return tuple(context.engine.run(tree, context.dataset, context.limits).column("_row_id").to_pylist())
