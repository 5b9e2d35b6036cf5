"""Measures the machine by the random sample: how often people agree with what it removed and what it kept."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.domain.words import Verdict
from app.pipeline.house import House
from app.pipeline.labels.export import AUDIT, PORTION, weight_of
from app.storage.audits import probabilities
from app.storage.labels import LabelFilter, audits_opened, last_words, list_labels, of_comments

#: The standard normal's 97.5 % quantile: intervals hold 95 %.
_Z: Final = 1.959964


@dataclass(frozen=True, slots=True)
class Answered:
    """One answered question of the sample: the machine's verdict, people's last one, and the weight of the draw."""

    machine: str
    people: str
    weight: float


@dataclass(frozen=True, slots=True)
class Share:
    """A weighted share with its 95 % interval; all three None where nothing was answered."""

    answered: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """`precision`: of the removals those that people would have removed; `missed`: of the kept comments, the same.

    `asked` counts the questions of the sample that were opened.
    """

    asked: int
    precision: Share
    missed: Share

    def as_json(self) -> Mapping[str, Any]:
        """All of it as JSON values."""
        return {"asked": self.asked, "precision": _plain(self.precision), "missed": _plain(self.missed)}


def measure(house: House, wanted: LabelFilter) -> Measured:
    """Count the sample's answers; a verdict that people changed later counts as they left it."""
    with house.database.read() as session:
        asked = audits_opened(session, wanted)
    answered: list[Answered] = []
    after: int | None = None
    while True:
        with house.database.read() as session:
            records, after = list_labels(session, wanted, after=after, limit=PORTION, source=AUDIT)
            drawn = probabilities(session, of_comments(records))
            last = last_words(session, of_comments(records))
        for record in records:
            weight = weight_of(record, drawn)
            people = last.get(record.revision_id, (0, record.label.verdict))[1]
            if weight is not None:
                answered.append(Answered(record.label.machine_verdict, people, weight))
        if after is None:
            return Measured(asked, *shares(answered))


def shares(answered: Iterable[Answered]) -> tuple[Share, Share]:
    """Precision of removals, and what was missed among the kept."""
    known = list(answered)
    removed = [one for one in known if one.machine == Verdict.REMOVE]
    kept = [one for one in known if one.machine == Verdict.KEEP]
    return _share(removed), _share(kept)


def _share(answered: list[Answered]) -> Share:
    """The share that people remove; Wilson's interval with the effective size of a weighted sample."""
    if not answered:
        return Share(0, None, None, None)
    total = math.fsum(one.weight for one in answered)
    hits = math.fsum(one.weight for one in answered if one.people == Verdict.REMOVE)
    size = total**2 / math.fsum(one.weight**2 for one in answered)
    share = hits / total
    middle = (share + _Z**2 / (2 * size)) / (1 + _Z**2 / size)
    half = _Z / (1 + _Z**2 / size) * math.sqrt(share * (1 - share) / size + _Z**2 / (4 * size**2))
    return Share(len(answered), share, max(0.0, middle - half), min(1.0, middle + half))


def _plain(share: Share) -> dict[str, Any]:
    return {"answered": share.answered, "share": share.share, "low": share.low, "high": share.high}
