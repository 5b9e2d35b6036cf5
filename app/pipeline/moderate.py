"""Judge a text and rule on it: the model's score, then the page's policy; no storage, no network."""

import math
from dataclasses import dataclass
from time import perf_counter

import structlog

from app import telemetry
from app.domain.decisions import Facts, Judgement, Ruling
from app.policy.binding import BoundPolicy
from app.policy.decide import decide
from model.explain import Span
from model.scorer import Scorer, Scores

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Moderated:
    """A judgement and what a policy makes of it."""

    judgement: Judgement
    ruling: Ruling


class Moderator:
    """Stands between the model and the policy; whatever the model does, there is a judgement."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    def judge(self, text: str, *, policy: BoundPolicy) -> Judgement:
        """Scores, and the telling words of every category that a person may be asked about under this policy."""
        start = perf_counter()
        try:
            scores = self._scorer.score(text)
        except Exception as error:  # noqa: BLE001 - a broken model must end in a person's hands, never in a keep
            return _failed(type(error).__name__)
        telemetry.JUDGING.observe(perf_counter() - start)
        if not all(math.isfinite(score) and 0.0 <= score <= 1.0 for score in scores):
            return _failed("not_a_probability")
        return Judgement(scores, self._explain(text, scores, policy))

    def moderate_text(self, text: str, *, policy: BoundPolicy, facts: Facts) -> Moderated:
        """Judge and rule at once, for callers who ask about a text and store nothing."""
        judgement = self.judge(text, policy=policy)
        return Moderated(judgement, decide(policy, judgement, facts))

    def _explain(self, text: str, scores: Scores, policy: BoundPolicy) -> tuple[Span, ...]:
        telling = [one.category for one in policy.categories if getattr(scores, one.category) >= one.review]
        if not telling:
            return ()
        try:
            return self._scorer.explain(text, categories=telling)
        except Exception as error:  # noqa: BLE001 - a verdict without its words is better than none
            _log.error("explaining failed", error=type(error).__name__)
            return ()


def _failed(code: str) -> Judgement:
    telemetry.INDETERMINATE.inc()
    _log.error("judging failed", code=code)
    return Judgement(None, failure=code)
