"""Which sources should be refreshed now? Worked out from what was recorded, so that a restart forgets nothing.

A time that passed while nothing ran is caught up on, once. What failed for reasons that may pass (the other side could
not be reached) is tried again a few times before its next turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kpi.refresh.runs import Outcome, Run, last_runs, list_runs
from kpi.refresh.source import DOCUMENT, Source, read_sources
from kpi.refresh.timetable import read_timetable
from kpi.workspace import Home, list_workspaces, read_documents

PASSING = frozenset(
    {"source_unreachable", "source_status", "source_too_slow", "source_cut_short", "host_unknown", "still_written"}
    | {"database_failed", "load_busy", "disk_failed", "source_missing"}
)
RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=45))


@dataclass(frozen=True)
class Due:
    """A source of a workspace, and since when it should have been refreshed."""

    workspace: str
    source: str
    since: datetime


def due(home: Home, now: datetime) -> list[Due]:
    """Every source of every workspace whose time has come, the one that waits longest first."""
    found = []
    for workspace in list_workspaces(home):
        for name, at in next_times(home, workspace.id, workspace.time_zone).items():
            if at <= now:
                found.append(Due(workspace.id, name, at))
    return sorted(found, key=lambda item: item.since)


def next_times(home: Home, workspace: str, zone: str) -> dict[str, datetime]:
    """When each source of a workspace that has a schedule is to be refreshed next."""
    scheduled = {name: item for name, item in read_sources(home, workspace).items() if item.enabled and item.schedule}
    if not scheduled:
        return {}
    last = last_runs(home, workspace)
    saved = read_documents(home, workspace, DOCUMENT)
    return {
        name: _next_time(source, last.get(name), saved[name].saved_at, zone, _failures(home, workspace, last.get(name)))
        for name, source in scheduled.items()
    }


def _next_time(source: Source, last: Run | None, saved_at: datetime, zone: str, failures: int) -> datetime:
    timetable = read_timetable(source.schedule or "")
    if last is None:
        return saved_at if timetable.every is not None else timetable.next_after(saved_at, zone)
    regular = timetable.next_after(last.started_at, zone)
    if 0 < failures <= len(RETRY_AFTER):
        return min(regular, last.started_at + RETRY_AFTER[failures - 1])
    return regular


def _failures(home: Home, workspace: str, last: Run | None) -> int:
    """How many times in a row a source has come to nothing for a reason that may pass."""
    if last is None or not _may_pass(last):
        return 0
    count = 0
    for run in list_runs(home, workspace, last.source, len(RETRY_AFTER) + 1):
        if not _may_pass(run):
            break
        count += 1
    return count


def _may_pass(run: Run) -> bool:
    """Whether the next try may go better: the other side was away, or the machine was switched off in the middle."""
    if run.outcome in (Outcome.RUNNING, Outcome.INTERRUPTED):
        return True
    return run.outcome is Outcome.FAILED and run.mistake is not None and run.mistake.code in PASSING
