"""What would have changed a verdict: the places of a text without which the same policy rules more mildly."""

from dataclasses import dataclass

from app.domain.words import Verdict


@dataclass(frozen=True, slots=True)
class Change:
    """Without the places [start, end) of the judged text (code points) the verdict is `verdict`, not `instead_of`.

    Places that the change can do without are left out; a smaller set of other places may exist.
    """

    without: tuple[tuple[int, int], ...]
    verdict: Verdict
    instead_of: Verdict
