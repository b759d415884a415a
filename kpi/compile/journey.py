"""A journey → named CTEs: one row per record with the steps it reached, then the counts.

Two ways, chosen by the data: where every step is a condition on the record's one row, a single scan; else the record's
first entry in each step, chained (a self-join on first entries costs a fraction of window functions or lists).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from kpi.compile.condition import compile_expression, condition
from kpi.compile.relations import can_reach
from kpi.compile.scope import Scope, column
from kpi.compile.shape import PERIOD, Shape, by, grouped
from kpi.errors import QueryError
from kpi.model import FieldType
from kpi.semantic.expression import names_in, parse
from kpi.semantic.journey import Source, Step

CTEs = list[tuple[str, exp.Select]]
RECORD = "record"


@dataclass(frozen=True)
class Plan:
    """A source with the steps that the loaded data has, and the field that dates a record's entry (None: undated)."""

    source: Source
    steps: tuple[Step, ...]
    date: str | None

    def entity(self, step: Step) -> str:
        """The table a step's rows are in."""
        return step.entity or self.source.entity

    def key(self, step: Step) -> str:
        """The field a record is known by in a step's rows."""
        key = step.key or self.source.key
        assert key is not None
        return key


def compile_journey(plan: Plan, shape: Shape) -> exp.Select:
    """The shape's keys, then `count_1` … `count_n`, and `amount_1` … where a step's rows have the amount.

    A record counts in a step only when it counts in all steps before, so counts never rise.
    """
    if plan.source.is_totals:
        return _totals(plan, shape)
    ctes, amounts = record_ctes(plan, shape)
    keys = shape.key_names()
    numbers = range(1, len(plan.steps) + 1)
    results: list[exp.Expr] = []
    for number in numbers:
        only = column(f"in_{number}")
        results.append(exp.alias_(_filtered(exp.Count(this=exp.Star()), only), f"count_{number}", quoted=True))
        if number in amounts:
            total = _filtered(exp.Sum(this=column(f"amount_{number}")), only)
            results.append(exp.alias_(total, f"amount_{number}", quoted=True))
    query = exp.select(*(column(key) for key in keys), *results).from_(_cte("records"))
    query = grouped(query, keys)
    for name, select in ctes:
        query = query.with_(column(name).this, as_=select)
    return query.order_by(*(exp.Ordered(this=column(key), nulls_first=False) for key in keys)) if keys else query


def compile_journey_rows(
    plan: Plan, shape: Shape, step: int, lost: bool, cell: Sequence[exp.Expr], limit: int | None
) -> exp.Select:
    """The stored rows of the records in step number `step`; `lost`: of those in the step before and not in it.

    `cell` are predicates on the shape's keys. Of totals: the rows that were added up.
    """
    place = plan.steps[step - 2 if lost else step - 1]
    scope = Scope(shape.dataset, shape.table(plan.entity(place)), "found")
    everything = [exp.Column(this=exp.Star(), table=column(scope.alias).this)]
    if plan.source.is_totals:
        added_up = exp.select(column("_row_id")).from_(_day_rows(plan, shape).subquery("day_rows")).where(*cell)
        wanted: list[exp.Expr] = [exp.In(this=column("_row_id", scope.alias), query=added_up.subquery())]
        ctes: CTEs = []
    else:
        ctes, _ = record_ctes(plan, shape)
        reached: list[exp.Expr] = [column(f"in_{step}")]
        if lost:
            reached = [column(f"in_{step - 1}"), exp.not_(column(f"in_{step}"))]
        records = exp.select(column(RECORD)).from_(_cte("records")).where(*reached, *cell)
        key = scope.resolve((plan.key(place),))[0]
        wanted = [exp.In(this=key, query=records.subquery())]
        if not _is_one_row(plan, shape):
            wanted += _in_step(place, scope)
    rows = scope.select(everything, wanted).order_by(column("_row_id", scope.alias))
    for name, select in ctes:
        rows = rows.with_(column(name).this, as_=select)
    return rows.limit(limit) if limit else rows


