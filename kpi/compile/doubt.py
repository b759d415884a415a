"""Which fields does a KPI read that some rows may lack, and what may be supposed of such a row?

A field is *doubtful* where its absence leaves open whether a row counts: the date that places the row, and a text,
number or yes-or-no that the filter compares. A time in a filter is not: one that is empty has not happened. Nor is a
field that the filter itself asks whether it is there. And a row that has neither the date nor the word which the filter
compares tells of nothing that came to pass: it is not open.

What may be supposed is a short list of values that stands for all there are: for a date, the first and last moment of
the period (that it lies outside is what its absence says already); for a text, each word it is compared with, and one
that is none of them; for a number, each limit, and a number on either side of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from math import prod

from sqlglot import exp

from kpi.compile.clock import as_utc, date_literal, timestamp_literal, utc_bound
from kpi.compile.condition import COMPARISONS
from kpi.compile.relations import reach
from kpi.compile.shape import Shape
from kpi.model import FieldType
from kpi.period import Period
from kpi.semantic.expression import Call, Expression, Literal, Name, Operation, parse
from kpi.semantic.kpi import LevelMeasure, MovementMeasure, RowMeasure
from kpi.workspace import Table

ANYTHING_ELSE = "\ufffd\ufffd"  # a word that nothing is compared with
STEADY = frozenset({"and", "or", "not", "<", "<=", ">", ">=", "+", "-", "days_between", "hours_between", "exists"})

Rows = RowMeasure | LevelMeasure | MovementMeasure  # the measures that read rows


class Lack(StrEnum):
    """What the absence of a field leaves open."""

    UNDATED = "undated"  # in which period the row falls
    UNDECIDED = "undecided"  # whether the filter takes the row
    NO_VALUE = "no_value"  # what the row adds
    UNREADABLE = "unreadable"  # whether a moment that the filter asks for has come: something stood there
    SET_ASIDE = "set_aside"  # what whole lines would have said


@dataclass(frozen=True)
class Doubt:
    """A doubtful field. `field` is as the definition names it, `place` and `column` where it is stored.

    Without suppositions, nothing can be said of what its values would do. `exact`: the suppositions stand for all ways
    in which the rows could really be; else only for the likely ones.
    """

    table: str
    field: str
    place: str
    column: str
    lack: Lack
    suppositions: tuple[exp.Expr, ...]
    exact: bool


def find_doubts(measures: Sequence[Rows], shape: Shape) -> tuple[Doubt, ...]:
    """The doubtful fields of measures that read the same table: first the dates, then what the filters compare."""
    table = shape.table(measures[0].entity)
    trees = [tree for measure in measures for tree in _trees(measure)]
    tested = {name for tree in trees for name in _tested(tree)}
    dates = {name: None for measure in measures if (name := date_name(measure, shape)) and name not in tested}
    found = [_undated(name, [m for m in measures if date_name(m, shape) == name], trees, shape) for name in dates]
    filters = [parse(measure.where) for measure in measures if measure.where]
    names = dict.fromkeys(name for tree in filters for name in _own_names(tree))
    for name in names:
        column = table.column(name)
        if name not in tested and name not in dates and column is not None and not column.type.is_time:
            reckoned = [parse(measure.value) for measure in measures if measure.value]
            read_twice = any(name in _own_names(tree) for tree in reckoned)
            found.append(_undecided(table, name, column.type, [] if read_twice else filters))
    return tuple(found)


def moments_in_filters(measures: Sequence[Rows], shape: Shape) -> tuple[str, ...]:
    """The times that filters read of a row, without the dates that place it: where empty, they have not come."""
    table = shape.table(measures[0].entity)
    dates = {date_name(measure, shape) for measure in measures}
    names = [name for measure in measures if measure.where for name in _own_names(parse(measure.where))]
    columns = {name: table.column(name) for name in names if name not in dates}
    return tuple(name for name, column in columns.items() if column is not None and column.type.is_time)


def combinations(doubts: Sequence[Doubt]) -> int:
    """In how many ways the fields can be supposed together, or taken as they stand."""
    return prod(len(doubt.suppositions) + 1 for doubt in doubts)


def date_name(measure: Rows, shape: Shape) -> str | None:
    """The field that places a measure's rows in time; None where the table has none."""
    if isinstance(measure, RowMeasure):
        return shape.date_of(shape.table(measure.entity), measure.date)
    return measure.start


def window_of(measure: RowMeasure, shape: Shape) -> Period:
    """The days whose rows a measure takes: those asked for, or the last so many up to their end."""
    asked = shape.period or shape.extent
    if measure.trailing_days is None:
        return asked
    last = shape.slots[0].days.last
    return Period(last - timedelta(days=measure.trailing_days - 1), last + timedelta(days=1))


def _undated(name: str, measures: Sequence[Rows], trees: Sequence[Expression], shape: Shape) -> Doubt:
    table = shape.table(measures[0].entity)
    reached = reach(shape.dataset, table, name.split("."))
    place = reached.path[-1].target if reached.path else table.name
    zone, kind = shape.dataset.time_zone, reached.column.type
    found: dict[str, exp.Expr] = {}
    for measure in measures:
        for moment in _moments(measure, shape, kind, zone):
            found.setdefault(moment.sql(), moment)
    mentions = sum(_mentions(tree, name, table.name) for tree in trees)
    steady = all(_is_steady(tree, name, table.name) for tree in trees)
    return Doubt(
        table=table.name,
        field=name,
        place=place,
        column=reached.column.name,
        lack=Lack.UNDATED,
        suppositions=tuple(found.values()),
        exact=mentions == 0 or (mentions == 1 and steady and len(found) == 2),
    )


