"""What do rows that lack something mean for each KPI? Which rows, how many, and between which values the KPI then lies.

A KPI is asked of a period; a row without a date could fall into it or not. Ranges hold over all ways in which the open
rows could really be: they are reached, not only not passed, wherever `exact` is true.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from kpi.compile.doubt import Doubt, Lack, moments_in_filters
from kpi.compile.shape import Shape
from kpi.compile.suppose import ADD, DISTINCT, EACH, side_of
from kpi.errors import QueryError
from kpi.evaluate import Context, KpiQuery, Result, definition_in_force, evaluate
from kpi.evaluate.doubt import NoValue, count_rows, count_without_start, doubts_of, no_value
from kpi.evaluate.kpis import measures_of, plan
from kpi.period import Period
from kpi.quality.accepted import IssueKey
from kpi.quality.ranges import Range, range_of
from kpi.quality.unread import unread
from kpi.semantic.kpi import Aggregate, Definition, Kpi, LevelMeasure, Measure, MovementMeasure, RowMeasure

Number = int | float | Decimal


@dataclass(frozen=True)
class Effect:
    """What the absence of one field does to a KPI. `field` is as the KPI's definition names it; empty for whole lines.

    `rows` of the `of` rows that the KPI could take lack it. `range` is where the KPI lies if only these rows were
    complete (None: it has no bounds that could be told); `if_alike` where it lies if what they lack were no smaller and
    no larger than in the other rows.
    """

    table: str
    field: str
    lack: Lack
    rows: int
    of: int
    range: Range | None
    if_alike: Range | None = None
    accepted: bool = False

    @property
    def key(self) -> IssueKey:
        """Under which this is accepted."""
        return IssueKey(self.table, self.field or None, self.lack.value)


@dataclass(frozen=True)
class Consequence:
    """One KPI over one period: what it comes to as the rows stand, and the range that all its effects leave open."""

    kpi: Kpi
    period: Period
    value: Number | None
    range: Range | None
    effects: tuple[Effect, ...]
    currency: str


def consequences(
    kpis: Sequence[str | Kpi] | None,
    context: Context,
    period: Period | None = None,
    *,
    accepted: Collection[IssueKey] = (),
) -> list[Consequence]:
    """Every KPI that rows with missing fields leave open, in the order asked (None: all that can be computed).

    Without a period, each KPI is asked of the days its own data reaches over. What has been accepted is marked, and no
    longer widens the KPI's own range.
    """
    known = context.definitions.kpis
    asked = [kpi if isinstance(kpi, Kpi) else context.definitions.kpi(kpi) for kpi in kpis or ()]
    asked = asked or [kpi for kpi in known.values() if not kpi.archived]
    found = []
    for kpi in asked:
        try:
            made = _consequence(kpi, context, period, accepted)
        except QueryError:
            if kpis:
                raise
            continue  # fields that are not loaded are told elsewhere
        if made is not None:
            found.append(made)
    return found


def _consequence(
    kpi: Kpi, context: Context, period: Period | None, accepted: Collection[IssueKey]
) -> Consequence | None:
    definition = definition_in_force(kpi, context)
    shape = plan(KpiQuery(kpi, period), context)
    shape = replace(shape, period=period or shape.extent)
    result = evaluate(KpiQuery(kpi, shape.period), context)
    effects = [
        replace(effect, accepted=effect.key in accepted) for effect in _effects(kpi, definition, shape, context, result)
    ]
    if not effects:
        return None
    open_ones = [effect for effect in effects if not effect.accepted]
    value = result.frame["value"].iloc[0]
    if not open_ones:
        whole = Range(value, value, exact=True) if value is not None else None
    elif len(open_ones) == 1:
        whole = open_ones[0].range
    else:
        whole = _together(kpi, definition, shape, context, open_ones)
    assert shape.period is not None
    return Consequence(kpi, shape.period, value, whole, tuple(effects), result.currency)


def _together(kpi: Kpi, definition: Definition, shape: Shape, context: Context, effects: list[Effect]) -> Range | None:
    """The range under all effects at once; where one has no bounds, neither has the KPI."""
    if any(effect.lack not in (Lack.UNDATED, Lack.UNDECIDED) for effect in effects):
        return None
    fields = {(effect.table, effect.field) for effect in effects}
    return range_of(kpi, definition, shape, context, _among(fields))


def _effects(kpi: Kpi, definition: Definition, shape: Shape, context: Context, result: Result) -> list[Effect]:
    found: dict[tuple[str, str, Lack], Effect] = {}
    for table, measures in _by_table(measures_of(definition, context)).items():
        doubts = doubts_of(measures, shape, context)
        for place, doubt in enumerate(doubts):
            if (table, doubt.field, doubt.lack) in found:
                continue
            rows, of = _count(measures, shape, doubts, place, context)
            if rows:
                reach = range_of(kpi, definition, shape, context, _among({(table, doubt.field)}))
                found[table, doubt.field, doubt.lack] = Effect(table, doubt.field, doubt.lack, rows, of, reach)
        found |= {(table, made.field, made.lack): made for made in _unread(table, measures, shape, context)}
    for measure in measures_of(definition, context):
        effect = _without_value(measure, definition, shape, context, result)
        if effect is not None:
            found.setdefault((effect.table, effect.field, effect.lack), effect)
    return list(found.values())


def _unread(
    table: str, measures: Sequence[RowMeasure | LevelMeasure | MovementMeasure], shape: Shape, context: Context
) -> Iterator[Effect]:
    """Moments that stood in the file and could not be read, which filters take for not come; and lines set aside."""
    said = unread(context.dataset, table)
    of = context.dataset.tables[table].rows
    for field in moments_in_filters(measures, shape):
        if field in said.cells:
            yield Effect(table, field, Lack.UNREADABLE, said.cells[field], of, None)
    if said.lines:
        yield Effect(table, "", Lack.SET_ASIDE, said.lines, of + said.lines, None)


def _count(
    measures: Sequence[RowMeasure | LevelMeasure | MovementMeasure],
    shape: Shape,
    doubts: Sequence[Doubt],
    place: int,
    context: Context,
) -> tuple[int, int]:
    sides = [side_of(measure) for measure in measures]
    if None not in sides and len(sides) <= 2:
        return count_rows(sides, shape, doubts, place, context)
    counted = [
        count_without_start(measure, shape, context)
        if isinstance(measure, LevelMeasure | MovementMeasure)
        else count_rows([side_of(measure) or side_of(_plain(measure))], shape, doubts, place, context)
        for measure in measures
    ]
    return max(counted)


def _plain(measure: RowMeasure) -> RowMeasure:
    """The measure's rows, merely counted."""
    return RowMeasure(entity=measure.entity, where=measure.where, date=measure.date, aggregate=Aggregate.COUNT)


