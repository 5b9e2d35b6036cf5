"""Judge a text and rule on it: the model's score, then the page's policy; no storage, no network."""

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic_ns, perf_counter
from typing import Final

import structlog

from app import telemetry
from app.domain.change import Change
from app.domain.decisions import Facts, Judgement, Ruling
from app.pipeline.breaker import Breaker
from app.pipeline.counterfactual import change
from app.policy.binding import BoundPolicy
from app.policy.decide import decide, verdict_on_words
from model.explain import Span
from model.scorer import Look, Scorer

_log = structlog.get_logger()
#: A longer text is judged anew too slowly for the loop that takes the networks' events, and no few words decide on it.
_ESSAY = 4_000
#: Judged to see whether the model works again; each with a word that nobody has written, so that no memory answers.
_OWN_SENTENCES: Final = (
    "Когда починят дорогу на улице Ленина?",
    "Спасибо за новый автобус, теперь доезжаем вовремя",
    "Во дворе третий день не вывозят мусор, куда обращаться",
)


@dataclass(frozen=True, slots=True)
class Moderated:
    """A judgement and what a policy makes of it."""

    judgement: Judgement
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class Broken:
    """The model fails too often to be asked; `code` says how."""

    code: str


class Moderator:
    """Stands between the model and the policy; whatever the model does, there is a judgement.

    Used by several threads of a process; `now` gives microseconds of a clock that does not jump.
    """

    def __init__(self, scorer: Scorer, *, now: Callable[[], int] = lambda: monotonic_ns() // 1000) -> None:
        self._scorer = scorer
        self._now = now
        self._breaker = Breaker()
        self._counting = threading.Lock()
        self._probing = threading.Lock()

    def judge_or_wait(self, text: str, *, policy: BoundPolicy) -> Judgement | Broken:
        """As `judge`, for texts that are kept: while the model fails too often they had better wait for it."""
        if code := self.trouble():
            return Broken(code)
        return self._counted(self.judge(text, policy=policy))

    def judge_many(self, texts: Sequence[str], policies: Sequence[BoundPolicy]) -> list[Judgement | Broken]:
        """As `judge_or_wait` for each text with its policy, in order, at less than half the price.

        A text that breaks the model takes no neighbour along: then each is judged by itself.
        """
        looks = self._looks(texts) if len(texts) > 1 and not self.trouble() else None
        if looks is None:
            return [self.judge_or_wait(text, policy=one) for text, one in zip(texts, policies, strict=True)]
        return [
            Broken(code) if (code := self.trouble()) else self._counted(self._told(text, _checked(*look), policy))
            for text, policy, look in zip(texts, policies, looks, strict=True)
        ]

    def _looks(self, texts: Sequence[str]) -> list[tuple[Look, float]] | None:
        """A look at each text with its share of the seconds; None where some text, or all, broke the model."""
        start = perf_counter()
        try:
            looks = self._scorer.look_many(texts)
        except Exception as error:  # noqa: BLE001 - counted where each text is judged by itself
            _log.warning("judging together failed", error=type(error).__name__, texts=len(texts))
            return None
        share = (perf_counter() - start) / len(texts)
        return [(look, share) for look in looks]

    def _counted(self, judgement: Judgement) -> Judgement:
        """The judgement, once the breaker has seen whether it failed."""
        with self._counting:
            if judgement.scores is not None:
                self._breaker.worked()
            elif self._breaker.failed(judgement.failure, self._now()):
                _log.error("the model fails too often, texts wait", code=judgement.failure)
        return judgement

    def trouble(self) -> str:
        """Why no text is judged at present, as a code; '' when all is well. Tries the model when it is time to."""
        if self._breaker.trouble and self._probing.acquire(blocking=False):
            try:
                if self._breaker.may_probe(self._now()) and self._works():
                    with self._counting:
                        self._breaker.close()
                    _log.warning("the model works again")
            finally:
                self._probing.release()
        return self._breaker.trouble

    def _works(self) -> bool:
        return all(self.weigh(f"{one} {secrets.token_hex(4)}").scores is not None for one in _OWN_SENTENCES)

    def judge(self, text: str, *, policy: BoundPolicy) -> Judgement:
        """Scores, the telling words of every category that a person may be asked about, and what would change that."""
        return self._told(text, self._look(text), policy)

    def weigh(self, text: str) -> Judgement:
        """The scores alone."""
        look = self._look(text)
        return look if isinstance(look, Judgement) else Judgement(look.scores)

    def _look(self, text: str) -> Look | Judgement:
        """What the model sees in the text, or the judgement that failed."""
        start = perf_counter()
        try:
            look = self._scorer.look(text)
        except Exception as error:  # noqa: BLE001 - a broken model must end in a person's hands, never in a keep
            return _failed(type(error).__name__)
        return _checked(look, perf_counter() - start)

    def _told(self, text: str, look: Look | Judgement, policy: BoundPolicy) -> Judgement:
        """The judgement with its telling words and what would change the verdict, where there are any."""
        if isinstance(look, Judgement):
            return look
        telling = self._explain(text, look, policy)
        return Judgement(look.scores, telling, change=self._change(text, look, telling, policy))

    def moderate_text(self, text: str, *, policy: BoundPolicy, facts: Facts) -> Moderated:
        """Judge and rule at once, for callers who ask about a text and store nothing."""
        judgement = self.judge(text, policy=policy)
        return Moderated(judgement, decide(policy, judgement, facts))

    def _explain(self, text: str, look: Look, policy: BoundPolicy) -> tuple[Span, ...]:
        telling = [
            one.category for one, score in zip(policy.categories, look.scores, strict=False) if score >= one.review
        ]
        if not telling:
            return ()
        try:
            return self._scorer.explain(text, categories=telling, look=look)
        except Exception as error:  # noqa: BLE001 - a verdict without its words is better than none
            _log.error("explaining failed", error=type(error).__name__)
            return ()

    def _change(self, text: str, look: Look, telling: tuple[Span, ...], policy: BoundPolicy) -> Change | None:
        """The telling words without which the policy rules more mildly on the words alone; an essay has none."""
        if not telling or len(text) > _ESSAY:
            return None
        try:
            return change(
                text,
                [(span.start, span.end) for span in telling],
                verdict_on_words(policy, look.scores),
                lambda rest: verdict_on_words(policy, self._scorer.score(rest)),
            )
        except Exception as error:  # noqa: BLE001 - as above
            _log.error("finding what would change a verdict failed", error=type(error).__name__)
            return None


def _checked(look: Look, seconds: float) -> Look | Judgement:
    """The look that took so many seconds, if what it found is an opinion at all."""
    telemetry.JUDGING.observe(seconds)
    # What is no number lies between no two.
    for score in look.scores:
        if not 0.0 <= score <= 1.0:
            return _failed("not_a_probability")
    return look


def _failed(code: str) -> Judgement:
    telemetry.INDETERMINATE.inc()
    _log.error("judging failed", code=code)
    return Judgement(None, failure=code)
