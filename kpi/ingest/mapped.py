"""What does one column become, and the table it stands in? Columns bound to a field or under their own names."""

from __future__ import annotations

import re

from kpi.ingest.evidence import AMBIGUOUS, ORDERS, infer, reading_for
from kpi.ingest.names import slug
from kpi.ingest.reasons import Reason, because
from kpi.ingest.sniffed import Frozen, Sniffed, SniffedColumn
from kpi.model import Entity, FieldType, entities, entity

# Names that the statements of a load give to something else: a row's place, a file's path, the cells as they stand.
RESERVED = frozenset({"rowid", "filename"})
_RAW_CELL = re.compile(r"c\d+")
FIRST_SHEETS = ("sheet", "sheet1", "工作表1", "feuil1", "tabelle1", "лист1")  # names that programs give


class MappedColumn(Frozen):
    """What one column becomes: a field of the entity, or a column of its own under its own name."""

    at: int  # place in the file, from 0
    source: str  # the header's name, or `column 3` where it has none
    name: str  # under which it is stored; the field's id when it feeds one
    field: str | None
    type: FieldType
    reading: str  # `ambiguous` until the date order is known
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()
    words: tuple[tuple[str, str], ...] = ()  # (word, value) as a person chose; an empty value keeps the word as it is


def bound(
    found: SniffedColumn,
    column: MappedColumn,
    field: str,
    kind: FieldType,
    score: float,
    reasons: tuple[Reason, ...],
    words: tuple[tuple[str, str], ...] = (),
) -> MappedColumn:
    """The column as it feeds a field."""
    reading = reading_for(kind, found.evidence)
    if reading == AMBIGUOUS and column.reading in ORDERS:
        reading = column.reading
    return MappedColumn(
        at=column.at,
        source=column.source,
        name=field,
        field=field,
        type=kind,
        reading=reading,
        score=score,
        reasons=reasons,
        words=words,
    )


def unbound(found: SniffedColumn, column: MappedColumn, reasons: tuple[Reason, ...] = ()) -> MappedColumn:
    """The column under its own name, with the type that its own values have."""
    kind, reading = infer(found.name, found.evidence)
    if reading == AMBIGUOUS and column.reading in ORDERS:
        reading = column.reading
    return MappedColumn(
        at=column.at,
        source=column.source,
        name="",
        field=None,
        type=kind,
        reading=reading,
        reasons=reasons or (because("own"),),
    )


def named(columns: tuple[MappedColumn, ...], entity_id: str | None) -> tuple[MappedColumn, ...]:
    """Give every column without a field a name of its own that no field of the entity has."""
    kind: Entity | None = entity(entity_id) if entity_id else None
    taken = set(RESERVED) | ({field.id for field in kind.fields} if kind else {"currency"})
    done = []
    for column in columns:
        if column.field is None:
            name = slug(column.source, taken)
            if _RAW_CELL.fullmatch(name):
                name = slug(f"{name}_2", taken)
            taken.add(name)
            done.append(column.model_copy(update={"name": name}))
        else:
            done.append(column)
    return tuple(done)


def own_table(sniffed: Sniffed) -> str:
    """The name of a table of its own: the file's, the sheet's unless it is only the first, and the area's in it."""
    stem = sniffed.name.replace("\\", "/").rsplit("/", 1)[-1]
    for suffix in (
        ".gz",
        ".csv",
        ".tsv",
        ".txt",
        ".xlsx",
        ".xls",
        ".xlsm",
        ".xlsb",
        ".ods",
        ".parquet",
        ".json",
        ".jsonl",
    ):
        stem = stem[: -len(suffix)] if stem.lower().endswith(suffix) else stem
    if sniffed.sheet and sniffed.sheet.lower() not in FIRST_SHEETS:
        stem = f"{stem} {sniffed.sheet}"
    if sniffed.area:
        stem = f"{stem} {sniffed.area.split(':')[0]}"
    return slug(stem, list(entities()))