def record_ctes(plan: Plan, shape: Shape) -> tuple[CTEs, set[int]]:
    """CTEs that end in `records`: its key, the shape's keys, `in_k` per step and `amount_k` for the steps returned."""
    return _one_row_each(plan, shape) if _is_one_row(plan, shape) else _chained(plan, shape)


def _is_one_row(plan: Plan, shape: Shape) -> bool:
    """Whether every step is a condition on the record's one and only row."""
    places = {(plan.entity(step), plan.key(step)) for step in plan.steps}
    if len(places) != 1:
        return False
    entity, key = next(iter(places))
    return shape.table(entity).is_unique(key)


def _one_row_each(plan: Plan, shape: Shape) -> tuple[CTEs, set[int]]:
    scope = Scope(shape.dataset, shape.table(plan.entity(plan.steps[0])))
    key = scope.resolve((plan.key(plan.steps[0]),))[0]
    flags: list[exp.Expr] = []
    so_far: list[exp.Expr] = []
    for number, step in enumerate(plan.steps, start=1):
        so_far += _in_step(step, scope)
        if plan.source.ordered and number > 1:
            so_far += _in_time(plan, number, scope)
        reached = exp.and_(*(part.copy() for part in so_far)) if so_far else exp.true()
        flags.append(exp.alias_(exp.Coalesce(this=reached, expressions=[exp.false()]), f"in_{number}", quoted=True))
    amount = _amount(plan, scope)
    numbers = set(range(1, len(plan.steps) + 1)) if amount is not None else set()
    amounts = [exp.alias_(amount.copy(), f"amount_{number}", quoted=True) for number in numbers if amount is not None]
    records = scope.select(
        [exp.alias_(key, RECORD, quoted=True), *_entry_keys(plan, shape, scope), *flags, *amounts],
        [*_entered(plan, shape, scope), *shape.filters(scope), *_in_step(plan.steps[0], scope), _is_not_null(key)],
    )
    return [("records", records)], numbers


def _chained(plan: Plan, shape: Shape) -> tuple[CTEs, set[int]]:
    """First entries step by step. Untimed steps only ask whether the record is there at all."""
    ctes: CTEs = []
    amounts: set[int] = set()
    periods = [PERIOD] if shape.grain else []
    first = plan.steps[0]
    scope = Scope(shape.dataset, shape.table(plan.entity(first)))
    moment = scope.resolve((first.at,))[0] if first.at else None
    entry_keys = _entry_keys(plan, shape, scope)
    key = exp.alias_(scope.resolve((plan.key(first),))[0], RECORD, quoted=True)
    amount = _amount(plan, scope)
    carried: list[exp.Expr] = [key, *entry_keys, exp.alias_(column("_row_id", scope.alias), "_row_id", quoted=True)]
    if moment is not None:
        carried.append(exp.alias_(moment, "at", quoted=True))
    if amount is not None:
        carried.append(exp.alias_(amount, "amount", quoted=True))
        amounts.add(1)
    rows = scope.select(
        carried,
        [*_entered(plan, shape, scope), *shape.filters(scope), *_in_step(first, scope), _is_not_null(key.this)],
    )
    ctes.append((f"{first.id}_rows", rows))
    rest = [item.alias for item in entry_keys if item.alias != PERIOD] + (["amount"] if amount is not None else [])
    ctes.append((f"step_{first.id}", _first_each(f"{first.id}_rows", periods, rest, moment is not None)))
    for number, step in enumerate(plan.steps[1:], start=2):
        select, has_amount = _next_step(plan, shape, number, periods)
        ctes.append((f"step_{step.id}", select))
        if has_amount:
            amounts.add(number)
    ctes.append(("records", _joined(plan, shape, periods, amounts)))
    return ctes, amounts


