"""What would have changed a verdict: the places of a text without which the same policy rules more mildly."""

from dataclasses import dataclass

from app.domain.words import Verdict


@dataclass(frozen=True, slots=True)
class Change:
    """Without the places [start, end) of the judged text (code points) the verdict is `verdict`, not `instead_of`.

    No place can be put back: with any one of them the verdict stays.
    """

    without: tuple[tuple[int, int], ...]
    verdict: Verdict
    instead_of: Verdict
