"""What do the columns of sniffed tables hold? Judged on the evidence of files of one shape together, and settled by
whole columns where a sample leaves the order of days and months open.
"""

from __future__ import annotations

import re
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from kpi.ingest import orders
from kpi.ingest.counting import evidence_of, evidence_query
from kpi.ingest.currencies import in_header
from kpi.ingest.evidence import AMBIGUOUS, LIKELY, date_order, infer, is_date_only, number_reading, open_orders
from kpi.ingest.forms import NULL_WORDS
from kpi.ingest.reader import Reader
from kpi.ingest.sniffed import Evidence, Sniffed, SniffedColumn
from kpi.ingest.source import cells_of, open_request
from kpi.settings import Settings

FEW_TELLING = 5  # values of a sample that alone would decide whether days or months come first
MOST_ASKED = 5  # files of one shape that are asked which order is likelier
MOST_WORDS = 60  # different values of a column that are kept

_DOTTED_DAY = re.compile(r"\s*\d{1,2}\.\d{1,2}\.\d{2,4}\b.*", re.S)


def judge(name: str, evidence: Evidence, samples: tuple[str, ...], words: tuple[str, ...]) -> SniffedColumn:
    """A column as its evidence says it is."""
    kind, reading = infer(name, evidence)
    order = date_order(evidence) if kind.is_time else None
    return SniffedColumn(
        name=name,
        type=kind,
        reading=reading,
        evidence=evidence,
        date_order=order,
        date_only=kind.is_time and is_date_only(evidence, reading),
        samples=samples,
        words=tuple(word for word in words if word not in NULL_WORDS),
        currency=_currency(name, evidence) if kind.is_number else None,
    )


def _currency(name: str, evidence: Evidence) -> str | None:
    """The one currency of a column's signs, or the one that its header names."""
    if not evidence.currencies:
        return in_header(name)
    return evidence.currencies[0] if len(evidence.currencies) == 1 else None


def writes_decimal_commas(delimiter: str | None, columns: list[SniffedColumn]) -> bool:
    """Whether a table is from where 1.234 is a thousand and more: so its other numbers, its cuts or its days say."""
    numbers = [
        item.evidence for item in columns if item.evidence.dot + item.evidence.comma >= LIKELY * item.evidence.filled
    ]
    if any(item.dot_only > 0 and number_reading(item) == "dot" for item in numbers):
        return False
    if any(item.comma_only > 0 and number_reading(item) == "comma" for item in numbers):
        return True
    return delimiter == ";" or any(_DOTTED_DAY.fullmatch(value) for item in columns for value in item.samples)


def share_evidence(found: list[Sniffed]) -> list[Sniffed]:
    """Files of one shape are judged together: what one of them leaves open, another settles."""
    shapes: dict[tuple[str, int], list[Sniffed]] = {}
    for item in found:
        shapes.setdefault((item.fingerprint, len(item.columns)), []).append(item)
    shared: dict[tuple[str, int], tuple[SniffedColumn, ...]] = {}
    for shape, items in shapes.items():
        columns = zip(*(item.columns for item in items), strict=True)
        shared[shape] = tuple(
            judge(
                same[0].name,
                reduce(add, (column.evidence for column in same)),
                same[0].samples,
                tuple(dict.fromkeys(word for column in same for word in column.words))[:MOST_WORDS],
            )
            for same in columns
        )
    return [
        item.model_copy(update={"columns": shared[item.fingerprint, len(item.columns)]})
        if len(shapes[item.fingerprint, len(item.columns)]) > 1
        else item
        for item in found
    ]


def settle_date_orders(reader: Reader, settings: Settings, folder: Path, found: list[Sniffed]) -> list[Sniffed]:
    """Where a sample leaves days and months open, or hardly tells, one value past 12 anywhere in the column may decide.

    For what stays open, the rows of the file are asked which order is likelier; files of one shape are asked together.
    """
    unsure = [(item, at) for item in found for at, column in enumerate(item.columns) if _is_unsure(column)]
    if not unsure:
        return found
    reader.ask("open", **open_request(settings, None, folder, [item for item, _ in unsure]))
    settled: dict[tuple[int, int], SniffedColumn] = {}
    for item, at in unsure:
        query = evidence_query(cells_of(item, at), item.choice.empty_words)
        rows = reader.ask("run", file=item.name, sql=query.sql(dialect="duckdb"))
        if rows:
            before = item.columns[at]
            kept = {"comma_locale": before.evidence.comma_locale, "empty": before.evidence.empty}
            evidence = evidence_of(query, rows[0]).model_copy(update=kept)
            settled[id(item), at] = judge(before.name, evidence, before.samples, before.words)
    found = share_evidence(
        [
            item.model_copy(
                update={"columns": tuple(settled.get((id(item), at), old) for at, old in enumerate(item.columns))}
            )
            for item in found
        ]
    )
    told = _with_likelier_orders(reader, found)
    reader.ask("close")
    return told


def _is_unsure(column: SniffedColumn) -> bool:
    """Whether days and months could change places, or only a few values say that they could not."""
    only = {"dmy": column.evidence.only_dmy, "mdy": column.evidence.only_mdy}
    return column.date_order == AMBIGUOUS or (column.date_order in only and only[column.date_order] < FEW_TELLING)


def _with_likelier_orders(reader: Reader, found: list[Sniffed]) -> list[Sniffed]:
    shapes: dict[tuple[str, int], list[Sniffed]] = {}
    for item in found:
        if any(column.date_order == AMBIGUOUS for column in item.columns):
            shapes.setdefault((item.fingerprint, len(item.columns)), []).append(item)
    told: dict[tuple[str, int], dict[int, dict[str, Any]]] = {}
    for shape, items in shapes.items():
        columns = items[0].columns
        open_ = {at: open_orders(each.evidence) for at, each in enumerate(columns) if each.date_order == AMBIGUOUS}
        known = {
            at: each.reading for at, each in enumerate(columns) if each.type.is_time and each.date_order != AMBIGUOUS
        }
        counts = []
        for item in items[:MOST_ASKED]:
            query = orders.counting(item, open_, known)
            (row,) = reader.ask("run", file=item.name, sql=query.sql(dialect="duckdb", identify=True))
            counts.append(orders.counted(query, row))
        together = reduce(orders.added, counts)
        for at, fit in open_.items():
            query, values = orders.shown(items[0], at, fit)
            rows = reader.ask("run", sql=query.sql(dialect="duckdb", identify=True), parameters=[values])
            readings, samples = orders.with_days(orders.judged(at, fit, together), fit, rows)
            told.setdefault(shape, {})[at] = {"orders": readings, "order_samples": samples}
    return [
        item.model_copy(
            update={
                "columns": tuple(
                    column.model_copy(update=told.get((item.fingerprint, len(item.columns)), {}).get(at, {}))
                    for at, column in enumerate(item.columns)
                )
            }
        )
        for item in found
    ]