def _first_each(rows: str, periods: list[str], rest: list[str], timed: bool) -> exp.Select:
    """One row per record: what its first entry says, all from the same row, blanks too."""
    keys = [*periods, RECORD]
    order = ["at", "_row_id"] if timed else ["_row_id"]
    whole = exp.Struct(
        expressions=[exp.PropertyEQ(this=column(name).this, expression=column(name)) for name in [*order, *rest]]
    )
    if not rest:  # nothing but the time is wanted, which needs no whole row
        picked = [exp.alias_(exp.Min(this=column("at")), "at", quoted=True)] if timed else []
        query = exp.select(*(column(name) for name in keys), *picked).from_(_cte(rows))
        return grouped(query, keys)
    entries = grouped(
        exp.select(*(column(name) for name in keys), exp.alias_(exp.Min(this=whole), "entry", quoted=True)).from_(
            _cte(rows)
        ),
        keys,
    )
    parts = [
        exp.alias_(exp.Dot(this=column("entry"), expression=column(name).this), name, quoted=True)
        for name in (["at", *rest] if timed else rest)
    ]
    return exp.select(*(column(name) for name in keys), *parts).from_(entries.subquery("entries"))


def _next_step(plan: Plan, shape: Shape, number: int, periods: list[str]) -> tuple[exp.Select, bool]:
    """Each record's first entry in a step, among those it has after its entry in the step before (when ordered)."""
    step, before = plan.steps[number - 1], plan.steps[number - 2]
    scope = Scope(shape.dataset, shape.table(plan.entity(step)), "entry")
    key = scope.resolve((plan.key(step),))[0]
    same: list[exp.Expr] = [exp.EQ(this=key, expression=column(RECORD, "before"))]
    picked: list[exp.Expr] = [column(name, "before") for name in [*periods, RECORD]]
    moment = scope.resolve((step.at,))[0] if step.at else None
    timed = plan.source.ordered and moment is not None
    if timed and moment is not None:
        same.append(exp.GTE(this=moment.copy(), expression=column("at", "before")))
        if plan.source.within_days is not None:
            entered = column("entered", "before") if number > 2 else column("at", "before")
            same.append(exp.LTE(this=moment.copy(), expression=_later(entered, plan.source.within_days)))
            picked.append(exp.alias_(exp.Min(this=entered.copy()), "entered", quoted=True))
        picked.append(exp.alias_(exp.Min(this=moment.copy()), "at", quoted=True))
    amount = _amount(plan, scope)
    if amount is not None:
        order = [moment.copy()] if moment is not None else []
        parts = [*order, column("_row_id", scope.alias), amount]
        names = ["at", "_row_id", "amount"][-len(parts) :]
        whole = exp.Struct(
            expressions=[
                exp.PropertyEQ(this=column(name).this, expression=part) for name, part in zip(names, parts, strict=True)
            ]
        )
        first = exp.Dot(this=exp.Paren(this=exp.Min(this=whole)), expression=column("amount").this)
        picked.append(exp.alias_(first, "amount", quoted=True))
    previous = exp.Table(this=column(f"step_{before.id}").this, alias=exp.TableAlias(this=column("before").this))
    query = scope.select(picked, _in_step(step, scope)).join(previous, on=exp.and_(*same))
    return query.group_by(*(column(name, "before") for name in [*periods, RECORD])), amount is not None


def _joined(plan: Plan, shape: Shape, periods: list[str], amounts: set[int]) -> exp.Select:
    """All records that entered, beside the steps they reached; a step holds only those in the step before."""
    first = f"step_{plan.steps[0].id}"
    dimensions = [column(by(name), first) for name in shape.dimensions]
    columns: list[exp.Expr] = [column(name, first) for name in [RECORD, *periods]]
    columns += dimensions
    columns.append(exp.alias_(exp.true(), "in_1", quoted=True))
    query = exp.select().from_(_cte(first))
    for number, step in enumerate(plan.steps[1:], start=2):
        name = f"step_{step.id}"
        same = [exp.EQ(this=column(item, first), expression=column(item, name)) for item in [*periods, RECORD]]
        query = query.join(_cte(name), on=exp.and_(*same), join_type="left")
        columns.append(exp.alias_(_is_not_null(column(RECORD, name)), f"in_{number}", quoted=True))
    for number in sorted(amounts):
        name = f"step_{plan.steps[number - 1].id}"
        columns.append(exp.alias_(column("amount", name), f"amount_{number}", quoted=True))
    return query.select(*columns)


