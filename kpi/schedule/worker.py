"""Who does the background work? One worker per home, in the app or in a process of its own.

Each of them tries for the home's worker lock at every turn; the one that holds it works, the others stand by and take
over when it ends, however it ended. What is due is worked out anew each time from what was recorded, so that the
scheduler here only beats time and a restart forgets nothing.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from apscheduler.schedulers.background import BackgroundScheduler
from filelock import FileLock, Timeout

from kpi.schedule.rounds import refresh_round, tidy_round
from kpi.settings import Settings
from kpi.workspace import Home

LOOK_SECONDS = 20  # between two looks for what is due
TIDY_SECONDS = 1800
FIRST_TIDY_SECONDS = 120

_LOG = logging.getLogger("kpi.schedule")


class Worker:
    """Background work for one home, from `start` to `stop`; or in a `with` block."""

    def __init__(self, home: Home, settings: Settings, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._home, self._settings = home, settings
        self._look_seconds = look_seconds
        self._cancel = threading.Event()
        self._lock = FileLock(home.folder / "worker.lock", timeout=0, thread_local=False)
        self._taking = threading.Lock()
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    @property
    def is_at_work(self) -> bool:
        """Whether this is the worker of the home; else it stands by."""
        return bool(self._lock.is_locked)

    def start(self) -> None:
        """Begin, on threads of its own."""
        now = datetime.now(UTC)
        self._scheduler.add_job(self._refresh, "interval", seconds=self._look_seconds, next_run_time=now)
        self._scheduler.add_job(
            self._tidy, "interval", seconds=TIDY_SECONDS, next_run_time=now + timedelta(seconds=FIRST_TIDY_SECONDS)
        )
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it tells every beat, and each it leaves out
        self._scheduler.start()

    def stop(self) -> None:
        """End; a load that is under way is given up, and nothing of it remains."""
        self._cancel.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        self._lock.release(force=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _refresh(self) -> None:
        if self._is_first():
            refresh_round(self._home, self._settings, cancel=self._cancel)

    def _tidy(self) -> None:
        if self._is_first():
            tidy_round(self._home, self._settings, cancel=self._cancel)

    def _is_first(self) -> bool:
        """Whether the lock is, or has just become, this worker's."""
        with self._taking:
            if self._cancel.is_set():
                return False
            if self._lock.is_locked:
                return True
            try:
                self._lock.acquire()
            except Timeout:
                return False
            except OSError as error:
                _LOG.warning("the worker's lock cannot be had: %s", error.strerror)
                return False
            _LOG.info("this is the worker of %s", self._home.folder)
            return True
