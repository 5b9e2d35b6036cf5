"""Carries out the house's orders in Telegram, and looks what the bot may and who runs a group."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import httpx

from app.calling.http import TIMEOUT, Unreachable
from app.calling.pace import Pace
from app.domain.clock import Clock
from app.domain.json_fields import JsonObject, id_of, object_of, objects_of, text_of
from app.domain.ports import (
    Credential,
    Delivery,
    Done,
    Failed,
    Manual,
    Order,
    Retry,
    Right,
    Sight,
    Untold,
)
from app.domain.states import Outcome, WaitingFor
from app.domain.words import ActionKind
from app.networks.telegram.calls import Call, chat_of, is_chat, plan
from app.networks.telegram.failures import Move, handling
from app.networks.telegram.membership import RIGHTS, is_kept_out, is_kept_out_until, may
from app.networks.telegram.transport import Answer, Answered, BotApi, Refused, bot_of

#: What Telegram answers whatever the token.
_PASSING: Final = frozenset({Move.AGAIN, Move.REST})
_NO_TOKEN: Final = "no_token"  # noqa: S105 - a code, not a secret
#: Which right an action needs.
_NEEDS: Final[Mapping[ActionKind, str]] = {
    ActionKind.DELETE_COMMENT: RIGHTS["delete"],
    ActionKind.BAN_AUTHOR: RIGHTS["ban"],
    ActionKind.UNBAN_AUTHOR: RIGHTS["ban"],
}


class TelegramClient:
    """A `NetworkClient` for Telegram; not for several threads at once, because a connection has one worker."""

    def __init__(
        self,
        base_url: str,
        *,
        http: httpx.Client,
        clock: Clock,
        pace: Pace | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        """`base_url` ends before `bot` and the token; the client closes `http`."""
        self._api = BotApi(base_url, http, pace or Pace(), timeout)
        self._clock = clock

    def carry_out(self, order: Order, credentials: Sequence[Credential]) -> Delivery:
        """Call Telegram with the bot's token; a bot that lacks a right lacks it in this group alone."""
        calls = plan(order, self._clock.now())
        if isinstance(calls, Failed):
            return calls
        if not credentials:
            return Retry(_NO_TOKEN, waiting=WaitingFor.TOKEN)
        for call in calls:
            ended = self._ended(order, credentials[0], self._call(call, credentials[0]))
            if ended is not None:
                return ended
        # A channel's ban has no term: whoever ordered one has to lift it.
        dated = order.kind is ActionKind.BAN_AUTHOR and order.ban_until is not None
        return Done(Outcome.ACTED, endless=dated and is_chat(order.author))

    def managers(self, page: str, credentials: Sequence[Credential]) -> frozenset[str] | Untold:
        """The group's administrators and the channel that it belongs to."""
        if not credentials:
            return Untold(_NO_TOKEN)
        chat = self._chat(page, credentials[0])
        if isinstance(chat, Untold):
            return chat
        listed = self._api.call("getChatAdministrators", {"chat_id": int(page)}, credentials[0])
        if not isinstance(listed, Answered):
            return _untold(listed)
        found = {id_of(object_of(one.get("user")), "id") for one in objects_of(listed.result)} - {""}
        if not found:
            return Untold("no_managers")
        return frozenset(found | ({id_of(chat, "linked_chat_id")} - {""}))

    def look(self, order: Order, credentials: Sequence[Credential]) -> Sight:
        """Whether a person is banned or not; of messages and channels the Bot API tells nothing."""
        if order.kind not in {ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR} or is_chat(order.author):
            return Sight.UNKNOWN
        if not credentials or isinstance(plan(order, self._clock.now()), Failed):
            return Sight.UNKNOWN
        about = {"chat_id": int(order.page), "user_id": int(order.author)}
        answer = self._api.call("getChatMember", about, credentials[0])
        if isinstance(answer, Answered):
            member = object_of(answer.result)
        elif isinstance(answer, Refused) and handling(answer).move is Move.ABSENT:
            member = {}
        else:
            return Sight.UNKNOWN
        banning = order.kind is ActionKind.BAN_AUTHOR
        # A mute that ends before is another one: what was ordered is still to be done.
        done = is_kept_out_until(member, order.ban_until) if banning else not is_kept_out(member)
        return Sight.DONE if done else Sight.NOT_DONE

    def examine(self, page: str, credential: Credential) -> tuple[Right, ...] | Untold:
        """What the bot may do in the group, by its rights there."""
        chat = self._chat(page, credential)
        if isinstance(chat, Untold):
            return chat
        found = self._self(page, credential)
        if not isinstance(found, Answered):
            return _untold(found)
        bot = object_of(found.result)
        return tuple(Right(what, can, "" if can else "no_rights") for what, can in _able(bot).items())

    def close(self) -> None:
        """Give connections back."""
        self._api.close()

    def _call(self, call: Call, credential: Credential) -> Answer:
        return self._api.call(call.method, call.params, credential)

    def _ended(self, order: Order, credential: Credential, answer: Answer) -> Delivery | None:
        """The end that an answer brings; None = go on with the next call."""
        if isinstance(answer, Unreachable):
            return Retry(answer.code, after=answer.after)
        if isinstance(answer, Answered):
            return None if answer.result is True else Retry("garbage")
        return self._refused(order, credential, answer)

    def _refused(self, order: Order, credential: Credential, refused: Refused) -> Delivery | None:
        found = handling(refused)
        if found.move is Move.UNDELETABLE:
            return self._undeletable(order, credential, found.code)
        if found.move is Move.ABSENT:
            return None if order.kind is ActionKind.UNBAN_AUTHOR else Failed(found.code)
        if found.move is Move.MOVED:
            return _moved(order, refused)
        return _ENDS.get(found.move, _again)(found.code, refused, credential)

    def _undeletable(self, order: Order, credential: Credential, code: str) -> Delivery:
        """Telegram says the same of an old message and to a bot without the right."""
        found = self._self(chat_of(order), credential)
        if isinstance(found, Answered) and not may(object_of(found.result), RIGHTS["delete"]):
            return Manual("no_rights")
        return Manual(code)

    def _self(self, chat: str, credential: Credential) -> Answer:
        return self._api.call("getChatMember", {"chat_id": int(chat), "user_id": int(bot_of(credential))}, credential)

    def _chat(self, page: str, credential: Credential) -> JsonObject | Untold:
        answer = self._api.call("getChat", {"chat_id": int(page)}, credential)
        if not isinstance(answer, Answered):
            return _untold(answer)
        chat: JsonObject = object_of(answer.result)
        # Comments stand in the group; a channel has none of its own.
        return Untold("page_is_channel") if text_of(chat, "type") == "channel" else chat


