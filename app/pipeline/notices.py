"""Puts what is stored about a decision into the words that its author is told."""

from typing import Final

import msgspec

from app.domain.notices import Decider, NoticeFacts, NoticeKind, notice
from app.domain.states import ActionState, CommentState
from app.domain.words import ActionKind, Verdict
from app.outbox.moves import MACHINE
from app.outbox.permission import REMOVALS
from app.pipeline.decision_number import number_of
from app.pipeline.house import House
from app.storage.decisions import DecisionRecord
from app.storage.tables import Action, Page

#: States of an order that is not, or not yet, to be carried out, so that nobody is told of it.
_VOID: Final = frozenset({ActionState.SHADOW, ActionState.PROPOSED, ActionState.CANCELLED, ActionState.FAILED})
_codes = msgspec.json.Decoder(list[str]).decode


def ban_notice(house: House, action: Action, page: Page) -> str:
    """What a banned author reads in the network: why, until when, where else to turn, how to object."""
    facts = NoticeFacts(
        number_of(house, action.decision_id),
        page.timezone,
        until=action.ban_until,
        seconds=action.ban_seconds,
        categories=(action.ban_reason,) if action.ban_reason else (),
        clause=action.clause,
        # An order without a category rests on an article that a person named.
        law="" if action.ban_reason else action.clause,
        decider=_decider(action),
    )
    return notice(NoticeKind.BLOCKED, facts)


def removal_notice(house: House, record: DecisionRecord, page: Page, *, post_at: int | None = None) -> str:
    """What a removed author is told when they ask; `post_at` is when the post above the comment was published."""
    decision = record.decision
    removal = _removal(record)
    clauses = _codes(decision.clauses_json)
    categories = tuple(_codes(decision.categories_json))
    ground = removal.clause if removal is not None else next(iter(clauses), "")
    facts = NoticeFacts(
        number_of(house, decision.id),
        page.timezone,
        at=_removed_at(record, removal),
        post_at=post_at,
        categories=categories,
        clause=ground,
        law="" if categories else ground,
        decider=_decider(removal) if removal is not None else Decider.PERSON,
    )
    return notice(NoticeKind.DELETED, facts)


def notices_of(
    house: House,
    record: DecisionRecord,
    page: Page,
    *,
    post_at: int | None = None,
    reversed_id: int | None = None,
) -> dict[NoticeKind, str]:
    """Everything that there is to tell the author about a decision; nothing about what was only proposed.

    `reversed_id` is the removal that a keep takes back.
    """
    if record.decision.verdict == Verdict.KEEP and reversed_id is not None:
        return _taken_back(house, record, page, reversed_id)
    if record.decision.verdict != Verdict.REMOVE:
        return {}
    told = {}
    removal = _removal(record)
    # Removed before, or in the network: the decision stands without an order of its own.
    if removal.state not in _VOID if removal is not None else record.comment.state == CommentState.REMOVED:
        told[NoticeKind.DELETED] = removal_notice(house, record, page, post_at=post_at)
    ban = next((one for one in record.actions if one.kind == ActionKind.BAN_AUTHOR and one.state not in _VOID), None)
    if ban is not None:
        told[NoticeKind.BLOCKED] = ban_notice(house, ban, page)
    return told


def _taken_back(house: House, record: DecisionRecord, page: Page, reversed_id: int) -> dict[NoticeKind, str]:
    """What follows for the author of a comment that should not have been removed, once that is certain."""
    states = {one.kind: one.state for one in record.actions}
    restore = states.get(ActionKind.RESTORE_COMMENT)
    is_gone = record.comment.state == CommentState.REMOVED
    facts = NoticeFacts(
        number_of(house, reversed_id),
        page.timezone,
        unbanned=states.get(ActionKind.UNBAN_AUTHOR) == ActionState.DONE,
        can_restore=restore == ActionState.DONE,
    )
    if restore == ActionState.DONE:
        return {NoticeKind.RESTORED: notice(NoticeKind.RESTORED, facts)}
    if is_gone and restore in {None, ActionState.FAILED, ActionState.CANCELLED}:
        return {NoticeKind.CANNOT_RESTORE: notice(NoticeKind.CANNOT_RESTORE, facts)}
    return {}


def _removal(record: DecisionRecord) -> Action | None:
    return next((one for one in record.actions if one.kind in REMOVALS), None)


def _decider(action: Action) -> Decider:
    if action.ordered_by != MACHINE:
        return Decider.PERSON
    return Decider.BOTH if action.confirmed_by else Decider.PROGRAM


def _removed_at(record: DecisionRecord, removal: Action | None) -> int | None:
    """When the comment went; None if it is still to go."""
    return record.comment.changed_at if removal is None else removal.sent_at
