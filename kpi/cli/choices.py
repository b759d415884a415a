"""What did the user decide about the files (`--as`, `--map`, `--dates`), and what is still open?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import methodcaller
from typing import TYPE_CHECKING

from kpi.errors import MappingError, near_names

if TYPE_CHECKING:
    from kpi.ingest.mapping import ColumnMapping, Question

ORDERS = ("dmy", "mdy", "ymd")
OWN_TABLE = "none"  # `--as none`: the rows are of no entity and keep their own columns


@dataclass(frozen=True)
class Choices:
    """What was typed. A date order without a column is for every column that needs one."""

    entity: str | None
    fields: tuple[tuple[str, str], ...]
    orders: tuple[tuple[str | None, str], ...]

    @classmethod
    def read(cls, entity: str | None, fields: Sequence[str] | None, dates: Sequence[str] | None) -> Choices:
        """The choices as typed; `MappingError` where one cannot be read."""
        return cls(entity, tuple(map(_field, fields or ())), tuple(map(_order, dates or ())))


def choose(mappings: Sequence[ColumnMapping], choices: Choices) -> list[ColumnMapping]:
    """The mappings, corrected. A column need be in one of the files only."""
    made = list(mappings)
    if choices.entity is not None:
        entity = None if choices.entity == OWN_TABLE else choices.entity
        made = [mapping.with_entity(entity) for mapping in made]
    for field, column in choices.fields:
        made = _where_it_is(made, methodcaller("with_field", column, field))
    for column_or_all, order in choices.orders:
        if column_or_all is None:
            made = [_with_order(mapping, order) for mapping in made]
        else:
            made = _where_it_is(made, methodcaller("with_date_order", column_or_all, order))
    return made


def open_questions(mappings: Sequence[ColumnMapping]) -> tuple[str, ...]:
    """Every open question in short, the same in every language: where it stands, and the choices."""
    return tuple(_short(mapping, question) for mapping in mappings for question in mapping.questions)


def take_likeliest(mappings: Sequence[ColumnMapping], currency: str) -> tuple[list[ColumnMapping], tuple[str, ...]]:
    """Every question answered, and what was taken for what, in short.

    Where neither the file nor another column of it tells days from months, dollars speak for the month first and any
    other currency for the day.
    """
    order = "mdy" if currency == "USD" else "dmy"
    made, notes = [], []
    for mapping in mappings:
        settled = _with_order(mapping.accept(), order)
        for question in mapping.questions:
            taken = settled.column(question.column).reading if question.column else settled.entity or OWN_TABLE
            notes.append(f"{_place(mapping, question)}: {taken}")
        made.append(settled)
    return made, tuple(notes)


def settle(mappings: Sequence[ColumnMapping]) -> None:
    """`MappingError` with every open question and its choices, when there is one."""
    questions = "; ".join(open_questions(mappings))
    if questions:
        raise MappingError(
            "open_questions",
            f"Not clear: {questions}.",
            remedy="Choose with --as ENTITY or --dates [COLUMN=]ORDER, or take the likeliest answers with --yes.",
            found=questions,
        )


def _where_it_is(
    mappings: Sequence[ColumnMapping], change: Callable[[ColumnMapping], ColumnMapping]
) -> list[ColumnMapping]:
    """The mappings with a change in every one that has the column; its error when none has."""
    made, lacking = [], []
    for mapping in mappings:
        try:
            made.append(change(mapping))
        except MappingError as error:
            if error.code != "unknown_column":
                raise
            lacking.append(error)
            made.append(mapping)
    if len(lacking) == len(made):
        raise lacking[0]
    return made


def _with_order(mapping: ColumnMapping, order: str) -> ColumnMapping:
    for question in mapping.questions:
        if question.kind == "date_order" and question.column is not None:
            fits = order in question.choices
            mapping = mapping.with_date_order(question.column, order if fits else question.choices[0])
    return mapping


def _short(mapping: ColumnMapping, question: Question) -> str:
    """`deals.csv · created (03/04/2024): dmy | mdy`."""
    samples = f" ({', '.join(question.samples[:2])})" if question.samples else ""
    choices = " | ".join(choice or OWN_TABLE for choice in question.choices) or "--yes"
    return f"{_place(mapping, question)}{samples}: {choices}"


def _place(mapping: ColumnMapping, question: Question) -> str:
    return " · ".join(part for part in (mapping.sniffed.title, question.column) if part)


def _field(text: str) -> tuple[str, str]:
    field, sign, column = text.partition("=")
    if not (sign and field and column):
        raise MappingError(
            "bad_map", f"--map {text!r} is not FIELD=COLUMN.", remedy="Write for example amount=Total.", found=text
        )
    return field.strip(), column.strip()


def _order(text: str) -> tuple[str | None, str]:
    column, sign, order = text.rpartition("=")
    order = order.strip().lower()
    if order not in ORDERS:
        raise MappingError(
            "bad_date_order", f"{order!r} is no date order.", found=order, near=near_names(order, ORDERS) or ORDERS
        )
    return (column.strip() if sign else None), order
