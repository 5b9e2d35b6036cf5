"""Rules on one judged text by a page's policy: the verdict, its grounds and what should follow; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Final

from app.domain.decisions import (
    NO_CONTEXT,
    Context,
    Facts,
    Ground,
    Judgement,
    Keep,
    PlannedAction,
    Remove,
    Review,
    Ruling,
)
from app.domain.words import ActionKind, Category, Reason, Verdict
from app.policy.binding import BoundPolicy
from app.policy.copies import is_mailing, reason_to_look
from app.policy.ladder import term
from app.policy.rules import Removal
from model.scorer import Scores

_UNREMARKABLE: Final = Facts()
_FACTS: Final = tuple(
    (field.name, getattr(_UNREMARKABLE, field.name)) for field in fields(Facts) if field.name != "context"
)
_COUNTS: Final = tuple(field.name for field in fields(Context))
_HEADS: Final = (*map(str, Category), "appeal")
#: Grounds to remove, the strongest first, each with the right that the policy gives.
Claims = tuple[tuple[Ground, Removal], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One text before the policy; `scores`, in the order of the policy's categories, and `appeal` are probabilities."""

    policy: BoundPolicy
    facts: Facts
    scores: tuple[float, ...]
    appeal: float
    claims: Claims
    basis: Mapping[str, object]

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """What the text could be removed for, the strongest first."""
        return tuple(ground for ground, _ in self.claims)

    @property
    def is_appeal(self) -> bool:
        """Whether the text is protected as a complaint, question or criticism."""
        return self.appeal >= self.policy.appeal

    @property
    def copied(self) -> tuple[Reason, ...]:
        """The reason that its copies give to show it to a person, if they do."""
        if self.facts.context is NO_CONTEXT:
            return ()
        reason = reason_to_look(self.policy.policy.copies, self.facts.context, appeal=self.is_appeal)
        return (reason,) if reason else ()


def decide(policy: BoundPolicy, judgement: Judgement, facts: Facts) -> Ruling:
    """Rule on a text. Total: whatever the scores are, the answer is keep, review or remove.

    A score that equals its threshold has reached it, as in the sample that the promise was shown on.
    """
    basis = _basis(policy, facts)
    if not facts.has_text:
        return _nothing_to_judge(facts, basis)
    failure = _failure(judgement)
    if judgement.scores is None or failure:
        return Review((Reason.INDETERMINATE,), basis={**basis, "failure": failure})
    scores = _by_category(judgement.scores)
    if basis is policy.basis and not _reaches(policy, scores):
        return Keep(basis=basis)
    question = Question(policy, facts, scores, judgement.scores.appeal, _claims(policy, scores), basis)
    for step in STEPS:
        ruling = step(question)
        if ruling is not None:
            return ruling
    return Keep(basis=basis)


def verdict_on_words(policy: BoundPolicy, scores: Scores) -> Verdict:
    """The verdict of `decide` on words about which nothing else is known, without what it rests on."""
    for score in scores:
        if not 0 <= score <= 1:
            return Verdict.REVIEW
    verdict = Verdict.KEEP
    for one, score in zip(policy.categories, scores, strict=False):
        if one.remove is not None and score >= one.remove:
            verdict = Verdict.REMOVE
        elif verdict is Verdict.KEEP and score >= one.review:
            verdict = Verdict.REVIEW
    protected = verdict is Verdict.REMOVE and scores.appeal >= policy.appeal
    return Verdict.REVIEW if protected else verdict


def _nothing_to_judge(facts: Facts, basis: Mapping[str, object]) -> Ruling:
    """No words: kept, unless all there is are links from somebody who has never written here."""
    if facts.only_links and facts.first_time_author:
        return Review((Reason.FIRST_LINK,), basis=basis)
    return Keep((Reason.NO_TEXT,), basis=basis)


def _protected(question: Question) -> Ruling | None:
    """What would go stays, because it is an appeal or a private message; nobody is banned for it."""
    reasons = []
    if question.is_appeal:
        reasons.append(Reason.PROTECTED_APPEAL)
    if question.facts.private:
        reasons.append(Reason.PRIVATE_MESSAGE)
    grounds = question.grounds
    if not grounds or not reasons:
        return None
    doubt = _doubt(question.appeal if Reason.PROTECTED_APPEAL in reasons else grounds[0].score)
    return Review(tuple(reasons), tuple(ground.category for ground in grounds), grounds, doubt, question.basis)


def _remove(question: Question) -> Ruling | None:
    """A category that the act names has reached the threshold that keeps the policy's promise."""
    if not question.claims:
        return None
    actions, numbers = _actions(question, question.claims)
    basis, beside = _with_beside(question, numbers)
    return Remove(question.grounds[0], question.grounds[1:], actions, basis=basis, beside=beside)


def _remove_mailing(question: Question) -> Ruling | None:
    """A mailing whose text is probably spam by itself; copies alone, or of an appeal, never get this far.

    The promise of the removal threshold does not cover it: it rests on the count and the weaker score together.
    """
    facts, policy = question.facts, question.policy
    if (
        facts.context is NO_CONTEXT
        or question.is_appeal
        or facts.private
        or not is_mailing(policy.policy.copies, facts.context)
    ):
        return None
    for one, score in zip(policy.categories, question.scores, strict=True):
        if one.category is Category.SPAM and one.removal is not None and score >= one.review:
            ground = Ground(one.category, one.removal.clause, score, one.review)
            actions, numbers = _actions(question, ((ground, one.removal),))
            reasons = (Reason.SCORE_OVER_REVIEW, Reason.REPEAT)
            return Remove(ground, (), actions, reasons, *_with_beside(question, numbers))
    return None