def _again(code: str, refused: Refused, _credential: Credential) -> Delivery:
    return Retry(code, after=refused.after)


def _rest(code: str, refused: Refused, _credential: Credential) -> Delivery:
    return Retry(code, after=refused.after, waiting=WaitingFor.LIMIT, pause_connection=True)


def _dead(code: str, _refused: Refused, credential: Credential) -> Delivery:
    return Retry(code, waiting=WaitingFor.TOKEN, dead=(credential.id,), alert=True)


_ENDS: Final[Mapping[Move, Callable[[str, Refused, Credential], Delivery]]] = {
    Move.GONE: lambda _code, _refused, _credential: Done(Outcome.GONE),
    Move.PERSON: lambda code, _refused, _credential: Manual(code),
    Move.NEVER: lambda code, _refused, _credential: Failed(code),
    Move.REST: _rest,
    Move.DEAD: _dead,
}


def _able(bot: Mapping[str, Any]) -> dict[ActionKind, bool]:
    return {what: may(bot, right) for what, right in _NEEDS.items()}


def _moved(order: Order, refused: Refused) -> Delivery:
    """The page goes on under another id; what was written before stays where no bot comes any more."""
    if order.kind is ActionKind.DELETE_COMMENT and chat_of(order) != order.page:
        return Manual("written_before_move")
    return Retry("moved", moved_to=refused.moved_to)


def _untold(answer: Refused | Unreachable) -> Untold:
    if isinstance(answer, Unreachable):
        return Untold(answer.code, transient=True)
    found = handling(answer)
    return Untold(found.code, transient=found.move in _PASSING)
