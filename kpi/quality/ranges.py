"""Between which values does a KPI lie, over all ways in which rows with missing fields could really be?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from kpi.compile.doubt import Doubt, Rows, combinations
from kpi.compile.shape import Shape
from kpi.compile.suppose import ADD, EACH, MOST_SUPPOSITIONS, Side, side_of
from kpi.evaluate import Context, KpiQuery, definition_in_force, evaluate
from kpi.evaluate.choices import choices, values
from kpi.evaluate.doubt import Spread, doubts_of, spread, spread_of_first
from kpi.evaluate.kpis import targets
from kpi.quality.bounds import can_be_empty, median_ends, ratio_ends, spread_ends
from kpi.semantic.expression import Expression, Literal, Name, Operation, names_in, parse
from kpi.semantic.kpi import Aggregate, Definition, Kpi, LevelMeasure, Measure, RowMeasure, TargetMeasure

Number = int | float | Decimal
Keep = Callable[[Doubt], bool]


@dataclass(frozen=True)
class Range:
    """From `low` to `high`, both included; None where there is no such end. `no_data`: there may be no value at all.

    `exact`: both ends are reached. Otherwise the range is `safe`, as wide as it must be; or it is neither, where a date
    decides more than the period a row falls in, and only its first and last day were tried.
    """

    low: Number | None
    high: Number | None
    exact: bool
    no_data: bool = False
    safe: bool = True


def range_of(kpi: Kpi, definition: Definition, shape: Shape, context: Context, keep: Keep) -> Range | None:
    """The range of a KPI while the doubts that `keep` takes are open; None where it has no bounds."""
    if definition.formula is not None:
        return _of_formula(parse(definition.formula), shape, context, keep)
    measures = definition.measures
    doubts = _doubts(measures, shape, context, keep)
    if any(not doubt.suppositions for found in doubts.values() for doubt in found) or any(
        combinations(found) > MOST_SUPPOSITIONS for found in doubts.values()
    ):
        return None
    exact = all(doubt.exact for found in doubts.values() for doubt in found)
    made = (
        _ratio(kpi, definition, shape, context, doubts)
        if len(measures) == 2
        else _single(kpi, definition, shape, context, doubts)
    )
    return replace(made, exact=made.exact and exact, safe=exact) if made is not None else None


def _doubts(measures: Sequence[Measure], shape: Shape, context: Context, keep: Keep) -> dict[str, tuple[Doubt, ...]]:
    """By table, the doubts that are kept."""
    tables: dict[str, list[Rows]] = {}
    for measure in measures:
        if not isinstance(measure, TargetMeasure):
            tables.setdefault(measure.entity, []).append(measure)
    return {name: tuple(filter(keep, doubts_of(found, shape, context))) for name, found in tables.items()}


def _single(
    kpi: Kpi, definition: Definition, shape: Shape, context: Context, doubts: dict[str, tuple[Doubt, ...]]
) -> Range | None:
    """A KPI of one measure."""
    assert definition.numerator is not None
    measure = definition.numerator
    side = None if isinstance(measure, TargetMeasure) else side_of(measure)
    if side is not None and side.kind == EACH and doubts[side.measure.entity]:
        return _of_each(side, shape, context, doubts[side.measure.entity])
    found = _side(measure, 0, kpi, shape, context, doubts)
    if found is None or found.low is None or found.high is None:
        return None
    low, high = found.low, found.high
    if definition.per_day:
        days = shape.slots[0].days.days
        return Range(float(low) / days, float(high) / days, exact=True)
    if side is not None and side.measure.aggregate is Aggregate.COUNT:
        return Range(int(low), int(high), exact=True)
    return Range(low, high, exact=True)


def _of_each(side: Side, shape: Shape, context: Context, doubts: Sequence[Doubt]) -> Range | None:
    """A mean, a median, or an extreme."""
    if side.measure.aggregate is Aggregate.MEAN:
        total, count = replace(side, kind=ADD), replace(side, kind=ADD, as_count=True)
        found = choices(total, count, shape, doubts, context)
        ends = ratio_ends(found) if found is not None else None
        if found is None or ends is None:
            return None
        return Range(float(ends[0]), float(ends[1]), exact=True, no_data=can_be_empty(found))
    listed = values(side, shape, doubts, context)
    around = median_ends(listed, side.measure.aggregate) if listed is not None else None
    if listed is None or around is None:
        return None
    nothing_certain = not len(listed.certain) and all(None in options for options in listed.open)
    return Range(around[0], around[1], exact=True, no_data=nothing_certain)


def _ratio(
    kpi: Kpi, definition: Definition, shape: Shape, context: Context, doubts: dict[str, tuple[Doubt, ...]]
) -> Range | None:
    """A KPI of two measures: chosen together where they read the same rows, each by itself where they do not."""
    top, bottom = definition.measures
    times = shape.slots[0].days.days if definition.times_days else 1
    sides = [None if isinstance(measure, TargetMeasure) else side_of(measure) for measure in (top, bottom)]
    one, other = sides
    together = (
        one is not None
        and other is not None
        and one.measure.entity == other.measure.entity
        and bool(doubts[one.measure.entity])
    )
    if together and one is not None and other is not None:
        found = choices(one, other, shape, doubts[one.measure.entity], context)
        if found is not None:
            ends = ratio_ends(found)
            if ends is None:
                return None
            return Range(float(ends[0] * times), float(ends[1] * times), exact=True, no_data=can_be_empty(found))
    spreads = [_side(measure, place, kpi, shape, context, doubts) for place, measure in enumerate((top, bottom))]
    if spreads[0] is None or spreads[1] is None:
        return None
    whole = isinstance(bottom, RowMeasure | LevelMeasure) and bottom.aggregate in (
        Aggregate.COUNT,
        Aggregate.COUNT_DISTINCT,
    )
    apart = spread_ends(spreads[0], spreads[1], whole=whole)
    if apart is None:
        return None
    low, high = (None if end is None else float(end * times) for end in apart)
    independent = not together or not (spreads[0].is_open and spreads[1].is_open)
    return Range(low, high, exact=independent, no_data=not spreads[1].low)


def _side(
    measure: Measure, place: int, kpi: Kpi, shape: Shape, context: Context, doubts: dict[str, tuple[Doubt, ...]]
) -> Spread | None:
    """One side by itself; as it stands where nothing is open, None where it has no bounds."""
    if isinstance(measure, TargetMeasure):
        definition = Definition(numerator=measure)
        value = targets(definition, shape, context)[measure.kpi][0]
        return Spread(value, value, value)
    mine = doubts[measure.entity]
    if not mine:
        return _as_stated(place, kpi, shape, context)
    if isinstance(measure, RowMeasure) and measure.first:
        dated = all(doubt.column == (measure.date or doubt.column) for doubt in mine)
        return spread_of_first(measure, shape, context) if dated and len(mine) == 1 else None
    side = side_of(measure)
    return spread(side, shape, mine, context) if side is not None and side.kind != EACH else None


def _as_stated(place: int, kpi: Kpi, shape: Shape, context: Context) -> Spread:
    """The numerator (0) or denominator (1) that the KPI's answer has; its value, where it is not a ratio."""
    row = evaluate(KpiQuery(kpi, shape.period), context).frame.iloc[0]
    value = row["denominator"] if place else row["value"] if row["numerator"] is None else row["numerator"]
    return Spread(value, value, value)