def _with_beside(
    question: Question, numbers: Mapping[str, object]
) -> tuple[Mapping[str, object], tuple[Category, ...]]:
    """The basis of a removal, and what else the text is likely to be that the act gives no right to remove."""
    beside = tuple(
        one.category
        for one, score in zip(question.policy.categories, question.scores, strict=True)
        if one.removal is None and score >= one.review
    )
    basis = {**question.basis, **numbers}
    return (basis | {"beside": list(map(str, beside))} if beside else basis), beside


def _review(question: Question) -> Ruling | None:
    """A category is likely enough to be worth a person's look, also one that the act gives no right to remove."""
    over = [
        (score, one.category)
        for one, score in zip(question.policy.categories, question.scores, strict=True)
        if score >= one.review
    ]
    if not over:
        return None
    categories, doubt = tuple(category for _, category in over), _doubt(max(score for score, _ in over))
    reasons = (Reason.SCORE_OVER_REVIEW, *question.copied)
    return Review(reasons, categories, uncertainty=doubt, basis=question.basis)


def _copied(question: Question) -> Ruling | None:
    """Nothing in the text, but so many copies of it that a person should know."""
    reasons = question.copied
    return Review(reasons, basis=question.basis) if reasons else None


def _first_link(question: Question) -> Ruling | None:
    """A bare link from somebody who has never written here, whatever the model makes of its address."""
    if not (question.facts.only_links and question.facts.first_time_author):
        return None
    return Review((Reason.FIRST_LINK,), basis=question.basis)


#: Asked in this order; the first that answers rules, and a text that none of them wants is kept.
STEPS: Final[tuple[Callable[[Question], Ruling | None], ...]] = (
    _protected,
    _remove,
    _remove_mailing,
    _review,
    _copied,
    _first_link,
)


def _reaches(policy: BoundPolicy, scores: tuple[float, ...]) -> bool:
    """Whether any score has reached a threshold; where none has and nothing else is known, no step answers."""
    for one, score in zip(policy.categories, scores, strict=True):
        if score >= one.review or (one.remove is not None and score >= one.remove):
            return True
    return False


def _claims(policy: BoundPolicy, scores: tuple[float, ...]) -> Claims:
    """Categories that reach their removal threshold; the strongest leaves the least of its threshold's own doubt."""
    claims = []
    for one, score in zip(policy.categories, scores, strict=True):
        if one.removal is not None and one.remove is not None and score >= one.remove:
            ground = Ground(one.category, one.removal.clause, score, one.remove)
            doubt = (1 - score) / (1 - one.remove) if one.remove < 1 else 0.0
            claims.append((doubt, ground, one.removal))
    claims.sort(key=lambda claim: claim[0])
    return tuple((ground, right) for _, ground, right in claims)


def _actions(question: Question, claims: Claims) -> tuple[tuple[PlannedAction, ...], Mapping[str, object]]:
    """What the strongest claim does to the text and the ladder to its author, and the numbers of the ladder."""
    first, right = claims[0]
    bans, numbers = _bans(question, claims)
    return (PlannedAction(right.how, first.clause, first.category), *bans), numbers


def _bans(question: Question, claims: Claims) -> tuple[tuple[PlannedAction, ...], Mapping[str, object]]:
    """The ban that the ladder offers for the strongest ground that has one, and the numbers it was found with."""
    rules, facts = question.policy.policy.bans, question.facts
    claim = next(((ground, right) for ground, right in claims if right.ladder), None)
    if rules is None or claim is None or not facts.bannable or facts.ban_running:
        return (), {}
    ground, right = claim
    ban = term(right.ladder, facts.offences, rules.warnings)
    numbers = {"ladder": {"offences": facts.offences, "warnings": rules.warnings, "terms": str(rules.source)}}
    if ban is None:
        return (), numbers
    return (PlannedAction(ActionKind.BAN_AUTHOR, rules.clause, ground.category, ban),), numbers


def _by_category(scores: Scores) -> tuple[float, float, float, float]:
    """The categories' scores in the order of `Category`, which is that of a bound policy."""
    return scores.spam, scores.insult, scores.obscenity, scores.threat


def _failure(judgement: Judgement) -> str:
    """A code for why the scores cannot be used, or ''."""
    scores = judgement.scores
    if scores is None or judgement.failure:
        return judgement.failure or "no_scores"
    for head, score in zip(_HEADS, (*_by_category(scores), scores.appeal), strict=True):
        # False for NaN too.
        if not 0 <= score <= 1:
            return f"score_{head}"
    return ""


def _doubt(score: float) -> float:
    """0 where the machine is sure either way, 1 where it cannot tell."""
    return 1 - abs(2 * score - 1)


def _basis(policy: BoundPolicy, facts: Facts) -> Mapping[str, object]:
    """The policy's numbers and whatever is remarkable about the text; JSON-able."""
    if facts == _UNREMARKABLE:
        return policy.basis
    basis = dict(policy.basis)
    known = {name: value for name, usual in _FACTS if (value := getattr(facts, name)) != usual}
    if known:
        basis["facts"] = known
    if facts.context != NO_CONTEXT:
        counts = {name: getattr(facts.context, name) for name in _COUNTS}
        basis |= {"copies": policy.policy.copies.numbers(), "context": counts}
    return basis
