"""Reads again what stands under a group's topics, photos and videos: by the same questions as its polling."""

from collections.abc import Callable
from typing import Final, TypeVar

import httpx

from app.calling.http import TIMEOUT, Unreachable
from app.calling.pace import HalfPace, Pace
from app.domain.clock import DAY, SECOND
from app.domain.connecting import Refusal, Why
from app.domain.events import Event
from app.domain.ports import Credential, Slot
from app.domain.rereading import Thing
from app.networks.ok.comments import KINDS, TOPIC, Discussion
from app.networks.ok.discussions import Fields, Found, Question, comments, discussions, topics
from app.networks.ok.failures import label, why
from app.networks.ok.transport import Answer, Application, Ask, Refused, Transport

T = TypeVar("T")
#: A topic is commented on for about so long.
LOOK_BACK: Final = 30 * DAY
Told = Refused | Unreachable


class OkReader:
    """A `Reader` for OK; several threads may use it at once. Closes the HTTP client that it is given."""

    def __init__(
        self, app: Application, *, http: httpx.Client, pace: Pace | None = None, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        self._transport = Transport(app, http, pace or HalfPace(), timeout)
        self._fields = Fields()

    @property
    def surfaces(self) -> tuple[str, ...]:
        """OK's own types of discussions, topics first."""
        return tuple(KINDS)

    def things(self, page: str, surface: str, since: int, credential: Credential) -> tuple[Thing, ...] | Refusal:
        """Discussions of one type; where both lists refuse, the second one's reason."""
        if credential.slot is not Slot.USER:
            return Refusal(Why.NOT_ALLOWED, "messages_only", credential.slot)
        found: list[Found] = []
        listed = self._put(discussions(page, self._fields), credential)
        if surface == TOPIC:
            counted = self._put(topics(page, max(0, since - LOOK_BACK)), credential)
            if isinstance(counted, tuple):
                found += counted
            elif not isinstance(listed, tuple):
                return _refusal(listed, credential)
        elif not isinstance(listed, tuple):
            return _refusal(listed, credential)
        if isinstance(listed, tuple):
            found += [one for one in listed if one.on.type == surface and _may_have(one, since)]
        return tuple(Thing(surface, number) for number in dict.fromkeys(one.on.id for one in found))

    def comments(self, page: str, thing: Thing, since: int, credential: Credential) -> tuple[Event, ...] | Refusal:
        """See `Reader`."""
        if credential.slot is not Slot.USER:
            return Refusal(Why.NOT_ALLOWED, "messages_only", credential.slot)
        told = self._put(comments(page, Discussion(thing.surface, thing.id), since, self._fields), credential)
        return _refusal(told, credential) if isinstance(told, Refused | Unreachable) else told.events

    def close(self) -> None:
        """Give connections back."""
        self._transport.close()

    def _put(self, question: Question[T], credential: Credential) -> T:
        return put(question, lambda ask: self._transport.call(ask, credential))


def put(question: Question[T], call: Callable[[Ask], Answer]) -> T:
    """Ask a question, one call after another."""
    try:
        ask = next(question)
        while True:
            ask = question.send(call(ask))
    except StopIteration as ended:
        told: T = ended.value
        return told


def _may_have(found: Found, since: int) -> bool:
    if found.comments == 0:
        return False
    # It is told to the second.
    return found.active_at is None or found.active_at >= since - SECOND


def _refusal(told: Told, credential: Credential) -> Refusal:
    if isinstance(told, Unreachable):
        return Refusal(Why.AWAY, told.code, credential.slot)
    return Refusal(why(told.code), label(told.code), credential.slot)
