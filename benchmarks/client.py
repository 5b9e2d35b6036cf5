"""The load: a process of its own that sends VK events over kept-alive connections and times every answer.

It reads one order a line from standard input and answers each with one line of JSON.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import uvloop

GROUP: Final = 229_000_001
AUTHORS: Final = 20_000
POSTS: Final = 200
_END: Final = b"\r\n\r\n"
_CHUNKED: Final = b"\r\ntransfer-encoding: chunked"


def bodies(texts: list[str], secret: str) -> Iterator[bytes]:
    """Endless different `wall_reply_new` events; the texts come round again, ids never do."""
    quoted = [json.dumps(text, ensure_ascii=False) for text in texts]
    for number in count(1):
        yield (
            f'{{"group_id":{GROUP},"type":"wall_reply_new","event_id":"{number * 0x9E3779B97F4A7C15 % 2**160:040x}",'
            f'"v":"5.199","object":{{"id":{number},"from_id":{700_000_000 + number * 7919 % AUTHORS},"date":1793600000,'
            f'"text":{quoted[number % len(quoted)]},"post_id":{number % POSTS + 1},"owner_id":-{GROUP},'
            f'"post_owner_id":-{GROUP},"parents_stack":[],"thread":{{"count":0,"items":[],"can_post":true,'
            f'"show_reply_button":true}}}},"secret":"{secret}"}}'
        ).encode()


def answer_of(received: bytes) -> tuple[int, bytes] | None:
    """Status and body of an HTTP/1.1 response, None while it is not whole; enough for `ok` and short refusals."""
    head, found, rest = received.partition(_END)
    if not found:
        return None
    status = int(head[9:12])
    lowered = head.lower()
    if _CHUNKED in lowered:
        if not rest.endswith(b"0\r\n\r\n"):
            return None
        size, _, chunk = rest.partition(b"\r\n")
        return status, chunk[: int(size, 16)]
    length = int(lowered.partition(b"content-length:")[2].partition(b"\r\n")[0])
    return (status, rest) if len(rest) >= length else None


class Crowd:
    """Connections that send one event after another until the time is over, and wait for every answer."""

    def __init__(self, events: Iterator[bytes], seconds: float) -> None:
        self.events = events
        self.end = perf_counter() + seconds
        self.took: list[float] = []
        self.answers: dict[str, int] = {}
        self.sent = 0
        self.bytes = 0


class Connection(asyncio.Protocol):
    """One kept-alive connection: the next event goes when the last one is answered."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._received = b""
        self._started = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport: Any = transport
        self._send()

    def _send(self) -> None:
        crowd = self._crowd
        self._started = perf_counter()
        if self._started >= crowd.end:
            self._transport.close()
            return
        body = next(crowd.events)
        crowd.sent += 1
        crowd.bytes += len(body)
        self._transport.write(
            b"POST /callbacks/vk HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )

    def data_received(self, data: bytes) -> None:
        """Count a whole answer and go on."""
        self._received += data
        answer = answer_of(self._received)
        if answer is None:
            return
        self._received = b""
        status, body = answer
        name = "ok" if answer == (200, b"ok") else f"{status} {body[:40].decode(errors='replace')}"
        self._crowd.answers[name] = self._crowd.answers.get(name, 0) + 1
        self._crowd.took.append(perf_counter() - self._started)
        self._send()

    def connection_lost(self, _error: Exception | None) -> None:
        """Closed by us at the end, or by the server; an answer that did not come is missing in the counts."""
        if not self.done.done():
            self.done.set_result(None)


async def press(events: Iterator[bytes], *, port: int, connections: int, seconds: float) -> dict[str, Any]:
    """Load a server; latencies in milliseconds, `cpu` = this process's share of one core."""
    loop = asyncio.get_running_loop()
    start, cpu = perf_counter(), _cpu()
    crowd = Crowd(events, seconds)
    made = [await loop.create_connection(lambda: Connection(crowd), "127.0.0.1", port) for _ in range(connections)]
    await asyncio.gather(*(protocol.done for _, protocol in made))
    elapsed = perf_counter() - start
    ordered = sorted(crowd.took)
    at = [ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1e3 for percent in (50, 99)]
    return {
        "sent": crowd.sent,
        "answers": crowd.answers,
        "rate": len(ordered) / elapsed,
        "p50_ms": at[0],
        "p99_ms": at[1],
        "cpu": (_cpu() - cpu) / elapsed,
        "body_bytes": crowd.bytes / max(crowd.sent, 1),
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Obey orders until standard input ends."""
    texts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    events = bodies(texts, sys.argv[2])
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(uvloop.run(press(events, **order))), flush=True)


if __name__ == "__main__":
    main()
