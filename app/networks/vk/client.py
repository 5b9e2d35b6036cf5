"""Carries out the house's orders on VK: chooses the token, calls the method, looks when the answer is ambiguous."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import httpx

from app.calling.http import TIMEOUT, Unreachable
from app.calling.pace import Pace
from app.domain.clock import Clock
from app.domain.json_fields import id_of, integer, object_of, objects_of
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
    Slot,
    Untold,
)
from app.domain.states import Outcome, WaitingFor
from app.domain.words import ActionKind
from app.networks.vk.calls import COMMUNITY_FIRST, Call, Look, plan, result
from app.networks.vk.failures import Handling, Move, handling, label
from app.networks.vk.transport import Answer, Answered, Transport

#: Managers are asked for in pages of this size, at most so many of them: VK lets a community have a few hundred.
_PAGE: Final = 1000
_PAGES: Final = 10
#: VK's answer to a question about something that is not there.
_NOT_FOUND: Final = 104
#: What VK answers whatever the token.
_PASSING: Final = frozenset({Move.AGAIN, Move.WAIT, Move.REST})
_WAITING: Final = {Move.WAIT: WaitingFor.LIMIT, Move.REST: WaitingFor.LIMIT, Move.PERSON: WaitingFor.CAPTCHA}


class VkClient:
    """A `NetworkClient` for VK; not for several threads at once, because a connection has one worker."""

    def __init__(
        self,
        base_url: str,
        *,
        http: httpx.Client,
        clock: Clock,
        pace: Pace | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        """`base_url` ends before the method's name: `https://api.vk.ru/method`; the client closes `http`."""
        self._transport = Transport(base_url, http, pace or Pace(), timeout)
        self._clock = clock

    def carry_out(self, order: Order, credentials: Sequence[Credential]) -> Delivery:
        """Call VK, at most once with each token, and look at the target where the answer leaves room.

        `Manual` says that no token *among these* can do it. Whoever keeps dead tokens back decides whether to wait.
        """
        call = plan(order, self._clock.now())
        if isinstance(call, Failed):
            return call
        if not credentials:
            return Retry("no_token", waiting=WaitingFor.TOKEN)
        return _Attempt(self._transport, call, credentials).run()

    def managers(self, page: str, credentials: Sequence[Credential]) -> frozenset[str] | Untold:
        """Ids of those who run the page; when no token can tell, or VK names nobody, what the last one met."""
        found: frozenset[str] | Untold = Untold("no_capable_token")
        for credential in _able("groups.getMembers", COMMUNITY_FIRST, credentials):
            found = self._managers(page, credential)
            if not isinstance(found, Untold):
                break
        return found

    def look(self, order: Order, credentials: Sequence[Credential]) -> Sight:
        """Whether the target of an order is as the order wants it, as far as one of the tokens may see."""
        call = plan(order, self._clock.now())
        if isinstance(call, Failed) or call.look is None:
            return Sight.UNKNOWN
        wants_it_there = order.kind is ActionKind.RESTORE_COMMENT
        for reader in _able(call.look.method, call.look.slots, credentials):
            answer = self._transport.call(call.look.method, call.look.params, reader)
            if isinstance(answer, Answered):
                return Sight.DONE if call.look.sees(answer.response) == wants_it_there else Sight.NOT_DONE
            if not isinstance(answer, Unreachable) and answer.code == _NOT_FOUND:
                return Sight.NOT_DONE if wants_it_there else Sight.DONE
        return Sight.UNKNOWN

    def examine(self, page: str, credential: Credential) -> tuple[Right, ...] | Untold:
        """VK tells of no right beforehand: who may see the managers runs the page, the rest only trying tells."""
        managers = self.managers(page, [credential])
        if isinstance(managers, Untold):
            return managers
        return tuple(Right(what, None) for what in ActionKind if what is not ActionKind.HIDE_COMMENT)

    def close(self) -> None:
        """Give connections back."""
        self._transport.close()

    def _managers(self, page: str, credential: Credential) -> frozenset[str] | Untold:
        found: set[str] = set()
        for offset in range(0, _PAGES * _PAGE, _PAGE):
            params = {"group_id": page, "filter": "managers", "count": str(_PAGE), "offset": str(offset)}
            answer = self._transport.call("groups.getMembers", params, credential)
            if isinstance(answer, Unreachable):
                return Untold(answer.code, transient=True)
            if not isinstance(answer, Answered):
                transient = handling(answer.code, answer.subcode).move in _PASSING
                return Untold(label(answer.code, answer.subcode), transient)
            listed = object_of(answer.response)
            items = objects_of(listed.get("items"))
            found.update(filter(None, (id_of(item, "id") for item in items)))
            if not items or offset + _PAGE >= (integer(listed.get("count")) or 0):
                return frozenset(found) if found else Untold("no_managers")
        # Whoever goes on naming managers for ever is not VK; a part of the list would let the others be banned.
        return Untold("garbage", transient=True)


