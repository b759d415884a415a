"""Is a gap more than chance? Wilson's interval for a share, Newcombe's for the gap of two."""

from __future__ import annotations

from math import sqrt

FEW = 30  # below, a rate that could be chance is called too few to tell
_Z = 1.959963984540054  # 95 %


def wilson(hits: float, n: float) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); (0, 1) for nobody. A share over 1 is held to 1.

    >>> [round(bound, 3) for bound in wilson(8, 10)]
    [0.49, 0.943]
    """
    if n <= 0:
        return 0.0, 1.0
    share = min(max(hits / n, 0.0), 1.0)
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def differ(hits: float, n: float, other_hits: float, other_n: float) -> bool:
    """Whether two shares differ by more than chance: 0 lies outside the interval of their gap (Newcombe 1998).

    >>> differ(67, 105, 133, 247), differ(670, 1050, 1330, 2470)
    (False, True)
    """
    if n <= 0 or other_n <= 0:
        return False
    share, other = hits / n, other_hits / other_n
    (low, high), (other_low, other_high) = wilson(hits, n), wilson(other_hits, other_n)
    gap = share - other
    below = sqrt((share - low) ** 2 + (other_high - other) ** 2)
    above = sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return gap - below > 0 or gap + above < 0


def could_be_chance(hits: float, n: float, target: float) -> bool:
    """Whether a share lies so near to its target that its n does not tell them apart."""
    low, high = wilson(hits, n)
    return low <= target <= high
