"""Tells a model that is broken from a text that breaks it: opens when too many judgements fail; pure."""

from collections import deque
from typing import Final

from app.domain.clock import SECOND

#: So many failures one after another open it,
IN_A_ROW: Final = 20
#: and so many among the last `WINDOW` judgements: one in twenty.
WINDOW: Final = 500
FAILURES: Final = 25
#: An open breaker lets the model be tried this often.
PROBE_EVERY: Final = 5 * SECOND


class Breaker:
    """What one process has seen of its model lately; instants in microseconds of any clock that does not jump."""

    def __init__(self) -> None:
        self._lately: deque[bool] = deque(maxlen=WINDOW)
        self._failures = 0
        self._row = 0
        self._probed_at = 0
        #: Why the model cannot be trusted at present, as a code; '' while it can.
        self.trouble = ""

    def worked(self) -> None:
        """A judgement succeeded."""
        self._note(failed=False)
        self._row = 0

    def failed(self, code: str, now: int) -> bool:
        """A judgement failed; whether it was the one too many."""
        self._note(failed=True)
        self._row += 1
        if self.trouble or (self._row < IN_A_ROW and self._failures < FAILURES):
            return False
        self.trouble, self._probed_at = code, now
        return True

    def may_probe(self, now: int) -> bool:
        """Whether the model is to be tried now; True once in `PROBE_EVERY` while the breaker is open."""
        # A clock that was set back must not keep the trials away.
        if not self.trouble or 0 <= now - self._probed_at < PROBE_EVERY:
            return False
        self._probed_at = now
        return True

    def close(self) -> None:
        """The model works again: what was before says nothing about it any more."""
        self._lately.clear()
        self._failures = self._row = 0
        self.trouble = ""

    def _note(self, *, failed: bool) -> None:
        if len(self._lately) == WINDOW:
            self._failures -= self._lately[0]
        self._lately.append(failed)
        self._failures += failed