def _able(method: str, slots: tuple[Slot, ...], credentials: Iterable[Credential]) -> list[Credential]:
    able = (c for c in credentials if method not in c.blocked_methods)
    return sorted(able, key=lambda credential: slots.index(credential.slot))


class _Attempt:
    """One order on its way: what was learned, and what each answer means for it."""

    def __init__(self, transport: Transport, call: Call, credentials: Sequence[Credential]) -> None:
        self._transport = transport
        self._call = call
        self._credentials = credentials
        self._untried = _able(call.method, call.slots, credentials)
        self._lessons: list[Lesson] = []
        self._looked = False
        self._code = "no_capable_token"

    def run(self) -> Delivery:
        """The first token that brings an end decides; when none does, a person must."""
        while self._untried:
            credential = self._untried.pop(0)
            answer = self._transport.call(self._call.method, self._call.params, credential)
            delivery = self._judge(credential, answer)
            if delivery is not None:
                return replace(delivery, lessons=tuple(self._lessons))
        return Manual(self._code, lessons=tuple(self._lessons))

    def _judge(self, credential: Credential, answer: Answer) -> Delivery | None:
        """The end that an answer brings, or None when the next token should try."""
        if isinstance(answer, Answered):
            answer = result(answer.response)
        if isinstance(answer, Answered):
            return Done(Outcome.ACTED)
        if isinstance(answer, Unreachable):
            return Retry(answer.code, after=answer.after)
        self._code = label(answer.code, answer.subcode)
        found = handling(answer.code, answer.subcode, banning=self._call.banning)
        if found.move is Move.LOOK:
            return self._look()
        if found.move is Move.NEVER:
            return Failed(self._code)
        return self._hindered(self._call.method, credential, self._code, found, others=bool(self._untried))

    def _look(self) -> Delivery | None:
        """Read the target once: was it gone before us? None when it is there, or nobody can tell."""
        look = self._call.look
        if look is None or self._looked:
            return None
        self._looked = True
        readers = _able(look.method, look.slots, self._credentials)
        while readers:
            reader = readers.pop(0)
            seen = self._read(look, reader, others=bool(readers or self._untried))
            if isinstance(seen, bool):
                return look.if_there if seen else look.if_gone
            if seen is not None:
                return seen
        return None

    def _read(self, look: Look, reader: Credential, *, others: bool) -> bool | Delivery | None:
        """Whether the target is there; a delivery when reading must wait; None when this reader may not see."""
        answer = self._transport.call(look.method, look.params, reader)
        if isinstance(answer, Answered):
            return look.sees(answer.response)
        if isinstance(answer, Unreachable):
            return Retry(answer.code, after=answer.after)
        if answer.code == _NOT_FOUND:
            return False
        found = handling(answer.code, answer.subcode)
        if found.move in (Move.LOOK, Move.NEVER, Move.ALREADY):
            return None
        return self._hindered(look.method, reader, label(answer.code, answer.subcode), found, others=others)

    def _hindered(
        self, method: str, credential: Credential, code: str, found: Handling, *, others: bool
    ) -> Delivery | None:
        """What an error that says nothing about the target means; `others` = there are tokens still to try."""
        if found.move is Move.LESSON:
            self._lessons.append(Lesson(credential.id, method, code))
            return None
        if found.move is Move.ALREADY:
            return Done(Outcome.ALREADY)
        if found.move is Move.DEAD:
            # With another token at hand the action goes on at once, without the dead one.
            waiting, after = (WaitingFor.LIMIT, 0) if others else (WaitingFor.TOKEN, None)
            return Retry(code, after=after, waiting=waiting, dead=(credential.id,), alert=True)
        return Retry(
            code,
            after=found.after,
            waiting=_WAITING.get(found.move),
            pause_connection=found.move in (Move.REST, Move.PERSON),
            alert=found.alert,
        )
