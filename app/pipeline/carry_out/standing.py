"""Gathers what is asked about an action before it is sent, and makes the order that a network's client understands."""

from dataclasses import dataclass

import msgspec
from sqlmodel import Session, col, select

from app.domain.abilities import Abilities
from app.domain.ports import Order
from app.domain.states import ActionState, CommentState
from app.domain.words import ActionKind, Kind, Mode, WrittenBy
from app.outbox.moves import is_by_machine
from app.outbox.permission import REMOVALS, Standing
from app.outbox.terms import ends_itself
from app.outbox.together import goes_with
from app.pipeline.house import House
from app.pipeline.notices import ban_notice
from app.storage import outbox
from app.storage.tables import Action, Author, Comment, Control, Page


@dataclass(frozen=True, slots=True)
class Matter:
    """An action with all that it is about; action and comment are locked, `author` is '' if unknown or erased."""

    action: Action
    comment: Comment
    page: Page
    author: str
    paused: bool


def load_matter(session: Session, action_id: int, comment_id: int) -> Matter | None:
    """Lock the comment, then the action; None if either is no longer there."""
    comment = outbox.lock_comment(session, comment_id)
    action = outbox.lock_action(session, action_id)
    if comment is None or action is None:
        return None
    page = session.get_one(Page, action.page_id, populate_existing=True)
    author = session.get(Author, action.author_id) if action.author_id is not None else None
    control = session.get_one(Control, 1, populate_existing=True)
    paused = control.paused_at is not None or page.paused_at is not None
    return Matter(action, comment, page, (author.external_id or "") if author else "", paused)


def standing_of(matter: Matter) -> Standing:
    """How things stand for the action, as plain values."""
    action, comment, page = matter.action, matter.comment, matter.page
    return Standing(
        kind=ActionKind(action.kind),
        by_machine=is_by_machine(action),
        created_at=action.created_at,
        decision_current=comment.decision_id == action.decision_id,
        comment=CommentState(comment.state),
        written_by=WrittenBy(comment.written_by),
        author=matter.author,
        page=page.external_id,
        page_removed=page.removed_at is not None,
        mode=Mode(page.mode),
        paused=matter.paused,
        trusted=_names(page.trusted_json),
        managers=_names(page.managers_json),
        managers_read_at=page.managers_read_at,
        ban_until=action.ban_until,
    )


def _names(text: str) -> frozenset[str]:
    return frozenset(msgspec.json.decode(text, type=list[str]))


def order_of(
    session: Session, house: House, matter: Matter, abilities: Abilities | None, *, with_ban: bool = False
) -> Order:
    """The action in the words of the port, with what a banned person reads and what falls with the comment."""
    action, comment = matter.action, matter.comment
    kind = ActionKind(action.kind)
    return Order(
        kind=kind,
        page=matter.page.external_id,
        comment_kind=Kind(comment.kind),
        scope=comment.scope,
        external_id=comment.external_id,
        post=comment.post_external_id,
        author=matter.author,
        # A term that the network does not keep is ended by us: to the network it is a ban without one.
        ban_until=action.ban_until if abilities is None or ends_itself(abilities, action.ban_seconds) else None,
        ban_reason=action.ban_reason,
        ban_comment=ban_notice(house, action, matter.page) if kind is ActionKind.BAN_AUTHOR else "",
        together=tuple(one.external_id for one in goes_with(session, comment, kind)),
        with_ban=with_ban,
        undoes=_taken_back(session, comment) if kind is ActionKind.RESTORE_COMMENT else None,
    )


def matter_of(session: Session, action: Action) -> Matter:
    """The same without a lock, for whoever only looks."""
    author = session.get(Author, action.author_id) if action.author_id is not None else None
    comment, page = session.get_one(Comment, action.comment_id), session.get_one(Page, action.page_id)
    return Matter(action, comment, page, (author.external_id or "") if author else "", paused=False)


def _taken_back(session: Session, comment: Comment) -> ActionKind | None:
    """How the comment was removed last; None if that was not our doing."""
    query = select(Action.kind).where(
        Action.comment_id == comment.id,
        col(Action.kind).in_(REMOVALS),
        col(Action.state).in_((ActionState.DONE, ActionState.SENDING)),
    )
    found = session.exec(query.order_by(col(Action.id).desc())).first()
    return None if found is None else ActionKind(found)
