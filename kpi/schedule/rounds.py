"""What does one round of background work do? Refresh what is due, or tidy up; a failure is logged and ends nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from kpi.errors import KpiError
from kpi.ingest.compaction import compact
from kpi.refresh import SCHEDULE, Run, due, refresh
from kpi.settings import Settings
from kpi.workspace import Home, list_workspaces, purge

BUSY = "refresh_busy"  # a person is refreshing the source at this moment

_LOG = logging.getLogger("kpi.schedule")


@dataclass(frozen=True)
class Done:
    """A refresh that a round has made, and in which workspace."""

    workspace: str
    run: Run


def refresh_round(
    home: Home, settings: Settings, *, cancel: threading.Event | None = None, now: Callable[[], datetime] | None = None
) -> list[Done]:
    """Refresh every source whose time has come, one after the other."""
    clock = now or _now
    done: list[Done] = []
    with _survived("the list of sources"):
        for item in due(home, clock()):
            if cancel is not None and cancel.is_set():
                break
            with _survived(f"source {item.source} of {item.workspace}"):
                run = refresh(
                    home, item.workspace, item.source, by=SCHEDULE, settings=settings, cancel=cancel, now=clock
                )
                done.append(Done(item.workspace, run))
                _tell(item.workspace, run)
    return done


def tidy_round(home: Home, settings: Settings, *, cancel: threading.Event | None = None) -> None:
    """Put small files together and let go of what the retention rules no longer keep, in every workspace."""
    with _survived("the list of workspaces"):
        for workspace in list_workspaces(home):
            if cancel is not None and cancel.is_set():
                break
            with _survived(f"compaction of {workspace.id}"):
                compact(home, workspace.id, settings=settings, cancel=cancel)
            with _survived(f"purge of {workspace.id}"):
                purge(home, workspace.id)


def _tell(workspace: str, run: Run) -> None:
    if run.mistake is None:
        _LOG.info("%s, source %s: %s, %d rows", workspace, run.source, run.outcome, run.rows)
    else:
        said = run.mistake
        _LOG.warning("%s, source %s: %s: %s: %s", workspace, run.source, run.outcome, said.code, said.message)


@contextmanager
def _survived(what: str) -> Iterator[None]:
    """Whatever goes wrong in one piece of work is logged, and the next piece is done all the same."""
    try:
        yield
    except KpiError as error:
        level = logging.DEBUG if error.code == BUSY else logging.WARNING
        _LOG.log(level, "%s: %s: %s", what, error.code, error.message)
    except Exception:
        _LOG.exception("%s failed", what)


def _now() -> datetime:
    return datetime.now(UTC)
