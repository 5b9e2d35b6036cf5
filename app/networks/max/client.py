"""Carries out the house's orders on MAX: calls the method, and looks when the answer says only that it was not done."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import httpx

from app.calling.http import TIMEOUT, Unreachable
from app.calling.pace import Pace
from app.domain.json_fields import id_of, objects_of, text_of
from app.domain.ports import (
    Credential,
    Delivery,
    Done,
    Failed,
    Lesson,
    Manual,
    Order,
    Retry,
    Right,
    Sight,
    Untold,
)
from app.domain.states import Outcome, WaitingFor
from app.domain.words import ActionKind
from app.networks.max import rights
from app.networks.max.calls import Plan, plan
from app.networks.max.failures import REST, Move, Refused, label, move
from app.networks.max.transport import Answer, Answered, Call, Transport

#: Messages of one chat that MAX lets be deleted in a second.
DELETIONS: Final = 2
#: MAX lets a chat have fifty administrators.
_PAGES: Final = 10
#: What MAX answers whatever the token.
_PASSING: Final = frozenset({Move.AGAIN, Move.REST})


class MaxClient:
    """A `NetworkClient` for MAX; not for several threads at once, because a connection has one worker."""

    def __init__(
        self,
        base_url: str,
        *,
        http: httpx.Client,
        pace: Pace | None = None,
        chat_pace: Pace | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        """The client closes `http`."""
        self._transport = Transport(base_url, http, pace or Pace(), timeout)
        self._chat_pace = chat_pace or Pace()

    def carry_out(self, order: Order, credentials: Sequence[Credential]) -> Delivery:
        """Call MAX, at most once with each token, and look at the target where the answer leaves room."""
        found = plan(order)
        if isinstance(found, Failed | Manual):
            return found
        if not credentials:
            return Retry("no_token", waiting=WaitingFor.TOKEN)
        if found.chat_pace:
            self._chat_pace.wait(int(order.page), DELETIONS)
        return _Attempt(self._transport, found, credentials).run()

    def managers(self, page: str, credentials: Sequence[Credential]) -> frozenset[str] | Untold:
        """Ids of the administrators, bots among them; when no token can tell, what the last one met."""
        found: frozenset[str] | Untold = Untold("no_capable_token")
        for credential in credentials:
            found = self._managers(page, credential)
            if not isinstance(found, Untold):
                break
        return found

    def look(self, order: Order, credentials: Sequence[Credential]) -> Sight:
        """Whether the target of an order is gone, as far as one of the tokens may see; a block does not show."""
        found = plan(order)
        if isinstance(found, Failed | Manual):
            return Sight.UNKNOWN
        for credential in credentials:
            stands = _seen(found, self._transport.call(found.look.call, credential))
            if isinstance(stands, bool):
                return Sight.NOT_DONE if stands else Sight.DONE
        return Sight.UNKNOWN

    def examine(self, page: str, credential: Credential) -> tuple[Right, ...] | Untold:
        """What the bot's permissions in the chat allow."""
        me = self._transport.call(Call("GET", f"chats/{page}/members/me"), credential)
        if not isinstance(me, Answered):
            return _untold(me)
        chat = self._transport.call(Call("GET", f"chats/{page}"), credential)
        if not isinstance(chat, Answered):
            return _untold(chat)
        if me.response.get("is_admin") is not True and me.response.get("is_owner") is not True:
            return Right(ActionKind.DELETE_COMMENT, False, "max_no_admin"), _ban_right(False, "max_no_admin")
        held = rights.permissions_of(me.response.get("permissions"))
        is_channel = text_of(chat.response, "type") == "channel"
        deletes = rights.can_delete(held, is_channel=is_channel)
        deleting = Right(ActionKind.DELETE_COMMENT, deletes, "" if deletes else "max_no_delete")
        if rights.READ not in held:
            # What is not read is not told of either.
            deleting = Right(ActionKind.DELETE_COMMENT, False, "max_no_read_all_messages")
        if rights.BLOCK not in held:
            return deleting, _ban_right(False, "max_no_add_remove_members")
        # Without a link to the chat MAX passes over the blocking in silence; a private link need not be shown.
        linked = bool(text_of(chat.response, "link"))
        return deleting, _ban_right(True, "") if linked else _ban_right(None, "max_no_link")

    def close(self) -> None:
        """Give connections back."""
        self._transport.close()

    def _managers(self, page: str, credential: Credential) -> frozenset[str] | Untold:
        found: set[str] = set()
        marker = ""
        for _ in range(_PAGES):
            params = {"marker": marker} if marker else {}
            answer = self._transport.call(Call("GET", f"chats/{page}/members/admins", params), credential)
            if not isinstance(answer, Answered):
                return _untold(answer)
            found.update(filter(None, (id_of(one, "user_id") for one in objects_of(answer.response.get("members")))))
            marker = id_of(answer.response, "marker")
            if not marker:
                return frozenset(found) if found else Untold("no_managers")
        # A part of the list would let the others be banned.
        return Untold("garbage", transient=True)