def _of_formula(tree: Expression, shape: Shape, context: Context, keep: Keep) -> Range | None:
    """Arithmetic over ranges: safe, and exact where only one KPI in it is open and stands in it once."""
    known: dict[str, Range | None] = {}
    for name, *_ in names_in(tree):
        part = context.definitions.kpi(name)
        known[name] = range_of(part, definition_in_force(part, context), shape, context, keep)
    made = _reckon(tree, known)
    if made is None:
        return None
    uses = [name for name in _leaves(tree) if (found := known[name]) is not None and found.low != found.high]
    parts = [found for found in known.values() if found is not None]
    return replace(
        made,
        exact=len(uses) <= 1 and all(part.exact for part in parts),
        safe=all(part.safe for part in parts),
        no_data=made.no_data or any(part.no_data for part in parts),
    )


def _reckon(tree: Expression, known: dict[str, Range | None]) -> Range | None:
    if isinstance(tree, Name):
        return known[tree.parts[0]]
    if isinstance(tree, Literal) and isinstance(tree.value, Decimal):
        return Range(tree.value, tree.value, exact=True)
    if not isinstance(tree, Operation):
        return None
    left, right = (_reckon(operand, known) for operand in tree.operands)
    if left is None or right is None or None in (left.low, left.high, right.low, right.high):
        return None
    a, b = Fraction(left.low or 0), Fraction(left.high or 0)
    c, d = Fraction(right.low or 0), Fraction(right.high or 0)
    if tree.operator == "/":
        if c <= 0 <= d:
            return None
        ends = [a / c, a / d, b / c, b / d]
    elif tree.operator == "*":
        ends = [a * c, a * d, b * c, b * d]
    else:
        ends = [a + c, b + d] if tree.operator == "+" else [a - d, b - c]
    return Range(float(min(ends)), float(max(ends)), exact=True)


def _leaves(tree: Expression) -> list[str]:
    """Every KPI that a formula names, as often as it names it."""
    if isinstance(tree, Name):
        return [tree.parts[0]]
    return [name for operand in tree.operands for name in _leaves(operand)] if isinstance(tree, Operation) else []
