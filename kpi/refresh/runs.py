"""What came of each time a source was refreshed? Kept as revisions of one document per source, the newest fifty.

A run is written down when it begins and again when it is over. One that never ended (the machine was switched off) is
there as interrupted, and counts as tried: a file that brings the process down is not fetched again at once, for ever.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from kpi import errors
from kpi.errors import KpiError, Where
from kpi.workspace import Home, drop_revisions, read_documents, read_revisions, save_document

DOCUMENT = "source_run"
KEPT = 100  # revisions, of which each run has two


class Outcome(StrEnum):
    """How a run ended."""

    RUNNING = "running"
    LOADED = "loaded"
    UNCHANGED = "unchanged"  # nothing new at the source
    WAITING = "waiting"  # a person has to decide something first
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Mistake:
    """An error as it is recorded: redacted, and enough to say it again in either language."""

    error: str
    code: str
    message: str
    remedy: str = ""
    where: dict[str, Any] = field(default_factory=dict)
    found: str | None = None
    near: tuple[str, ...] = ()
    params: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: KpiError) -> Mistake:
        """The record of an error."""
        where = {key: value for key, value in asdict(error.where).items() if value is not None}
        params = {name: str(value) for name, value in error.params.items()}
        return cls(
            type(error).__name__, error.code, error.message, error.remedy, where, error.found, error.near, params
        )

    def again(self) -> KpiError:
        """The error itself."""
        kind: type[KpiError] = getattr(errors, self.error, KpiError)
        return kind(
            self.code,
            self.message,
            remedy=self.remedy,
            where=Where(**self.where),
            found=self.found,
            near=self.near,
            **self.params,
        )


@dataclass(frozen=True)
class Run:
    """One refresh of one source. `by` is `person` or `schedule`."""

    source: str
    started_at: datetime
    by: str
    outcome: Outcome = Outcome.RUNNING
    ended_at: datetime | None = None
    load_id: int | None = None
    files: int = 0
    rows: int = 0
    issues: int = 0
    mistake: Mistake | None = None


def list_runs(home: Home, workspace: str, source: str, most: int = 50) -> list[Run]:
    """The runs of a source, newest first."""
    found: list[Run] = []
    for document in read_revisions(home, workspace, DOCUMENT, source, 2 * most):
        run = _from_body(source, dict(document.body))
        if found and found[-1].started_at == run.started_at:
            continue  # its beginning; its end has been seen
        if found and run.outcome is Outcome.RUNNING:
            run = replace(run, outcome=Outcome.INTERRUPTED)
        found.append(run)
    return found[:most]


def last_runs(home: Home, workspace: str) -> dict[str, Run]:
    """The newest run of every source that has one."""
    documents = read_documents(home, workspace, DOCUMENT)
    return {name: _from_body(name, dict(item.body)) for name, item in documents.items()}


def record(home: Home, workspace: str, run: Run) -> None:
    """Write a run down, as it stands."""
    known = read_revisions(home, workspace, DOCUMENT, run.source, 1)
    after = known[0].revision if known else 0
    save_document(home, workspace, DOCUMENT, run.source, _to_body(run), after=after, author=run.by)
    drop_revisions(home, workspace, DOCUMENT, run.source, before=after + 2 - KEPT)


def _to_body(run: Run) -> dict[str, Any]:
    body = {key: value for key, value in asdict(run).items() if value is not None and key != "source"}
    for name in ("started_at", "ended_at"):
        if name in body:
            body[name] = body[name].isoformat()
    return body


def _from_body(source: str, body: dict[str, Any]) -> Run:
    mistake = body.get("mistake")
    return Run(
        **{
            **body,
            "source": source,
            "outcome": Outcome(body["outcome"]),
            "started_at": datetime.fromisoformat(body["started_at"]),
            "ended_at": datetime.fromisoformat(body["ended_at"]) if "ended_at" in body else None,
            "mistake": Mistake(**{**mistake, "near": tuple(mistake["near"])}) if mistake else None,
        }
    )