def _day_rows(plan: Plan, shape: Shape) -> exp.Select:
    """The rows of daily totals, with each step's column."""
    scope = Scope(shape.dataset, shape.table(plan.source.entity))
    columns = [exp.alias_(column("_row_id", scope.alias), "_row_id", quoted=True), *_entry_keys(plan, shape, scope)]
    for number, step in enumerate(plan.steps, start=1):
        value = compile_expression(parse(step.total or ""), scope).sql
        columns.append(exp.alias_(value, f"total_{number}", quoted=True))
    amount = _amount(plan, scope)
    if amount is not None:
        columns.append(exp.alias_(amount, "amount", quoted=True))
    return scope.select(columns, [*_entered(plan, shape, scope), *shape.filters(scope)])


def _totals(plan: Plan, shape: Shape) -> exp.Select:
    last = len(plan.steps)
    results: list[exp.Expr] = [
        exp.alias_(exp.Sum(this=column(f"total_{number}")), f"count_{number}", quoted=True)
        for number in range(1, last + 1)
    ]
    if _amount(plan, Scope(shape.dataset, shape.table(plan.source.entity))) is not None:
        results.append(exp.alias_(exp.Sum(this=column("amount")), f"amount_{last}", quoted=True))
    keys = shape.key_names()
    query = grouped(exp.select(*(column(key) for key in keys), *results).from_(_cte("day_rows")), keys)
    query = query.with_(column("day_rows").this, as_=_day_rows(plan, shape))
    return query.order_by(*(exp.Ordered(this=column(key), nulls_first=False) for key in keys)) if keys else query


def _in_step(step: Step, scope: Scope) -> list[exp.Expr]:
    """The predicates by which a row is in a step."""
    parts = [condition(parse(step.where), scope)] if step.where else []
    if step.at:
        parts.append(_is_not_null(scope.resolve((step.at,))[0]))
    return parts


def _in_time(plan: Plan, number: int, scope: Scope) -> list[exp.Expr]:
    """A step not before the one before it, and within the window from the first."""
    moments = [
        scope.resolve((step.at or "",)) for step in (plan.steps[number - 1], plan.steps[number - 2], plan.steps[0])
    ]
    this, before, entry = (exp.cast(sql, "timestamp") if kind is FieldType.DATE else sql for sql, kind in moments)
    parts: list[exp.Expr] = [exp.GTE(this=this, expression=before)]
    if plan.source.within_days is not None:
        parts.append(exp.LTE(this=this.copy(), expression=_later(entry, plan.source.within_days)))
    return parts


def _later(moment: exp.Expr, days: float) -> exp.Expr:
    span = exp.Interval(this=exp.Literal.string(str(int(days * 86400))), unit=exp.var("SECOND"))
    return exp.Add(this=moment.copy(), expression=span)


def _entry_keys(plan: Plan, shape: Shape, scope: Scope) -> list[exp.Expr]:
    """The entry's period and dimensions."""
    if shape.grain is not None and plan.date is None:
        raise QueryError("no_date", "This journey's records have no date, so there is no trend.", found=plan.source.id)
    return shape.bucketed(scope, plan.date) + shape.dimension_columns(scope)


def _entered(plan: Plan, shape: Shape, scope: Scope) -> list[exp.Expr]:
    """The predicate that a record enters in the asked period; none where entries have no date."""
    return shape.dated(scope, plan.date) if plan.date is not None else []


def _amount(plan: Plan, scope: Scope) -> exp.Expr | None:
    """The amount of a row, or None where rows of this table have none."""
    if plan.source.amount is None:
        return None
    tree = parse(plan.source.amount)
    if not all(can_reach(scope.dataset, scope.table, parts) for parts in names_in(tree)):
        return None
    return compile_expression(tree, scope).sql


def _is_not_null(value: exp.Expr) -> exp.Expr:
    return exp.not_(exp.Is(this=value.copy(), expression=exp.Null()))


def _filtered(call: exp.Expr, only: exp.Expr) -> exp.Expr:
    return exp.Filter(this=call, expression=exp.Where(this=only))


def _cte(name: str) -> exp.Table:
    return exp.Table(this=column(name).this)
