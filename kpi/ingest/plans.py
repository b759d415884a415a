"""What will be stored: plans of one shape make one data file together, its columns decided on all the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

from kpi.errors import MappingError, Where
from kpi.ingest.evidence import ORDERS, reread
from kpi.ingest.mapping import ColumnMapping, MappedColumn, Question
from kpi.ingest.sniffed import Evidence, Sniffed
from kpi.model import Entity, Field, FieldType, entity

CURRENCY = "currency"
MOST_WORDS = 60  # different values of a category that are compared as they stand


@dataclass(frozen=True)
class LoadPlan:
    """One sniffed table and what its columns mean."""

    mapping: ColumnMapping

    @property
    def sniffed(self) -> Sniffed:
        """The table."""
        return self.mapping.sniffed


@dataclass(frozen=True)
class Progress:
    """How far a load is. `share` is 0-1; `stage` is reading, checking or publishing."""

    stage: str
    file: str
    done: int
    of: int
    share: float


@dataclass(frozen=True)
class LoadedTable:
    """What one load brought into one table."""

    table: str
    entity: str | None
    rows: int
    issues: int
    files: int


@dataclass(frozen=True)
class LoadResult:
    """A finished load: `version` is the workspace's from now on."""

    load_id: int
    version: int
    tables: tuple[LoadedTable, ...]

    @property
    def rows(self) -> int:
        """Rows stored, over all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def issues(self) -> int:
        """Cells and rows that did not fit, over all tables."""
        return sum(table.issues for table in self.tables)


@dataclass(frozen=True)
class StoredColumn:
    """One column of the data file. `at` is its place in the files; None for one that is derived or filled in."""

    name: str
    type: FieldType
    at: int | None
    reading: str
    label: str | None
    evidence: Evidence
    field: Field | None = None
    derived: Field | None = None  # field whose words decide the value
    words: tuple[str, ...] = ()  # different values seen beforehand, where they are few
    date_only: bool = False  # a moment that no file gives a time of day is stored as a day

    @property
    def stored_type(self) -> FieldType:
        """The type as it is in the data file."""
        return FieldType.DATE if self.type is FieldType.TIMESTAMP and self.date_only else self.type

    @property
    def is_checked(self) -> bool:
        """Whether a cell may fail to fit."""
        return self.at is not None and self.type not in (FieldType.ID, FieldType.TEXT, FieldType.CATEGORY)


@dataclass(frozen=True)
class TypedTable:
    """One data file to be: tables of one shape, and the columns they become."""

    table: str
    entity: Entity | None
    sources: tuple[Sniffed, ...]
    columns: tuple[StoredColumn, ...]

    def column(self, name: str) -> StoredColumn | None:
        """The column of this name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def plan(mapping: ColumnMapping) -> LoadPlan:
    """A plan to load a table as mapped; `MappingError` while a question is open."""
    for question in mapping.questions:
        raise _open_question(mapping, question)
    return LoadPlan(mapping)


def _open_question(mapping: ColumnMapping, question: Question) -> MappingError:
    where = Where(file=mapping.sniffed.name, sheet=mapping.sniffed.sheet, column=question.column)
    if question.kind == "date_order":
        return MappingError(
            "open_date_order",
            f"Days and months cannot be told apart in {question.column!r}.",
            remedy="Say which comes first: dmy or mdy.",
            where=where,
            found=", ".join(question.samples[:3]),
            near=question.choices,
            column=question.column,
        )
    if question.kind == "single_column":
        return MappingError(
            "open_single_column",
            "Only one column was found in this file.",
            remedy="Check how its cells are parted, or confirm that it is a list.",
            where=where,
            found=", ".join(question.samples[:3]),
        )
    return MappingError(
        "open_entity",
        "It is not clear what these rows are.",
        remedy="Say what they are, or keep them as a table of its own.",
        where=where,
        near=[choice for choice in question.choices if choice],
    )


def typed_tables(plans: Sequence[LoadPlan]) -> list[TypedTable]:
    """Plans grouped by target table and shape, in the order given."""
    groups: dict[tuple[object, ...], list[LoadPlan]] = {}
    for item in plans:
        mapping = plan(item.mapping).mapping
        shape = tuple((column.at, column.name, column.field) for column in mapping.columns)
        groups.setdefault((mapping.table, mapping.entity, item.sniffed.fingerprint, shape), []).append(item)
    return [_typed(group) for group in groups.values()]


def _typed(group: list[LoadPlan]) -> TypedTable:
    mapping = group[0].mapping
    kind = entity(mapping.entity) if mapping.entity else None
    columns = []
    for place, column in enumerate(mapping.columns):
        judged = dict.fromkeys(item.sniffed.columns[column.at].evidence for item in group)  # often one for all files
        evidence = reduce(add, judged)
        chosen = [item.mapping.columns[place].reading for item in group]
        seen = dict.fromkeys(word for item in group for word in item.sniffed.columns[column.at].words)
        columns.append(stored(column, evidence, kind, chosen, tuple(seen)[:MOST_WORDS]))
    columns += _derived(columns, kind)
    if any(column.type is FieldType.MONEY for column in columns) and CURRENCY not in {c.name for c in columns}:
        field = kind.field(CURRENCY) if kind else None
        columns.append(StoredColumn(CURRENCY, FieldType.CATEGORY, None, "text", None, Evidence(), field))
    _require(kind, columns, group[0].sniffed)
    return TypedTable(mapping.table, kind, tuple(item.sniffed for item in group), tuple(columns))


def stored(
    column: MappedColumn, evidence: Evidence, kind: Entity | None, chosen: Sequence[str], seen: tuple[str, ...]
) -> StoredColumn:
    """A mapped column as it will be stored, by the evidence of all files together; a chosen date order is kept."""
    field = kind.field(column.field) if kind and column.field else None
    orders = sorted({order for order in chosen if order in ORDERS}, key=lambda order: order == "ymd")
    type_, reading, date_only = reread(
        column.source, field.type if field else None, orders[0] if orders else column.reading, evidence
    )
    return StoredColumn(column.name, type_, column.at, reading, column.source, evidence, field, None, seen, date_only)


def _derived(columns: list[StoredColumn], kind: Entity | None) -> list[StoredColumn]:
    """Categories that no column gives, but another column's words do."""
    by_name = {column.name: column for column in columns}
    found = []
    for field in kind.fields if kind else ():
        base = by_name.get(field.derived_from or "")
        if base is not None and base.field is not None and field.id not in by_name:
            made = replace(base, name=field.id, type=field.type, reading="text", field=field, derived=base.field)
            found.append(made)
    return found


def _require(kind: Entity | None, columns: list[StoredColumn], sniffed: Sniffed) -> None:
    known = {column.name for column in columns}
    for table, field in ((kind, field) for field in kind.fields) if kind else ():
        if field.required and field.id not in known:
            raise MappingError(
                "required_field",
                f"No column gives {field.names.en!r}, which every row of {table.names.en!r} needs.",
                remedy="Choose the column that holds it, or load the file as a table of its own.",
                where=Where(file=sniffed.name, sheet=sniffed.sheet),
                found=field.id,
                field=field.names.zh,
            )
