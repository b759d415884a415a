"""A KPI's definition in words: what is counted, of which rows, dated by what, on which basis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kpi.language import Translator, mark
from kpi.model import entities
from kpi.narrate.filter import describe_filter
from kpi.narrate.words import basis_name, entity_name, field_name
from kpi.semantic.expression import names_in, parse
from kpi.semantic.kpi import (
    Aggregate,
    Definition,
    Direction,
    Kpi,
    LevelMeasure,
    Measure,
    MovementMeasure,
    RowMeasure,
    TargetMeasure,
)

_AGGREGATED = MappingProxyType(
    {
        Aggregate.SUM: mark("the total of {value} over {rows}"),
        Aggregate.MEAN: mark("the mean of {value} over {rows}"),
        Aggregate.MEDIAN: mark("the median of {value} over {rows}"),
        Aggregate.MIN: mark("the smallest {value} of {rows}"),
        Aggregate.MAX: mark("the largest {value} of {rows}"),
        Aggregate.COUNT_DISTINCT: mark("the number of different {value} in {rows}"),
    }
)
_MOMENT = MappingProxyType(
    {
        "opening": mark("at the start of the period"),
        "closing": mark("at the end of the period"),
        "mean": mark("on average over the period"),
    }
)
_PART = MappingProxyType(
    {
        "opening": mark("all that were there at the start"),
        "new": mark("those that came for the first time"),
        "reactivation": mark("those that came back"),
        "expansion": mark("the growth of those that stayed"),
        "contraction": mark("the shrinking of those that stayed"),
        "churned": mark("those that left"),
        "retained": mark("what those there at the start have at the end"),
        "kept": mark("what those there at the start have at the end, growth left out"),
        "closing": mark("all that are there at the end"),
    }
)


@dataclass(frozen=True)
class DefinitionWords:
    """The definition as one sentence, and the same cut into labelled parts."""

    sentence: str
    parts: tuple[tuple[str, str], ...]


def describe_definition(kpi: Kpi, definition: Definition, kpis: Mapping[str, Kpi], t: Translator) -> DefinitionWords:
    """What exactly the KPI counts, as computed from the loaded data."""
    parts: list[tuple[str, str]] = []
    if definition.numerator is None:
        counted = _formula(definition.formula or "", kpis, t)
        parts.append((t("Formula"), counted))
    else:
        counted = _measure(definition.numerator, kpis, t)
        label = t("Numerator (N)") if definition.denominator else t("What is counted")
        parts.append((label, counted))
    if definition.denominator is not None:
        divisor = _measure(definition.denominator, kpis, t)
        parts.append((t("Denominator (D)"), divisor))
        counted = t("{numerator}, divided by {denominator}", numerator=counted, denominator=divisor)
    if definition.times_days:
        counted = t("{value}, times the days in the period", value=counted)
    if definition.per_day:
        counted = t("{value}, divided by the days in the period", value=counted)
    dated = _dates(definition, t)
    if dated:
        parts.append((t("Dated by"), dated))
    parts.append((t("Basis"), basis_name(definition.basis, t)))
    if definition.window_days is not None:
        parts.append(
            (t("Window"), t("{number} days; exactly that long is within", number=t.number(definition.window_days)))
        )
    if definition.denominator is not None:
        parts.append((t("Zero denominator"), t("No data, never 0")))
    if definition.caution is not None:
        parts.append((t("Caution"), definition.caution.in_language(t.language)))
    name = kpi.names.in_language(t.language)
    sentence = t("{name} is {what}.", name=name, what=counted)
    if dated:
        sentence += t(" Rows are placed in a period by {dates}.", dates=dated)
    return DefinitionWords(sentence, tuple(parts))


def describe_target(kpi: Kpi, t: Translator, currency: str | None = None) -> str:
    """The KPI's target as it is set: ≥ 70.0% · ≥ 150 a month; a dash without one."""
    target = kpi.target
    if target is None:
        return "–"
    up = kpi.direction is Direction.UP
    sign = (">" if up else "<") if target.strict else ("≥" if up else "≤")
    shown = f"{sign} {t.value(target.value, kpi.unit.value, currency)}"
    if target.per == "month":
        return t("{target} a month", target=shown)
    if target.per == "quarter":
        return t("{target} a quarter", target=shown)
    return t("{target} a year", target=shown) if target.per == "year" else shown


