"""What is a source? A place that files come from again, and how their rows meet those that are there.

Sources are documents of the workspace. Credentials are not: a source holds the *name* of a secret, whose value stands
in the environment or in secrets.toml and is read when the source is fetched.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Self

from pydantic import ValidationError, model_validator

from kpi.errors import DefinitionError, QueryError, near_names
from kpi.ingest.sniffed import Frozen, ReadingChoice
from kpi.model import entity
from kpi.refresh.address import read_address, refuse_secrets
from kpi.refresh.timetable import read_timetable
from kpi.workspace import Home, Mode, read_documents, save_document

DOCUMENT = "source"
REMOVED: dict[str, Any] = {"removed": True}
MODES = (Mode.APPEND, Mode.REPLACE, Mode.UPSERT)

_NAME = re.compile(r"\w[\w-]{0,59}")
_SECRET = re.compile(r"[a-z][a-z0-9_]{0,59}")


class Kind(StrEnum):
    """Where a source's files come from."""

    FOLDER = "folder"  # every file of a folder whose name fits a pattern
    FILE = "file"
    URL = "url"
    DATABASE = "database"  # the rows of a query


class Source(Frozen):
    """One remembered source.

    `place` is a folder, a file, an address, or an SQLite file; instead of an address or a database URL, `secret` names
    the secret that holds it. `entity` (or `table`, for rows of no entity) is what the rows are when a header is met for
    the first time; after that, what a person has confirmed counts.
    """

    name: str
    kind: Kind
    place: str | None = None
    secret: str | None = None
    authorization: str | None = None  # name of the secret that is sent as the Authorization header
    pattern: str = "*"
    query: str | None = None
    entity: str | None = None
    table: str | None = None
    mode: Mode
    key: tuple[str, ...] = ()
    choice: ReadingChoice = ReadingChoice()
    schedule: str | None = None
    enabled: bool = True

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        _check(self)
        return self

    @property
    def shown(self) -> str:
        """Where it comes from, for people; never what a secret holds."""
        place = self.place if self.secret is None else f"secret {self.secret}"
        return f"{place}/{self.pattern}" if self.kind is Kind.FOLDER else str(place)


def make_source(**given: Any) -> Source:
    """A source from what was typed; `DefinitionError` where the parts do not fit together."""
    try:
        return Source(**given)
    except ValidationError as error:
        part = ".".join(str(item) for item in error.errors()[0]["loc"])
        raise DefinitionError(
            "bad_source", f"This cannot be a source's {part}.", remedy="Look at docs/sources.md.", found=part
        ) from None


def read_sources(home: Home, workspace: str) -> dict[str, Source]:
    """Every source of a workspace, by name."""
    documents = read_documents(home, workspace, DOCUMENT)
    return {name: Source(**item.body) for name, item in documents.items() if item.body != REMOVED}


def get_source(home: Home, workspace: str, name: str) -> Source:
    """The source of this name; `QueryError` with near names where there is none."""
    known = read_sources(home, workspace)
    if name not in known:
        raise QueryError(
            "unknown_source",
            f"There is no source {name!r} here.",
            remedy="`python -m kpi source list` shows all.",
            found=name,
            near=near_names(name, list(known)),
        )
    return known[name]


def save_source(home: Home, workspace: str, source: Source, *, author: str = "local", new: bool = False) -> None:
    """Remember a source, as a new revision; with `new`, `DefinitionError` where there is one of this name."""
    known = read_documents(home, workspace, DOCUMENT).get(source.name)
    if new and known is not None and known.body != REMOVED:
        raise DefinitionError(
            "source_exists",
            f"There is already a source {source.name!r}.",
            remedy="Choose another name, or remove that one first.",
            found=source.name,
        )
    body = source.model_dump(mode="json", exclude_defaults=True)
    after = known.revision if known else 0
    save_document(home, workspace, DOCUMENT, source.name, body, after=after, author=author)


def remove_source(home: Home, workspace: str, name: str, *, author: str = "local") -> None:
    """Forget a source; what it has brought stays."""
    get_source(home, workspace, name)
    after = read_documents(home, workspace, DOCUMENT)[name].revision
    save_document(home, workspace, DOCUMENT, name, REMOVED, after=after, author=author)


def _check(source: Source) -> None:
    if not _NAME.fullmatch(source.name):
        raise _bad("name", source.name)
    for name in (source.secret, source.authorization):
        if name is not None and not _SECRET.fullmatch(name):
            raise DefinitionError(
                "bad_secret_name",
                "This cannot be the name of a secret.",
                remedy="Give the name, not the secret itself: small letters, digits and _.",
            )
    if source.mode not in MODES:
        raise _bad("mode", source.mode)
    _check_place(source)
    if source.key and source.mode is Mode.APPEND:
        raise _bad("key", ", ".join(source.key))
    if source.entity is not None:
        entity(source.entity)
    if source.schedule is not None:
        read_timetable(source.schedule)


def _check_place(source: Source) -> None:
    may_be_secret = source.kind in (Kind.URL, Kind.DATABASE)
    given = (source.place is not None) + (source.secret is not None)
    if given != 1 or (source.secret is not None and not may_be_secret):
        raise DefinitionError(
            "source_place",
            "A source comes from one place: a folder, a file, an address, or the name of a secret that holds one.",
            remedy="Give one of them; secrets are for addresses and databases.",
        )
    if source.kind is Kind.URL and source.place is not None:
        refuse_secrets(source.place)
        read_address(source.place, http=True)
    if source.kind is Kind.DATABASE and source.place is not None and "://" in source.place:
        raise DefinitionError(
            "database_place",
            "A database's URL holds its password, which must not be stored with the source.",
            remedy="Put the URL into a secret (WAYMARK_SOURCE_<NAME>) and give the secret's name instead.",
        )
    if (source.query is None) is (source.kind is Kind.DATABASE):
        raise _bad("query", source.query or "")
    if source.authorization is not None and source.kind is not Kind.URL:
        raise _bad("authorization", source.authorization)


def _bad(part: str, found: str) -> DefinitionError:
    return DefinitionError(
        "bad_source", f"This cannot be a source's {part}.", remedy="Look at docs/sources.md.", found=f"{part}: {found}"
    )
