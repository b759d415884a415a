"""What must not be seen of a secret, and how is it taken out of a sentence?

Errors here are written without addresses and passwords in the first place. What drivers and servers say is not ours,
so every error passes through this before it is shown, logged or recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from kpi.errors import KpiError, Where

HIDDEN = "•••"
SHORTEST = 3  # letters; what is shorter hides nothing, and would black out half of every sentence
SHORTEST_PART = 8  # letters of a path's part that may be a token


def words_of(secret: str) -> tuple[str, ...]:
    """Everything in a secret that must not be seen: all of it, and its parts where it is an address. Longest first.

    >>> words_of("postgresql://ann:s3cret@db/sales")[-2:]
    ('s3cret', 'ann')
    """
    found = {secret, secret.partition(" ")[2].strip()}  # "Bearer abc" holds abc
    try:
        parts = urlsplit(secret)
        named = [parts.username or "", parts.password or "", *(value for _, value in parse_qsl(parts.query))]
        found |= {*named, parts.netloc.rpartition("@")[0], parts.query}
        found |= {part for part in parts.path.split("/") if len(part) >= SHORTEST_PART}
    except ValueError:
        found.add(secret.rpartition("@")[0])
    written = {form for word in found for form in (word, unquote(word), quote(word, safe=""))}
    return tuple(sorted((word for word in written if len(word) >= SHORTEST), key=lambda word: (-len(word), word)))


def redacted(text: str, words: Iterable[str]) -> str:
    """The text with every secret word blacked out.

    >>> redacted("no user ann with s3cret", ("s3cret", "ann"))
    'no user ••• with •••'
    """
    for word in words:
        text = text.replace(word, HIDDEN)
    return text


def redacted_error(error: KpiError, words: Iterable[str]) -> KpiError:
    """The same error, as it may be shown, logged and recorded."""
    hidden = tuple(words)
    if not hidden:
        return error

    def clean(value: Any) -> Any:
        return redacted(value, hidden) if isinstance(value, str) else value

    where = error.where
    return type(error)(
        error.code,
        clean(error.message),
        remedy=clean(error.remedy),
        where=Where(clean(where.file), clean(where.sheet), where.row, clean(where.column)),
        found=clean(error.found),
        near=[clean(name) for name in error.near],
        **{name: clean(value) for name, value in error.params.items()},
    )
