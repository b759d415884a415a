"""What a file's columns mean: the guess, the open questions, the user's corrections. A change is a new value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kpi.errors import MappingError, near_names
from kpi.ingest.changes import HeaderChanges
from kpi.ingest.evidence import AMBIGUOUS, ORDERS, fits, open_orders
from kpi.ingest.keys import Key, suggest_key
from kpi.ingest.mapped import MappedColumn, bound, named, own_table, unbound
from kpi.ingest.names import slug
from kpi.ingest.orders import recommended
from kpi.ingest.reasons import Reason, because
from kpi.ingest.sniffed import Frozen, OrderReading, Sniffed
from kpi.ingest.words import KEPT, WordMatch, decided_field, match_words
from kpi.model import Field, FieldType, entities, entity

CLOSE = 0.05  # difference of scores below which a person decides


class Question(Frozen):
    """Something only a person can decide. `kind` is entity, date_order or single_column."""

    kind: str
    column: str | None = None
    choices: tuple[str, ...] = ()
    recommended: str | None = None
    samples: tuple[str, ...] = ()
    reason: str | None = None  # for the recommended date order: other_column, or what `kpi.ingest.orders` names
    readings: tuple[OrderReading, ...] = ()  # days that each date order makes of the samples, and what speaks for it


class Guess(Frozen):
    """An entity that the file may be, with a score (0-1) and why."""

    entity: str
    score: float
    columns: int  # of the file that feed a field
    reasons: tuple[Reason, ...] = ()


class ColumnMapping(Frozen):
    """How one sniffed table is stored. `guesses` are the entities considered, best first.

    `changes` says how the header differs from the one that the mapping is remembered from; None where it does not.
    """

    sniffed: Sniffed
    entity: str | None
    table: str
    columns: tuple[MappedColumn, ...]
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()
    guesses: tuple[Guess, ...] = ()
    answered: frozenset[str] = frozenset()  # kinds of questions that a person has settled
    remembered: bool = False
    changes: HeaderChanges | None = None

    @property
    def questions(self) -> tuple[Question, ...]:
        """What must be answered before this can be loaded."""
        asked = []
        if len(self.columns) == 1 and "single_column" not in self.answered:
            asked.append(Question(kind="single_column", samples=self.columns_samples(self.columns[0])))
        if "entity" not in self.answered and _is_close(self.guesses):
            choices = (*(guess.entity for guess in self.guesses[:3]), "")
            asked.append(Question(kind="entity", choices=choices, recommended=self.entity))
        asked += [self._ask_order(column) for column in self.columns if column.reading == AMBIGUOUS]
        return tuple(asked)

    def _ask_order(self, column: MappedColumn) -> Question:
        """Whether days or months come first, how each order reads three values, and which one is likelier."""
        found = self.sniffed.columns[column.at]
        likelier = recommended(found.orders)
        order, reason = self._other_order(column), "other_column"
        if order is None and likelier is not None:
            order, reason = likelier.order, likelier.reasons[0]
        return Question(
            kind="date_order",
            column=column.source,
            choices=self._order_choices(column),
            recommended=order and order.replace("yymd", "ymd"),
            samples=found.order_samples or found.samples,
            reason=reason if order else None,
            readings=tuple(each.as_asked() for each in found.orders),
        )

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

    @property
    def keys(self) -> tuple[Key, ...]:
        """The stored columns that may name a row, best first; the load finds whether they do in every row."""
        return suggest_key(self)

    def category(self, column: MappedColumn) -> Field | None:
        """The category that a column's words decide: its own field, or one that is derived from it; None without."""
        if not self.entity or column.field is None:
            return None
        return decided_field(entity(self.entity), column.field, [item.field for item in self.columns if item.field])

    def word_matches(self, column: MappedColumn) -> tuple[WordMatch, ...]:
        """What each word of a category becomes; empty where the column decides no category."""
        field = self.category(column)
        if field is None or not self.entity:
            return ()
        return match_words(self.entity, field, self.sniffed.columns[column.at].words, dict(column.words))

    def spellings(self, column: MappedColumn) -> tuple[tuple[str, str], ...]:
        """(word, what is stored) for the words that no category knows by themselves: chosen, or near to one it does."""
        return tuple(
            (match.word, match.canonical if match.canonical is not None else match.word)
            for match in self.word_matches(column)
            if match.how in ("chosen", "near")
        )

    def with_words(self, column: str, words: Mapping[str, str]) -> ColumnMapping:
        """Say what words of a category mean, word by word; an empty value stores the word as it stands."""
        chosen = self.column(column)
        field = self.category(chosen)
        if field is None:
            raise MappingError(
                "no_category",
                f"The words of {chosen.source!r} decide no category.",
                remedy="Choose the field that the column feeds first.",
                found=chosen.source,
            )
        for value in words.values():
            if value != KEPT and value not in field.values:
                raise MappingError(
                    "unknown_value",
                    f"{field.names.en} has no value {value!r}.",
                    near=near_names(value, list(field.values)) or list(field.values),
                    found=value,
                )
        said = tuple({**dict(chosen.words), **{word.strip(): value for word, value in words.items()}}.items())
        return self._with_columns(
            [item.model_copy(update={"words": said}) if item.at == chosen.at else item for item in self.columns]
        )

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
                "reasons": chosen.reasons if chosen else (because("chosen"),),
                "answered": self.answered | {"entity"},
                "remembered": False,
                "changes": None,
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
                columns.append(bound(self.sniffed.columns[item.at], item, field, kind, 1.0, (because("chosen"),)))
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
        while advised := next((each for each in answered.questions if each.recommended and each.column), None):
            answered = answered.with_date_order(str(advised.column), str(advised.recommended))  # may settle the next
        return answered

    def to_memory(self) -> dict[str, Any]:
        """What is remembered for the next file with this header."""
        return {
            "entity": self.entity,
            "table": self.table,
            "columns": {
                column.source: {
                    "at": column.at,
                    "field": column.field,
                    "name": column.name,
                    "type": column.type.value,
                    "reading": column.reading,
                    "words": dict(column.words),
                }
                for column in self.columns
            },
        }

    def _with_columns(self, columns: list[MappedColumn]) -> ColumnMapping:
        return self.model_copy(update={"columns": named(tuple(columns), self.entity), "remembered": False})

    def _order_choices(self, column: MappedColumn) -> tuple[str, ...]:
        """The orders that fit: day or month first, and `ymd` where years of two digits could come first."""
        return tuple(order.replace("yymd", "ymd") for order in open_orders(self.sniffed.columns[column.at].evidence))

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


def _is_close(guesses: tuple[Guess, ...]) -> bool:
    """Whether the second guess is nearly as good as the first; one that explains fewer columns is not."""
    if len(guesses) < 2:
        return False
    first, second = guesses[:2]
    return first.score - second.score < CLOSE and second.columns >= first.columns
