"""Which known key is probably meant by one that is not known? Only where exactly one comes into question.

Two spellings are the same when they differ in blanks, signs, letter case or width only; they are near when one letter,
or two in a long word, are wrong, missing or too many. Figures tell keys apart (`O-1001` is not `O-1002`): they agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

SHORTEST = 5  # letters from which on one of them may be wrong
LONG = 9  # letters from which on two may be
LONGEST = 80  # beyond it is no name but a text


class Likeness(StrEnum):
    """How a known key resembles one that is not known."""

    SPELLING = "spelling"  # the same but for blanks, signs, case or width
    LETTERS = "letters"  # a letter or two are off


@dataclass(frozen=True)
class Near:
    """The one known key that is probably meant."""

    key: str
    likeness: Likeness


def near_keys(unknown: Iterable[str], known: Iterable[str]) -> Mapping[str, Near]:
    """For each unknown key, the known one that is meant; those without a single candidate are left out.

    >>> near_keys(["GTXPro", "Akme Corp"], ["GTX Pro", "Acme Corp", "MG Special"])["GTXPro"].key
    'GTX Pro'
    """
    by_form: dict[str, list[str]] = defaultdict(list)
    by_gap: dict[str, set[str]] = defaultdict(set)
    for key in known:
        form = plain_form(key)
        if form and not by_form[form] and SHORTEST <= len(form) <= LONGEST:
            for gap in _gaps(form):
                by_gap[gap].add(form)
        by_form[form].append(key)
    found = {}
    for key in unknown:
        form = plain_form(key)
        same = by_form.get(form, [])
        if not form or len(same) > 1:
            continue
        if same:
            found[key] = Near(same[0], Likeness.SPELLING)
            continue
        close = _close(form, by_gap)
        if len(close) == 1 and len(by_form[close[0]]) == 1:
            found[key] = Near(by_form[close[0]][0], Likeness.LETTERS)
    return found


def plain_form(key: str) -> str:
    """A key without what writers vary: blanks, signs, case, width.

    >>> plain_form("ＧＴＸ-Pro ")
    'gtxpro'
    """
    flat = unicodedata.normalize("NFKC", key).casefold()
    return "".join(letter for letter in flat if letter.isalnum())


def _close(form: str, by_gap: Mapping[str, set[str]]) -> list[str]:
    """The known forms that are as near as one may be."""
    if not SHORTEST <= len(form) <= LONGEST:
        return []
    allowed = 2 if len(form) >= LONG else 1
    candidates = {other for gap in _gaps(form) for other in by_gap.get(gap, ())}
    return sorted(
        other for other in candidates if _figures(other) == _figures(form) and distance(form, other, allowed) <= allowed
    )


def _gaps(form: str) -> Iterator[str]:
    """A form, and all that is left of it when one letter is taken away: two forms a letter apart share one of these."""
    yield form
    for place in range(len(form)):
        yield form[:place] + form[place + 1 :]


def _figures(form: str) -> list[str]:
    return re.findall(r"\d+", form)


def distance(one: str, other: str, most: int) -> int:
    """How many letters must be changed, added, dropped or exchanged with their neighbour; `most` + 1 for more.

    >>> distance("technolgy", "technology", 2), distance("form", "from", 2)
    (1, 1)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        line = [row]
        for place, match in enumerate(other, start=1):
            cost = min(above[place] + 1, line[place - 1] + 1, above[place - 1] + (letter != match))
            if row > 1 and place > 1 and letter == other[place - 2] and one[row - 2] == match:
                cost = min(cost, before[place - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, above = above, line
    return above[-1]
