"""The KPIs of one scene against target: value, gap, change and trend of each; what cannot light up, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kpi.evaluate import Context, KpiQuery, Missing, Result, Status, choose, status_of, target_for
from kpi.evaluate.series import Number, Point, series
from kpi.model.entity import Names
from kpi.period import Period
from kpi.scorecard.noise import FEW, could_be_chance
from kpi.scorecard.span import Span, trend_grain, trend_period
from kpi.semantic.kpi import Definition, Direction, Kpi, Layer, Unit

Ask = Callable[[KpiQuery], Result]  # `evaluate` with a context, or a cache in front of it
GENERAL = "general"
_SEVERITY = (Status.OFF_TARGET, Status.AT_RISK, Status.ON_TARGET, Status.NO_TARGET, Status.NO_DATA)


@dataclass(frozen=True)
class Standing:
    """One value with what it rests on, and how it stands to its target. Money is in `currency`.

    `partial`: the period has not ended, or records that entered in it may still convert and make it better.
    """

    value: Number | None
    numerator: Number | None
    denominator: Number | None
    target: float | None
    status: Status
    side_units: tuple[str, str]
    currency: str
    warnings: tuple[Names, ...]
    sql: str
    partial: bool

    @property
    def gap(self) -> float | None:
        """Value less target, in the KPI's unit; None without either."""
        return None if self.value is None or self.target is None else float(self.value) - self.target


@dataclass(frozen=True)
class Line:
    """A KPI on the scorecard. `baseline` is its value in the days it is compared with."""

    kpi: Kpi
    definition: Definition
    standing: Standing
    baseline: Number | None
    trend: tuple[Point, ...]

    @property
    def young(self) -> bool:
        """Whether some of the period's records have not had their window yet."""
        return self.standing.partial and self.definition.window_days is not None

    @property
    def change(self) -> float | None:
        """Value less baseline."""
        value = self.standing.value
        return None if value is None or self.baseline is None else float(value) - float(self.baseline)

    @property
    def counted(self) -> float | None:
        """How many cases a share is of; None where the KPI is no share of cases."""
        found = self.standing
        is_share = self.kpi.unit is Unit.RATE and found.side_units == ("count", "count")
        return float(found.denominator) if is_share and found.denominator is not None else None

    @property
    def could_be_chance(self) -> bool:
        """Whether a share lies so near to its target that its n does not tell them apart."""
        found = self.standing
        if self.counted is None or found.numerator is None or found.target is None:
            return False
        return could_be_chance(float(found.numerator), self.counted, found.target)

    @property
    def too_few(self) -> bool:
        """Whether it cannot be told apart from its target because it is a share of so few."""
        return self.could_be_chance and self.counted is not None and self.counted < FEW

    @property
    def shortfall(self) -> float:
        """By which share of the target it misses; 0 when it reaches it or there is none."""
        gap, target = self.standing.gap, self.standing.target
        if gap is None or not target:
            return 0.0
        return max(0.0, (-gap if self.kpi.direction is Direction.UP else gap) / abs(target))


@dataclass(frozen=True)
class Dark:
    """A KPI that the loaded data cannot answer, with what is missing."""

    kpi: Kpi
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Board:
    """The scorecard of a scene over a span, in the order of the scene's steps."""

    scene: str
    span: Span
    lines: tuple[Line, ...]
    dark: tuple[Dark, ...]

    @property
    def worst_first(self) -> tuple[Line, ...]:
        """The lines by need of attention: off target before at risk, larger misses first, shaky shares last."""
        return tuple(
            sorted(
                self.lines,
                key=lambda line: (
                    _SEVERITY.index(line.standing.status),
                    line.could_be_chance,
                    -line.shortfall,
                ),
            )
        )

    def of_step(self, step: str) -> tuple[Line, ...]:
        """The lines that belong to a step of the scene."""
        return tuple(
            line for line in self.lines if any((at.scene, at.step) == (self.scene, step) for at in line.kpi.places)
        )

    @property
    def elsewhere(self) -> tuple[Line, ...]:
        """The lines that no step of the scene holds: the outcomes of any business, and KPIs without a place."""
        return tuple(line for line in self.lines if all(at.scene != self.scene for at in line.kpi.places))


def in_scene(scene: str, context: Context) -> tuple[Kpi, ...]:
    """The KPIs that a scene's scorecard shows: those placed in it, the general outcomes, and those without a place."""
    return tuple(
        kpi
        for kpi in context.definitions.kpis.values()
        if not kpi.archived
        and (any(place.scene == scene for place in kpi.places) or not kpi.places or _is_general_outcome(kpi))
    )


def _is_general_outcome(kpi: Kpi) -> bool:
    return kpi.layer is Layer.OUTCOME and any(place.scene == GENERAL for place in kpi.places)


def owners_in(scene: str, context: Context) -> tuple[str, ...]:
    """Everybody who answers for a KPI of the scene, by name."""
    return tuple(sorted({kpi.owner for kpi in in_scene(scene, context) if kpi.owner}))


def read_board(scene: str, span: Span, context: Context, ask: Ask, *, owner: str | None = None) -> Board:
    """The scorecard of a scene; with an owner, of the KPIs they answer for."""
    lines: list[Line] = []
    dark: list[Dark] = []
    for kpi in in_scene(scene, context):
        if owner is not None and kpi.owner != owner:
            continue
        choice = choose(kpi, context.dataset, context.definitions.kpis)
        if choice.definition is not None:
            lines.append(_line(kpi, choice.definition, span, ask))
        elif any(place.scene == scene for place in kpi.places) or not kpi.places:
            dark.append(Dark(kpi, choice.missing))
    return Board(scene, span, tuple(lines), tuple(dark))


def stand(kpi: Kpi, period: Period, ask: Ask) -> Standing:
    """A KPI's value in a period against the target that this period has."""
    result = ask(KpiQuery(kpi.id, period))
    row = result.frame.iloc[0]
    target = target_for(kpi.target, period)
    value = row["value"]
    return Standing(
        value=value,
        numerator=row["numerator"],
        denominator=row["denominator"],
        target=target,
        status=status_of(kpi, None if value is None else float(value), target),
        side_units=(result.units[-3], result.units[-2]),
        currency=result.currency,
        warnings=result.warnings,
        sql=result.sql,
        partial=bool(row["partial"]),
    )


def _line(kpi: Kpi, definition: Definition, span: Span, ask: Ask) -> Line:
    baseline = stand(kpi, span.baseline, ask).value if span.baseline is not None else None
    trend = series(ask(KpiQuery(kpi.id, trend_period(span), trend_grain(span))))
    return Line(kpi, definition, stand(kpi, span.passed, ask), baseline, trend)
