"""Which columns may name a row, so that the next file can change it? What was looked at says; the load finds out.

The entity's own key comes first, then fields that name its rows together, then columns that are called ids and repeat
nothing, then the smallest pair that repeats nothing in the first rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from kpi.ingest.reasons import Reason, because
from kpi.ingest.sniffed import Frozen
from kpi.model import FieldType, entity

if TYPE_CHECKING:
    from kpi.ingest.mapped import MappedColumn
    from kpi.ingest.mapping import ColumnMapping

MOST_KEYS = 5
MOST_PARTS = 12  # columns that pairs are sought among
OWN, TOGETHER, CALLED_ID, PAIR = 1.0, 0.8, 0.7, 0.4
REPEATING = 0.5  # what is left of the score of a key that repeats
_NAMING = (FieldType.ID, FieldType.CATEGORY, FieldType.TEXT, FieldType.DATE, FieldType.TIMESTAMP, FieldType.INTEGER)


class Key(Frozen):
    """Columns, by the names they are stored under, whose values may name a row; `score` is 0-1."""

    columns: tuple[str, ...]
    score: float
    reasons: tuple[Reason, ...] = ()


def suggest_key(mapping: ColumnMapping) -> tuple[Key, ...]:
    """The keys that a table may have, best first; empty where nothing that was looked at names a row."""
    found = [*_of_entity(mapping), *_called_id(mapping)]
    if all(key.score < PAIR for key in found):
        found += _pairs(mapping)
    best: dict[tuple[str, ...], Key] = {}
    for key in sorted(found, key=lambda key: -key.score):
        best.setdefault(key.columns, key)
    return tuple(best.values())[:MOST_KEYS]


def _of_entity(mapping: ColumnMapping) -> Iterator[Key]:
    if mapping.entity is None:
        return
    kind = entity(mapping.entity)
    own = mapping.for_field(kind.key) if kind.key else None
    if own is not None:
        share = _repeated(mapping, own)
        says = because("repeated", share=round(share, 3)) if share else because("unique")
        yield Key(columns=(own.name,), score=OWN * (REPEATING if share else 1), reasons=(because("entity_key"), says))
    for at, fields in enumerate(kind.keys):
        columns = [column for field in fields if (column := mapping.for_field(field))]
        if len(columns) == len(fields) and _differ(mapping, columns):
            names = tuple(column.name for column in columns)
            yield Key(columns=names, score=TOGETHER - at / 100, reasons=(because("together"),))


def _called_id(mapping: ColumnMapping) -> Iterator[Key]:
    """Columns of ids in which nothing is missing and nothing stands twice. A key of something else is a weaker one."""
    for column in mapping.columns:
        evidence = mapping.sniffed.columns[column.at].evidence
        if (
            column.type is not FieldType.ID
            or not evidence.filled
            or _repeated(mapping, column)
            or _gaps(mapping, column)
        ):
            continue
        field = entity(mapping.entity).field(column.field) if mapping.entity and column.field else None
        other = field is not None and field.references is not None
        yield Key(columns=(column.name,), score=CALLED_ID - 0.3 * other, reasons=(because("unique"),))


def _pairs(mapping: ColumnMapping) -> Iterator[Key]:
    """The first pair that tells the first rows apart, ids before days before words."""
    parts = [column for column in mapping.columns if column.type in _NAMING and not _gaps(mapping, column)]
    parts.sort(key=lambda column: (_NAMING.index(column.type), column.at))
    for pair in combinations(parts[:MOST_PARTS], 2):
        kinds = {column.type for column in pair}
        if kinds <= {FieldType.TEXT, FieldType.INTEGER} or len(mapping.sniffed.first_rows) < 2:
            continue
        if _differ(mapping, pair):
            names = tuple(column.name for column in sorted(pair, key=lambda column: column.at))
            yield Key(columns=names, score=PAIR, reasons=(because("together"),))
            return


def _repeated(mapping: ColumnMapping, column: MappedColumn) -> float:
    """Which share of the values seen stands in the column more than once?"""
    evidence = mapping.sniffed.columns[column.at].evidence
    return evidence.repeated / evidence.filled if evidence.filled else 0.0


def _gaps(mapping: ColumnMapping, column: MappedColumn) -> bool:
    """Whether the column is empty in rows where others are not."""
    most = max(found.evidence.filled for found in mapping.sniffed.columns)
    return mapping.sniffed.columns[column.at].evidence.filled < most


def _differ(mapping: ColumnMapping, columns: Sequence[MappedColumn]) -> bool:
    """Whether no two of the first rows are alike in these columns."""
    seen = [tuple(row[column.at].strip() for column in columns) for row in mapping.sniffed.first_rows]
    return len(set(seen)) == len(seen)
