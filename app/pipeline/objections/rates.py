"""Bounds how often a site's token and a printed number may be used in this process; the memory is bounded too."""

import threading
from collections import OrderedDict
from typing import Final

from app.domain.clock import DAY, HOUR, SECOND
from app.domain.errors import TooOftenError

#: Objections of one account within an hour, and under one number within a day.
PER_ACCOUNT: Final = 60
PER_NUMBER: Final = 5
#: Keys that are remembered; the one that was used longest ago is forgotten first.
_REMEMBERED: Final = 4096


class Rates:
    """Counts uses in fixed stretches of time that begin with a key's first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: Key → when its stretch ends, and how often it was used in it.
        self._used: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def use(self, account_id: int, number: str, now: int) -> None:
        """One more use, whether or not the number stands for anything; `now` in microseconds.

        Raises:
            TooOftenError: the account or the number was used as often as it may be; nothing was counted.
        """
        bounds = ((f"account {account_id}", HOUR, PER_ACCOUNT), (f"number {number}", DAY, PER_NUMBER))
        with self._lock:
            for key, _, most in bounds:
                self._check(key, most, now)
            for key, stretch, _ in bounds:
                self._count(key, stretch, now)

    def _check(self, key: str, most: int, now: int) -> None:
        ends, count = self._used.get(key, (0, 0))
        if count >= most and now < ends:
            seconds = -(-(ends - now) // SECOND)
            raise TooOftenError(f"слишком часто: повторите через {seconds} с", retry_after=seconds)

    def _count(self, key: str, stretch: int, now: int) -> None:
        ends, count = self._used.pop(key, (0, 0))
        self._used[key] = (ends, count + 1) if now < ends else (now + stretch, 1)
        while len(self._used) > _REMEMBERED:
            self._used.popitem(last=False)
