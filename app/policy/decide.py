"""Rules on one judged text by a page's policy: the verdict, its grounds, and where the actions begin; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Final

from app.domain.decisions import Facts, Ground, Judgement, Keep, PlannedAction, Remove, Review, Ruling
from app.domain.states import ActionState
from app.domain.words import ActionKind, Category, Mode, Reason
from app.policy.binding import BoundPolicy
from app.policy.ladder import machine_may, term
from app.policy.rules import BanBy, Removal
from model.scorer import Scores

_UNREMARKABLE: Final = Facts()
_FACTS: Final = tuple((field.name, getattr(_UNREMARKABLE, field.name)) for field in fields(Facts))
_HEADS: Final = (*map(str, Category), "appeal")


@dataclass(frozen=True, slots=True)
class Question:
    """One text before the policy; `scores`, in the order of the policy's categories, and `appeal` are probabilities.

    `claims` are the grounds to remove, the strongest first, each with the right that the policy gives.
    """

    policy: BoundPolicy
    facts: Facts
    scores: tuple[float, ...]
    appeal: float
    claims: tuple[tuple[Ground, Removal], ...]
    basis: Mapping[str, object]

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """What the text could be removed for, the strongest first."""
        return tuple(ground for ground, _ in self.claims)


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
    question = Question(policy, facts, scores, judgement.scores.appeal, _claims(policy, scores), basis)
    for step in STEPS:
        ruling = step(question)
        if ruling is not None:
            return ruling
    return Keep(basis=basis)


def _nothing_to_judge(facts: Facts, basis: Mapping[str, object]) -> Ruling:
    """No words: kept, unless all there is are links from somebody who has never written here."""
    if facts.only_links and facts.first_time_author:
        return Review((Reason.FIRST_LINK,), basis=basis)
    return Keep((Reason.NO_TEXT,), basis=basis)


def _protected(question: Question) -> Ruling | None:
    """What would go stays, because it is an appeal or a private message; nobody is banned for it."""
    reasons = []
    if question.appeal >= question.policy.appeal:
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
    first, right = question.claims[0]
    removal = PlannedAction(right.how, first.clause, first.category)
    bans, numbers = _bans(question)
    return Remove(first, question.grounds[1:], (removal, *bans), basis={**question.basis, **numbers})


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
    return Review((Reason.SCORE_OVER_REVIEW,), categories, uncertainty=doubt, basis=question.basis)


def _first_link(question: Question) -> Ruling | None:
    """A bare link from somebody who has never written here, whatever the model makes of its address."""
    if not (question.facts.only_links and question.facts.first_time_author):
        return None
    return Review((Reason.FIRST_LINK,), basis=question.basis)


#: Asked in this order; the first that answers rules, and a text that none of them wants is kept.
STEPS: Final[tuple[Callable[[Question], Ruling | None], ...]] = (_protected, _remove, _review, _first_link)


def _claims(policy: BoundPolicy, scores: tuple[float, ...]) -> tuple[tuple[Ground, Removal], ...]:
    """Categories that reach their removal threshold; the strongest leaves the least of its threshold's own doubt."""
    claims = []
    for one, score in zip(policy.categories, scores, strict=True):
        if one.removal is not None and one.remove is not None and score >= one.remove:
            ground = Ground(one.category, one.removal.clause, score, one.remove)
            doubt = (1 - score) / (1 - one.remove) if one.remove < 1 else 0.0
            claims.append((doubt, ground, one.removal))
    claims.sort(key=lambda claim: claim[0])
    return tuple((ground, right) for _, ground, right in claims)


def _bans(question: Question) -> tuple[tuple[PlannedAction, ...], Mapping[str, object]]:
    """The ban that the ladder offers for the strongest ground that has one, and the numbers it was found with."""
    rules, facts = question.policy.policy.bans, question.facts
    claim = next(((ground, right) for ground, right in question.claims if right.ladder), None)
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
    known = {name: value for name, usual in _FACTS if (value := getattr(facts, name)) != usual}
    return {**policy.basis, "facts": known}


def begin(ruling: Ruling, mode: Mode, *, ban_by: BanBy) -> tuple[tuple[PlannedAction, ActionState], ...]:
    """The machine's actions for a ruling and the state that each begins in.

    A ban waits as `proposed` also where everything else goes out at once. It opens no case, because the question about
    the comment is answered: people find it among the page's proposed actions, where it is confirmed or cancelled.
    Only an office that lets the machine ban has short dated bans begin as `pending`.
    """
    if not isinstance(ruling, Remove):
        return ()
    return tuple((action, _first_state(action, mode, ban_by)) for action in ruling.actions)


def _first_state(action: PlannedAction, mode: Mode, ban_by: BanBy) -> ActionState:
    if mode is Mode.SHADOW:
        return ActionState.SHADOW
    if mode is Mode.REVIEW:
        return ActionState.PROPOSED
    if action.kind is ActionKind.BAN_AUTHOR and not (ban_by is BanBy.MACHINE and machine_may(action.ban)):
        return ActionState.PROPOSED
    return ActionState.PENDING


def opens_case(ruling: Ruling, mode: Mode) -> bool:
    """Whether a person is asked: never in shadow, for every `review`, and in review mode for every `remove`."""
    if mode is Mode.SHADOW:
        return False
    return isinstance(ruling, Review) or (isinstance(ruling, Remove) and mode is Mode.REVIEW)
