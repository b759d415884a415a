"""What can the rows of one key come to together, when each of them may be there or not?

A key counts once however many rows it has, or from so many rows on; amounts of its rows add up beside that. Of all that
can be reached only the ends are kept: for each way the key can count, the smallest and the largest amount.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from kpi.compile.suppose import ADD, REPEAT, Side

Pair = tuple[Fraction, Fraction]  # what is added to numerator and denominator, exactly
ZERO = Fraction(0)
Row = tuple[object, tuple[Pair, ...]]  # the part it belongs to, and what it may add to both sides


def reachable(rows: Sequence[Row], numerator: Side, denominator: Side) -> tuple[Pair, ...]:
    """The pairs that a key's rows can make, smallest first; sums only by their ends."""
    if numerator.part or denominator.part:
        ways = [_together(options) for options in _by_part(rows)]
    else:
        ways = [options for _, options in rows]
    if numerator.kind == ADD:
        found = _with_sums([[(d, n) for n, d in options] for options in ways], denominator)
        pairs = {(amount, counted) for counted, amount in found}
    elif denominator.kind == ADD:
        pairs = set(_with_sums(ways, numerator))
    else:
        pairs = _counts(ways, numerator, denominator)
    return tuple(sorted(pairs))


def _by_part(rows: Sequence[Row]) -> list[list[tuple[Pair, ...]]]:
    parts: dict[object, list[tuple[Pair, ...]]] = {}
    for part, options in rows:
        parts.setdefault(part, []).append(options)
    return list(parts.values())


def _together(rows: Sequence[Sequence[Pair]]) -> tuple[Pair, ...]:
    """The rows of one part: it counts where any of them does."""
    found: set[Pair] = {(ZERO, ZERO)}
    for options in rows:
        found = {(max(n, more_n), max(d, more_d)) for n, d in found for more_n, more_d in options}
    return tuple(found)


def _counts(ways: Sequence[Sequence[Pair]], numerator: Side, denominator: Side) -> set[Pair]:
    add_n, add_d = _capped(numerator), _capped(denominator)
    found: set[Pair] = {(ZERO, ZERO)}
    for options in ways:
        found = {(add_n(n, more_n), add_d(d, more_d)) for n, d in found for more_n, more_d in options}
    return {(_as_one(n, numerator), _as_one(d, denominator)) for n, d in found}


def _with_sums(ways: Sequence[Sequence[Pair]], counting: Side) -> list[Pair]:
    """Pairs (1 or 0 for the key, amount): the smallest and the largest amount for either."""
    add = _capped(counting)
    ends: dict[Fraction, tuple[Fraction, Fraction]] = {ZERO: (ZERO, ZERO)}
    for options in ways:
        reached: dict[Fraction, tuple[Fraction, Fraction]] = {}
        for counted, (low, high) in ends.items():
            for more, amount in options:
                _widen(reached, add(counted, more), low + amount, high + amount)
        ends = reached
    merged: dict[Fraction, tuple[Fraction, Fraction]] = {}
    for counted, (low, high) in ends.items():
        _widen(merged, _as_one(counted, counting), low, high)
    return [(counted, amount) for counted, both in merged.items() for amount in dict.fromkeys(both)]


def _widen(ends: dict[Fraction, tuple[Fraction, Fraction]], at: Fraction, low: Fraction, high: Fraction) -> None:
    known = ends.get(at, (low, high))
    ends[at] = (min(known[0], low), max(known[1], high))


def _capped(side: Side) -> Callable[[Fraction, Fraction], Fraction]:
    most = Fraction(side.least if side.kind == REPEAT else 1)
    return lambda known, more: min(most, known + more)


def _as_one(counted: Fraction, side: Side) -> Fraction:
    return Fraction(counted >= (side.least if side.kind == REPEAT else 1))
