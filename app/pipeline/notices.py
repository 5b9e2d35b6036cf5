"""Puts what is stored about a decision into the words that its author is told."""

from typing import Final

import msgspec

from app.domain.notices import Decider, NoticeFacts, NoticeKind, notice
from app.domain.states import ActionState
from app.domain.words import ActionKind, Verdict
from app.outbox.moves import MACHINE
from app.outbox.permission import REMOVALS
from app.pipeline.decision_number import number_of
from app.pipeline.house import House
from app.storage.decisions import DecisionRecord
from app.storage.tables import Action, Page

#: States of an order that will not be carried out, so that nobody is told of it.
_VOID: Final = frozenset({ActionState.SHADOW, ActionState.CANCELLED, ActionState.FAILED})
_codes = msgspec.json.Decoder(list[str]).decode


def ban_notice(house: House, action: Action, page: Page) -> str:
    """What a banned author reads in the network: why, until when, where else to turn, how to object."""
    facts = NoticeFacts(
        number_of(house, action.decision_id),
        page.timezone,
        until=action.ban_until,
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
    removal = next((one for one in record.actions if one.kind in REMOVALS), None)
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
    house: House, record: DecisionRecord, page: Page, *, post_at: int | None = None
) -> dict[NoticeKind, str]:
    """Everything that there is to tell the author about a decision; nothing about one that removes nothing."""
    if record.decision.verdict != Verdict.REMOVE or all(one.state in _VOID for one in record.actions):
        return {}
    told = {NoticeKind.DELETED: removal_notice(house, record, page, post_at=post_at)}
    ban = next((one for one in record.actions if one.kind == ActionKind.BAN_AUTHOR and one.state not in _VOID), None)
    if ban is not None:
        told[NoticeKind.BLOCKED] = ban_notice(house, ban, page)
    return told


def _decider(action: Action) -> Decider:
    if action.ordered_by != MACHINE:
        return Decider.PERSON
    return Decider.BOTH if action.confirmed_by else Decider.PROGRAM


def _removed_at(record: DecisionRecord, removal: Action | None) -> int:
    """When the comment went, as far as it has."""
    if removal is None:
        return record.decision.decided_at
    return removal.sent_at or removal.due_at
