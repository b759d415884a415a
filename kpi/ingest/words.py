"""Which of a category's values does each word of a column mean? Known words first, then near ones; the rest is other.

A near word is a known one with something around it (`04 - Closed Won (100%)`, `赢单阶段`) or misspelt (`Clsoed Lost`).
A word that denies what it resembles is not near it: `not accepted`, `未成交`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from kpi.model import Entity, Field, entities

TRIMMED, PHRASE = 0.97, 0.85  # how sure a word is that holds a known one
SPELT = 0.84  # likeness from which a word is a known one misspelt
SHORTEST_SPELT = 5  # letters below which a likeness is an accident
SHORTEST_PHRASE = {True: 4, False: 2}  # letters of a known word that is sought within others, by whether it is Latin
KEPT = ""  # the choice to store a word as it stands

BLANKS = str.maketrans("", "", " _-")
_AROUND = re.compile(
    r"^\W*(?:(?:stage|step|phase|阶段|第)\s*)?[\d.]*\s*[^\w]*"
    r"|[\s:：\-–—]*[(（\[【]?\s*\d+(?:\.\d+)?\s*[%％]\s*[)）\]】]?\s*$",
    re.I,
)
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_TAIL = re.compile(r"(阶段|状态|环节|stage|status|phase)$", re.I)
_DENIES = re.compile(
    r"\b(not|no|non|never|without|un\w{3,}|dis\w{3,}|in(valid|active|complete)\w*"
    r"|part\w*|half|request\w*|pending|await\w*|waiting|to be)\b|[未不无非没待]|部分|申请|等候|预计",
    re.I,
)
_LATIN_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class WordMatch:
    """What a word becomes. `how` is chosen, exact, near, other (the category's own word for the rest) or kept."""

    word: str
    canonical: str | None  # None: stored as it stands
    how: str
    score: float = 0.0
    known: str = ""  # the word that a near one resembles


def decided_field(entity: Entity, field_id: str, fed: Iterable[str]) -> Field | None:
    """The category that a column's words decide: the field it feeds, or one that is derived from it and fed by none."""
    own = entity.field(field_id)
    if own is not None and own.values:
        return own
    taken = set(fed)
    return next((item for item in entity.fields if item.derived_from == field_id and item.id not in taken), None)


def match_words(
    entity_id: str, field: Field, seen: Sequence[str], chosen: Mapping[str, str] | None = None
) -> tuple[WordMatch, ...]:
    """What each word becomes, in the order seen; words that were chosen but not seen come last."""
    choices = dict(chosen or {})
    found = []
    for word in dict.fromkeys((*seen, *choices)):
        if word in choices:
            found.append(WordMatch(word, choices[word] or None, "chosen", 1.0))
        elif match := find_word(entity_id, field.id, word):
            found.append(match)
        elif field.otherwise is not None:
            found.append(WordMatch(word, field.otherwise, "other"))
        else:
            found.append(WordMatch(word, None, "kept"))
    return tuple(found)


@lru_cache(maxsize=8192)
def find_word(entity_id: str, field_id: str, word: str) -> WordMatch | None:
    """The value that a word means by itself; None where it resembles none."""
    known = _vocabulary(entity_id, field_id)
    if canonical := known.get(flat(word)):
        return WordMatch(word, canonical, "exact", 1.0)
    for form in dict.fromkeys(_forms(word)):
        if canonical := known.get(flat(form)):
            return WordMatch(word, canonical, "near", TRIMMED, form)
    bare = flat(word)
    return _phrase(word, known) or (_spelling(word, bare, known) if len(bare) >= SHORTEST_SPELT else None)


def flat(word: str) -> str:
    """A word as categories are compared: without case, blanks, underscores and hyphens."""
    return word.strip().lower().translate(BLANKS)


@lru_cache(maxsize=256)
def _vocabulary(entity_id: str, field_id: str) -> dict[str, str]:
    """Every known word of a category, flat, with its value."""
    field = entities()[entity_id].field(field_id)
    values = field.values if field is not None else {}
    return {flat(word): canonical for canonical, words in values.items() for word in (canonical, *words)}


@lru_cache(maxsize=1)
def _speakers() -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Every known word, flat, with the categories it belongs to, as (entity, field, value)."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for entity in entities().values():
        for field in entity.fields:
            for word, canonical in _vocabulary(entity.id, field.id).items():
                found.setdefault(word, []).append((entity.id, field.id, canonical))
    return {word: tuple(places) for word, places in found.items()}


@lru_cache(maxsize=1024)
def categories_of(words: tuple[str, ...]) -> Mapping[tuple[str, str], tuple[int, int]]:
    """For every category that knows some of these words: how many it knows, and how many values they mean."""
    met: dict[tuple[str, str], list[str]] = {}
    for word in words:
        for entity, field, canonical in _speakers().get(flat(word), ()):
            met.setdefault((entity, field), []).append(canonical)
    return {place: (len(values), len(set(values))) for place, values in met.items()}


def _forms(word: str) -> Iterable[str]:
    """The word without what lists and CRM systems put around it: numbers, per cents, brackets, the word `stage`."""
    bare = _AROUND.sub("", word).strip()
    yield bare
    yield _TAIL.sub("", bare).strip()
    unbracketed = _AROUND.sub("", _BRACKETS.sub("", word)).strip()
    yield unbracketed
    yield _TAIL.sub("", unbracketed).strip()


def _phrase(word: str, known: Mapping[str, str]) -> WordMatch | None:
    """The longest known word that stands in this one as whole words; none where another one means something else."""
    text = " ".join(word.lower().replace("_", " ").replace("-", " ").split())
    if _DENIES.search(text):
        return None
    parts = _LATIN_WORD.findall(text)
    runs = {"".join(parts[at:end]) for at in range(len(parts)) for end in range(at + 1, len(parts) + 1)}
    solid, whole = text.replace(" ", ""), len(flat(word))
    held = [
        key
        for key in known
        if len(key) < whole and (key in runs if key.isascii() else len(key) >= SHORTEST_PHRASE[False] and key in solid)
    ]
    longest = max(held, key=len, default="")
    if len(longest) < SHORTEST_PHRASE[longest.isascii()]:
        return None
    if any(known[key] != known[longest] and key not in longest for key in held):
        return None
    return WordMatch(word, known[longest], "near", PHRASE, longest)


def _spelling(word: str, bare: str, known: Mapping[str, str]) -> WordMatch | None:
    """The known word that this one is misspelt from."""
    denied = bool(_DENIES.search(word))
    best: tuple[float, str] = (0.0, "")
    matcher = SequenceMatcher(autojunk=False, b=bare)
    for key in known:
        if abs(len(key) - len(bare)) > 2 or len(key) < SHORTEST_SPELT or bool(_DENIES.search(key)) != denied:
            continue
        if key[0] != bare[0] and key[-1] != bare[-1]:
            continue
        matcher.set_seq1(key)
        if matcher.real_quick_ratio() > best[0] and (ratio := matcher.ratio()) > best[0]:
            best = (ratio, key)
    score, key = best
    return WordMatch(word, known[key], "near", round(score, 2), key) if score >= SPELT else None
