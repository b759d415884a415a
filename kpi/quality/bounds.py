"""Between which values does a quotient, or a median, lie, over all ways in which open rows could really be?

A quotient of sums is largest (smallest) where every open row takes the pair that most raises (lowers) numerator − λ ×
denominator, λ being the quotient itself: each round raises λ until it stays (Dinkelbach, Management Science 13, 1967).
Totals are reckoned in fractions, so that nothing is lost to rounding.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from kpi.evaluate.choices import Choices, Unit, Values
from kpi.evaluate.doubt import Spread
from kpi.semantic.kpi import Aggregate

MOST_FORCED = 500  # ways to make a denominator positive that are tried one by one

Ends = tuple[Fraction, Fraction]


def ratio_ends(choices: Choices) -> Ends | None:
    """The smallest and largest quotient over all choices that give one; None where none does, or there is no end."""
    lowest = choices.base[1] + sum(unit.count * min(d for _, d in unit.options) for unit in choices.units)
    if lowest > 0:
        return _ends(choices)
    if choices.base[1] < 0 or any(d < 0 for unit in choices.units for _, d in unit.options):
        return None
    forced = [
        _forced(choices, place, option)
        for place, unit in enumerate(choices.units)
        for option in unit.options
        if option[1] > 0
    ]
    if not forced or len(forced) > MOST_FORCED:
        return None
    found = [_ends(way) for way in forced]
    return min(low for low, _ in found), max(high for _, high in found)


def can_be_empty(choices: Choices) -> bool:
    """Whether the denominator may come to zero, so that there is no data."""
    return choices.base[1] + sum(unit.count * min(d for _, d in unit.options) for unit in choices.units) <= 0


def spread_ends(
    numerator: Spread, denominator: Spread, *, whole: bool
) -> tuple[Fraction | None, Fraction | None] | None:
    """The smallest and largest quotient of two sides that are open independently; None where it has no value.

    `whole`: the denominator counts, so that the least above zero is one; else it may come as near to zero as it likes,
    and the quotient has no end there.
    """
    if None in (numerator.low, numerator.high, denominator.low, denominator.high):
        return None
    low, high = Fraction(numerator.low or 0), Fraction(numerator.high or 0)
    least, most = Fraction(denominator.low or 0), Fraction(denominator.high or 0)
    if most <= 0 or least < 0:
        return None
    if least == 0 and not whole and denominator.is_open:
        return (low / most if low >= 0 else None), (high / most if high <= 0 else None)
    least = max(least, Fraction(1)) if whole else least
    ends = [side / part for side in (low, high) for part in (least, most)]
    return min(ends), max(ends)


def median_ends(values: Values, aggregate: Aggregate) -> tuple[float, float] | None:
    """The smallest and largest median (or minimum, maximum) over all ways; None where no way gives one."""
    low = _least(values, aggregate)
    mirrored = Values(-values.certain[::-1], tuple(_negated(options) for options in values.open))
    turned = {Aggregate.MIN: Aggregate.MAX, Aggregate.MAX: Aggregate.MIN}.get(aggregate, aggregate)
    high = _least(mirrored, turned)
    return (low, -high) if low is not None and high is not None else None


def _least(values: Values, aggregate: Aggregate) -> float | None:
    """The smallest that can come out: open rows take their smallest value; those that may stay away come if it helps.

    Smaller values first, each added value moves a median down while it lies below it, and up from then on.
    """
    forced = [min(_numbers(options)) for options in values.open if None not in options]
    free = sorted(min(_numbers(options)) for options in values.open if None in options and _numbers(options))
    known: list[float] = sorted([*values.certain.tolist(), *forced])
    if not known and not free:
        return None
    if aggregate is Aggregate.MIN:
        return min([*known[:1], *free[:1]])
    if aggregate is Aggregate.MAX:
        return known[-1] if known else free[0]
    best = _median(known) if known else free[0]
    for value in free:
        if known and value >= best:
            break
        insort(known, value)
        best = min(best, _median(known))
    return best


def _median(values: Sequence[float]) -> float:
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _numbers(options: Sequence[float | None]) -> list[float]:
    return [option for option in options if option is not None]


def _negated(options: Sequence[float | None]) -> tuple[float | None, ...]:
    return tuple(None if option is None else -option for option in options)


def _forced(choices: Choices, place: int, option: tuple[Fraction, Fraction]) -> Choices:
    """The choices with one row of a unit settled."""
    base = (choices.base[0] + option[0], choices.base[1] + option[1])
    unit = choices.units[place]
    rest = [Unit(unit.count - 1, unit.options)] if unit.count > 1 else []
    return Choices(base, (*choices.units[:place], *rest, *choices.units[place + 1 :]))


def _ends(choices: Choices) -> Ends:
    """Both ends, where every choice has a positive denominator."""
    negative = Choices(
        (-choices.base[0], choices.base[1]),
        tuple(Unit(unit.count, tuple((-n, d) for n, d in unit.options)) for unit in choices.units),
    )
    return -_largest(negative), _largest(choices)


def _largest(choices: Choices) -> Fraction:
    numerators, denominators = _grid(choices.units, 0), _grid(choices.units, 1)
    chosen = denominators.argmax(axis=1) if choices.units else np.zeros(0, dtype=int)
    best = _quotient(choices, chosen)
    while True:
        chosen = (numerators - float(best) * denominators).argmax(axis=1) if choices.units else chosen
        found = _quotient(choices, chosen)
        if found <= best:
            return best
        best = found


def _quotient(choices: Choices, chosen: np.ndarray[Any, np.dtype[Any]]) -> Fraction:
    picked = [(unit.count, unit.options[at]) for unit, at in zip(choices.units, chosen.tolist(), strict=True)]
    numerator = choices.base[0] + sum(count * option[0] for count, option in picked)
    denominator = choices.base[1] + sum(count * option[1] for count, option in picked)
    return Fraction(numerator) / Fraction(denominator)


def _grid(units: Sequence[Unit], side: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """One side of all options, a row per unit, short rows filled up with their first option."""
    most = max((len(unit.options) for unit in units), default=0)
    rows = [[float(option[side]) for option in unit.options] for unit in units]
    return np.array([row + row[:1] * (most - len(row)) for row in rows], dtype=np.float64)
