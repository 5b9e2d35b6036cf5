"""The way in of a network's deliveries: verify, parse, judge, and wait until the decision is on disk."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from time import perf_counter
from typing import Final

from prometheus_client import Counter

from app import telemetry
from app.domain.clock import Clock
from app.domain.doors import CommonDoor
from app.domain.errors import BusyError, SignatureRejectedError
from app.domain.events import ConfirmationRequest, Ignored
from app.domain.words import IntakeKind
from app.pipeline.configuration import Configuration, PageConfig
from app.pipeline.connecting.confirmations import Confirmations
from app.pipeline.judging import Arrival
from app.pipeline.record.committing import Answer
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.writer import Ticket, Writer

#: What the network is told for everything that is taken or needs nothing.
OK: Final = b"ok"
#: As many secrets as a page may have.
_NONE: Final = ("", "")
#: So many events do not wait for more: under a load without a pause there would always be more.
ENOUGH: Final = 256
#: An event, and who waits to hear what became of it.
Asking = tuple[Arrival, "asyncio.Future[Outcome]"]
_BY_CALLBACK: Final = telemetry.DECISION.labels(IntakeKind.CALLBACK)


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes the deliveries of a network that calls one address for all pages."""

    network: str
    door: CommonDoor
    configuration: Configuration
    gate: "Gate"
    clock: Clock
    confirmations: Confirmations | None = None

    async def take(
        self, body: bytes, retry_counter: str | None, *, may_look: Callable[[], bool] = lambda: True
    ) -> bytes:
        """Answer one request with the text that the network expects.

        `may_look` is asked about a sender that seems wrong: whether the database may be asked if it is right by now.

        Raises:
            PayloadRejectedError: the body is not the network's protocol.
            SignatureRejectedError: unknown page or wrong secret, which look alike.
            BusyError: not durable, or the page's secret does not open; the network is to send it again.
        """
        start = perf_counter()
        envelope = self.door.decode(body)
        page = self.configuration.page(self.network, envelope.page)
        # An unknown page is compared too, so that neither answer nor time tells it from a wrong secret.
        now = self.clock.now()
        if not self.door.matches(envelope, *(page.secrets(now) if page else _NONE)) or page is None:
            page = await self._second_look(envelope.page) if may_look() else None
            if page is not None and page.is_sealed:
                raise BusyError("the page's secret does not open")
            if page is None or not self.door.matches(envelope, *page.secrets(now)):
                telemetry.EVENTS.labels(self.network, "refused").inc()
                raise SignatureRejectedError("unknown page or wrong secret")
        found = self.door.parse(envelope, raw=body, retry_counter=retry_counter)
        if isinstance(found, ConfirmationRequest):
            telemetry.EVENTS.labels(self.network, "confirmation").inc()
            if self.confirmations is not None:
                return (await self.confirmations.answer(self.network, envelope.page)).encode()
            # Before the first event nothing tells this process that somebody has just changed the answer.
            page = await self._second_look(envelope.page)
            return page.confirmation.encode() if page else b""
        if isinstance(found, Ignored):
            telemetry.EVENTS.labels(self.network, f"ignored_{found.reason}").inc()
            return OK
        outcome = await self.gate.put((found, page, now))
        note_taken(self.network, outcome, start)
        return OK

    async def _second_look(self, external_id: str) -> PageConfig | None:
        """A page or secret may have been changed by another process a moment ago."""
        await asyncio.to_thread(self.configuration.look_again)
        return self.configuration.page(self.network, external_id)


@cache
def _taken(network: str, outcome: Outcome) -> Counter:
    return telemetry.EVENTS.labels(network, outcome)


def note_taken(network: str, outcome: Outcome, start: float) -> None:
    """Count an event that is on disk and how long that took since `start` (seconds)."""
    _taken(network, outcome).inc()
    _BY_CALLBACK.observe(perf_counter() - start)


@dataclass(slots=True)
class Gate:
    """Before the writer: gathers what arrives in one turn of the loop, judges it together, hands it over at once."""

    writer: Writer
    judge: Callable[[Sequence[Arrival]], Sequence[Item]]
    _gathered: list[Asking] = field(default_factory=list)
    _counted: int = 0

    async def put(self, arrival: Arrival) -> Outcome:
        """Wait until the event is judged and on disk.

        Raises:
            BusyError: it is not, and must be sent again.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        if not self._gathered:
            self._counted = 0
            loop.call_soon(self._flush, loop)
        self._gathered.append((arrival, future))
        return await future

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand over once a turn of the loop has brought nothing new, or enough, so that one commit serves many."""
        if self._counted < len(self._gathered) < ENOUGH:
            self._counted = len(self._gathered)
            loop.call_soon(self._flush, loop)
            return
        gathered, self._gathered = self._gathered, []
        for start in range(0, len(gathered), ENOUGH):
            self._hand_over(gathered[start : start + ENOUGH])

    def _hand_over(self, gathered: Sequence[Asking]) -> None:
        try:
            items = self.judge([arrival for arrival, _ in gathered])
        except Exception as error:  # noqa: BLE001 - nobody else would ever answer them
            if len(gathered) == 1:
                _fail(gathered, error)
            else:
                # Nobody is to blame for a neighbour who cannot be judged.
                for one in gathered:
                    self._hand_over([one])
            return
        try:
            tickets = [Ticket(item, self._deliver, future) for item, (_, future) in zip(items, gathered, strict=True)]
            _resolve(self.writer.write(tickets))
        except Exception as error:  # noqa: BLE001 - as above
            _fail(gathered, error)

    @staticmethod
    def _deliver(answers: Sequence[tuple[Ticket, Answer]]) -> None:
        """Called in the writer's thread; one wake-up of the loop for the whole batch."""
        receiver = answers[0][0].receiver
        if isinstance(receiver, asyncio.Future):
            receiver.get_loop().call_soon_threadsafe(_resolve, answers)


def _fail(gathered: Sequence[Asking], error: Exception) -> None:
    for _, future in gathered:
        if not future.done():
            future.set_exception(error)


def _resolve(answers: Sequence[tuple[Ticket, Answer]]) -> None:
    for ticket, answer in answers:
        future = ticket.receiver
        if not isinstance(future, asyncio.Future) or future.done():
            continue
        if isinstance(answer, Outcome):
            future.set_result(answer)
        else:
            future.set_exception(answer)