def _moments(measure: Rows, shape: Shape, kind: FieldType, zone: str) -> Iterator[exp.Expr]:
    """The first and last moment at which a row is counted; of a spell, days before, in and at the end of the period."""
    if isinstance(measure, RowMeasure):
        window = window_of(measure, shape)
        yield utc_bound(window.start, kind, zone)
        if kind is FieldType.DATE:
            yield date_literal(window.last)
        else:
            yield timestamp_literal(as_utc(datetime.combine(window.end, time()), zone) - timedelta(microseconds=1))
        return
    days = shape.slots[0].days
    for day in (days.start - timedelta(days=1), days.start, days.last):
        yield utc_bound(day, kind, zone)


def _undecided(table: Table, name: str, kind: FieldType, filters: Sequence[Expression]) -> Doubt:
    """A field that filters compare; where they are not all that reads it, nothing can be supposed of it."""
    uses = [use for tree in filters for use in _uses(tree, name, table.name)]
    values = [value for use in uses if use is not None for value in use]
    plain = bool(uses) and all(use is not None for use in uses) and (kind is FieldType.BOOLEAN or bool(values))
    return Doubt(
        table=table.name,
        field=name,
        place=table.name,
        column=name,
        lack=Lack.UNDECIDED,
        suppositions=tuple(_stand_ins(values, kind)) if plain else (),
        exact=plain,
    )


def _stand_ins(values: Sequence[str | Decimal | bool], kind: FieldType) -> Iterator[exp.Expr]:
    """Values that between them do whatever any value of the field can do in the comparisons with these."""
    if kind is FieldType.BOOLEAN:
        yield from (exp.true(), exp.false())
    elif kind.is_number:
        limits = sorted({value for value in values if isinstance(value, Decimal)})
        steps = {side for limit in limits for side in (limit - 1, limit, limit + 1)}
        steps |= {(low + high) / 2 for low, high in pairwise(limits)}
        for number in sorted(steps):
            if kind is not FieldType.INTEGER or number == number.to_integral_value():
                literal = exp.Literal.number(format(abs(number), "f"))
                yield exp.Neg(this=literal) if number < 0 else literal
    else:
        words = dict.fromkeys(value for value in values if isinstance(value, str))
        yield from (exp.Literal.string(word) for word in (*words, ANYTHING_ELSE))


def _uses(tree: Expression, name: str, table: str) -> Iterator[tuple[str | Decimal | bool, ...] | None]:
    """What a field is compared with, use by use; None for a use that a few values cannot stand for."""
    if _mentions(tree, name, table) == 0:
        return
    if tree == Name((name,)):
        yield ()  # a yes or no, by itself
        return
    if isinstance(tree, Operation) and tree.operator in ("and", "or", "not"):
        for operand in tree.operands:
            yield from _uses(operand, name, table)
        return
    operands = tree.operands if isinstance(tree, Operation) else tree.arguments if isinstance(tree, Call) else ()
    others = [operand.value for operand in operands if isinstance(operand, Literal)]
    compared = isinstance(tree, Operation) and (tree.operator in COMPARISONS or tree.operator == "in")
    contained = isinstance(tree, Call) and tree.function == "contains" and operands[0] == Name((name,))
    alone = operands.count(Name((name,))) == 1 and len(others) == len(operands) - 1
    ordered = isinstance(tree, Operation) and tree.operator in ("<", "<=", ">", ">=")
    if alone and (compared or contained) and not (ordered and any(isinstance(other, str) for other in others)):
        yield tuple(others)
    else:
        yield None


def _trees(measure: Rows) -> list[Expression]:
    texts = [measure.where, measure.value, getattr(measure, "per", None), getattr(measure, "key", None)]
    return [parse(text) for text in texts if text]


def _walk(tree: Expression) -> Iterator[tuple[Expression, bool]]:
    """Every part of an expression, and whether it speaks of the row itself (not of rows that belong to it)."""
    waiting = [(tree, True)]
    while waiting:
        node, own = waiting.pop()
        yield node, own
        if isinstance(node, Operation):
            waiting += [(operand, own) for operand in node.operands]
        elif isinstance(node, Call):
            inner = own and node.function not in ("exists", "count")
            waiting += [(argument, inner) for argument in node.arguments]


def _own_names(tree: Expression) -> list[str]:
    return [node.parts[0] for node, own in _walk(tree) if own and isinstance(node, Name) and len(node.parts) == 1]


def _is_named(node: Expression, own: bool, name: str, table: str) -> bool:
    """Whether a name means the field of the row itself; rows that belong to it call it by its table."""
    if not isinstance(node, Name):
        return False
    return node.parts == tuple(name.split(".")) if own else node.parts == (table, name)


def _mentions(tree: Expression, name: str, table: str) -> int:
    return sum(_is_named(node, own, name, table) for node, own in _walk(tree))


def _is_steady(tree: Expression, name: str, table: str) -> bool:
    """Whether a moment can only be early or late enough, so that what the first and last do bounds what any does."""
    around = [node for node, _ in _walk(tree) if _mentions(node, name, table)]
    return all(
        (node.operator if isinstance(node, Operation) else node.function) in STEADY
        for node in around
        if isinstance(node, Operation | Call)
    )


def _tested(tree: Expression) -> Iterator[str]:
    """Fields of which the expression itself asks whether they are there."""
    for node, own in _walk(tree):
        operands: tuple[Expression, ...] = ()
        if isinstance(node, Operation) and node.operator == "is_null":
            operands = node.operands
        elif isinstance(node, Call) and node.function == "coalesce":
            operands = node.arguments[:1]
        for operand in operands:
            if own and isinstance(operand, Name):
                yield ".".join(operand.parts)
