"""Says which OK method carries out an order, with which parameters, and how to look whether it is done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.calling.http import Unreachable
from app.domain.json_fields import object_of, objects_of, text_of
from app.domain.ports import Failed, Manual, Order, Sight
from app.domain.words import ActionKind
from app.networks.ok.comments import TYPES, Discussion, stands
from app.networks.ok.failures import NOT_THERE
from app.networks.ok.fields import number_of, optional_id
from app.networks.ok.transport import Answer, Answered, Ask, Refused

DELETE: Final = "discussions.deleteDiscussionComment"
DELETE_MANY: Final = "discussions.deleteDiscussionComments"
COMMENT: Final = "discussions.getComment"
MEMBERSHIP: Final = "group.getUserGroupsByIds"
#: A code of ours: OK has no method for it, or no public one.
NOT_OFFERED: Final = "not_offered"
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_LONGEST_ID: Final = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be called, and how to see whether it is done: `act` None = only people can do it."""

    act: Ask | None
    look: Ask | None


def plan(order: Order, *, deletes: bool) -> Plan | Failed | Manual:
    """The calls for an order; `deletes`: this installation may call the methods that delete."""
    if not _NUMBER.fullmatch(order.page):
        return Failed("bad_order")
    if order.kind in (ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR):
        return _about_author(order)
    surface = TYPES.get(order.comment_kind) if order.comment_kind is not None else None
    if order.kind is not ActionKind.DELETE_COMMENT or surface is None:
        return Manual(NOT_OFFERED)
    if not _NUMBER.fullmatch(order.scope) or not 0 < len(order.external_id) <= _LONGEST_ID:
        return Failed("bad_order")
    on = Discussion(surface, order.scope)
    look = Ask(COMMENT, {**on.params, "comment_id": order.external_id})
    return Plan(_deletion(order, on.params) if deletes else None, look)


def is_done(response: Any) -> bool | None:
    """What a deletion's answer says; its shape is not documented, so None = only a look tells."""
    if response is True or (isinstance(response, dict) and response.get("success") is True):
        return True
    if response is False or (isinstance(response, dict) and response.get("success") is False):
        return False
    return None


def sight(order: Order, answer: Answer) -> Sight:
    """What the answer to a look says about an order."""
    if isinstance(answer, Unreachable):
        return Sight.UNKNOWN
    if order.kind is ActionKind.DELETE_COMMENT:
        return _comment_sight(order, answer)
    if isinstance(answer, Refused):
        return Sight.UNKNOWN
    barred = _is_barred(order.author, answer)
    if barred is None:
        return Sight.UNKNOWN
    return Sight.DONE if barred == (order.kind is ActionKind.BAN_AUTHOR) else Sight.NOT_DONE


def _about_author(order: Order) -> Plan | Failed | Manual:
    """OK bans together with a deletion and in no other way; whether somebody is banned it tells."""
    if not order.author:
        return Failed("no_author")
    if order.author == f"-{order.page}":
        return Failed("own_page")
    if not _NUMBER.fullmatch(order.author):
        # A group, or the author of a message, whose number means nothing to this method.
        return Manual(NOT_OFFERED)
    return Plan(None, Ask(MEMBERSHIP, {"group_id": order.page, "uids": order.author}))


def _deletion(order: Order, params: Mapping[str, str]) -> Ask:
    flags = {"mark_as_spam": "false", "block_author": "true" if order.with_ban else "false"}
    if order.together:
        ids = ",".join((order.external_id, *order.together))
        return Ask(DELETE_MANY, {**params, "comment_ids": ids, **flags})
    return Ask(DELETE, {**params, "comment_id": order.external_id, **flags})


def _comment_sight(order: Order, answer: Answered | Refused) -> Sight:
    if isinstance(answer, Refused):
        return Sight.DONE if answer.code in NOT_THERE else Sight.UNKNOWN
    told = object_of(answer.response)
    comment = object_of(told.get("comment")) or told
    # Null, or another comment, is no word about this one.
    if optional_id(comment, "id") != order.external_id:
        return Sight.UNKNOWN
    return Sight.NOT_DONE if stands(comment) else Sight.DONE


def _is_barred(author: str, answer: Answered) -> bool | None:
    for one in objects_of(answer.response):
        if number_of(one.get("userId")) == author:
            status = text_of(one, "status")
            return None if status in ("", "UNKNOWN") else status == "BLOCKED"
    return None
