"""The rows behind a KPI's number → one SELECT of the stored rows that the number counts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from kpi.compile.condition import condition
from kpi.compile.level import customer_levels, movement_part, snapshot_rows, spell_rows
from kpi.compile.measure import often_enough, per_each, per_rows, trailing_rows
from kpi.compile.scope import Scope, column
from kpi.compile.shape import Shape
from kpi.errors import QueryError
from kpi.semantic.expression import parse
from kpi.semantic.kpi import LevelMeasure, Measure, MovementMeasure, RowMeasure, TargetMeasure


def compile_rows(measure: Measure, shape: Shape, cell: Sequence[exp.Expr], limit: int | None) -> exp.Select:
    """The stored rows that a measure takes, in the cell of the answer; oldest load first.

    A repeat measure gives all rows of those who repeat, a movement the spells of the customers who moved.
    """
    if isinstance(measure, TargetMeasure):
        raise QueryError("target_has_no_rows", "A target is set by people; there are no rows behind it.")
    ctes, counted = _counted(measure, shape, cell)
    scope = Scope(shape.dataset, shape.table(measure.entity), "found")
    wanted = [exp.In(this=column("_row_id", "found"), query=counted.subquery())]
    rows = scope.select([exp.Column(this=exp.Star(), table=column("found").this)], wanted)
    for name, select in ctes:
        rows = rows.with_(column(name).this, as_=select)
    rows = rows.order_by(column("_row_id", "found"))
    return rows.limit(limit) if limit else rows


def _counted(
    measure: RowMeasure | LevelMeasure | MovementMeasure, shape: Shape, cell: Sequence[exp.Expr]
) -> tuple[list[tuple[str, exp.Select]], exp.Select]:
    """The CTE with the measure's rows, and the ids among them that are counted in the cell."""
    ids = exp.select(column("_row_id")).from_(exp.Table(this=column("counted").this)).where(*cell)
    if isinstance(measure, RowMeasure) and measure.per is None and measure.trailing_days is None:
        return [("counted", _plain_rows(measure, shape))], ids
    if isinstance(measure, RowMeasure) and measure.trailing_days is not None:
        return [("counted", trailing_rows(measure, shape))], ids
    if isinstance(measure, RowMeasure):
        rows = per_rows(measure, shape)
        if measure.first:
            return [("counted", rows)], ids
        keys = shape.key_names(with_dimensions=not measure.across_dimensions)
        each = per_each(measure, "counted", keys).subquery("each_one")
        often = _matching(each, "each_one", [*keys, "per"], often_enough(measure))
        return [("counted", rows)], ids.where(often)
    if isinstance(measure, LevelMeasure) and measure.end is None:
        return [("counted", snapshot_rows(measure, shape))], ids
    if isinstance(measure, LevelMeasure):
        flag = {"opening": [column("at_opening")], "closing": [column("at_closing")]}.get(
            measure.at, [exp.or_(column("at_opening"), column("at_closing"))]
        )
        return [("counted", spell_rows(measure, shape))], ids.where(*flag)
    keys = shape.key_names()
    _, moved = movement_part(measure.part)
    customers = customer_levels("counted", keys).subquery("levels")
    present = exp.or_(column("at_opening"), column("at_closing"))
    mine = _matching(customers, "levels", [*keys, "customer"], moved)
    return [("counted", spell_rows(measure, shape, measure.key))], ids.where(present, mine)


def _matching(groups: exp.Expr, alias: str, keys: Sequence[str], wanted: exp.Expr) -> exp.Expr:
    """Whether a counted row's own group is among those wanted."""
    same = (exp.NullSafeEQ(this=column(key, alias), expression=column(key, "counted")) for key in keys)
    return exp.Exists(this=exp.select(exp.Literal.number(1)).from_(groups).where(wanted, *same))


def _plain_rows(measure: RowMeasure, shape: Shape) -> exp.Select:
    scope = Scope(shape.dataset, shape.table(measure.entity))
    predicates = [*shape.dated(scope, measure.date), *shape.filters(scope)]
    if measure.where:
        predicates.append(condition(parse(measure.where), scope))
    columns = [
        exp.alias_(column("_row_id", scope.alias), "_row_id", quoted=True),
        *shape.bucketed(scope, measure.date),
        *([] if measure.across_dimensions else shape.dimension_columns(scope)),
    ]
    return scope.select(columns, predicates)
