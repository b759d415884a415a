"""What is in a data file? Rows, issues, first and last days, and columns in which no value stands twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlglot import exp

from kpi.ingest.forms import fill
from kpi.model import FieldType
from kpi.workspace import Column, DataFile

ALL_DIFFERENT = 0.9  # rough share of different values from which it is worth counting exactly
TEXTS = (FieldType.ID, FieldType.TEXT, FieldType.CATEGORY)

Run = Callable[..., list[list[Any]]]  # one statement in the reader; its rows


def take_inventory(
    run: Run,
    path: Path,
    load_id: int,
    columns: Sequence[Column],
    zone: str,
    *,
    candidates: Collection[str],
    unique: Collection[str] = (),
) -> DataFile:
    """The entry of an open data file in the manifest. `candidates` may be unique, `unique` are known to be."""
    rows = int(run(_count("rows"))[0][0])
    earliest, latest = _days(run, [column for column in columns if column.type.is_time], zone) if rows else ({}, {})
    asked = [column.name for column in columns if column.name in candidates and column.name not in unique]
    return DataFile(
        path=path,
        load_id=load_id,
        rows=rows,
        columns=tuple(columns),
        earliest=earliest,
        latest=latest,
        unique=frozenset(unique) | _unique(run, asked) if rows else frozenset(),
        issues=int(run(_count("issues"))[0][0]),
    )


def _days(run: Run, times: Sequence[Column], zone: str) -> tuple[dict[str, date], dict[str, date]]:
    earliest: dict[str, date] = {}
    latest: dict[str, date] = {}
    ends = run(_first_and_last_days(times, zone))[0] if times else []
    for at, column in enumerate(times):
        if ends[2 * at] is not None:
            earliest[column.name] = _day(ends[2 * at])
            latest[column.name] = _day(ends[2 * at + 1])
    return earliest, latest


def _day(text: str) -> date:
    return date.fromisoformat(text) if len(text) == 10 else date.max


def _unique(run: Run, names: Sequence[str]) -> frozenset[str]:
    """A rough count first, an exact one where it may be so."""
    if not names:
        return frozenset()
    counts = run(_rough_counts(names))[0]
    found = []
    for at, name in enumerate(names):
        filled, rough = counts[2 * at], counts[2 * at + 1]
        if filled and rough >= ALL_DIFFERENT * filled and run(_exact_count(name))[0][0] == filled:
            found.append(name)
    return frozenset(found)


def _count(table: str) -> exp.Expr:
    return exp.select(exp.Count(this=exp.Star())).from_(table)


def _first_and_last_days(columns: Sequence[Column], zone: str) -> exp.Expr:
    """First and last day of each time column, in the workspace's zone, one after the other."""
    chosen = []
    for column in columns:
        moment: exp.Expr = exp.column(column.name, quoted=True)
        for function in (exp.Min, exp.Max):
            end: exp.Expr = function(this=moment.copy())
            if column.type is FieldType.TIMESTAMP and zone != "UTC":
                end = fill("(:t AT TIME ZONE 'UTC') AT TIME ZONE :z", t=end, z=exp.Literal.string(zone))
            chosen.append(exp.cast(exp.cast(end, "DATE"), "VARCHAR"))
    return exp.select(*chosen).from_("rows")


def _rough_counts(names: Sequence[str]) -> exp.Expr:
    """Number of values and roughly of different ones, per column, one after the other."""
    chosen: list[exp.Expr] = []
    for name in names:
        chosen.append(exp.Count(this=exp.column(name, quoted=True)))
        chosen.append(fill("APPROX_COUNT_DISTINCT(:v)", v=exp.column(name, quoted=True)))
    return exp.select(*chosen).from_("rows")


def _exact_count(name: str) -> exp.Expr:
    different = exp.Count(this=exp.Distinct(expressions=[exp.column(name, quoted=True)]))
    return exp.select(different).from_("rows")