def _ban_right(can: bool | None, code: str) -> Right:  # noqa: FBT001 - the field has three values
    return Right(ActionKind.BAN_AUTHOR, can, code)


def _untold(answer: Refused | Unreachable) -> Untold:
    if isinstance(answer, Unreachable):
        return Untold(answer.code, transient=True)
    return Untold(label(answer), transient=move(answer) in _PASSING)


def _seen(found: Plan, answer: Answer) -> bool | None:
    """Whether the target stands; None = nobody can tell."""
    if isinstance(answer, Answered):
        return found.look.stands(answer.response)
    if isinstance(answer, Refused) and move(answer) is Move.GONE and found.look.gone:
        return False
    return None


class _Attempt:
    """One order on its way: what was learned, and what each answer means for it."""

    def __init__(self, transport: Transport, found: Plan, credentials: Sequence[Credential]) -> None:
        self._transport = transport
        self._plan = found
        self._untried = _able(found.lesson, credentials)
        self._lessons: list[Lesson] = []
        self._code = "no_capable_token"

    def run(self) -> Delivery:
        """The first token that brings an end decides; when none does, a person must."""
        while self._untried:
            credential = self._untried.pop(0)
            delivery = self._judge(credential, self._transport.call(self._plan.call, credential))
            if delivery is not None:
                return replace(delivery, lessons=tuple(self._lessons))
        return Manual(self._code, lessons=tuple(self._lessons))

    def _judge(self, credential: Credential, answer: Answer) -> Delivery | None:
        """The end that an answer brings, or None when the next token should try."""
        if isinstance(answer, Answered):
            # Only a plain yes counts: an answer without it may be anybody's.
            return Done(Outcome.ACTED) if answer.response.get("success") is True else Retry("garbage")
        if isinstance(answer, Unreachable):
            return Retry(answer.code, after=answer.after)
        self._code = label(answer)
        what = move(answer)
        if what is Move.GONE:
            # Whoever is not in a chat may comment all the same: whether he is blocked, nobody knows.
            return None if self._plan.banning else Done(Outcome.GONE)
        if what is Move.LOOK:
            return self._look(credential)
        if what is Move.NEVER:
            return Failed(self._code)
        return self._hindered(credential, answer, what)

    def _look(self, credential: Credential) -> Delivery | None:
        """Was it gone before us? None when it is there, or nobody can tell: then a person must."""
        answer = self._transport.call(self._plan.look.call, credential)
        if isinstance(answer, Unreachable):
            return Retry(answer.code, after=answer.after)
        return Done(Outcome.GONE) if _seen(self._plan, answer) is False else None

    def _hindered(self, credential: Credential, refused: Refused, what: Move) -> Delivery | None:
        """What a refusal that says nothing about the target means."""
        if what is Move.LESSON:
            self._lessons.append(Lesson(credential.id, self._plan.lesson, self._code))
            return None
        if what is Move.DEAD:
            # With another token at hand the action goes on at once, without the dead one.
            waiting, after = (WaitingFor.LIMIT, 0) if self._untried else (WaitingFor.TOKEN, None)
            return Retry(self._code, after=after, waiting=waiting, dead=(credential.id,), alert=True)
        if what is Move.REST:
            after = refused.after or REST
            return Retry(self._code, after=after, waiting=WaitingFor.LIMIT, pause_connection=True)
        return Retry(self._code, after=refused.after)


def _able(lesson: str, credentials: Iterable[Credential]) -> list[Credential]:
    return [one for one in credentials if lesson not in one.blocked_methods]
