"""What are the things called? Statuses, layers, units, periods, entities and fields in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from babel.dates import format_skeleton

from kpi.evaluate import Status
from kpi.language import Translator, mark
from kpi.model import entities
from kpi.model.entity import Field
from kpi.period import Period, TimeGrain
from kpi.scorecard import Compare
from kpi.scorecard.span import grain_of
from kpi.semantic.kpi import Aggregate, Basis, Direction, Layer, Unit
from kpi.semantic.scene import scenes

_STATUS: Mapping[Status, tuple[str, str]] = MappingProxyType(
    {
        Status.ON_TARGET: ("●", mark("On target")),
        Status.AT_RISK: ("◆", mark("At risk")),
        Status.OFF_TARGET: ("▼", mark("Off target")),
        Status.NO_TARGET: ("○", mark("No target")),
        Status.NO_DATA: ("–", mark("No data")),
    }
)
_LAYER = MappingProxyType(
    {Layer.OUTCOME: mark("Outcome"), Layer.PROCESS: mark("Process"), Layer.AUXILIARY: mark("Auxiliary")}
)
_UNIT = MappingProxyType(
    {
        Unit.RATE: mark("Rate (%)"),
        Unit.COUNT: mark("Count"),
        Unit.MONEY: mark("Money"),
        Unit.DAYS: mark("Days"),
        Unit.HOURS: mark("Hours"),
        Unit.SCORE: mark("Score"),
        Unit.NUMBER: mark("Number"),
    }
)
_DIRECTION = MappingProxyType({Direction.UP: mark("Higher is better"), Direction.DOWN: mark("Lower is better")})
_BASIS = MappingProxyType(
    {
        Basis.PERIOD: mark("Period: each side is dated on its own"),
        Basis.COHORT: mark("Cohort: both sides are dated by the day of entry"),
        Basis.LEVEL: mark("Level: what is there at a moment"),
    }
)
_GRAIN = MappingProxyType(
    {
        TimeGrain.DAY: mark("Day"),
        TimeGrain.WEEK: mark("Week"),
        TimeGrain.MONTH: mark("Month"),
        TimeGrain.QUARTER: mark("Quarter"),
        TimeGrain.YEAR: mark("Year"),
    }
)
_COMPARE = MappingProxyType(
    {
        Compare.PREVIOUS: mark("The period before"),
        Compare.YEAR: mark("The same days last year"),
        Compare.NONE: mark("Nothing"),
    }
)
_AGGREGATE = MappingProxyType(
    {
        Aggregate.COUNT: mark("Number of rows"),
        Aggregate.COUNT_DISTINCT: mark("Number of different values"),
        Aggregate.SUM: mark("Total"),
        Aggregate.MEAN: mark("Mean"),
        Aggregate.MEDIAN: mark("Median"),
        Aggregate.MIN: mark("Smallest"),
        Aggregate.MAX: mark("Largest"),
    }
)
_SKELETON = {TimeGrain.MONTH: "yMMM", TimeGrain.QUARTER: "yQQQ", TimeGrain.YEAR: "y"}


def status_name(status: Status, t: Translator) -> str:
    """On target, at risk, off target …"""
    return t(_STATUS[status][1])


def status_icon(status: Status) -> str:
    """A sign that tells the status without colour."""
    return _STATUS[status][0]


def layer_name(layer: Layer, t: Translator) -> str:
    """Outcome, process or auxiliary."""
    return t(_LAYER[layer])


def unit_name(unit: Unit, t: Translator) -> str:
    """What a value measures."""
    return t(_UNIT[unit])


def direction_name(direction: Direction, t: Translator) -> str:
    """Which way is better."""
    return t(_DIRECTION[direction])


def basis_name(basis: Basis, t: Translator) -> str:
    """How the sides of a KPI are dated."""
    return t(_BASIS[basis])


def grain_name(grain: TimeGrain, t: Translator) -> str:
    """Month, quarter, year …"""
    return t(_GRAIN[grain])


def compare_name(compare: Compare, t: Translator) -> str:
    """What a period is held against."""
    return t(_COMPARE[compare])


def aggregate_name(aggregate: Aggregate, t: Translator) -> str:
    """How rows become one number."""
    return t(_AGGREGATE[aggregate])


def scene_name(scene: str, t: Translator) -> str:
    """The scene's name; of an unknown one, its id."""
    return scenes()[scene].names.in_language(t.language) if scene in scenes() else scene


def period_words(period: Period, t: Translator) -> str:
    """The period as people write it: Aug 2024 · 2024年8月; other days as first to last."""
    grain = grain_of(period)
    if grain is not None:
        return str(format_skeleton(_SKELETON[grain], period.start, locale=t.locale))
    if period.days == 1:
        return t.date(period.start)
    return t("{first} to {last}", first=t.date(period.start), last=t.date(period.last))


def entity_name(name: str, t: Translator) -> str:
    """What rows of a table are called; a table of one's own keeps its name."""
    entity = entities().get(name)
    if entity is None:
        return name
    found = entity.names.in_language(t.language)
    return found if t.language == "zh" else found[:1].lower() + found[1:]


def field_name(entity: str, name: str, t: Translator) -> str:
    """What a field is called, seen from rows of an entity; one of another table is told with that table."""
    *through, last = name.split(".")
    place = through[-1] if through else entity
    field = field_of(place, last)
    shown = field.names.in_language(t.language) if field else last
    if through and place != entity:
        return t("{field} ({entity})", field=shown, entity=entity_name(place, t))
    return shown


def field_of(entity: str, name: str) -> Field | None:
    """The field of an entity; of an entity that references another, also the other's."""
    made = entities().get(entity)
    return made.field(name) if made else None


def value_name(entity: str, field: str, value: str, t: Translator) -> str:
    """A value of a category as people write it: the first Chinese word for it, for readers of Chinese."""
    made = field_of(entity, field)
    if t.language == "zh" and made is not None:
        words = made.values.get(value, ())
        return next((word for word in words if any("一" <= sign <= "鿿" for sign in word)), value)
    return value
