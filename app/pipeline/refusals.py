"""Makes guessing slow: an address that was turned away too often is not looked at for a while; memory is bounded."""

import hashlib
import ipaddress
import threading
from collections import OrderedDict
from typing import Final

from app.domain.clock import SECOND

#: Refusals that anybody may collect: a key copied without its last letter, a program set up with an old one.
BURST: Final = 20
#: One more is forgiven in so many microseconds.
EVERY: Final = 6 * SECOND
#: Addresses, and keys that were good, which are remembered; the one that was seen longest ago is forgotten first.
REMEMBERED: Final = 4096


class Refusals:
    """A bucket of refusals for each address, in this process; `now` is in microseconds.

    Behind one address there may be a whole office. Whoever's key was good the last time is let through to be checked
    again, so that one broken program does not shut the others out.
    """

    def __init__(self, *, burst: int = BURST, every: int = EVERY) -> None:
        self._burst = burst
        self._every = every
        self._lock = threading.Lock()
        #: Address → when all of its refusals will be forgiven.
        self._forgiven_at: OrderedDict[str, int] = OrderedDict()
        self._good: OrderedDict[bytes, None] = OrderedDict()

    def wait(self, address: str, now: int, *, key: str = "") -> int:
        """Seconds until this address is looked at again; 0 = now."""
        with self._lock:
            if key and _digest(key) in self._good:
                return 0
            left = self._forgiven_at.get(_network(address), now) - now - (self._burst - 1) * self._every
        # An empty bucket is the worst; only a clock that was set back shows more.
        return max(0, -(-min(left, self._every) // SECOND))

    def refused(self, address: str, now: int, *, key: str = "") -> None:
        """One more refusal of this address; the key, if one is given, is no good one any more."""
        network = _network(address)
        with self._lock:
            if key:
                self._good.pop(_digest(key), None)
            # No further than an empty bucket: whoever does not stop must not wait for hours afterwards.
            furthest = now + self._burst * self._every
            before = self._forgiven_at.pop(network, now)
            self._forgiven_at[network] = min(max(before, now) + self._every, furthest)
            _bound(self._forgiven_at)

    def let_in(self, key: str) -> None:
        """This key was good."""
        digest = _digest(key)
        with self._lock:
            self._good[digest] = None
            self._good.move_to_end(digest)
            _bound(self._good)


def _bound(remembered: OrderedDict[str, int] | OrderedDict[bytes, None]) -> None:
    while len(remembered) > REMEMBERED:
        remembered.popitem(last=False)


def _digest(key: str) -> bytes:
    """The memory holds no keys."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _network(address: str) -> str:
    """An address, or the /64 of an IPv6 one: a home has that many of them."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 4:
        return address
    # What listens on `::` sees every IPv4 address as one of a single /64.
    inner = parsed.ipv4_mapped
    return str(inner or ipaddress.ip_network((parsed, 64), strict=False))
