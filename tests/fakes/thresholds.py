"""Thresholds as an artefact's manifest holds them, with numbers that are easy to aim at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.manifest import PromisedThresholds

REMOVE = 0.9
REVIEW = 0.5
APPEAL = 0.5


def _all(value: float) -> dict[str, float]:
    return dict.fromkeys(("spam", "insult", "obscenity", "threat"), value)


@dataclass(frozen=True)
class FakeThresholds:
    """Removal over .9, review over .5, an appeal from .5."""

    version: str = "test-1"
    digest: str = "0" * 64
    appeal: float = APPEAL
    promises: Mapping[str, PromisedThresholds] = field(
        default_factory=lambda: {
            "1/1000": PromisedThresholds(_all(REMOVE), n=3000, errors_allowed=0, errors_observed=0)
        }
    )
    review: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: {"0.03": _all(REVIEW)})
