"""Gathers the whole story of one decision, in one reading transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from sqlmodel import Session, col, select

from app.domain.errors import NotFoundError
from app.domain.principals import Principal
from app.domain.states import ActionState
from app.domain.words import ActionKind, Category, Verdict
from app.outbox.moves import MACHINE
from app.pipeline.case_view import Effect, effects, judged_words, telling
from app.pipeline.objections.reading import readable_notes
from app.pipeline.process import Services
from app.storage.accounts import is_id
from app.storage.case_context import RevisionShown, notes_on, post_of, revisions_of
from app.storage.decisions import DecisionRecord, read_decisions
from app.storage.tables import Action, Decision, Note, Page, Post, ReviewCase
from model.explain import Span

#: Of a comment that was decided about again and again the newest are shown.
_CHAIN: Final = 50
_APPEAL: Final = "appeal"


@dataclass(frozen=True, slots=True)
class Weighed:
    """One score against what it was held to: from `remove` on a text goes, from `review` on a person looks.

    Both are None where nothing happens by this score; `over` names the highest that it reached.
    """

    head: str
    score: float | None
    remove: float | None
    review: float | None
    over: Verdict


@dataclass(frozen=True, slots=True)
class Law:
    """The violation of law that a person filled in."""

    level: str
    act: str
    article: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision and everything around it; `words` is None where they are erased or the reader may not see them.

    `changed` are the places without which the machine's verdict would have been `changed_to`. `chain` holds every
    decision about the comment, the newest first, `actions` all that was asked of the network for it.
    """

    record: DecisionRecord
    page: Page
    withheld: bool
    words: str | None
    telling: tuple[Span, ...]
    changed: tuple[tuple[int, int], ...]
    changed_to: Verdict | None
    weighed: tuple[Weighed, ...]
    law: Law | None
    chain: tuple[Decision, ...]
    revisions: tuple[RevisionShown, ...]
    actions: tuple[Action, ...]
    cases: tuple[ReviewCase, ...]
    notes: tuple[Note, ...]
    post: Post | None
    effects: tuple[Effect, ...]

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Where the telling words stand in `words`."""
        return tuple((span.start, span.end) for span in self.telling)

    @property
    def is_newest(self) -> bool:
        """Whether nothing has superseded it."""
        return self.record.comment.decision_id == self.record.decision.id

    @property
    def earlier_removal(self) -> int | None:
        """The last removal before this decision, if there was one."""
        earlier = (one.id for one in self.chain if one.id < self.record.decision.id and one.verdict == Verdict.REMOVE)
        return max(earlier, default=None)

    @property
    def can_be_reversed(self) -> bool:
        """Whether it is a removal that stands."""
        return self.is_newest and self.record.decision.verdict == Verdict.REMOVE

    @property
    def to_take_back(self) -> tuple[Effect, ...]:
        """What was sent to the network and would have to be taken back there, with what that can do."""
        sent = {ActionKind(one.kind) for one in self.actions if one.state in {ActionState.DONE, ActionState.SENDING}}
        return tuple(one for one in self.effects if one.kind in sent)


def decision_view(services: Services, decision_id: int, who: Principal) -> DecisionView:
    """The decision as this person may see it.

    Raises:
        NotFoundError: there is no such decision, or not for this person.
    """
    with services.house.database.read() as session:
        records = read_decisions(session, [decision_id]) if is_id(decision_id) else []
        if not records or not who.may_touch(records[0].decision.page_id):
            raise NotFoundError(f"решения {decision_id} нет")
        return _gather(session, services, records[0], who)


def _gather(session: Session, services: Services, record: DecisionRecord, who: Principal) -> DecisionView:
    decision, comment = record.decision, record.comment
    withheld = comment.private and not who.reads_private
    basis = msgspec.json.decode(decision.basis_json, type=dict[str, object])
    change = msgspec.json.decode(decision.change_json, type=dict[str, object] | None)
    revisions, chain = revisions_of(session, comment.id), _chain(session, comment.id)
    held_to = msgspec.json.decode(_judgement(decision, chain).basis_json, type=dict[str, object])
    return DecisionView(
        record=record,
        page=session.get_one(Page, decision.page_id),
        withheld=withheld,
        words=None if withheld else judged_words(record.body),
        telling=telling(decision.explanation_json),
        changed=_places(change),
        changed_to=Verdict(str(change["verdict"])) if change else None,
        weighed=weigh(_scores(decision), held_to),
        law=_law(basis.get("law")),
        chain=chain,
        revisions=tuple(replace(one, text=None) for one in revisions) if withheld else revisions,
        actions=_actions(session, comment.id),
        cases=_cases(session, comment.id),
        notes=() if withheld else readable_notes(notes_on(session, comment.id), who),
        post=post_of(session, comment),
        effects=effects(services.abilities.get(record.network), comment),
    )


def weigh(scores: Mapping[str, float | None], basis: Mapping[str, object]) -> tuple[Weighed, ...]:
    """Each score beside the thresholds that a decision's basis holds, categories first, then the appeal."""
    remove, review = _numbers(basis.get("remove")), _numbers(basis.get("review"))
    rows = []
    for category in Category:
        score, goes, asked = scores.get(category), remove.get(category), review.get(category)
        over = Verdict.KEEP
        if score is not None and goes is not None and score >= goes:
            over = Verdict.REMOVE
        elif score is not None and asked is not None and score >= asked:
            over = Verdict.REVIEW
        rows.append(Weighed(str(category), score, goes, asked, over))
    appeal, score = basis.get(_APPEAL), scores.get(_APPEAL)
    protects = float(appeal) if isinstance(appeal, int | float) else None
    over = Verdict.REVIEW if score is not None and protects is not None and score >= protects else Verdict.KEEP
    rows.append(Weighed(_APPEAL, score, None, protects, over))
    return tuple(rows)


def _judgement(decision: Decision, chain: tuple[Decision, ...]) -> Decision:
    """The decision whose thresholds the scores were held to: a person's verdict repeats the machine's scores alone."""
    same = (one for one in chain if one.id <= decision.id and one.revision_id == decision.revision_id)
    return next((one for one in same if one.decided_by == MACHINE), decision)


def _numbers(value: object) -> dict[str, float]:
    return {str(name): float(number) for name, number in value.items()} if isinstance(value, Mapping) else {}


def _scores(decision: Decision) -> dict[str, float | None]:
    return {head: getattr(decision, f"score_{head}") for head in (*map(str, Category), _APPEAL)}


def _places(change: Mapping[str, object] | None) -> tuple[tuple[int, int], ...]:
    return tuple(msgspec.convert(change["without"], list[tuple[int, int]])) if change else ()


def _law(value: object) -> Law | None:
    return msgspec.convert(value, Law) if isinstance(value, Mapping) else None


def _chain(session: Session, comment_id: int) -> tuple[Decision, ...]:
    query = select(Decision).where(Decision.comment_id == comment_id).order_by(col(Decision.id).desc())
    return tuple(session.exec(query.limit(_CHAIN)))


def _actions(session: Session, comment_id: int) -> tuple[Action, ...]:
    query = select(Action).where(Action.comment_id == comment_id).order_by(col(Action.id).desc())
    return tuple(session.exec(query.limit(_CHAIN)))


def _cases(session: Session, comment_id: int) -> tuple[ReviewCase, ...]:
    query = select(ReviewCase).where(ReviewCase.comment_id == comment_id).order_by(col(ReviewCase.id).desc())
    return tuple(session.exec(query.limit(_CHAIN)))
