"""What a file's columns mean: the guess, the open questions, the user's corrections. A change is a new value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from kpi.errors import MappingError, near_names
from kpi.ingest.evidence import AMBIGUOUS, ORDERS, fits, infer, possible_orders, reading_for
from kpi.ingest.names import slug
from kpi.ingest.sniff import MOST_COLUMNS
from kpi.ingest.sniffed import Frozen, Sniffed, SniffedColumn
from kpi.model import Entity, FieldType, entities, entity

# Names that the statements of a load give to something else: a row's place, a file's path, the cells as they stand.
RESERVED = frozenset({"rowid", "filename", *(f"c{at}" for at in range(MOST_COLUMNS))})
CLOSE = 0.05  # difference of scores below which a person decides


class Question(Frozen):
    """Something only a person can decide. `kind` is entity, date_order or single_column."""

    kind: str
    column: str | None = None
    choices: tuple[str, ...] = ()
    recommended: str | None = None
    samples: tuple[str, ...] = ()


class MappedColumn(Frozen):
    """What one column becomes: a field of the entity, or a column of its own under its own name."""

    at: int  # place in the file, from 0
    source: str  # the header's name, or `column 3` where it has none
    name: str  # under which it is stored; the field's id when it feeds one
    field: str | None
    type: FieldType
    reading: str  # `ambiguous` until the date order is known
    score: float = 0.0
    reason: str = "own"  # name, near_name, chosen, remembered, own


class Guess(Frozen):
    """An entity that the file may be, with a score (0-1) and why."""

    entity: str
    score: float
    columns: int  # of the file that feed a field
    reason: str  # English, e.g. "6 of 8 columns, file name"


class ColumnMapping(Frozen):
    """How one sniffed table is stored. `guesses` are the entities considered, best first."""

    sniffed: Sniffed
    entity: str | None
    table: str
    columns: tuple[MappedColumn, ...]
    score: float = 0.0
    reason: str = ""
    guesses: tuple[Guess, ...] = ()
    answered: frozenset[str] = frozenset()  # kinds of questions that a person has settled
    remembered: bool = False

    @property
    def questions(self) -> tuple[Question, ...]:
        """What must be answered before this can be loaded."""
        asked = []
        if len(self.columns) == 1 and "single_column" not in self.answered:
            asked.append(Question(kind="single_column", samples=self.columns_samples(self.columns[0])))
        if "entity" not in self.answered and _is_close(self.guesses):
            choices = (*(guess.entity for guess in self.guesses[:3]), "")
            asked.append(Question(kind="entity", choices=choices, recommended=self.entity))
        asked += [
            Question(
                kind="date_order",
                column=column.source,
                choices=self._order_choices(column),
                recommended=self._other_order(column),
                samples=self.columns_samples(column),
            )
            for column in self.columns
            if column.reading == AMBIGUOUS
        ]
        return tuple(asked)

    def columns_samples(self, column: MappedColumn) -> tuple[str, ...]:
        """Some different values of a column, as they stand in the file."""
        return self.sniffed.columns[column.at].samples

    def column(self, name: str) -> MappedColumn:
        """The column of this header name, stored name or field; `MappingError` with near names otherwise."""
        for test in (lambda c: c.source == name, lambda c: c.name == name, lambda c: c.source.lower() == name.lower()):
            if found := next(filter(test, self.columns), None):
                return found
        known = [column.source for column in self.columns]
        raise MappingError(
            "unknown_column", f"The file has no column {name!r}.", near=near_names(name, known), found=name
        )

    def for_field(self, field: str) -> MappedColumn | None:
        """The column that feeds a field, or None."""
        return next((column for column in self.columns if column.field == field), None)

    def with_entity(self, entity_id: str | None) -> ColumnMapping:
        """The same file taken as rows of another entity, or (None) as a table of its own."""
        from kpi.ingest.guessing import assign

        if entity_id is not None:
            entity(entity_id)
        chosen = next((guess for guess in self.guesses if guess.entity == entity_id), None)
        return self.model_copy(
            update={
                "entity": entity_id,
                "table": entity_id or own_table(self.sniffed),
                "columns": assign(self.sniffed, entity_id),
                "score": chosen.score if chosen else 0.0,
                "reason": chosen.reason if chosen else "chosen",
                "answered": self.answered | {"entity"},
                "remembered": False,
            }
        )

    def with_table(self, table: str) -> ColumnMapping:
        """The same, stored in another table of its own; an entity's table has the entity's name."""
        return self if self.entity else self.model_copy(update={"table": slug(table, list(entities()))})

    def with_field(self, column: str, field: str | None) -> ColumnMapping:
        """Let a column feed a field (None: keep its own name); what fed the field before gets its own name back."""
        chosen = self.column(column)
        if field is not None:
            self._check_field(chosen, field)
        columns = []
        for item in self.columns:
            if item.at == chosen.at and field is not None:
                kind = self._entity_field_type(field)
                columns.append(bound(self.sniffed.columns[item.at], item, field, kind, 1.0, "chosen"))
            elif item.at == chosen.at or (field is not None and item.field == field):
                columns.append(unbound(self.sniffed.columns[item.at], item))
            else:
                columns.append(item)
        return self._with_columns(columns)

    def with_date_order(self, column: str, order: str) -> ColumnMapping:
        """Settle whether days, months (or, as `ymd`, years) come first in a column."""
        if order not in ORDERS:
            raise MappingError("bad_date_order", f"{order!r} is no date order.", near=ORDERS, found=order)
        chosen = self.column(column)
        evidence = self.sniffed.columns[chosen.at].evidence
        if order == "ymd" and evidence.yymd > evidence.ymd:
            order = "yymd"
        return self._with_columns(
            [item.model_copy(update={"reading": order}) if item.at == chosen.at else item for item in self.columns]
        )

    def accept(self) -> ColumnMapping:
        """Take every recommendation. A date order that nothing speaks for stays open."""
        answered: ColumnMapping = self.model_copy(update={"answered": self.answered | {"entity", "single_column"}})
        for question in answered.questions:
            if question.kind == "date_order" and question.recommended and question.column:
                answered = answered.with_date_order(question.column, question.recommended)
        return answered

    def to_memory(self) -> dict[str, Any]:
        """What is remembered for the next file with this header."""
        return {
            "entity": self.entity,
            "table": self.table,
            "columns": {
                column.source: {"field": column.field, "name": column.name, "reading": column.reading}
                for column in self.columns
            },
        }

    def _with_columns(self, columns: list[MappedColumn]) -> ColumnMapping:
        return self.model_copy(update={"columns": named(tuple(columns), self.entity), "remembered": False})

    def _order_choices(self, column: MappedColumn) -> tuple[str, ...]:
        """The orders that fit: day or month first, and `ymd` where years of two digits could come first."""
        possible = possible_orders(self.sniffed.columns[column.at].evidence)
        return tuple(order.replace("yymd", "ymd") for order in possible) if len(possible) > 1 else ("dmy", "mdy")

    def _other_order(self, column: MappedColumn) -> str | None:
        """The order that another column of the same file proves, where it is one of the choices."""
        orders = {item.reading for item in self.columns if item.reading in ("dmy", "mdy", "yymd")}
        order = orders.pop().replace("yymd", "ymd") if len(orders) == 1 else None
        return order if order in self._order_choices(column) else None

    def _entity_field_type(self, field: str) -> FieldType:
        found = entity(self.entity).field(field) if self.entity else None
        if found is None:
            raise MappingError(
                "unknown_field",
                f"{self.entity or 'A table of its own'} has no field {field!r}.",
                near=near_names(field, [item.id for item in entity(self.entity).fields]) if self.entity else (),
                found=field,
            )
        return found.type

    def _check_field(self, column: MappedColumn, field: str) -> None:
        kind = self._entity_field_type(field)
        evidence = self.sniffed.columns[column.at].evidence
        if fits(kind, evidence) == 0:
            raise MappingError(
                "does_not_fit",
                f"No value of {column.source!r} can be read as {kind.value}.",
                remedy="Choose another column, or keep this one under its own name.",
                found=", ".join(self.columns_samples(column)[:3]),
            )

    @classmethod
    def recall(cls, sniffed: Sniffed, memory: Mapping[str, Any], base: ColumnMapping) -> Self | None:
        """The remembered mapping, if it still fits this file's columns and the entities of today."""
        known = memory.get("columns", {})
        entity_id = memory.get("entity")
        if set(known) != {column.source for column in base.columns} or (entity_id and entity_id not in entities()):
            return None
        columns = []
        for column in base.columns:
            said, found = known[column.source], sniffed.columns[column.at]
            made = unbound(found, column)
            field = entity(entity_id).field(said["field"]) if entity_id and said["field"] else None
            if field is not None:
                made = bound(found, made, field.id, field.type, 1.0, "remembered")
            if made.reading == AMBIGUOUS and said["reading"] in ORDERS:
                made = made.model_copy(update={"reading": said["reading"]})
            columns.append(made)
        return cls(
            sniffed=sniffed,
            entity=entity_id,
            table=memory["table"],
            columns=named(tuple(columns), entity_id),
            score=1.0,
            reason="remembered",
            guesses=base.guesses,
            answered=frozenset({"entity", "single_column"}),
            remembered=True,
        )


