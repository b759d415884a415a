"""What a KPI is: named measures, a kind, a unit and a direction, read from the catalogue or made by a user.

A KPI lists its *definitions* in order of preference; the first whose fields are loaded is the one in force (see
`kpi.semantic.availability`). Formulas of single KPIs follow the catalogue entry's own words.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from kpi.model.entity import Frozen, Names
from kpi.semantic.expression import parse

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]


class Unit(StrEnum):
    """What a KPI's value measures."""

    RATE = "rate"  # 0-1, shown in per cent
    COUNT = "count"
    MONEY = "money"
    DAYS = "days"
    HOURS = "hours"
    SCORE = "score"
    NUMBER = "number"


class Layer(StrEnum):
    """Outcome (主指标), process (过程指标) or auxiliary (辅助指标)."""

    OUTCOME = "outcome"
    PROCESS = "process"
    AUXILIARY = "auxiliary"


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"


class Basis(StrEnum):
    """Period: both sides dated on their own. Cohort: both on the entry date. Level: at a point in time."""

    PERIOD = "period"
    COHORT = "cohort"
    LEVEL = "level"


class Aggregate(StrEnum):
    """How rows become one number. Nulls are left out; of no rows, a count or sum is 0 and the others are no data."""

    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    SUM = "sum"
    MEAN = "mean"
    MEDIAN = "median"
    MIN = "min"
    MAX = "max"

    @property
    def is_additive(self) -> bool:
        """Whether the values of disjoint sets of rows add up to the value of all of them."""
        return self in (Aggregate.COUNT, Aggregate.SUM)


class _Measure(Frozen):
    """What all measures share: one entity (or loaded table), an optional filter, an optional value per row."""

    entity: str
    where: str | None = None
    value: str | None = None

    @field_validator("where", "value")
    @classmethod
    def _parses(cls, text: str | None) -> str | None:
        if text is not None:
            parse(text)
        return text


class RowMeasure(_Measure):
    """An aggregate of the rows whose `date` falls in the period.

    `per` with `at_least` counts the distinct values of `per` that have at least so many rows in the period (repeat);
    with count_distinct, at least so many different values of `value` (order lines: orders).
    `per` with `first` keeps only each one's first row ever, by `date` (new customers); `value` is then not needed.
    `trailing_days` takes the last so many days up to the period's end instead of the period itself.
    `across_dimensions` takes all rows of the period whatever the breakdown (the whole that a share is of).
    """

    kind: Literal["rows"] = "rows"
    aggregate: Aggregate
    date: str | None = None  # default: the entity's time
    per: str | None = None
    at_least: int | None = None
    first: bool = False
    trailing_days: int | None = None
    across_dimensions: bool = False

    @model_validator(mode="after")
    def _complete(self) -> RowMeasure:
        if self.aggregate is not Aggregate.COUNT and self.value is None:
            raise ValueError(f"{self.aggregate} needs a value: which field?")
        if (self.at_least is not None or self.first) and self.per is None:
            raise ValueError("at_least and first need per: whose rows?")
        return self


class LevelMeasure(_Measure):
    """A stock: an aggregate of what is there at a moment, never summed over time.

    With `end`, rows are spells: there at the close of a day when start ≤ day < end (a null end is still open).
    Without, rows are snapshots dated by `start`: the level is that of the last (first) snapshot day in the period.
    `at` mean is the mean over the snapshot days of the period (over opening and closing, for spells).
    """

    kind: Literal["level"] = "level"
    aggregate: Aggregate
    start: str
    end: str | None = None
    at: Literal["opening", "closing", "mean"] = "closing"


class MovementMeasure(_Measure):
    """What became of the customers' level between the opening and the closing of the period, customer by customer.

    `value` is the level's amount (a spell's MRR); a customer's level is the sum over its spells.
    opening + new + reactivation + expansion − contraction − churned = closing, to the cent.
    `retained` is the closing level of the customers there at the opening, with their expansion; `kept` is without it:
    the smaller of opening and closing, customer by customer. `customers` counts customers instead of summing amounts.
    """

    kind: Literal["movement"] = "movement"
    key: str
    start: str
    end: str
    part: Literal[
        "opening", "new", "reactivation", "expansion", "contraction", "churned", "retained", "kept", "closing"
    ]
    customers: bool = False


class TargetMeasure(Frozen):
    """The target of a KPI for the period: the sum of its targets for the months in it."""

    kind: Literal["target"] = "target"
    kpi: Id


def _kind(value: object) -> object:
    """Which kind a measure is; one that does not say is of rows."""
    return value.get("kind", "rows") if isinstance(value, dict) else getattr(value, "kind", None)


Measure = Annotated[
    Annotated[RowMeasure, Tag("rows")]
    | Annotated[LevelMeasure, Tag("level")]
    | Annotated[MovementMeasure, Tag("movement")]
    | Annotated[TargetMeasure, Tag("target")],
    Discriminator(_kind),
]


class Definition(Frozen):
    """One way to compute a KPI: a measure, a measure over a measure, or a formula over KPIs.

    ratio: numerator / denominator × (days in the period, when `times_days`); a zero denominator is no data.
    `per_day` divides a lone numerator by the calendar days in the period.
    formula: + − × / over KPI ids and numbers, all of the same period and breakdown.
    `cohort` says that both sides are dated on the entry date.
    """

    numerator: Measure | None = None
    denominator: Measure | None = None
    times_days: bool = False
    per_day: bool = False
    formula: str | None = None
    basis: Basis = Basis.PERIOD
    window_days: float | None = None
    caution: Names | None = None  # said beside every number made this way

    @model_validator(mode="after")
    def _one_way(self) -> Definition:
        if (self.formula is None) == (self.numerator is None):
            raise ValueError("a definition has either a formula or a numerator")
        if self.formula is not None:
            if self.denominator is not None:
                raise ValueError("a formula has no denominator of its own")
            parse(self.formula)
        if self.per_day and (self.numerator is None or self.denominator is not None):
            raise ValueError("per_day needs a numerator, and has the days as its denominator")
        return self

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures it is made of, numerator first; none for a formula."""
        return tuple(measure for measure in (self.numerator, self.denominator) if measure is not None)


class Target(Frozen):
    """What the KPI should reach. `per` says for which period a count or sum is meant; rates need none."""

    value: float = Field(allow_inf_nan=False)
    per: Literal["month", "quarter", "year"] | None = None
    strict: bool = False  # the value itself does not reach it
    source: Names | None = None


class Place(Frozen):
    """Where in a scene's process the KPI belongs."""

    scene: Literal["b2b", "b2c", "saas", "general"]
    step: str


class Kpi(Frozen):
    """A named formula over measures, with unit and direction."""

    id: Id
    names: Names
    meaning: Names  # one line
    places: tuple[Place, ...] = ()
    layer: Layer = Layer.PROCESS
    unit: Unit
    direction: Direction = Direction.UP
    target: Target | None = None
    owner: str | None = None
    find_in: Names | None = None  # in which system's export the fields are usually found
    definitions: tuple[Definition, ...]
    archived: bool = False

    @field_validator("definitions")
    @classmethod
    def _some(cls, value: tuple[Definition, ...]) -> tuple[Definition, ...]:
        if not value:
            raise ValueError("a KPI needs at least one definition")
        return value
