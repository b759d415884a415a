"""Which issues have been accepted, by whom and why? Kept as documents, so that taking one back is a revision too."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from kpi.errors import QueryError
from kpi.workspace import Home, read_documents, save_document

KIND = "accepted_issue"


@dataclass(frozen=True)
class IssueKey:
    """What is accepted: the issues of one reason in one column of a table; one row of one file, where these are given.

    `reason` is a reason of the issues table (`not_a_date`), or what an absence leaves open (`undated`).
    """

    table: str
    column: str | None
    reason: str
    file: str | None = None
    sheet: str | None = None
    row: int | None = None

    @property
    def name(self) -> str:
        """The document's name."""
        text = "\x1f".join("" if value is None else str(value) for value in asdict(self).values())
        return f"{self.table[:60]}.{self.reason[:24]}.{hashlib.sha256(text.encode()).hexdigest()[:24]}"


@dataclass(frozen=True)
class AcceptedIssue:
    """That somebody has looked at an issue and lives with it. `rows` is how many there were at that time."""

    key: IssueKey
    author: str
    reason: str
    at: datetime
    rows: int | None = None


def accept(
    home: Home, workspace: str, key: IssueKey, *, author: str, reason: str, rows: int | None = None
) -> AcceptedIssue:
    """Record that an issue is accepted, with why."""
    if not reason.strip():
        raise QueryError(
            "reason_missing",
            "An issue is accepted for a reason.",
            remedy="Say in a few words why the rows may stay as they are.",
        )
    _save(home, workspace, key, {"state": "accepted", "rows": rows}, author, reason.strip())
    return accepted(home, workspace)[key]


def take_back(home: Home, workspace: str, key: IssueKey, *, author: str, reason: str = "") -> None:
    """Record that an issue is no longer accepted."""
    if key not in accepted(home, workspace):
        raise QueryError("not_accepted", "This issue has not been accepted.", found=key.column or key.reason)
    _save(home, workspace, key, {"state": "open", "rows": None}, author, reason)


def accepted(home: Home, workspace: str) -> dict[IssueKey, AcceptedIssue]:
    """Every issue that is accepted now."""
    found = {}
    for document in read_documents(home, workspace, KIND).values():
        if document.body["state"] == "accepted":
            key = IssueKey(**document.body["issue"])
            rows = document.body.get("rows")
            found[key] = AcceptedIssue(key, document.author, document.reason, document.saved_at, rows)
    return found


def _save(home: Home, workspace: str, key: IssueKey, body: Mapping[str, Any], author: str, reason: str) -> None:
    known = read_documents(home, workspace, KIND).get(key.name)
    save_document(
        home,
        workspace,
        KIND,
        key.name,
        {"issue": asdict(key), **body},
        after=known.revision if known else 0,
        author=author,
        reason=reason,
    )
