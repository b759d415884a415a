"""What will be stored: plans of one shape make one data file together, its columns decided on all the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

from kpi.errors import MappingError, Where
from kpi.ingest.currencies import Coins
from kpi.ingest.evidence import ORDERS, reread
from kpi.ingest.mapped import MappedColumn
from kpi.ingest.mapping import ColumnMapping, Question
from kpi.ingest.sniffed import Evidence, Sniffed
from kpi.model import Entity, Field, FieldType, entity
from kpi.workspace import Dataset, Mode

CURRENCY = "currency"
MOST_WORDS = 60  # different values of a category that are compared as they stand


@dataclass(frozen=True)
class LoadPlan:
    """One sniffed table, what its columns mean, and how its rows meet those that are there.

    `key` are the stored columns by which a row is known again.
    """

    mapping: ColumnMapping
    mode: Mode = Mode.APPEND
    key: tuple[str, ...] = ()

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
    empty: tuple[str, ...] | None = None  # words that the user takes for nothing; None for the usual ones
    marked: bool = False  # of a workbook, whose failed formulas are told by a mark
    coins: Coins | None = None  # of amounts, and of the currency: where a row says it
    scale: int = 1  # what the header says its numbers count: 10,000 for 金额（万元）
    spelt: tuple[tuple[str, str], ...] = ()  # (word, what is stored): chosen, or near to a word that is known
    corrected: tuple[tuple[str, str], ...] = ()  # (what would be stored, what is): agreed for all files of the table

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
    mode: Mode = Mode.APPEND
    key: tuple[str, ...] = ()

    def column(self, name: str) -> StoredColumn | None:
        """The column of this name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def plan(mapping: ColumnMapping, mode: Mode | None = None, key: Sequence[str] | None = None) -> LoadPlan:
    """A plan to load a table as mapped, beside what is there unless a mode says otherwise.

    `key` names columns as `ColumnMapping.column` knows them; the entity's key is taken where none is given.
    `MappingError` while a question is open, for a key that is none, and for an upsert without a key.
    """
    for question in mapping.questions:
        raise _open_question(mapping, question)
    return LoadPlan(mapping, mode or Mode.APPEND, _key(mapping, mode or Mode.APPEND, key))


def recommend(mapping: ColumnMapping, dataset: Dataset) -> tuple[Mode, tuple[str, ...]]:
    """How to load a table again: by the entity's key where it names each row once, there and here; else beside it."""
    table = dataset.tables.get(mapping.table)
    (key, *_) = _own_key(mapping) or ("",)
    column = mapping.for_field(key)
    if table is None or not table.rows or column is None:
        return Mode.APPEND, ()
    here = not mapping.sniffed.columns[column.at].evidence.repeated
    there = all(key in file.unique for file in table.files)
    return (Mode.UPSERT, (key,)) if here and there else (Mode.APPEND, ())


def _own_key(mapping: ColumnMapping) -> tuple[str, ...]:
    """The entity's key, where the file has it."""
    field = entity(mapping.entity).key if mapping.entity else None
    return (field,) if field is not None and mapping.for_field(field) is not None else ()


def _key(mapping: ColumnMapping, mode: Mode, given: Sequence[str] | None) -> tuple[str, ...]:
    if mode is Mode.APPEND:
        return ()
    key = tuple(mapping.column(name).name for name in given) if given else _own_key(mapping)
    if mode is Mode.UPSERT and not key:
        raise MappingError(
            "no_key",
            "To change rows that are there, a key must say which row is which.",
            remedy="Name the columns that tell the rows apart, or append the rows.",
            where=Where(file=mapping.sniffed.name, sheet=mapping.sniffed.sheet),
        )
    return tuple(dict.fromkeys(key))


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
    ways: dict[str, tuple[Mode, tuple[str, ...]]] = {}
    for item in plans:
        mapping = plan(item.mapping).mapping
        if ways.setdefault(mapping.table, (item.mode, item.key)) != (item.mode, item.key):
            raise MappingError(
                "mixed_modes",
                f"The files for {mapping.table!r} are to be loaded in different ways.",
                remedy="Load them in one way, or one after the other.",
                where=Where(file=item.sniffed.name, sheet=item.sniffed.sheet),
                found=mapping.table,
                table=mapping.table,
            )
        shape = tuple((column.at, column.name, column.field) for column in mapping.columns)
        header, empty = item.sniffed.fingerprint, item.sniffed.choice.empty_words
        groups.setdefault((mapping.table, mapping.entity, header, empty, shape), []).append(item)
    return [replace(_typed(group), mode=group[0].mode, key=group[0].key) for group in groups.values()]


def _typed(group: list[LoadPlan]) -> TypedTable:
    from kpi.ingest.coins import with_currency

    mapping = group[0].mapping
    kind = entity(mapping.entity) if mapping.entity else None
    columns = []
    for place, column in enumerate(mapping.columns):
        judged = dict.fromkeys(item.sniffed.columns[column.at].evidence for item in group)  # often one for all files
        evidence = reduce(add, judged)
        chosen = [item.mapping.columns[place].reading for item in group]
        seen = dict.fromkeys(word for item in group for word in item.sniffed.columns[column.at].words)
        spelt = dict(pair for item in group for pair in item.mapping.spellings(item.mapping.columns[place]))
        made = stored(column, evidence, kind, chosen, tuple(seen)[:MOST_WORDS])
        columns.append(replace(made, spelt=tuple(spelt.items())) if spelt else made)
    columns += _derived(columns, kind)
    empty = group[0].sniffed.choice.empty_words
    marked = any(item.sniffed.sheet is not None for item in group)
    columns = with_currency([replace(column, empty=empty, marked=marked) for column in columns], kind)
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
