"""Hears what a network tells, by its door or by asking, as far as the adapter alone is concerned."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from app.domain.doors import Delivered, Reply
from app.domain.events import ConfirmationRequest, Event, Ignored, Removed, Written
from app.domain.polling import Heard, Listing, Place, Unheard, Unreadable
from app.domain.ports import Adapter, Credential
from app.domain.words import IntakeKind
from tests.stands.receiver import Receiver
from tests.stands.stand import Said, Stand

Told = Event | Ignored | Unreadable


@dataclass(frozen=True, slots=True)
class Threshold:
    """The door of a network, whichever of the two it has."""

    adapter: Adapter

    @property
    def is_there(self) -> bool:
        """Whether the network calls anybody."""
        return self.adapter.common_door is not None or self.adapter.door is not None

    @property
    def taken(self) -> Reply:
        """The answer to what was taken."""
        return self.adapter.door.taken if self.adapter.door is not None else Reply(b"ok")

    def lets_in(self, request: Delivered, *secrets: str) -> bool:
        """Whether the network sent it.

        Raises:
            PayloadRejectedError: only where the secret stands in the body.
        """
        if (common := self.adapter.common_door) is not None:
            return common.matches(common.decode(request.body), *secrets)
        assert self.adapter.door is not None
        return self.adapter.door.verify(request, secrets)

    def answer(self, request: Delivered, confirmation: str) -> Reply | None:
        """The answer to a request that tells of nothing but asks whether we are the page's server."""
        if (common := self.adapter.common_door) is not None:
            found = common.parse(common.decode(request.body), raw=request.body, retry_counter=None)
            return Reply(confirmation.encode()) if isinstance(found, ConfirmationRequest) else None
        assert self.adapter.door is not None
        return self.adapter.door.answer(request, confirmation)

    def read(self, request: Delivered) -> tuple[Told, ...]:
        """What it tells.

        Raises:
            PayloadRejectedError: this is not the network's protocol.
        """
        if (common := self.adapter.common_door) is not None:
            retry = request.headers.get(common.retry_header)
            found = common.parse(common.decode(request.body), raw=request.body, retry_counter=retry)
            return () if isinstance(found, ConfirmationRequest) else (found,)
        assert self.adapter.door is not None
        if self.adapter.door.answer(request, "") is not None:
            return ()
        return self.adapter.door.parse(request)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was told since the last time, and what stands where the network only lists."""

    told: tuple[Told, ...] = ()
    listings: tuple[Listing, ...] = ()

    @property
    def events(self) -> list[Event]:
        """Everything that tells of something."""
        told = [one for one in self.told if isinstance(one, Event)]
        return told + [event for listing in self.listings for event in listing.events]

    def about(self, said: Said) -> list[Event]:
        """What tells of one text, in order."""
        found = []
        for event in self.events:
            if isinstance(event.body, Written | Removed):
                ref = event.body.ref
                if (ref.kind, ref.external_id) == (said.kind, said.id):
                    found.append(event)
        return found


class Ear(ABC):
    """A context manager that hears one page in one way."""

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(self, *_: object) -> None: ...

    @abstractmethod
    def hear(self) -> Hearing:
        """What was told since the last time."""


class AtTheDoor(Ear):
    """Our server's place: everything that the network sends is proved and read."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.threshold = Threshold(stand.adapter())
        #: So many deliveries are refused before one is taken.
        self.refuse = 0
        self.receiver = Receiver(self._reply)

    def __enter__(self) -> Self:
        self.receiver.__enter__()
        self.stand.call(self.receiver.url)
        return self

    def __exit__(self, *_: object) -> None:
        self.stand.call("")
        self.receiver.__exit__()

    def requests(self) -> list[Delivered]:
        """Requests that tell of something, as they came."""
        return [one for one in self.receiver.drain() if self.threshold.read(one)]

    def hear(self) -> Hearing:
        """See `Ear`."""
        found = self.receiver.drain()
        assert all(self.threshold.lets_in(one, self.stand.secret) for one in found)
        return Hearing(tuple(told for one in found for told in self.threshold.read(one)))

    def _reply(self, request: Delivered) -> Reply:
        answer = self.threshold.answer(request, self.stand.confirmation)
        if answer is not None:
            return answer
        if self.refuse:
            self.refuse -= 1
            return Reply(b"busy", 503)
        return self.threshold.taken


class Asking(Ear):
    """The poller's place, without its database: what was heard stands before `place`."""

    def __init__(self, stand: Stand, intake: IntakeKind) -> None:
        self.stand = stand
        self.adapter = stand.adapter()
        self.intake = intake
        self.place = Place()
        self.tokens: Sequence[Credential] = stand.credentials

    def __enter__(self) -> Self:
        # Where a network remembers for nobody, hearing begins with the first question.
        self.stand.write("До начала")
        heard = self.ask()
        assert isinstance(heard, Heard), heard
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays open between questions."""

    def ask(self) -> Heard | Unheard:
        """One question by a process that has just started."""
        answer = asyncio.run(self._ask())
        if isinstance(answer, Heard):
            self.place = answer.place
        return answer

    def hear(self) -> Hearing:
        """See `Ear`."""
        answer = self.ask()
        assert isinstance(answer, Heard), answer
        return self.read(answer)

    def read(self, heard: Heard) -> Hearing:
        """What an answer tells."""
        told: list[Told] = []
        for update in heard.updates:
            assert self.adapter.read_update is not None
            told += self.adapter.read_update(update, self.stand.page)
        return Hearing(tuple(told), heard.listings)

    async def _ask(self) -> Heard | Unheard:
        source = self.adapter.sources[self.intake]()
        try:
            return await source.listen(self.stand.page, self.place, self._held)
        finally:
            await source.close()

    async def _held(self) -> Sequence[Credential]:
        return self.tokens


class Both(Ear):
    """The network calls about some things and is asked about the others."""

    def __init__(self, *ears: Ear) -> None:
        self.ears = ears

    def __enter__(self) -> Self:
        for ear in self.ears:
            ear.__enter__()
        self.hear()
        return self

    def __exit__(self, *_: object) -> None:
        for ear in self.ears:
            ear.__exit__()

    def hear(self) -> Hearing:
        """See `Ear`."""
        heard = [ear.hear() for ear in self.ears]
        told = tuple(one for each in heard for one in each.told)
        return Hearing(told, tuple(one for each in heard for one in each.listings))


def ear_of(stand: Stand, intake: IntakeKind) -> Ear | None:
    """How a page with this intake is heard; None where the network does not offer it."""
    adapter = stand.adapter()
    if intake not in adapter.form.intakes:
        return None
    parts: list[Ear] = [AtTheDoor(stand)] if intake is IntakeKind.CALLBACK else []
    return Both(*parts, *([Asking(stand, intake)] if intake in adapter.sources else []))