def _without_value(
    measure: Measure, definition: Definition, shape: Shape, context: Context, result: Result
) -> Effect | None:
    """Rows that count but have nothing to add: the sum leaves them out, the mean does not know them."""
    if not isinstance(measure, RowMeasure | LevelMeasure):
        return None
    side = side_of(measure)
    text = (side.key or measure.value) if side is not None else None
    if side is None or text is None:
        return None
    found = no_value(side, shape, context)
    if not found.rows:
        return None
    alone = definition.denominator is None and definition.formula is None and not definition.per_day
    stated = result.frame["value"].iloc[0]
    reach = _new_keys(found, stated) if alone and side.kind == DISTINCT else None
    alike = _if_alike(measure, side.kind, found, result, alone=alone) if definition.formula is None else None
    return Effect(measure.entity, text, Lack.NO_VALUE, found.rows, found.of, reach, alike)


def _new_keys(found: NoValue, stated: Number | None) -> Range:
    """Rows of nobody known may all be of people who are counted already, or each of somebody new."""
    known = int(stated or 0)
    return Range(max(known, 1), known + found.rows, exact=True)


def _if_alike(
    measure: RowMeasure | LevelMeasure, kind: str, found: NoValue, result: Result, *, alone: bool
) -> Range | None:
    """Where a sum or a mean would lie if every missing value were between the smallest and the largest known one."""
    if found.smallest is None or found.largest is None:
        return None
    row = result.frame.iloc[0]
    ends = [Fraction(found.smallest), Fraction(found.largest)]
    if kind == EACH and alone and measure.aggregate is Aggregate.MEAN and row["value"] is not None:
        known = found.of - found.rows
        total = Fraction(row["value"]) * known
        means = [float((total + end * found.rows) / found.of) for end in ends]
        return Range(means[0], means[1], exact=True)
    if kind != ADD or measure.aggregate is not Aggregate.SUM or isinstance(measure, LevelMeasure):
        return None
    if alone and row["value"] is not None:
        sums = [_as(row["value"], Fraction(row["value"]) + end * found.rows) for end in ends]
        return Range(min(sums), max(sums), exact=True)
    return None


def _as(like: Number, value: Fraction) -> Number:
    """A fraction in the kind of number that another one is."""
    return Decimal(value.numerator) / Decimal(value.denominator) if isinstance(like, Decimal) else float(value)


def _among(fields: Collection[tuple[str, str]]) -> Callable[[Doubt], bool]:
    return lambda doubt: (doubt.table, doubt.field) in fields


def _by_table(measures: Sequence[Measure]) -> dict[str, list[RowMeasure | LevelMeasure | MovementMeasure]]:
    found: dict[str, list[RowMeasure | LevelMeasure | MovementMeasure]] = {}
    for measure in measures:
        if isinstance(measure, RowMeasure | LevelMeasure | MovementMeasure):
            found.setdefault(measure.entity, []).append(measure)
    return found
