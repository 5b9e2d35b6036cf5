"""An artefact's thresholds as plain numbers, for ruling without a trained model."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.decisions import Judgement
from app.domain.words import Category
from app.policy.binding import BoundPolicy, bind
from app.policy.rules import load_preset
from model.scorer import Scores

REMOVE, REVIEW, APPEAL = 0.9, 0.6, 0.5


@dataclass(frozen=True)
class Held:
    thresholds: Mapping[str, float]
    n: int = 3000
    errors_observed: int = 0


def everywhere(value: float) -> dict[str, float]:
    return {str(category): value for category in Category}


@dataclass(frozen=True)
class Artefact:
    version: str = "2026.1"
    digest: str = "ab" * 32
    promises: Mapping[str, Held] = field(default_factory=lambda: {"1/1000": Held(everywhere(REMOVE))})
    review: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: {"0.03": everywhere(REVIEW)})
    appeal: float = APPEAL


def bound(name: str) -> BoundPolicy:
    return bind(load_preset(name), Artefact())


def judged(appeal: float = 0.0, **scores: float) -> Judgement:
    return Judgement(Scores(**{**everywhere(0.0), **scores}, appeal=appeal))
