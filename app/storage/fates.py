"""What decides whether a comment's words may be erased: when it was last touched, what was done, what it waits for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from app.domain.answers import AnswerState
from app.domain.states import UNFINISHED, ActionState, CaseState, CommentState
from app.domain.words import ActionKind, Verdict
from app.storage.basis import PersonBasis, person_basis
from app.storage.holds import Standing, standing
from app.storage.tables import (
    Action,
    Answer,
    Appeal,
    Campaign,
    CampaignComment,
    Comment,
    Decision,
    Objection,
    ReviewCase,
    Revision,
)

#: Why words stay for the time being.
HOLD: Final = "hold"
CASE: Final = "case"
OBJECTION: Final = "objection"
ACTION: Final = "action"
APPEAL: Final = "appeal"
ANSWER: Final = "answer"
#: Actions that took something from the author, or are about to.
_AGAINST: Final = frozenset({ActionKind.DELETE_COMMENT, ActionKind.HIDE_COMMENT, ActionKind.BAN_AUTHOR})
_BEGUN: Final = frozenset(
    {ActionState.PENDING, ActionState.SENDING, ActionState.MANUAL, ActionState.DONE, ActionState.FAILED}
)
#: An answer that nobody has published or closed is still written.
UNWRITTEN: Final = frozenset({AnswerState.DRAFT.value, AnswerState.AGREED.value})
_PERSON: Final = "person:"


@dataclass(slots=True)
class Fate:
    """One comment; instants in microseconds."""

    comment_id: int
    page_id: int
    author_id: int | None
    private: bool
    #: The last thing that happened to it: terms are counted from here.
    last_step: int
    #: It was removed, or its author banned for it: its papers are kept as long as they may be disputed.
    removed: bool
    #: A person found somebody else's data in it: until then the verdict may be undone.
    personal_data_at: int | None = None
    waits: set[str] = field(default_factory=set)


def lock_comments(session: Session, ids: Collection[int]) -> None:
    """Hold comments until the transaction ends, in the order in which everybody locks them."""
    query = select(col(Comment.id)).where(col(Comment.id).in_(ids)).order_by(col(Comment.id)).with_for_update()
    session.execute(query)


def fates(session: Session, comments: Collection[int]) -> dict[int, Fate]:
    """How things stand with these comments (a few hundred at most); ids without a comment are left out."""
    ids = sorted(set(comments))
    found = _comments(session, ids, standing(session))
    for comment, at in session.execute(_of(Revision, ids, Revision.received_at)):
        _step(found, comment, at)
    _decisions(session, ids, found)
    _actions(session, ids, found)
    _questions(session, ids, found)
    _answers(session, ids, found)
    return found


def _of(table: Any, ids: Sequence[int], *columns: Any) -> Any:
    return select(col(table.comment_id), *map(col, columns)).where(col(table.comment_id).in_(ids))


def _step(found: dict[int, Fate], comment: int, *instants: int | None) -> None:
    if comment in found:
        known = [at for at in instants if at is not None]
        found[comment].last_step = max([found[comment].last_step, *known])


def _wait(found: dict[int, Fate], comment: int, why: str) -> None:
    if comment in found:
        found[comment].waits.add(why)


def _comments(session: Session, ids: Sequence[int], held: Standing) -> dict[int, Fate]:
    columns = (Comment.id, Comment.page_id, Comment.author_id, Comment.private, Comment.received_at, Comment.state)
    query: Any = select(*map(col, columns)).where(col(Comment.id).in_(ids))
    found = {}
    for id_, page, author, private, received_at, state in session.execute(query):
        fate = Fate(id_, page, author, private, received_at, state == CommentState.REMOVED)
        if held.holds(page_id=page, author_id=author, comment_id=id_):
            fate.waits.add(HOLD)
        found[id_] = fate
    return found


def _decisions(session: Session, ids: Sequence[int], found: dict[int, Fate]) -> None:
    columns = (Decision.id, Decision.verdict, Decision.decided_by, Decision.decided_at)
    # In the order of ids, so that the last one is the decision that holds.
    rows = session.execute(_of(Decision, ids, *columns, Decision.basis_json).order_by(col(Decision.id))).all()
    for comment, _, verdict, by, at, basis in rows:
        if comment not in found:
            continue
        _step(found, comment, at)
        found[comment].personal_data_at = personal_data_at(by, at, basis)
        if verdict == Verdict.REMOVE and by.startswith(_PERSON):
            found[comment].removed = True


def personal_data_at(by: str, at: int, basis: str) -> int | None:
    """Since when our copy is to be covered, if a person decided so."""
    told = person_basis(basis) if by.startswith(_PERSON) else PersonBasis()
    return max(at, told.undo_until) if told.personal_data else None


def _actions(session: Session, ids: Sequence[int], found: dict[int, Fate]) -> None:
    for comment, kind, state, at in session.execute(_of(Action, ids, Action.kind, Action.state, Action.changed_at)):
        if comment not in found:
            continue
        if state != ActionState.SHADOW:
            _step(found, comment, at)
        if state in UNFINISHED:
            _wait(found, comment, ACTION)
        if kind in _AGAINST and state in _BEGUN:
            found[comment].removed = True


def _questions(session: Session, ids: Sequence[int], found: dict[int, Fate]) -> None:
    for comment, state, at in session.execute(_of(ReviewCase, ids, ReviewCase.state, ReviewCase.closed_at)):
        _step(found, comment, at)
        if state != CaseState.CLOSED:
            _wait(found, comment, CASE)
    # One case may ask for all comments that say the same.
    shared = (
        _of(CampaignComment, ids)
        .join(Campaign, col(Campaign.id) == col(CampaignComment.campaign_id))
        .join(ReviewCase, col(ReviewCase.id) == col(Campaign.case_id))
        .where(col(ReviewCase.state) != CaseState.CLOSED.value)
    )
    for (comment,) in session.execute(shared):
        _wait(found, comment, CASE)
    for comment, at in session.execute(_of(Objection, ids, Objection.answered_at)):
        _step(found, comment, at)
        if at is None:
            _wait(found, comment, OBJECTION)


def _answers(session: Session, ids: Sequence[int], found: dict[int, Fate]) -> None:
    for comment, at in session.execute(_of(Appeal, ids, Appeal.closed_at)):
        _step(found, comment, at)
        if at is None:
            _wait(found, comment, APPEAL)
    for comment, state, at in session.execute(_of(Answer, ids, Answer.state, Answer.changed_at)):
        _step(found, comment, at)
        if state in UNWRITTEN:
            _wait(found, comment, ANSWER)
