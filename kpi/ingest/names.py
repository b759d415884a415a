"""Which field does a column's name mean? Exact names and synonyms in both languages first, then near ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from kpi.model import entities

EXACT, SYNONYM, NEAR = 1.0, 0.96, 0.75
NEAR_ENOUGH = 0.88
SHORTEST_NEAR = 6  # letters below which a near name is more likely another word

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_UNIT_WORDS = re.compile(r"[ _](usd|eur|cny|rmb|gbp|secs?|seconds?)$", re.I)


@dataclass(frozen=True)
class NameMatch:
    """A field that a name may mean, and how surely (0-1)."""

    entity: str
    field: str
    strength: float


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
    found: dict[str, dict[tuple[str, str], float]] = {}
    for entity in entities().values():
        for field in entity.fields:
            ranked = [(name, EXACT) for name in (field.id, field.names.en, field.names.zh)]
            ranked += [(name, SYNONYM - at / 1000) for at, name in enumerate(field.synonyms)]
            for name, strength in ranked:
                by_field = found.setdefault(plain(name), {})
                key = (entity.id, field.id)
                by_field[key] = max(strength, by_field.get(key, 0.0))
    return {
        name: tuple(NameMatch(entity, field, strength) for (entity, field), strength in by_field.items())
        for name, by_field in found.items()
    }


@lru_cache(maxsize=4096)
def find_fields(name: str) -> tuple[NameMatch, ...]:
    """The fields of all entities that a header name may mean; empty when it resembles none."""
    index = _index()
    bare = _BRACKETS.sub("", name)
    for form, loss in ((name, 0.0), (bare, 0.02), (_UNIT_WORDS.sub("", bare.strip()), 0.04)):
        if matches := index.get(plain(form)):
            return tuple(NameMatch(match.entity, match.field, match.strength - loss) for match in matches)
    key = plain(bare)
    if len(key) < SHORTEST_NEAR or not key.isascii():
        return ()
    near = get_close_matches(key, [known for known in index if abs(len(known) - len(key)) <= 3], 1, NEAR_ENOUGH)
    return (
        tuple(NameMatch(match.entity, match.field, match.strength * NEAR) for match in index[near[0]]) if near else ()
    )


@lru_cache(maxsize=4096)
def commonness(name: str) -> int:
    """In how many entities this name means something: the more, the less it tells."""
    return len({match.entity for match in find_fields(name)})
