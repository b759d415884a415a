"""The reader as an operating system process: started, spoken to in lines, kept in reserve for a moment, ended.

A process that has looked into a file is kept for a little while, because the load that follows it needs one: starting
anew would be a good part of the time that a small load takes.
"""

from __future__ import annotations

import atexit
import os
import queue
import subprocess
import sys
import threading

from kpi.settings import PROJECT_ROOT, Settings

RESERVE_SECONDS = 60.0
LAST_LINES = 40  # of what it said on stderr, for the error message


class Process:
    """One running `python -m kpi.ingest.child`."""

    def __init__(self, memory_bytes: int) -> None:
        self.memory_bytes = memory_bytes
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")},
            "WAYMARK_READER_LIMIT": str(memory_bytes),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT_ROOT), os.environ.get("PYTHONPATH")])),
            "PYTHONUTF8": "1",
        }
        self._popen = subprocess.Popen(
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

    @property
    def is_running(self) -> bool:
        """Whether it can still be spoken to."""
        return self._popen.poll() is None

    def say(self, line: str) -> bool:
        """Send one line; False when nobody is there any more."""
        if self._popen.stdin is None:
            return False
        try:
            self._popen.stdin.write(line + "\n")
            self._popen.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def hear(self, seconds: float) -> str | None:
        """The next line, waited for at most so long (`queue.Empty` then); None when the process has ended."""
        return self._answers.get(timeout=seconds)

    def outcome(self) -> tuple[int, str]:
        """Exit code and last words of a process that has ended."""
        code = self._popen.wait()
        self._threads[1].join(timeout=2)
        return code, "".join(self._errors)

    def end(self) -> None:
        """End it, whatever it is doing."""
        if self.is_running:
            self._popen.kill()
        self._popen.wait()
        for thread in self._threads:
            thread.join(timeout=5)
        for stream in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if stream is not None and not stream.closed:
                _close(stream)

    def _collect_answers(self) -> None:
        if self._popen.stdout is not None:
            for line in self._popen.stdout:
                self._answers.put(line)
        self._answers.put(None)

    def _collect_errors(self) -> None:
        if self._popen.stderr is not None:
            for line in self._popen.stderr:
                self._errors = [*self._errors[1 - LAST_LINES :], line]


class _Reserve:
    """At most one idle process, and the timer that ends it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: tuple[Process, threading.Timer] | None = None

    def take(self, memory_bytes: int) -> Process | None:
        with self._lock:
            idle, self._idle = self._idle, None
        if idle is None:
            return None
        process, timer = idle
        timer.cancel()
        if process.is_running and process.memory_bytes == memory_bytes:
            return process
        process.end()
        return None

    def put(self, process: Process) -> None:
        timer = threading.Timer(RESERVE_SECONDS, self.clear)
        timer.daemon = True
        with self._lock:
            former, self._idle = self._idle, (process, timer)
        timer.start()
        if former is not None:
            former[1].cancel()
            former[0].end()

    def clear(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, None
        if idle is not None:
            idle[1].cancel()
            idle[0].end()


_reserve = _Reserve()
atexit.register(_reserve.clear)


def take_process(settings: Settings) -> Process:
    """A process ready for requests: the one in reserve, or a new one."""
    return _reserve.take(settings.reader_memory_bytes) or Process(settings.reader_memory_bytes)


def keep_process(process: Process) -> None:
    """Put an idle process in reserve for the load that may follow."""
    if process.is_running:
        _reserve.put(process)
    else:
        process.end()


def _close(stream: object) -> None:
    try:
        stream.close()  # type: ignore[attr-defined]
    except BrokenPipeError:
        return  # what was still to be sent has nobody to go to
