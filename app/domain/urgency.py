"""The order of the queue as one number, so that a list of any length is walked along an index."""

from typing import Final

from app.domain.clock import SECOND

#: Ranks below are protected: instants.
DOUBTFUL: Final = 2**60
#: Ranks from here on only measure the machine.
SAMPLED: Final = 2**61
#: Room for an instant in seconds under each step of uncertainty.
_STEP: Final = 2**42
_STEPS: Final = 1000


def rank(*, protected: bool, sampled: bool, uncertainty: float, opened_at: int) -> int:
    """Where a case stands in the queue, the smallest first; `opened_at` in microseconds, `uncertainty` 0…1.

    Protected appeals and objections come first by waiting time; then what the machine could not tell, the most
    doubtful first and the oldest of these; samples for measuring the machine come last.
    """
    if protected:
        return opened_at
    seconds = opened_at // SECOND
    if sampled:
        return SAMPLED + seconds
    sure = round((1 - min(max(uncertainty, 0.0), 1.0)) * _STEPS)
    return DOUBTFUL + sure * _STEP + seconds
