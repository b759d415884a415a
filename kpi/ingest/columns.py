"""Which fields may each column of a table feed, how surely, and why?

A name decides first; values must fit the field's type. Words of a category and values of a pattern add to a name or
take from it, and stand in for one where the header says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kpi.ingest.evidence import LIKELY, fits, fits_name
from kpi.ingest.names import NAMED, NameMatch, find_fields, plain
from kpi.ingest.reasons import Reason, because
from kpi.ingest.sniffed import Sniffed, SniffedColumn
from kpi.ingest.words import categories_of
from kpi.model import Field, FieldType, entities

VALUES = 0.6  # strength of values that speak without a name
BY_BASE = 0.02  # what a derived category loses against the field it is derived from
TELLING = 0.02  # what words or a pattern add to a name
FOREIGN = 0.1  # what a name loses whose words or pattern are another's
MOST_KNOWN, FEW_KNOWN = 0.8, 0.34  # share of values that make it telling, or foreign
FEWEST = 5  # values from which it means something that all are different
CALLED_ID, EMPTY = 0.03, 0.2


@dataclass(frozen=True)
class Candidate:
    """A column that may feed a field of an entity; `strength` is 0-1."""

    entity: str
    field: str
    at: int
    strength: float
    reasons: tuple[Reason, ...]


Fed = dict[str, Candidate]  # by field


def feeds(sniffed: Sniffed) -> dict[str, Fed]:
    """For every entity, the best column for each of its fields that some column may feed; a column feeds one field."""
    found: dict[str, list[Candidate]] = {}
    for at, column in enumerate(sniffed.columns):
        for candidate in _candidates(sniffed, at, column):
            found.setdefault(candidate.entity, []).append(candidate)
    return {entity: _best(candidates) for entity, candidates in found.items()}


def _best(candidates: list[Candidate]) -> Fed:
    best: Fed = {}
    used: set[int] = set()
    for candidate in sorted(candidates, key=lambda item: (-item.strength, item.at)):
        if candidate.field not in best and candidate.at not in used:
            best[candidate.field] = candidate
            used.add(candidate.at)
    return best


def _candidates(sniffed: Sniffed, at: int, column: SniffedColumn) -> Iterator[Candidate]:
    matches = find_fields(column.name) if column.name else ()
    for match in matches:
        field = _field(match.entity, match.field)
        share = fits(field.type, column.evidence)
        if share >= LIKELY or (match.strength > NAMED and fits_name(field.type, column.evidence)):
            yield _by_name(match, field, share, sniffed, at)
    if not matches and column.evidence.filled:
        yield from _by_words(column, at)
        yield from _by_pattern(sniffed, at)


def _by_name(match: NameMatch, field: Field, share: float, sniffed: Sniffed, at: int) -> Candidate:
    """A little is added where an id field meets a column that is called an id, and taken from an empty column."""
    column = sniffed.columns[at]
    is_id = field.type is FieldType.ID and plain(column.name).endswith(("id", "编号", "单号", "no", "code"))
    strength = match.strength * share + CALLED_ID * is_id - (0 if column.evidence.filled else EMPTY)
    reasons = [because("name") if match.how == "name" else because(match.how, name=match.known)]
    if not column.evidence.filled:
        return Candidate(match.entity, match.field, at, strength, (*reasons, because("empty")))
    decides = _decided(match.entity, match.field)
    if decides and column.words:
        known, _ = categories_of(column.words).get((match.entity, decides), (0, 0))
        doubt = decides == field.id and field.otherwise is None
        strength += _told(known / len(column.words), doubt=doubt)
        if known:
            reasons.append(because("words", known=known, of=len(column.words)))
    elif field.pattern is not None:
        matching = _matching(field.pattern, values_of(sniffed, at))
        strength += _told(matching, doubt=True)
        reasons.append(because("pattern", share=round(matching, 3)))
    elif field.type not in (FieldType.ID, FieldType.TEXT, FieldType.CATEGORY):
        reasons.append(because("fits", share=round(share, 3)))
    elif field.type is FieldType.ID and column.evidence.filled >= FEWEST and not column.evidence.repeated:
        reasons.append(because("different"))
    return Candidate(match.entity, match.field, at, strength, tuple(reasons))


@lru_cache(maxsize=1024)
def _decided(entity_id: str, field_id: str) -> str | None:
    """The category that the words of a field decide: its own, or one derived from it."""
    if _field(entity_id, field_id).values:
        return field_id
    return next((item.id for item in entities()[entity_id].fields if item.derived_from == field_id), None)


def _told(share: float, *, doubt: bool) -> float:
    if share >= MOST_KNOWN:
        return TELLING
    return -FOREIGN if doubt and share < FEW_KNOWN else 0.0


def _by_words(column: SniffedColumn, at: int) -> Iterator[Candidate]:
    """The categories whose words a column holds, two different values of them at least; yes and no say too little."""
    if len(column.words) < 2 or column.evidence.boolean >= column.evidence.filled:
        return
    for (entity, field_id), (known, values) in categories_of(column.words).items():
        share = known / len(column.words)
        if values < 2 or share < MOST_KNOWN:
            continue
        reasons = (because("words", known=known, of=len(column.words)),)
        base = _field(entity, field_id).derived_from
        if base is not None:
            yield Candidate(entity, base, at, VALUES * share, reasons)
        yield Candidate(entity, field_id, at, VALUES * share - BY_BASE * (base is not None), reasons)


def _by_pattern(sniffed: Sniffed, at: int) -> Iterator[Candidate]:
    """The fields whose pattern a column's values have."""
    values = values_of(sniffed, at)
    if not values:
        return
    for pattern, places in _patterns().items():
        share = _matching(pattern, values)
        if share < LIKELY:
            continue
        for entity, field_id in places:
            yield Candidate(entity, field_id, at, VALUES * share, (because("pattern", share=round(share, 3)),))


def values_of(sniffed: Sniffed, at: int) -> tuple[str, ...]:
    """Different values of a column: all where they are few, else those of the first rows."""
    few = sniffed.columns[at].words
    return few or tuple(dict.fromkeys(cell for row in sniffed.first_rows if (cell := row[at].strip())))


@lru_cache(maxsize=1)
def _patterns() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for entity in entities().values():
        for field in entity.fields:
            if field.pattern is not None:
                found.setdefault(field.pattern, []).append((entity.id, field.id))
    return found


def _matching(pattern: str, values: tuple[str, ...]) -> float:
    """Which share of the values is, as a whole, of this pattern?"""
    made = _compiled(pattern)
    return sum(made.fullmatch(value) is not None for value in values) / len(values) if values else 0.0


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


@lru_cache(maxsize=4096)
def _field(entity_id: str, field_id: str) -> Field:
    found = entities()[entity_id].field(field_id)
    if found is None:
        raise KeyError(field_id)
    return found