def _measure(measure: Measure, kpis: Mapping[str, Kpi], t: Translator) -> str:
    if isinstance(measure, TargetMeasure):
        return t("the target of {kpi}", kpi=_kpi_name(measure.kpi, kpis, t))
    if isinstance(measure, LevelMeasure):
        return t("{what}, {moment}", what=_aggregated(measure, t), moment=t(_MOMENT[measure.at]))
    if isinstance(measure, MovementMeasure):
        return _movement(measure, t)
    text = _rows(measure, t)
    if measure.trailing_days:
        text = t("{what}, in the last {days} days up to the period's end", what=text, days=measure.trailing_days)
    return t("{what}, whatever the breakdown", what=text) if measure.across_dimensions else text


def _rows(measure: RowMeasure, t: Translator) -> str:
    if measure.per is None:
        return _aggregated(measure, t)
    per, rows = describe_filter(measure.per, measure.entity, t), _filtered(measure, t)
    if measure.first:
        return t("the number of different {per} whose first row ever in {rows} falls in the period", per=per, rows=rows)
    if measure.value is None or measure.aggregate is not Aggregate.COUNT_DISTINCT:
        return t("the number of different {per} with at least {n} {rows}", per=per, n=measure.at_least, rows=rows)
    value = describe_filter(measure.value, measure.entity, t)
    return t(
        "the number of different {per} with at least {n} different {value} in {rows}",
        per=per,
        n=measure.at_least,
        value=value,
        rows=rows,
    )


def _aggregated(measure: RowMeasure | LevelMeasure, t: Translator) -> str:
    rows = _filtered(measure, t)
    if measure.aggregate is Aggregate.COUNT or measure.value is None:
        return t("the number of {rows}", rows=rows)
    value = describe_filter(measure.value, measure.entity, t)
    return t(_AGGREGATED[measure.aggregate], value=value, rows=rows)


def _movement(measure: MovementMeasure, t: Translator) -> str:
    customer = describe_filter(measure.key, measure.entity, t)
    what = (
        t("the number of different {value}", value=customer)
        if measure.customers or measure.value is None
        else describe_filter(measure.value, measure.entity, t)
    )
    return t(
        "{what} of {part}, followed by {customer} through {rows}",
        what=what,
        part=t(_PART[measure.part]),
        customer=customer,
        rows=_filtered(measure, t),
    )


def _filtered(measure: RowMeasure | LevelMeasure | MovementMeasure, t: Translator) -> str:
    rows = entity_name(measure.entity, t)
    if measure.where is None:
        return rows
    condition = describe_filter(measure.where, measure.entity, t)
    return t("{rows} where {condition}", rows=rows, condition=condition)


def _dates(definition: Definition, t: Translator) -> str:
    """The dates that place rows in a period, once each."""
    found: list[str] = []
    for measure in definition.measures:
        if isinstance(measure, RowMeasure):
            entity = entities().get(measure.entity)
            name = measure.date or (entity.time if entity else None)
            names = [name] if name else []
        elif isinstance(measure, LevelMeasure | MovementMeasure):
            names = [name for name in (measure.start, measure.end) if name]
        else:
            names = []
        found += [
            f"“{field_name(measure.entity, name, t)}”" for name in names if not isinstance(measure, TargetMeasure)
        ]
    return t.list(list(dict.fromkeys(found)))


def _formula(text: str, kpis: Mapping[str, Kpi], t: Translator) -> str:
    """A formula with its KPIs by name."""
    shown = text
    for name in sorted({parts[0] for parts in names_in(parse(text))}, key=len, reverse=True):
        shown = shown.replace(name, f"[{_kpi_name(name, kpis, t)}]")
    return shown.replace("*", "×").replace("/", "÷")


def _kpi_name(kpi_id: str, kpis: Mapping[str, Kpi], t: Translator) -> str:
    return kpis[kpi_id].names.in_language(t.language) if kpi_id in kpis else kpi_id
