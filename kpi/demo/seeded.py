"""How does chance enter the demo companies? Seeded streams and draws whose totals come out as planned.

Every part of a company has a stream of its own, so that a change in one part leaves the others as they were. Plain
coin flips would bury a planted +5 % in noise at these sizes; `quota` and `long_tail` are stratified instead: rows look
random one by one, sums over a few dozen of them are as intended.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Times = NDArray[np.datetime64]
Texts = NDArray[np.object_]

DAY_SECONDS = 86_400
NO_TIME = np.datetime64("NaT", "s")


def stream(company: str, part: str) -> Generator:
    """The random stream of one part of one company; the same on every machine and in every run."""
    return np.random.default_rng([zlib.crc32(company.encode()), zlib.crc32(part.encode())])


def quota(rng: Generator, chance: Floats, block: int = 60) -> Flags:
    """Which rows happen, each with its own chance? The count of any `block` rows in a row is that of their chances.

    Systematic sampling: rows are shuffled within blocks, chances accumulated, and a row happens when the sum passes the
    next whole number. Give the rows in the order (usually of time) in which totals should come out.

    >>> int(quota(stream("doc", "quota"), np.full(1000, 0.25)).sum())
    250
    """
    size = len(chance)
    order = np.concatenate(
        [[], *(rng.permutation(np.arange(at, min(at + block, size))) for at in range(0, size, block))]
    )
    order = order.astype(np.int64)
    marks = np.floor(np.concatenate([[0.0], np.cumsum(chance[order])]) + rng.random())
    happens = np.zeros(size, dtype=bool)
    happens[order] = np.diff(marks) > 0
    return happens


def even(rng: Generator, size: int, block: int | None = None) -> Floats:
    """Numbers in 0–1 in random order, one from each of `size` equal slices; of any `block` of them, one from each."""
    length = max(size if block is None else block, 1)
    slices = [rng.permutation(length) for _ in range(0, size, length)]
    return (np.concatenate([[], *slices])[:size] + rng.random(size)) / length


def normal(rng: Generator, size: int, block: int | None = None) -> Floats:
    """Standard normal numbers, as even as `even`."""
    bell = NormalDist()
    return np.array([bell.inv_cdf(min(max(u, 1e-9), 1 - 1e-9)) for u in even(rng, size, block)], dtype=np.float64)


def long_tail(rng: Generator, size: int, median: float | Floats, sigma: float, block: int | None = None) -> Floats:
    """Log-normal numbers: most near the median, a few far above it."""
    return np.asarray(median * np.exp(sigma * normal(rng, size, block)), dtype=np.float64)


def pick(rng: Generator, values: Sequence[Any], weights: Sequence[float], size: int, block: int | None = None) -> Texts:
    """Values in random order, in numbers that follow the weights."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64)) / float(np.sum(weights))
    places = np.searchsorted(edges, even(rng, size, block), side="right").clip(0, len(values) - 1)
    chosen: Texts = np.array(list(values), dtype=object)[places]
    return chosen


def with_gaps(rng: Generator, values: Texts, share: float) -> Texts:
    """The values with a share of them missing, as somebody forgot to fill them in."""
    held: Texts = values.copy()
    held[rng.random(len(values)) < share] = None
    return held


def days_of(start: str, end: str) -> Times:
    """Every day from `start` up to, and without, `end`."""
    return np.arange(np.datetime64(start, "D"), np.datetime64(end, "D"))


def month_of(times: Times) -> Ints:
    """The calendar month (1–12) of each time."""
    return (times.astype("datetime64[M]").astype(np.int64) % 12 + 1).astype(np.int64)


def weekday_of(times: Times) -> Ints:
    """The weekday (0 = Monday) of each time."""
    return ((times.astype("datetime64[D]").astype(np.int64) + 3) % 7).astype(np.int64)


def after(times: Times, days: float | Floats) -> Times:
    """The times so many days (with fractions) later, in whole seconds."""
    seconds = np.round(np.broadcast_to(np.asarray(days) * DAY_SECONDS, times.shape)).astype("timedelta64[s]")
    return np.asarray(times.astype("datetime64[s]") + seconds)


def days_between(start: Times, end: Times) -> Floats:
    """Days from the first time to the second, with fractions."""
    seconds = (end.astype("datetime64[s]") - start.astype("datetime64[s]")).astype(np.float64)
    return np.asarray(seconds / DAY_SECONDS, dtype=np.float64)


def in_office_hours(rng: Generator, times: Times) -> Times:
    """The same days at some minute of a working day; Saturday and Sunday move to Monday. NaT stays."""
    days = times.astype("datetime64[D]")
    blank = np.isnat(days)
    shift = np.where(blank, 0, np.maximum(7 - weekday_of(np.where(blank, np.datetime64("2024-01-01"), days)), 0))
    moved = days + np.where(shift <= 2, shift, 0).astype("timedelta64[D]")
    minutes = rng.integers(8 * 60 + 30, 18 * 60, len(times)).astype("timedelta64[m]")
    return np.where(blank, NO_TIME, moved.astype("datetime64[s]") + minutes)


def texts_where(condition: Flags, values: Any) -> Texts:
    """The values where the condition holds, blank elsewhere."""
    held: Texts = np.where(condition, np.asarray(values, dtype=object), np.array(None, dtype=object))
    return held


def where(condition: Flags, times: Times) -> Times:
    """The times where the condition holds, NaT elsewhere."""
    return np.where(condition, times.astype("datetime64[s]"), NO_TIME)


def money(amounts: Floats, step: float = 0.01) -> Floats:
    """Amounts rounded to cents (or to a coarser step, as people quote them)."""
    return np.round(np.round(amounts / step) * step, 2)


def codes(prefix: str, size: int, width: int = 5, first: int = 1) -> Texts:
    """Running numbers such as `L-00001`."""
    return np.array([f"{prefix}{number:0{width}d}" for number in range(first, first + size)], dtype=object)
