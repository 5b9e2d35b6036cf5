"""Makes guessing slow: after failures an address waits longer and longer; bounded memory, no sleeping threads."""

import ipaddress
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from app.domain.clock import HOUR, SECOND, Clock

#: Failures that anybody may make: a key copied without its last letter, a link used twice.
_FREE: Final = 5
_LONGEST_WAIT: Final = 60
#: Addresses that are remembered; the one that failed longest ago is forgotten first.
_REMEMBERED: Final = 4096
_FORGOTTEN_AFTER: Final = HOUR


@dataclass(slots=True)
class _Failures:
    count: int
    at: int


class Attempts:
    """Counts failed sign-ins by the peer's address, in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def wait(self, address: str) -> int:
        """Seconds until this address may try again; 0 = now."""
        with self._lock:
            failed = self._failures.get(_network(address))
            if failed is None or failed.count < _FREE:
                return 0
            seconds = min(1 << min(failed.count - _FREE, 10), _LONGEST_WAIT)
            left = failed.at + seconds * SECOND - self._clock.now()
            return max(0, -(-left // SECOND))

    def failed(self, address: str) -> None:
        """One more failure of this address."""
        key, now = _network(address), self._clock.now()
        with self._lock:
            before = self._failures.pop(key, None)
            fresh = before is not None and now - before.at < _FORGOTTEN_AFTER
            self._failures[key] = _Failures(before.count + 1 if before and fresh else 1, now)
            while len(self._failures) > _REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget the failures of this address."""
        with self._lock:
            self._failures.pop(_network(address), None)


def _network(address: str) -> str:
    """An address, or the /64 of an IPv6 one: a home has that many of them."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return address if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))
