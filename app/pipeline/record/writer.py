"""The one writer of a process: takes what waits, commits it in one transaction, tells everybody at once.

There is no timer: while one batch is being committed the next one gathers. Where the store is near, quick and free,
whoever brings events commits them at once, because handing them to the writer's thread and back costs more than the
commit; what cannot be done so waits for the thread.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from app import telemetry
from app.domain.errors import BusyError
from app.pipeline.record.committing import BATCH, Answer, Committer, goes_alone, touches
from app.pipeline.record.items import Item

Deliver = Callable[[Sequence[tuple["Ticket", Answer]]], None]
#: Whoever commits at once serves nobody else meanwhile: after a commit that took longer the thread does it for a while.
SLOW: Final = 0.02
REST: Final = 1.0


@dataclass(eq=False, slots=True)
class Ticket:
    """An item on its way, and who waits for it."""

    item: Item
    #: Called by the writer's thread once for all tickets of one batch that share it.
    deliver: Deliver
    #: What the receiver needs to find its own again.
    receiver: object = None


class Writer:
    """Owns the thread that commits deliveries; `write` is for one other thread, that of the event loop."""

    def __init__(self, committer: Committer, *, batch_limit: int = BATCH, queue_limit: int = 2000) -> None:
        self._committer = committer
        self._batch_limit = batch_limit
        self._queue_limit = queue_limit
        self._waiting: deque[Ticket] = deque()
        self._changed = threading.Condition()
        #: Somebody commits: nothing may overtake it.
        self._busy = False
        self._slow_until = 0.0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def is_alive(self) -> bool:
        """Whether anybody writes."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def write(self, tickets: Sequence[Ticket]) -> list[tuple[Ticket, Answer]]:
        """Commit at once what can be, and return it with its answers; the rest waits for the thread.

        Raises:
            BusyError: too many wait already, or the writer is closing; none of these was taken.
        """
        with self._changed:
            self._queue(tickets)
            if self._busy or len(self._waiting) > len(tickets) or perf_counter() < self._slow_until:
                self._hand_over()
                return []
            self._busy = True
        return self._write_now()

    def _queue(self, tickets: Sequence[Ticket]) -> None:
        if self._closing or len(self._waiting) + len(tickets) > self._queue_limit:
            message = "too many events wait to be written"
            raise BusyError(message)
        self._waiting.extend(tickets)

    def _write_now(self) -> list[tuple[Ticket, Answer]]:
        """Work off what waits in the caller's thread, until something has to be waited for."""
        done: list[tuple[Ticket, Answer]] = []
        try:
            while self._waiting and perf_counter() >= self._slow_until:
                batch = self._cut()
                start = perf_counter()
                answers = self._committer.commit_now([ticket.item for ticket in batch])
                if answers is None:
                    self._waiting.extendleft(reversed(batch))
                    break
                done += zip(batch, answers, strict=True)
                if perf_counter() - start > SLOW:
                    self._slow_until = perf_counter() + REST
        finally:
            with self._changed:
                self._busy = False
                if self._waiting or self._closing:
                    self._hand_over()
        return done

    def _hand_over(self) -> None:
        telemetry.QUEUE.set(len(self._waiting))
        self._changed.notify()

    def _run(self) -> None:
        while batch := self._next():
            answers = self._committer.commit_batch([ticket.item for ticket in batch])
            with self._changed:
                self._busy = False
            by_receiver: dict[Deliver, list[tuple[Ticket, Answer]]] = {}
            for ticket, answer in zip(batch, answers, strict=True):
                by_receiver.setdefault(ticket.deliver, []).append((ticket, answer))
            for deliver, pairs in by_receiver.items():
                deliver(pairs)

    def _next(self) -> list[Ticket]:
        """What waits, up to the limit and no comment twice; empty when all is written and closed."""
        with self._changed:
            self._changed.wait_for(lambda: not self._busy and (self._waiting or self._closing))
            batch = self._cut()
            self._busy = bool(batch)
            telemetry.QUEUE.set(len(self._waiting))
            return batch

    def _cut(self) -> list[Ticket]:
        """The next batch."""
        batch: list[Ticket] = []
        touched: set[object] = set()
        while self._waiting and len(batch) < self._batch_limit:
            item = self._waiting[0].item
            about, alone = touches(item), goes_alone(item)
            if not touched.isdisjoint(about) or (batch and alone):
                break
            touched |= about
            batch.append(self._waiting.popleft())
            if alone:
                break
        return batch
