"""A steady load: a process of its own that sends so many VK events a second, whether answers come or not.

An event that is not answered `ok` is sent again, as VK does, until it is. A line of JSON every few seconds tells how
far it is, the last one tells what came of it.
"""

import asyncio
import json
import random
import sys
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import uvloop

from benchmarks.client import answer_of, bodies

CONNECTIONS: Final = 64
#: How often events that are due go out, and how often it is told how far it is, seconds.
TICK: Final = 0.005
TELL_EVERY: Final = 5.0
#: After the last event: how long answers are waited for.
PATIENCE: Final = 120.0
REPEAT_AFTER: Final = 1.0
SEED: Final = 20_260_102


@dataclass(frozen=True, slots=True)
class Event:
    """A body and when it was due."""

    body: bytes
    due: float


class Steady:
    """What waits, who is free to send it, what has come back."""

    def __init__(self, events: Iterator[bytes], *, rate: int, seconds: int) -> None:
        self.rate, self.total = rate, rate * seconds
        self.answers: Counter[str] = Counter()
        self.took: list[float] = []
        self.repeats = 0
        self.made = 0
        self._events = events
        self._waiting: deque[Event] = deque()
        self._free: deque[Connection] = deque()
        self._start = perf_counter()

    @property
    def is_done(self) -> bool:
        """Whether every event was answered `ok`."""
        return self.answers["ok"] >= self.total

    def tick(self) -> None:
        """Make what is due, send what can be sent."""
        due = min(self.total, int((perf_counter() - self._start) * self.rate))
        while self.made < due:
            self._waiting.append(Event(next(self._events), self._start + self.made / self.rate))
            self.made += 1
        while self._waiting and self._free:
            self._free.popleft().send(self._waiting.popleft())

    def free(self, connection: "Connection") -> None:
        """A connection has nothing to do."""
        if self._waiting:
            connection.send(self._waiting.popleft())
        else:
            self._free.append(connection)

    def lost(self, connection: "Connection") -> None:
        """A connection is gone, and with it perhaps an answer."""
        if connection in self._free:
            self._free.remove(connection)
        if connection.event:
            self.again(connection.event, "no answer")

    def answered(self, event: Event, name: str) -> None:
        """An answer has come; what is not `ok` comes again."""
        if name != "ok":
            self.again(event, name)
            return
        self.answers[name] += 1
        self.took.append(perf_counter() - event.due)

    def again(self, event: Event, name: str) -> None:
        """VK sends it once more."""
        self.answers[name] += 1
        self.repeats += 1
        asyncio.get_running_loop().call_later(REPEAT_AFTER, self._waiting.append, event)

    def told(self) -> dict[str, Any]:
        """How far it is."""
        return {"sent": self.made, "ok": self.answers["ok"], "waiting": self.made - self.answers["ok"]}


class Connection(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, steady: Steady) -> None:
        self._steady = steady
        self._received = b""
        self._transport: Any = None
        self.is_open = True
        self.event: Event | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It may be used."""
        self._transport = transport
        self._steady.free(self)

    def send(self, event: Event) -> None:
        """Send one event."""
        self.event = event
        self._transport.write(
            b"POST /callbacks/vk HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(event.body), event.body)
        )

    def data_received(self, data: bytes) -> None:
        """A whole answer frees the connection."""
        self._received += data
        answer = answer_of(self._received)
        if answer is None or self.event is None:
            return
        event, self.event, self._received = self.event, None, b""
        self._steady.answered(event, "ok" if answer == (200, b"ok") else str(answer[0]))
        self._steady.free(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """Somebody opens another one."""
        self.is_open = False
        self._steady.lost(self)


async def press(events: Iterator[bytes], *, port: int, rate: int, seconds: int) -> dict[str, Any]:
    """Load a server until every event was answered `ok` or patience ends; delays in ms, from when an event was due."""
    loop = asyncio.get_running_loop()
    steady = Steady(events, rate=rate, seconds=seconds)
    living: list[Connection] = []
    end, tell_at = perf_counter() + seconds + PATIENCE, perf_counter() + TELL_EVERY
    while not steady.is_done and perf_counter() < end:
        living = [one for one in living if one.is_open]
        while len(living) < CONNECTIONS:
            try:
                _, made = await loop.create_connection(lambda: Connection(steady), "127.0.0.1", port)
            except OSError:
                break
            living.append(made)
        steady.tick()
        if perf_counter() >= tell_at:
            tell_at += TELL_EVERY
            print(json.dumps(steady.told()), flush=True)
        await asyncio.sleep(TICK)
    ordered = sorted(steady.took) or [0.0]
    delays = {f"p{part}_ms": ordered[min(len(ordered) - 1, len(ordered) * part // 100)] * 1e3 for part in (50, 99, 100)}
    return {**steady.told(), "answers": dict(steady.answers), "repeats": steady.repeats, **delays}


def fresh_texts(texts: list[str], count: int) -> list[str]:
    """So many different texts, each half of one and half of another: no wave of copies."""
    dice = random.Random(SEED)  # noqa: S311 - texts, not secrets
    made: set[str] = set()
    while len(made) < count:
        first, second = (dice.choice(texts).split() for _ in range(2))
        made.add(" ".join([*first[: (len(first) + 1) // 2], *second[len(second) // 2 :]]))
    return list(made)


def main() -> None:
    """Arguments: a file of texts, the page's secret, port, events a second, seconds."""
    texts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    port, rate, seconds = (int(one) for one in sys.argv[3:6])
    events = bodies(fresh_texts(texts, rate * seconds), sys.argv[2])
    print(json.dumps(uvloop.run(press(events, port=port, rate=rate, seconds=seconds))), flush=True)


if __name__ == "__main__":
    main()
