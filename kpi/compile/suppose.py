"""What would each row add to a KPI's two sides, if what it lacks were this or that? One SELECT per loaded table.

The rows carry, for every supposition, what they add to the numerator (`n0`, `n1`, …) and to the denominator (`d0`, …).
Number 0 takes the rows as they stand. A row that lacks nothing adds the same under all of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from kpi.compile.clock import in_period
from kpi.compile.condition import compile_expression, condition
from kpi.compile.doubt import Doubt, Lack, Rows, combinations, date_name, window_of
from kpi.compile.relations import reach
from kpi.compile.scope import Scope, column
from kpi.compile.shape import Shape
from kpi.errors import QueryError
from kpi.model import FieldType
from kpi.semantic.expression import parse
from kpi.semantic.kpi import Aggregate, LevelMeasure, RowMeasure
from kpi.workspace import Table

MOST_SUPPOSITIONS = 64
ADD, DISTINCT, REPEAT, EACH = "add", "distinct", "repeat", "each"
SIDES = ("n", "d")


@dataclass(frozen=True)
class Side:
    """How rows make one side: they `add` up, name `distinct` keys or keys that `repeat`, or each has its value."""

    measure: RowMeasure | LevelMeasure
    kind: str
    key: str | None = None
    part: str | None = None  # repeat: different values of this are counted, not rows
    least: int = 1  # repeat: from so many rows on a key counts
    as_count: bool = False  # the measure's rows with a value are counted, not its values added


@dataclass(frozen=True)
class Supposed:
    """The SELECT with every row of a table, and how many suppositions it holds.

    Beside what they add, rows carry `key` and `part` where a side has them, `taken` (a filter takes the row, in
    whatever period), and `lacks0`, `lacks1`, … for the doubts in turn.
    """

    rows: exp.Select
    count: int
    sides: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """The contributions, supposition by supposition."""
        return [f"{side}{number}" for number in range(self.count) for side in self.sides]

    @property
    def counts(self) -> exp.Expr:
        """Whether a row adds anything, as it stands."""
        return exp.or_(*(exp.NEQ(this=column(f"{side}0"), expression=exp.Literal.number(0)) for side in self.sides))

    @property
    def varies(self) -> exp.Expr:
        """Whether a row adds differently under different suppositions."""
        return exp.or_(
            exp.false(),
            *(
                exp.NullSafeNEQ(this=column(f"{side}{number}"), expression=column(f"{side}0"))
                for number in range(1, self.count)
                for side in self.sides
            ),
        )


def side_of(measure: Rows) -> Side | None:
    """How a measure's rows make its value; None for those whose rows cannot be taken one by one."""
    if isinstance(measure, LevelMeasure):
        if measure.end is None:
            return None
        if measure.aggregate in (Aggregate.COUNT, Aggregate.SUM):
            return Side(measure, ADD)
        wanted = measure.aggregate is Aggregate.COUNT_DISTINCT and measure.at != "mean"
        return Side(measure, DISTINCT, measure.value) if wanted else None
    if not isinstance(measure, RowMeasure) or measure.first:
        return None
    if measure.per is not None and measure.at_least is not None:
        if measure.aggregate not in (Aggregate.COUNT, Aggregate.COUNT_DISTINCT):
            return None
        part = measure.value if measure.aggregate is Aggregate.COUNT_DISTINCT else None
        return Side(measure, REPEAT, measure.per, part, measure.at_least)
    if measure.per is not None:
        return None
    if measure.aggregate is Aggregate.COUNT_DISTINCT:
        return Side(measure, DISTINCT, measure.value)
    if measure.aggregate in (Aggregate.COUNT, Aggregate.SUM):
        return Side(measure, ADD)
    return Side(measure, EACH)


def suppose(
    sides: Sequence[Side | None], shape: Shape, doubts: Sequence[Doubt], *, value: str | None = None
) -> Supposed:
    """The rows under every combination of suppositions. `sides` are numerator and denominator, of the same table.

    The rows may also carry the value of an expression, as `value`.
    `QueryError` when there are more combinations than can be tried.
    """
    given = [side for side in sides if side is not None]
    table = shape.table(given[0].measure.entity)
    choices = [[None, *doubt.suppositions] for doubt in doubts]
    count = combinations(doubts)
    if count > MOST_SUPPOSITIONS:
        raise QueryError("too_many_suppositions", "Too many fields are missing at once for a range.", found=str(count))
    scope = SupposingScope(shape, table)
    happened = _happened(given, scope, shape)
    columns: list[exp.Expr] = []
    for number, combination in enumerate(itertools.product(*choices)):
        scope.supposed = {
            (doubt.place, doubt.column): value if doubt.lack is Lack.UNDATED else _if_given(happened, value)
            for doubt, value in zip(doubts, combination, strict=True)
            if value is not None
        }
        for name, side in zip(SIDES, sides, strict=False):
            if side is not None:
                columns.append(exp.alias_(contribution(side, scope, shape), f"{name}{number}", quoted=True))
    scope.supposed = {}
    key = next((side.key for side in given if side.key), None)
    part = next((side.part for side in given if side.part), None)
    for name, text in (("key", key), ("part", part), ("value", value)):
        if text is not None:
            columns.append(exp.alias_(compile_expression(parse(text), scope).sql, name, quoted=True))
    taken = [condition(parse(side.measure.where), scope) if side.measure.where else exp.true() for side in given]
    columns.append(exp.alias_(exp.Coalesce(this=exp.or_(*taken), expressions=[exp.false()]), "taken", quoted=True))
    for number, doubt in enumerate(doubts):
        lacks = exp.Is(this=scope.resolve(doubt.field.split("."))[0], expression=exp.Null())
        columns.append(exp.alias_(lacks, f"lacks{number}", quoted=True))
    names = tuple(name for name, side in zip(SIDES, sides, strict=False) if side is not None)
    return Supposed(scope.select(columns), count, names)