def bound(
    found: SniffedColumn, column: MappedColumn, field: str, kind: FieldType, score: float, reason: str
) -> MappedColumn:
    """The column as it feeds a field."""
    reading = reading_for(kind, found.evidence)
    if reading == AMBIGUOUS and column.reading in ORDERS:
        reading = column.reading
    return column.model_copy(
        update={"field": field, "name": field, "type": kind, "reading": reading, "score": score, "reason": reason}
    )


def unbound(found: SniffedColumn, column: MappedColumn) -> MappedColumn:
    """The column under its own name, with the type that its own values have."""
    kind, reading = infer(found.name, found.evidence)
    if reading == AMBIGUOUS and column.reading in ORDERS:
        reading = column.reading
    return column.model_copy(
        update={"field": None, "name": "", "type": kind, "reading": reading, "score": 0.0, "reason": "own"}
    )


def named(columns: tuple[MappedColumn, ...], entity_id: str | None) -> tuple[MappedColumn, ...]:
    """Give every column without a field a name of its own that no field of the entity has."""
    kind: Entity | None = entity(entity_id) if entity_id else None
    taken = set(RESERVED) | ({field.id for field in kind.fields} if kind else {"currency"})
    done = []
    for column in columns:
        if column.field is None:
            name = slug(column.source, taken)
            taken.add(name)
            done.append(column.model_copy(update={"name": name}))
        else:
            done.append(column)
    return tuple(done)


def own_table(sniffed: Sniffed) -> str:
    """The name of a table of its own: the file's, and the sheet's when the workbook has more than one."""
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
    if sniffed.sheet and not sniffed.sheet.lower().startswith("sheet"):
        stem = f"{stem} {sniffed.sheet}"
    return slug(stem, list(entities()))


def _is_close(guesses: tuple[Guess, ...]) -> bool:
    """Whether the second guess is nearly as good as the first; one that explains fewer columns is not."""
    if len(guesses) < 2:
        return False
    first, second = guesses[:2]
    return first.score - second.score < CLOSE and second.columns >= first.columns
