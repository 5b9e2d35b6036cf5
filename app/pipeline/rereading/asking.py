"""Asks a network's reader with a page's keys in turn, and says what it means when none of them is answered."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from app.domain.connecting import Refusal, Why
from app.domain.ports import Credential, Retry, Slot
from app.domain.states import WaitingFor
from app.journal.chain import append
from app.outbox.endings import Ink, about_connection
from app.pipeline.carry_out.credentials import open_credentials
from app.pipeline.configuration import PageConfig
from app.pipeline.house import House
from app.storage import outbox

T = TypeVar("T")
#: A person's key goes first: lists of comments are opened to it.
_ORDER = (Slot.USER, Slot.COMMUNITY)
_LATER = frozenset({Why.AWAY, Why.LATER, Why.PERSON})


class Silence(StrEnum):
    """Why nothing was heard."""

    #: It may work by itself soon.
    LATER = "later"
    #: The page has no living key.
    NO_KEY = "no_key"
    #: No key of the page may read this.
    CLOSED = "closed"
    #: What was asked about is not there.
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Unread:
    """Nothing was heard; `code` is the network's word for it, or ours."""

    why: Silence
    code: str


@dataclass(slots=True)
class Keys:
    """The living keys of a page, without those that were seen to be dead on the way."""

    house: House
    page: PageConfig
    _held: Sequence[Credential] = ()
    _sealed: dict[int, str] = field(default_factory=dict)
    #: The page has not even a key that a person could renew.
    keyless: bool = False

    def __post_init__(self) -> None:
        """Open them."""
        with self.house.database.read() as session:
            rows = outbox.usable_credentials(session, self.page.connection_id, self.page.id)
            opened = open_credentials(session, self.house, rows, self.house.clock.now())
            dead = outbox.has_dead_credential(session, self.page.connection_id, self.page.id)
        self.keyless = not rows and not dead
        self._held = sorted(opened, key=lambda one: _ORDER.index(one.slot))
        self._sealed = {row.id: row.token_enc for row in rows}

    def ask(self, question: Callable[[Credential], T | Refusal]) -> T | Unread:
        """The first answer."""
        refusals: list[Refusal] = []
        for key in self._held:
            answer = question(key)
            if not isinstance(answer, Refusal):
                return answer
            if answer.why is Why.DEAD:
                self._bury(key, answer.code)
                continue
            refusals.append(answer)
            if answer.why in _LATER:
                break
        return _unread(refusals)

    def _bury(self, key: Credential, code: str) -> None:
        self._held = [one for one in self._held if one.id != key.id]
        ink = Ink(self.house.ids, self.house.clock.now(), random.random)
        dead = Retry(code, waiting=WaitingFor.TOKEN, dead=(key.id,), alert=True)
        with self.house.database.write() as session:
            entries = about_connection(session, ink, self.page.connection_id, dead, self._sealed)
            append(session, self.house.journal_key, entries, ink.at)


def _unread(refusals: Sequence[Refusal]) -> Unread:
    if not refusals:
        return Unread(Silence.NO_KEY, "no_token")
    last = refusals[-1]
    if last.why in _LATER:
        return Unread(Silence.LATER, last.code)
    gone = all(one.why is Why.GONE for one in refusals)
    return Unread(Silence.GONE if gone else Silence.CLOSED, last.code)