def contribution(side: Side, scope: SupposingScope, shape: Shape) -> exp.Expr:
    """What a row adds to a side: a number, 1 or 0 for a key that it names, or (`each`) its value, null for none."""
    measure = side.measure
    value = compile_expression(parse(measure.value), scope).sql if measure.value else None
    if isinstance(measure, LevelMeasure):
        return _level(side, measure, value, scope, shape)
    inside = exp.and_(*_filters(measure, scope), *_dated(measure, scope, shape)) or exp.true()
    if side.kind in (DISTINCT, REPEAT):
        named = [compile_expression(parse(text), scope).sql for text in (side.key, side.part) if text]
        return _one_if(exp.and_(inside, *(_given(item) for item in named)))
    if side.kind == EACH and not side.as_count:
        return exp.Case().when(inside, exp.cast(value, "double") if value is not None else exp.Null())
    if value is None or side.as_count or measure.aggregate is Aggregate.COUNT:
        return _one_if(exp.and_(inside, _given(value)) if value is not None else inside)
    return exp.Case().when(inside, exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])).else_(_number(0))


class SupposingScope(Scope):
    """The rows of a table with values supposed where theirs are missing."""

    def __init__(self, shape: Shape, table: Table, alias: str | None = None, root: SupposingScope | None = None):
        super().__init__(shape.dataset, table, alias)
        self._shape, self._root = shape, root
        self.supposed: dict[tuple[str, str], exp.Expr] = {}

    def resolve(self, parts: Sequence[str]) -> tuple[exp.Expr, FieldType]:
        """The column that a name means; the supposed value where it holds none."""
        sql, kind = super().resolve(parts)
        reached = reach(self.dataset, self.table, parts)
        place = reached.path[-1].target if reached.path else self.table.name
        if self._root is not None and place != self._root.table.name:
            return sql, kind
        supposed = (self._root or self).supposed.get((place, reached.column.name))
        if supposed is None:
            return sql, kind
        return exp.Coalesce(this=sql, expressions=[supposed.copy()]), kind

    def nested(self, child: Table) -> Scope:
        """Rows that belong to this one see its supposed values too."""
        return SupposingScope(self._shape, child, f"{self.alias}_{child.name}", self._root or self)


def _happened(sides: Sequence[Side], scope: Scope, shape: Shape) -> list[exp.Expr]:
    """The dates that place a row, as they stand: where none is there, what the row tells of has not come to pass."""
    names = dict.fromkeys(name for side in sides if (name := date_name(side.measure, shape)))
    return [_given(scope.resolve(name.split("."))[0]) for name in names]


def _if_given(happened: Sequence[exp.Expr], value: exp.Expr) -> exp.Expr:
    """A supposed word or number, of a row that has a date."""
    return exp.Case().when(exp.or_(*(item.copy() for item in happened)), value) if happened else value


def _filters(measure: RowMeasure | LevelMeasure, scope: Scope) -> list[exp.Expr]:
    return [condition(parse(measure.where), scope)] if measure.where else []


def _dated(measure: RowMeasure, scope: Scope, shape: Shape) -> list[exp.Expr]:
    if date_name(measure, shape) is None:
        return []
    sql, kind, _ = shape.time(scope, measure.date)
    return [in_period(sql, kind, shape.dataset.time_zone, window_of(measure, shape))]


def _level(side: Side, measure: LevelMeasure, value: exp.Expr | None, scope: Scope, shape: Shape) -> exp.Expr:
    """What a spell adds at the opening, at the closing, or half of both."""
    start, end = shape.day(scope, measure.start), shape.day(scope, measure.end or "")
    filters, days = _filters(measure, scope), shape.slots[0].days
    opens, closes = (exp.cast(exp.Literal.string(day.isoformat()), "date") for day in (days.start, days.last))
    open_ended = exp.Is(this=end.copy(), expression=exp.Null())
    at_opening = exp.and_(
        *filters,
        exp.LT(this=start.copy(), expression=opens),
        exp.or_(open_ended.copy(), exp.GTE(this=end.copy(), expression=opens.copy())),
    )
    at_closing = exp.and_(
        *filters,
        exp.LTE(this=start.copy(), expression=closes),
        exp.or_(open_ended.copy(), exp.GT(this=end.copy(), expression=closes.copy())),
    )
    counts = measure.aggregate is Aggregate.COUNT or side.kind == DISTINCT
    worth = _number(1) if value is None else exp.Coalesce(this=value, expressions=[_number(0)])
    given = [] if value is None or not counts else [_given(value)]
    amounts = [
        exp.Case().when(exp.and_(there, *given), _number(1) if counts else worth.copy()).else_(_number(0))
        for there in (at_opening, at_closing)
    ]
    if measure.at == "mean":
        both = exp.Paren(this=exp.Add(this=amounts[0], expression=amounts[1]))
        return exp.Div(this=exp.cast(both, "double"), expression=_number(2), typed=False)
    return amounts[0 if measure.at == "opening" else 1]


def _one_if(wanted: exp.Expr) -> exp.Expr:
    return exp.Case().when(wanted, _number(1)).else_(_number(0))


def _given(value: exp.Expr) -> exp.Expr:
    return exp.not_(exp.Is(this=value.copy(), expression=exp.Null()))


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value)
