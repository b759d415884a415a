"""How does a header differ from one that is remembered? Columns added, gone and renamed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from kpi.ingest.names import find_fields, plain
from kpi.ingest.sniffed import Frozen

SAME_WORD = 0.99  # `Close date` and `close_date`
ALIKE = 0.75  # likeness of two names from which one is the other, respelt
SIMILAR = 0.6  # share of columns that two headers of one report have in common
LEAST_SHARED = 3  # columns: two reports may well have an id and a name in common


class Renamed(Frozen):
    """A column that has another name than it had."""

    before: str
    after: str
    score: float


class HeaderChanges(Frozen):
    """What is different from the header of the file before; `same` columns are not."""

    same: int
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    moved: bool = False

    @property
    def is_none(self) -> bool:
        """Whether every column has the name it had. Their order means nothing: columns are known by their names."""
        return not (self.added or self.gone or self.renamed)

    @property
    def likeness(self) -> float:
        """Which share of the columns, before and after, stayed? 0-1."""
        kept = self.same + len(self.renamed)
        return kept / max(1, kept + max(len(self.added), len(self.gone)))


def compare(known: Mapping[str, Mapping[str, Any]], names: Sequence[str], entity: str | None) -> HeaderChanges:
    """The changes from remembered columns (by name, with the field each fed) to the names of a file."""
    before, after = list(known), list(names)
    kept = [name for name in before if name in set(after)]
    gone = [name for name in before if name not in set(after)]
    added = [name for name in after if name not in known]
    renamed = _pair(known, gone, added, entity)
    old, new = {pair.before for pair in renamed}, {pair.after for pair in renamed}
    return HeaderChanges(
        same=len(kept),
        added=tuple(name for name in added if name not in new),
        gone=tuple(name for name in gone if name not in old),
        renamed=renamed,
        moved=kept != [name for name in after if name in known],
    )


def is_similar(changes: HeaderChanges) -> bool:
    """Whether a file with these changes is the same report as before."""
    kept = changes.same + len(changes.renamed)
    return changes.likeness >= SIMILAR and (kept >= LEAST_SHARED or not (changes.added or changes.gone))


def _pair(
    known: Mapping[str, Mapping[str, Any]], gone: Sequence[str], added: Sequence[str], entity: str | None
) -> tuple[Renamed, ...]:
    """Which new name each lost one has, the likeliest pairs first."""
    likely = [
        (score, before, after)
        for before in gone
        for after in added
        if (score := _likeness(before, after, known[before].get("field"), entity)) > 0
    ]
    pairs: list[Renamed] = []
    for score, before, after in sorted(likely, key=lambda item: -item[0]):
        if all(before != pair.before and after != pair.after for pair in pairs):
            pairs.append(Renamed(before=before, after=after, score=round(score, 2)))
    return tuple(pairs)


def _likeness(before: str, after: str, field: str | None, entity: str | None) -> float:
    """How surely two names are one column's: the same letters, the same meaning, or nearly the same letters."""
    old, new = plain(before), plain(after)
    if old == new:
        return SAME_WORD if old else 0.0
    means = [match for match in find_fields(after) if match.entity == entity] if entity else []
    same = max((match.strength for match in means if match.field == field), default=0.0)
    if same:
        return 0.9 * same
    if means and field is not None:
        return 0.0  # it means something else
    ratio = SequenceMatcher(None, old, new, autojunk=False).ratio()
    return 0.9 * ratio if ratio >= ALIKE else 0.0
