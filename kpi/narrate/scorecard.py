"""The scorecard in sentences: the worst gap first, what it rests on, and what fell off target with the last load."""

from __future__ import annotations

from kpi.evaluate import Status
from kpi.evaluate.series import Number
from kpi.language import Translator
from kpi.narrate.words import period_words
from kpi.scorecard import Board, Fresh, Line

MOST_NAMED = 3
_SMALLEST = {"rate": 0.0005, "count": 0.5}  # below, a change is written as 0
LARGE = 100_000  # from here on a count is read by its first figures


def board_headline(board: Board, t: Translator) -> str:
    """The one sentence that a reader in a hurry takes away."""
    if not board.lines:
        return t("None of these KPIs can be computed from the loaded data yet.")
    worst = board.worst_first[0]
    if worst.standing.status in (Status.OFF_TARGET, Status.AT_RISK):
        return line_sentence(worst, t)
    if worst.standing.status is Status.ON_TARGET:
        return t("Every KPI with a target and data is on target.")
    if any(line.standing.value is not None for line in board.lines):
        return t("No KPI here has a target yet. Set targets to see gaps.")
    return t("There is no data in this period.")


def board_also(board: Board, t: Translator) -> str:
    """The next worst gaps by name; empty when there are none."""
    off = [line for line in board.worst_first[1:] if line.standing.status is Status.OFF_TARGET][:MOST_NAMED]
    if not off:
        return ""
    named = [f"{line.kpi.names.in_language(t.language)} ({gap_words(line, t)})" for line in off]
    return t("Also off target: {kpis}.", kpis=t.list(named))


def board_counts(board: Board, t: Translator) -> tuple[tuple[Status, int], ...]:
    """How many KPIs have each status, worst first; statuses that none has are left out."""
    counted = {status: sum(line.standing.status is status for line in board.lines) for status in Status}
    order = (Status.OFF_TARGET, Status.AT_RISK, Status.ON_TARGET, Status.NO_TARGET, Status.NO_DATA)
    return tuple((status, counted[status]) for status in order if counted[status])


def line_sentence(line: Line, t: Translator) -> str:
    """How far a KPI is from its target, with what that rests on; a claim that n does not carry says so."""
    found, unit = line.standing, line.kpi.unit.value
    value = t.value(found.value, unit, found.currency)
    target = t.value(found.target, unit, found.currency)
    size = t.gap(abs(found.gap or 0.0), unit, found.currency).lstrip("+±")
    name = line.kpi.names.in_language(t.language)
    below = (found.gap or 0) < 0
    if below:
        text = t(
            "{kpi} is {size} under target: {value} instead of {target}.",
            kpi=name,
            size=size,
            value=value,
            target=target,
        )
    else:
        text = t(
            "{kpi} is {size} over target: {value} instead of {target}.", kpi=name, size=size, value=value, target=target
        )
    if line.young:
        days = t.number(line.definition.window_days)
        return text + t(" Some of these records have not had their {days} days yet.", days=days)
    if line.too_few:
        return text + t(" n = {n}, too few to tell.", n=t.number(line.counted, 0))
    if line.could_be_chance:
        return text + t(" With n = {n} this could still be chance.", n=t.number(line.counted, 0))
    return text


def short_value(value: Number | None, unit: str, currency: str, t: Translator) -> str:
    """A value for a narrow place: money and large counts with a scale word."""
    return t.value(value, unit, currency, compact=unit == "money" or abs(float(value or 0)) >= LARGE)


def gap_words(line: Line, t: Translator) -> str:
    """The gap with its sign, in the KPI's unit; a dash without a target."""
    found = line.standing
    unit = line.kpi.unit.value
    return t.gap(found.gap, unit, found.currency, compact=unit == "money" or abs(found.gap or 0) >= LARGE)


def rests_on(line: Line, t: Translator) -> str:
    """N/D of a ratio; empty where the value stands on its own."""
    found = line.standing
    if found.numerator is None or found.denominator is None:
        return ""
    sides = zip((found.numerator, found.denominator), found.side_units, strict=True)
    return " / ".join(t.value(side, unit, found.currency, compact=unit == "money") for side, unit in sides)


def fresh_sentence(fresh: Fresh, t: Translator) -> str:
    """How a KPI stood before the last load, and how it stands now."""
    unit, currency = fresh.line.kpi.unit.value, fresh.line.standing.currency
    return t(
        "{kpi}: {before} in {period} by the data before, now {value} (target {target}).",
        kpi=fresh.line.kpi.names.in_language(t.language),
        before=t.value(fresh.before.value, unit, currency),
        period=period_words(fresh.period, t),
        value=t.value(fresh.line.standing.value, unit, currency),
        target=t.value(fresh.line.standing.target, unit, currency),
    )


def change_words(line: Line, t: Translator) -> str:
    """The change against the baseline with its sign; what would be written as 0 has none."""
    unit, change = line.kpi.unit.value, line.change
    if change is not None and abs(change) < _SMALLEST.get(unit, 0.05):
        change = 0.0
    return t.gap(change, unit, line.standing.currency, compact=unit == "money" or abs(change or 0) >= LARGE)
