"""The random layer: draws look random, sums come out."""

from __future__ import annotations

import numpy as np

from kpi.demo.seeded import even, in_office_hours, long_tail, pick, quota, stream, weekday_of


def test_streams_differ_and_repeat() -> None:
    """A part's stream is the same each time and another part's is another."""
    first, again, other = (stream("c", part).random(5) for part in ("a", "a", "b"))
    assert (first == again).all()
    assert (first != other).all()


def test_quota_keeps_sums() -> None:
    """Over any run of rows the count stays within a block of the sum of the chances."""
    chance = np.linspace(0.1, 0.9, 600)
    happens = quota(stream("c", "quota"), chance, block=30)
    gap = np.cumsum(happens) - np.cumsum(chance)
    assert np.abs(gap[29::30]).max() <= 1
    assert not happens[:30].all()


def test_quota_of_nothing() -> None:
    """No rows give no answers; chances of nought and one are certain."""
    rng = stream("c", "edge")
    assert quota(rng, np.array([])).size == 0
    assert quota(rng, np.ones(50)).all()
    assert not quota(rng, np.zeros(50)).any()


def test_even_covers_each_slice_of_a_block() -> None:
    """Each block of numbers has one in every slice of 0–1."""
    numbers = even(stream("c", "even"), 40, block=10)
    for start in range(0, 40, 10):
        assert sorted(np.floor(numbers[start : start + 10] * 10)) == list(range(10))


def test_picks_follow_weights() -> None:
    """Values come in numbers that follow their weights."""
    chosen = pick(stream("c", "pick"), ["a", "b"], [3, 1], 400)
    assert (chosen == "a").sum() == 300


def test_long_tail_has_its_median() -> None:
    """Half of the amounts lie under the median, and the largest far over it."""
    amounts = long_tail(stream("c", "tail"), 1000, 50.0, 0.8)
    assert abs(np.median(amounts) - 50) < 1
    assert amounts.max() > 5 * 50


def test_office_hours_are_weekdays() -> None:
    """A moment on a weekend moves to Monday; no time stays none."""
    days = np.arange(np.datetime64("2024-03-01", "s"), np.datetime64("2024-03-15", "s"), np.timedelta64(1, "D"))
    moved = in_office_hours(stream("c", "office"), np.append(days, np.datetime64("NaT", "s")))
    assert np.isnat(moved[-1])
    assert (weekday_of(moved[:-1]) < 5).all()
    assert (moved[:-1].astype("datetime64[D]") >= days.astype("datetime64[D]")).all()
