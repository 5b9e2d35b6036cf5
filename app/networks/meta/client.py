"""Carries out the house's orders on Facebook and Instagram: tries the page's tokens, looks when it is ambiguous."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import httpx

from app.calling.http import TIMEOUT, Unreachable
from app.calling.pace import Pace
from app.domain.json_fields import object_of, objects_of
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
from app.networks.meta.calls import Call, plan
from app.networks.meta.failures import Handling, Move, handling, label
from app.networks.meta.graph import Answer, Answered, Graph, Refused
from app.networks.meta.names import id_in, is_instagram, number_of

#: A page's own token may do what a system user's cannot.
_ORDER: Final = (Slot.COMMUNITY, Slot.USER)
_PASSING: Final = frozenset({Move.AGAIN, Move.REST})
_WAITING: Final = {Move.REST: WaitingFor.LIMIT, Move.PERSON: WaitingFor.CAPTCHA}
#: Pages of the list of people who run a page, each as long as the network likes.
_PAGES: Final = 10
_BANS: Final = (ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR)


class MetaClient:
    """A `NetworkClient`; not for several threads at once."""

    def __init__(
        self, base_url: str, *, http: httpx.Client, pace: Pace | None = None, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        """`base_url` ends before the version; the client closes `http`."""
        self._graph = Graph(base_url, http, pace or Pace(), timeout)

    def carry_out(self, order: Order, credentials: Sequence[Credential]) -> Delivery:
        """Call once with each token that may be able; a few reads where the answer is ambiguous."""
        call = plan(order)
        if not isinstance(call, Call):
            return call
        if not credentials:
            return Retry("no_token", waiting=WaitingFor.TOKEN)
        return _Attempt(self._graph, order, call, credentials).run()

    def managers(self, page: str, credentials: Sequence[Credential]) -> frozenset[str] | Untold:
        """Those who have a role on the Facebook page; Instagram tells nobody."""
        if is_instagram(page):
            return Untold("instagram_tells_no_managers")
        found: frozenset[str] | Untold = Untold("no_capable_token")
        for credential in _able("roles", credentials):
            found = self._managers(number_of(page), credential)
            if not isinstance(found, Untold):
                break
        return found

    def look(self, order: Order, credentials: Sequence[Credential]) -> Sight:
        """See `NetworkClient`."""
        call = plan(order)
        if not isinstance(call, Call):
            return Sight.UNKNOWN
        for credential in _able("look", credentials):
            seen = _see(self._graph, order, call, credential)
            if isinstance(seen, bool):
                return Sight.DONE if seen else Sight.NOT_DONE
        return Sight.UNKNOWN

    def examine(self, page: str, credential: Credential) -> tuple[Right, ...] | Untold:
        """Whether the token sees the page; what it may do there, only trying tells."""
        answer = self._graph.call("GET", number_of(page), {"fields": "id"}, credential)
        if isinstance(answer, Unreachable):
            return Untold(answer.code, transient=True)
        if isinstance(answer, Refused):
            return Untold(label(answer.code, answer.subcode), _handling(answer).move in _PASSING)
        if id_in(object_of(answer.response), "id") != number_of(page):
            return Untold("garbage", transient=True)
        never = dict.fromkeys(_BANS, (False, "instagram_blocks_nobody")) if is_instagram(page) else {}
        return tuple(Right(what, *never.get(what, (None, ""))) for what in ActionKind)

    def close(self) -> None:
        """Give connections back."""
        self._graph.close()

    def _managers(self, page: str, credential: Credential) -> frozenset[str] | Untold:
        found: set[str] = set()
        params = {"fields": "id", "limit": "100"}
        for _ in range(_PAGES):
            answer = self._graph.call("GET", f"{page}/roles", params, credential)
            if isinstance(answer, Unreachable):
                return Untold(answer.code, transient=True)
            if isinstance(answer, Refused):
                return Untold(label(answer.code, answer.subcode), _handling(answer).move in _PASSING)
            told = object_of(answer.response)
            found.update(filter(None, (id_in(one, "id") for one in objects_of(told.get("data")))))
            after = object_of(object_of(told.get("paging")).get("cursors")).get("after")
            if "next" not in object_of(told.get("paging")) or not isinstance(after, str):
                return frozenset(found) if found else Untold("no_managers")
            params = {**params, "after": after}
        # A part of the list would let the others be blocked.
        return Untold("too_many_managers")


class _Attempt:
    """One order, and what its calls have shown so far."""

    def __init__(self, graph: Graph, order: Order, call: Call, credentials: Sequence[Credential]) -> None:
        self._graph, self._order, self._call = graph, order, call
        self._lessons: list[Lesson] = []
        self._untried = _able(call.name, credentials)
        self._code = "no_capable_token"

    def run(self) -> Delivery:
        """Try the tokens until one brings an end."""
        while self._untried:
            credential = self._untried.pop(0)
            delivery = self._judge(credential, self._ask(credential))
            if delivery is not None:
                return replace(delivery, lessons=tuple(self._lessons))
        return Manual(self._code, lessons=tuple(self._lessons))

    def _ask(self, credential: Credential) -> Answer:
        return self._graph.call(self._call.method, self._call.path, self._call.params, credential)

    def _judge(self, credential: Credential, answer: Answer) -> Delivery | None:
        """The end that an answer brings, or None when the next token should try."""
        if isinstance(answer, Answered):
            return Done(Outcome.ACTED) if self._call.succeeded(answer.response) else Retry("garbage")
        if isinstance(answer, Unreachable):
            return Retry(answer.code, after=answer.after)
        self._code = label(answer.code, answer.subcode)
        found = _handling(answer)
        if found.move is Move.NEVER:
            # A repeat of what was done is perhaps called wrong too.
            return self._look(credential) or Failed(self._code)
        if found.move in (Move.LOOK, Move.DENIED):
            return self._look(credential)
        if found.move is Move.LESSON:
            self._lessons.append(Lesson(credential.id, self._call.name, self._code))
            return None
        return self._hindered(credential, answer, found)

    def _look(self, credential: Credential) -> Delivery | None:
        """Was somebody faster? None when the target is as it was, or is not shown to this token."""
        seen = _see(self._graph, self._order, self._call, credential)
        if isinstance(seen, Retry):
            return seen
        gone_is_done = self._call.look.gone_is_done
        if seen is True:
            return Done(Outcome.ALREADY if gone_is_done is None else Outcome.GONE)
        return None

    def _hindered(self, credential: Credential, answer: Refused, found: Handling) -> Delivery:
        """What an error that says nothing about the target means."""
        after = answer.after or found.after
        if found.move is Move.DEAD:
            # With another token at hand the action goes on at once, without the dead one.
            waiting, after = (WaitingFor.LIMIT, 0) if self._untried else (WaitingFor.TOKEN, None)
            return Retry(self._code, after=after, waiting=waiting, dead=(credential.id,), alert=True)
        return Retry(
            self._code,
            after=after,
            waiting=_WAITING.get(found.move),
            pause_connection=found.move in _WAITING,
            alert=found.alert,
        )


def _see(graph: Graph, order: Order, call: Call, credential: Credential) -> bool | Retry | None:
    """Whether an order is done; None when this token cannot tell, Retry when nobody can at the moment.

    What does not exist and what a token may not see are answered alike; a token that sees the page sees its comments.
    """
    look = call.look
    answer = graph.call("GET", look.path, look.params, credential)
    if isinstance(answer, Answered):
        return look.done(answer.response)
    if isinstance(answer, Refused) and _handling(answer).move is Move.LOOK and look.gone_is_done is not None:
        page = graph.call("GET", number_of(order.page), {"fields": "id"}, credential)
        if isinstance(page, Answered):
            return look.gone_is_done
        answer = page
    if isinstance(answer, Unreachable):
        return Retry(answer.code, after=answer.after)
    return Retry(label(answer.code, answer.subcode)) if _handling(answer).move in _PASSING else None


def _handling(refused: Refused) -> Handling:
    return handling(refused.code, refused.subcode, transient=refused.transient)


def _able(method: str, credentials: Sequence[Credential]) -> list[Credential]:
    """Tokens that are not known to be unable, the most able first."""
    able = [one for one in credentials if method not in one.blocked_methods]
    return sorted(able, key=lambda one: _ORDER.index(one.slot))
