"""Who ends a fetch that takes too long, or that nobody wants any more?

A socket's own timeout starts anew with every byte, so that a byte now and then keeps a connection open for ever. The
watch cuts the connection itself, from a thread of its own.
"""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType
from typing import Self

from kpi.errors import FileError
from kpi.ingest.reader import StoppedError

LOOK_SECONDS = 0.1


class Watch:
    """Time and cancellation of one fetch. Use it in a `with` block."""

    def __init__(self, seconds: float, cancel: threading.Event | None) -> None:
        self._seconds, self._cancel = seconds, cancel
        self._deadline = time.monotonic() + seconds
        self._over = threading.Event()
        self._held: socket.socket | None = None
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def left(self) -> float:
        """Seconds that are left, at least a little more than none."""
        return max(0.01, self._deadline - time.monotonic())

    def hold(self, connection: socket.socket) -> None:
        """The connection that is cut when time is over."""
        self._held = connection
        if self._is_due():
            self._cut()

    def check(self) -> None:
        """`StoppedError` when the work was cancelled, `FileError` when its time is over."""
        if self._cancel is not None and self._cancel.is_set():
            raise StoppedError("stopped", "Stopped. Nothing has been changed.")
        if time.monotonic() > self._deadline:
            raise too_slow(self._seconds)

    def _look(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            if self._is_due():
                self._cut()

    def _is_due(self) -> bool:
        return time.monotonic() > self._deadline or (self._cancel is not None and self._cancel.is_set())

    def _cut(self) -> None:
        held = self._held
        if held is not None and held.fileno() >= 0:
            try:
                socket.socket.shutdown(held, socket.SHUT_RDWR)  # of the connection below TLS, which may be waiting
            except OSError:
                self._held = None  # closed by now


def too_slow(seconds: float) -> FileError:
    """The source took longer than the settings allow."""
    return FileError(
        "source_too_slow",
        f"Fetching took longer than {seconds:.0f} seconds.",
        remedy="Fetch less at a time, or raise refresh_seconds in the settings.",
        found=f"{seconds:.0f}",
    )
