"""The reader process as the parent sees it: requests go in, answers come out, and it can always be ended.

Whatever a file does to the process that opens it (memory, time, a crash in the spreadsheet reader) ends that process
alone and becomes a `FileError` here.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from kpi.errors import FileError, KpiError, Where
from kpi.settings import PROJECT_ROOT, Settings

POLL_SECONDS = 0.2

Told = Callable[[dict[str, Any]], None]


class StoppedError(KpiError):
    """The user has stopped the work; nothing has changed."""


class DatabaseError(Exception):
    """A statement failed in the reader; the caller knows what that means for the user."""


class Reader:
    """One reader process. Use it in a `with` block: leaving it ends the process, whatever it is doing."""

    def __init__(self, settings: Settings, cancel: threading.Event | None = None) -> None:
        self._settings, self._cancel = settings, cancel
        self._deadline = time.monotonic() + settings.reader_seconds
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")},
            "WAYMARK_READER_LIMIT": str(settings.reader_memory_bytes),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT_ROOT), os.environ.get("PYTHONPATH")])),
            "PYTHONUTF8": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kpi.ingest.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            encoding="utf-8",
        )
        self._answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._errors: list[str] = []
        self._threads = [
            threading.Thread(target=self._collect_answers, daemon=True),
            threading.Thread(target=self._collect_errors, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(timeout=5)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    @property
    def pid(self) -> int:
        """The operating system's number of the process."""
        return self._process.pid

    def ask(self, op: str, *, file: str | None = None, told: Told | None = None, **request: Any) -> Any:
        """Send one request and wait for its answer. `file` names what is being read, should it go wrong."""
        if self._process.stdin is None:
            raise RuntimeError("the reader has no stdin")
        try:
            self._process.stdin.write(json.dumps({"op": op, **request}, ensure_ascii=True, default=str) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._ended(file) from None
        while True:
            message = self._next(file)
            if "progress" in message:
                if told is not None:
                    told(message["progress"])
            elif "error" in message:
                raise _rebuilt(message["error"])
            elif "database_error" in message:
                if "out of memory" in message["database_error"].lower():
                    raise self._too_much_memory(file)
                raise DatabaseError(message["database_error"])
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
                line = self._answers.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if line is None:
                raise self._ended(file)
            message: dict[str, Any] = json.loads(line)
            return message

    def _collect_answers(self) -> None:
        if self._process.stdout is not None:
            for line in self._process.stdout:
                self._answers.put(line)
        self._answers.put(None)

    def _collect_errors(self) -> None:
        if self._process.stderr is not None:
            for line in self._process.stderr:
                self._errors = [*self._errors[-40:], line]

    def _ended(self, file: str | None) -> Exception:
        """Why the process is gone: a bug stays a bug; anything else the file or the machine has done to it."""
        code = self._process.wait()
        self._threads[1].join(timeout=2)
        words = "".join(self._errors)
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
