"""What people define: versioned documents. Saving makes a revision; nothing is overwritten unseen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from kpi.errors import DefinitionError
from kpi.workspace.home import Home
from kpi.workspace.records import documents


@dataclass(frozen=True)
class Document:
    """One revision of something a user defined."""

    kind: str
    name: str
    revision: int
    body: Mapping[str, Any]
    author: str
    reason: str
    saved_at: datetime


def read_documents(home: Home, workspace: str, kind: str) -> dict[str, Document]:
    """The newest revision of every document of a kind, by name."""
    newest = (
        select(documents.c.name, func.max(documents.c.revision).label("revision"))
        .where(documents.c.workspace_id == workspace, documents.c.kind == kind)
        .group_by(documents.c.name)
        .subquery()
    )
    chosen = (
        select(documents)
        .join(newest, (documents.c.name == newest.c.name) & (documents.c.revision == newest.c.revision))
        .where(documents.c.workspace_id == workspace, documents.c.kind == kind)
        .order_by(documents.c.name)
    )
    with home.database.connect() as connection:
        rows = connection.execute(chosen).all()
    return {row.name: _document(row) for row in rows}


def read_revisions(home: Home, workspace: str, kind: str, name: str, most: int = 50) -> list[Document]:
    """The latest revisions of one document, newest first."""
    chosen = (
        select(documents)
        .where(documents.c.workspace_id == workspace, documents.c.kind == kind, documents.c.name == name)
        .order_by(documents.c.revision.desc())
        .limit(most)
    )
    with home.database.connect() as connection:
        return [_document(row) for row in connection.execute(chosen)]


def drop_revisions(home: Home, workspace: str, kind: str, name: str, *, before: int) -> None:
    """Forget the revisions of one document before this one; for records of what happened, of which the last will do."""
    with home.database.begin() as connection:
        connection.execute(
            delete(documents).where(
                documents.c.workspace_id == workspace,
                documents.c.kind == kind,
                documents.c.name == name,
                documents.c.revision < before,
            )
        )


def save_document(
    home: Home,
    workspace: str,
    kind: str,
    name: str,
    body: Mapping[str, Any],
    *,
    after: int,
    author: str = "local",
    reason: str = "",
) -> int:
    """Save a new revision on top of revision `after` (0 for a new document).

    `DefinitionError` when somebody else has saved in between.
    """
    try:
        with home.database.begin() as connection:
            connection.execute(
                insert(documents).values(
                    workspace_id=workspace,
                    kind=kind,
                    name=name,
                    revision=after + 1,
                    body=json.dumps(body, ensure_ascii=False, sort_keys=True),
                    author=author,
                    reason=reason,
                    saved_at=datetime.now(UTC),
                )
            )
    except IntegrityError:
        raise DefinitionError(
            "saved_meanwhile",
            f"{name!r} has been saved by somebody else since you opened it.",
            remedy="Open it again and repeat your change.",
            found=name,
        ) from None
    return after + 1


def _document(row: Row[Any]) -> Document:
    saved_at = row.saved_at.replace(tzinfo=row.saved_at.tzinfo or UTC)  # SQLite keeps no zone
    return Document(row.kind, row.name, row.revision, json.loads(row.body), row.author, row.reason, saved_at)
