"""How often may the password be tried? Ten failures of one address in a quarter of an hour, then that address waits.

Who owns many addresses is stopped by the second limit: fifty failures in ten minutes, wherever from, and signing in
pauses for everybody. Sessions that are open already go on.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from kpi.ui.server.address import parsed_address

MOST_FAILURES = 10
WINDOW_SECONDS = 15 * 60
MOST_FAILURES_OF_ALL = 50
WINDOW_OF_ALL_SECONDS = 10 * 60
MOST_ADDRESSES = 10_000  # remembered at once, the longest silent forgotten first


class Attempts:
    """Failures by address. An IPv6 network counts as one address, since each host owns a whole one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._of_all: deque[float] = deque()

    def wait_seconds(self, address: str) -> int:
        """For how long is this address shut out? 0 when it may try."""
        return self._wait(self._recent(_network(address)), MOST_FAILURES, WINDOW_SECONDS)

    def pause_seconds(self) -> int:
        """For how long is everybody shut out? 0 when nobody is."""
        self._forget(self._of_all, WINDOW_OF_ALL_SECONDS)
        return self._wait(self._of_all, MOST_FAILURES_OF_ALL, WINDOW_OF_ALL_SECONDS)

    def failed(self, address: str) -> None:
        """Note a wrong password."""
        self._forget(self._of_all, WINDOW_OF_ALL_SECONDS)
        self._of_all.append(self._clock())
        name = _network(address)
        failures = self._recent(name)
        failures.append(self._clock())
        self._failures[name] = failures
        self._failures.move_to_end(name)
        while len(self._failures) > MOST_ADDRESSES:
            self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget the failures of an address that knew the password."""
        self._failures.pop(_network(address), None)

    def _recent(self, name: str) -> deque[float]:
        failures = self._failures.get(name, deque())
        self._forget(failures, WINDOW_SECONDS)
        return failures

    def _forget(self, failures: deque[float], window: int) -> None:
        while failures and failures[0] <= self._clock() - window:
            failures.popleft()

    def _wait(self, failures: deque[float], most: int, window: int) -> int:
        return 0 if len(failures) < most else int(failures[0] + window - self._clock()) + 1


def _network(address: str) -> str:
    parsed = parsed_address(address)
    if parsed is None:
        return address
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))
