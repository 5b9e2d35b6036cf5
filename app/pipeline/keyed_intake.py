"""Takes the deliveries of networks whose address holds the key of a connection: a bot's, a group's."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from app import telemetry
from app.domain.clock import Clock
from app.domain.doors import Delivered, Door, Reply
from app.domain.errors import BusyError, SignatureRejectedError
from app.domain.events import Event, Ignored
from app.pipeline.configuration import Configuration
from app.pipeline.intake import Gate, note_taken
from app.pipeline.keyed_connections import ConnectionConfig
from app.pipeline.naming import page_named, why_foreign


@dataclass(frozen=True, slots=True)
class KeyedIntake:
    """Takes deliveries of one network for the pages of one process."""

    network: str
    door: Door
    configuration: Configuration
    gate: Gate
    clock: Clock

    async def take(self, key: str, request: Delivered, *, may_look: Callable[[], bool] = lambda: True) -> Reply:
        """Answer one request as the network expects; several events in it are answered when all are on disk.

        `may_look` is asked about a sender that seems wrong: whether the database may be asked if it is right by now.

        Raises:
            PayloadRejectedError: the body is not the network's protocol.
            SignatureRejectedError: unknown key or wrong secret, which look alike.
            BusyError: not durable, or the connection's secret does not open; the network is to send it again.
        """
        start = perf_counter()
        connection = self.configuration.connection(self.network, key)
        if not self._is_right(request, connection):
            connection = await self._second_look(key) if may_look() else None
            if connection is not None and connection.is_sealed:
                raise BusyError("the connection's secret does not open")
            if not self._is_right(request, connection):
                telemetry.EVENTS.labels(self.network, "refused").inc()
                raise SignatureRejectedError("unknown key or wrong secret")
        assert connection is not None  # noqa: S101 - an unknown one is never right
        answer = self.door.answer(request, connection.confirmation)
        if answer is not None:
            telemetry.EVENTS.labels(self.network, "confirmation").inc()
            return answer
        await self._put(self.door.parse(request), connection, start)
        return self.door.taken

    def _is_right(self, request: Delivered, connection: ConnectionConfig | None) -> bool:
        """An unknown key is compared too, so that neither answer nor time tells it from a wrong secret."""
        secret = connection.secret if connection is not None else ""
        return self.door.verify(request, (secret,)) and connection is not None

    async def _put(self, found: tuple[Event | Ignored, ...], connection: ConnectionConfig, start: float) -> None:
        """All of them, in order; what is on disk when a later one fails is known again when it comes again."""
        now, snapshot = self.clock.now(), self.configuration.snapshot
        waiting = []
        for one in found:
            if isinstance(one, Ignored):
                telemetry.EVENTS.labels(self.network, f"ignored_{one.reason}").inc()
            elif (page := page_named(snapshot, self.network, one.page, connection.id)) is None:
                telemetry.EVENTS.labels(self.network, f"ignored_{why_foreign(one.page)}").inc()
            else:
                waiting.append(self.gate.put((one, page, now)))
        for outcome in await asyncio.gather(*waiting):
            note_taken(self.network, outcome, start)

    async def _second_look(self, key: str) -> ConnectionConfig | None:
        """A connection or its secret may have been changed by another process a moment ago."""
        await asyncio.to_thread(self.configuration.look_again)
        return self.configuration.connection(self.network, key)
