"""The reader process as the parent sees it: requests go in, answers come out, and it can always be ended.

Whatever a file does to the process that opens it (memory, time, a crash in the spreadsheet reader) ends that process
alone and becomes a `FileError` here.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from kpi.errors import EngineError, FileError, KpiError, Where
from kpi.ingest.process import keep_process, take_process
from kpi.settings import Settings

POLL_SECONDS = 0.2
DISK_SIGNS = ("no space left", "could not write", "disk quota", "failed to write", "max_temp_directory_size")

Told = Callable[[dict[str, Any]], None]


class StoppedError(KpiError):
    """The user has stopped the work; nothing has changed."""


class DatabaseError(Exception):
    """A statement failed in the reader; the caller knows what that means for the user."""


class Reader:
    """One reader process. Use it in a `with` block: leaving it ends the process, whatever it is doing.

    With `keep`, a process that has answered everything is kept for a moment for the next reader.
    """

    def __init__(self, settings: Settings, cancel: threading.Event | None = None, *, keep: bool = False) -> None:
        self._settings, self._cancel, self._keep = settings, cancel, keep
        self._deadline = time.monotonic() + settings.reader_seconds
        self._process = take_process(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keep and kind is None:
            keep_process(self._process)
        else:
            self._process.end()

    def restart(self) -> None:
        """Go on in a new process: the former one has ended, or is to."""
        self._process.end()
        self._process = take_process(self._settings)

    def ask(self, op: str, *, file: str | None = None, told: Told | None = None, **request: Any) -> Any:
        """Send one request and wait for its answer. `file` names what is being read, should it go wrong."""
        if not self._process.say(json.dumps({"op": op, **request}, ensure_ascii=True, default=str)):
            raise self._ended(file)
        while True:
            message = self._next(file)
            if "progress" in message:
                if told is not None:
                    told(message["progress"])
            elif "error" in message:
                raise _rebuilt(message["error"])
            elif "database_error" in message:
                said = message["database_error"].lower()
                if "out of memory" in said:
                    raise self._too_much_memory(file)
                if any(sign in said for sign in DISK_SIGNS):
                    raise _disk_failed(message["database_error"].split("\n", 1)[0][:300])
                raise DatabaseError(message["database_error"])
            elif "disk_error" in message:
                raise _disk_failed(message["disk_error"])
            elif "out_of_memory" in message:
                raise self._too_much_memory(file)
            else:
                return message["result"]

    def _next(self, file: str | None) -> dict[str, Any]:
        while True:
            if self._cancel is not None and self._cancel.is_set():
                raise StoppedError("stopped", "Stopped. Nothing has been changed.")
            if time.monotonic() > self._deadline:
                raise FileError(
                    "too_slow",
                    f"Reading took longer than {self._settings.reader_seconds} seconds.",
                    remedy="Split the file, or raise reader_seconds in the settings.",
                    where=Where(file=file),
                    seconds=self._settings.reader_seconds,
                )
            try:
                line = self._process.hear(POLL_SECONDS)
            except queue.Empty:
                continue
            if line is None:
                raise self._ended(file)
            message: dict[str, Any] = json.loads(line)
            return message

    def _ended(self, file: str | None) -> Exception:
        """Why the process is gone: a bug stays a bug; anything else the file or the machine has done to it."""
        code, words = self._process.outcome()
        if "MemoryError" in words or "bad_alloc" in words or "memory allocation" in words:
            return self._too_much_memory(file)
        if code > 0 and "Traceback" in words:
            return RuntimeError(f"the reader process failed:\n{words}")
        return FileError(
            "reader_crashed",
            "The reader was ended while it read this file; the file is damaged, far too large, or made to do harm.",
            remedy="Save the table as CSV and load that.",
            where=Where(file=file),
            found=f"exit code {code}",
        )

    def _too_much_memory(self, file: str | None) -> FileError:
        limit = self._settings.reader_memory_bytes // 2**20
        return FileError(
            "reader_out_of_memory",
            f"Reading this needs more than the {limit} MB allowed.",
            remedy="Save the table as CSV, or raise reader_memory_mb in the settings.",
            where=Where(file=file),
            megabytes=limit,
        )


def _disk_failed(found: str) -> EngineError:
    return EngineError(
        "disk_failed",
        f"The data could not be written: {found}.",
        remedy="Free some disk space, or choose another home.",
        found=found,
    )


def _rebuilt(error: dict[str, Any]) -> KpiError:
    return FileError(
        error["code"],
        error["message"],
        remedy=error["remedy"],
        where=Where(**error["where"]),
        found=error["found"],
        near=error["near"],
        **error.get("params", {}),
    )
