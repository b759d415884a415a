"""How often may an address try the password? Ten failures in a quarter of an hour, then it waits."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable

MOST_FAILURES = 10
WINDOW_SECONDS = 15 * 60
MOST_ADDRESSES = 10_000  # remembered at once, the longest silent forgotten first


class Attempts:
    """Failures by address. An IPv6 network counts as one address, since each host owns a whole one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_seconds(self, address: str) -> int:
        """For how long is this address shut out? 0 when it may try."""
        failures = self._recent(_network(address))
        return 0 if len(failures) < MOST_FAILURES else int(failures[0] + WINDOW_SECONDS - self._clock()) + 1

    def failed(self, address: str) -> None:
        """Note a wrong password."""
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
        while failures and failures[0] <= self._clock() - WINDOW_SECONDS:
            failures.popleft()
        return failures


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))
