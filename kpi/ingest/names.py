"""Which field does a column's name mean? Exact names and synonyms in both languages first, then near ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache

from kpi.model import entities

EXACT, SYNONYM, NEAR = 1.0, 0.96, 0.75
NAMED = 0.9  # strength from which a column has the field's own name or a synonym of it
PREFIXED = 0.14  # what a name loses that is one only after the word for its kind of row is taken away
NEAR_ENOUGH = 0.88
SHORTEST_NEAR = 6  # letters below which a near name is more likely another word

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_UNIT_WORDS = re.compile(r"[ _](usd|eur|cny|rmb|gbp|secs?|seconds?)$", re.I)
_FOREIGN = re.compile(r"^(property_)?hs_|^property_|__c$", re.I)  # as CRM systems mark their users' own fields


@dataclass(frozen=True)
class NameMatch:
    """A field that a name may mean, and how surely (0-1). `how`: name, synonym, near_name; `known`: what it met."""

    entity: str
    field: str
    strength: float
    how: str = "name"
    known: str = ""


def plain(name: str) -> str:
    """A name without case, blanks, underscores and signs; full-width letters as usual ones.

    >>> plain(" Order_ID ") == plain("orderID") == plain("ＯｒｄｅｒID")
    True
    """
    flat = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in flat if letter.isalnum())


def slug(name: str, taken: Collection[str] = ()) -> str:
    """A column or table name made from any text: small letters and digits of any script, unique among `taken`.

    >>> slug("Order Date (UTC)"), slug("收货地址 "), slug("unitPrice"), slug("2024 sales", {"c_2024_sales"})
    ('order_date_utc', '收货地址', 'unit_price', 'c_2024_sales_2')
    """
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", name).strip())
    made = "_".join(re.findall(r"[^\W_]+", spaced.lower()))[:60] or "column"
    made = f"c_{made}" if made[0].isdigit() else made
    unique, number = made, 1
    while unique in taken:
        number += 1
        unique = f"{made}_{number}"
    return unique


@lru_cache(maxsize=1)
def _index() -> dict[str, tuple[NameMatch, ...]]:
    """Every known name, in its plain form, with the fields it may mean."""
    found: dict[str, dict[tuple[str, str], NameMatch]] = {}
    for entity in entities().values():
        for field in entity.fields:
            ranked = [(name, EXACT, "name") for name in (field.id, field.names.en, field.names.zh)]
            ranked += [(name, SYNONYM - at / 1000, "synonym") for at, name in enumerate(field.synonyms)]
            for name, strength, how in ranked:
                by_field = found.setdefault(plain(name), {})
                key = (entity.id, field.id)
                if key not in by_field or strength > by_field[key].strength:
                    by_field[key] = NameMatch(*key, strength, how, name)
    return {name: tuple(by_field.values()) for name, by_field in found.items()}


@lru_cache(maxsize=1)
def _lengths() -> dict[int, tuple[str, ...]]:
    """The known names in Latin letters, by length: near ones are sought among those about as long."""
    found: dict[int, list[str]] = {}
    for name in _index():
        if name.isascii():
            found.setdefault(len(name), []).append(name)
    return {length: tuple(names) for length, names in found.items()}


@lru_cache(maxsize=1)
def _kinds() -> tuple[tuple[str, str], ...]:
    """The words for each kind of row (`deal`, `商机`) with its entity, longest first."""
    words = {
        (plain(word), entity.id)
        for entity in entities().values()
        for word in (entity.id, entity.names.en, entity.names.zh, *entity.synonyms)
    }
    return tuple(sorted(words, key=lambda item: (-len(item[0]), item)))


@lru_cache(maxsize=4096)
def find_fields(name: str) -> tuple[NameMatch, ...]:
    """The fields of all entities that a header name may mean; empty when it resembles none."""
    index = _index()
    bare = _BRACKETS.sub("", name)
    forms = ((name, 0.0), (bare, 0.02), (_UNIT_WORDS.sub("", bare.strip()), 0.04), (_FOREIGN.sub("", bare), 0.04))
    for form, loss in forms:
        if matches := index.get(plain(form)):
            return tuple(replace(match, strength=match.strength - loss) for match in matches)
    key = plain(bare)
    if prefixed := tuple(_without_kind(key)):
        return prefixed
    if len(key) < SHORTEST_NEAR or not key.isascii():
        return ()
    lengths = _lengths()
    known = [word for length in range(len(key) - 3, len(key) + 4) for word in lengths.get(length, ())]
    near = get_close_matches(key, known, 1, NEAR_ENOUGH)
    return (
        tuple(replace(match, strength=match.strength * NEAR, how="near_name") for match in index[near[0]])
        if near
        else ()
    )


def _without_kind(key: str) -> Iterator[NameMatch]:
    """What `dealamount` means among the fields of deals: `amount`."""
    index = _index()
    met: set[tuple[str, str]] = set()
    for word, entity in _kinds():
        if not key.startswith(word) or len(key) < len(word) + 2 or (key.isascii() and len(word) < 4):
            continue
        for match in index.get(key[len(word) :], ()):
            if match.entity == entity and (entity, match.field) not in met:
                met.add((entity, match.field))
                yield replace(match, strength=match.strength - PREFIXED, how="near_name")


@lru_cache(maxsize=4096)
def commonness(name: str) -> int:
    """In how many entities this name means something: the more, the less it tells."""
    return len({match.entity for match in find_fields(name)})
