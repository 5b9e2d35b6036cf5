"""The load: a process of its own that sends VK events over kept-alive connections and times every answer.

It reads one order a line from standard input and answers each with one line of JSON. Requests are made before a window
begins and answers are compared whole, so that the load needs far less of a core than the server it presses.
"""

import gc
import json
import resource
import selectors
import socket
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any, Final

GROUP: Final = 229_000_001
AUTHORS: Final = 20_000
POSTS: Final = 200
#: Requests that are ready when a window begins, for each of its seconds: more than any server here answers.
AHEAD: Final = 14_000
#: A server that answers nobody for so long, in seconds, has lost what it was sent.
PATIENCE: Final = 30.0
_END: Final = b"\r\n\r\n"
_CHUNKED: Final = b"\r\ntransfer-encoding: chunked"


def bodies(texts: list[str], secret: str, numbers: Iterator[int] | None = None) -> Iterator[bytes]:
    """Endless different `wall_reply_new` events; the texts come round again, ids never do.

    Streams that share `numbers` share no id, and each of them begins with the first text.
    """
    quoted = [json.dumps(text, ensure_ascii=False) for text in texts]
    for place, number in enumerate(numbers or count(1)):
        yield (
            f'{{"group_id":{GROUP},"type":"wall_reply_new","event_id":"{number * 0x9E3779B97F4A7C15 % 2**160:040x}",'
            f'"v":"5.199","object":{{"id":{number},"from_id":{700_000_000 + number * 7919 % AUTHORS},"date":1793600000,'
            f'"text":{quoted[place % len(quoted)]},"post_id":{number % POSTS + 1},"owner_id":-{GROUP},'
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


# Within a second all answers are the same bytes, date included: they are taken apart once.
@lru_cache(maxsize=256)
def name_of(received: bytes) -> str | None:
    """What an answer is counted as: `ok`, or its status and the beginning of its body; None while it is not whole."""
    answer = answer_of(received)
    if answer is None:
        return None
    status, body = answer
    return "ok" if answer == (200, b"ok") else f"{status} {body[:40].decode(errors='replace')}"


class Stock:
    """Requests for each server, made before they are wanted; each server is sent the texts from the first one on."""

    def __init__(self, texts: list[str], secret: str) -> None:
        self._texts, self._secret = texts, secret
        self._numbers = count(1)
        self._events: dict[int, Iterator[bytes]] = {}
        self._ready: defaultdict[int, deque[bytes]] = defaultdict(deque)

    def fill(self, port: int, wanted: int) -> None:
        """Have so many ready for the server on this port."""
        ready = self._ready[port]
        while len(ready) < wanted:
            ready.append(self._made(port))

    def take(self, port: int) -> bytes:
        """One request that was never sent to anybody."""
        ready = self._ready[port]
        return ready.popleft() if ready else self._made(port)

    def _made(self, port: int) -> bytes:
        if port not in self._events:
            self._events[port] = bodies(self._texts, self._secret, self._numbers)
        return request(next(self._events[port]))


def request(body: bytes) -> bytes:
    """A whole request with this body."""
    return (
        b"POST /callbacks/vk HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    )


class Crowd:
    """Connections that send one event after another until the time is over, and wait for every answer."""

    def __init__(self, stock: Stock, port: int) -> None:
        self._stock, self._port = stock, port
        self.took: list[float] = []
        self.answers: Counter[str] = Counter()
        self.sent = 0
        self.bytes = 0

    def press(self, connections: int, seconds: float) -> None:
        """Send, and wait until the last answer is there or nobody was answered for long."""
        links = [socket.create_connection(("127.0.0.1", self._port)) for _ in range(connections)]
        try:
            with selectors.DefaultSelector() as selector:
                for link in links:
                    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    selector.register(link, selectors.EVENT_READ)
                self._talk(selector, links, perf_counter() + seconds)
        finally:
            for link in links:
                link.close()

    def _talk(self, selector: selectors.BaseSelector, links: list[socket.socket], end: float) -> None:
        started = {link: self._send(link) for link in links}
        halves: dict[socket.socket, bytes] = {}
        while started and (ready := selector.select(PATIENCE)):
            for key, _ in ready:
                link: Any = key.fileobj
                data = link.recv(65_536)
                received = halves.pop(link, b"") + data
                name = name_of(received)
                if name is None and data:
                    halves[link] = received
                    continue
                begun = started.pop(link)
                if name is None:
                    # Closed by the server: the answer that did not come is missing in the counts.
                    selector.unregister(link)
                    continue
                now = perf_counter()
                self.answers[name] += 1
                self.took.append(now - begun)
                if now < end:
                    started[link] = self._send(link)

    def _send(self, link: socket.socket) -> float:
        message = self._stock.take(self._port)
        self.sent += 1
        self.bytes += len(message)
        begun = perf_counter()
        link.sendall(message)
        return begun


def press(stock: Stock, *, port: int, connections: int, seconds: float) -> dict[str, Any]:
    """Load a server; latencies in milliseconds, `cpu` = this process's share of one core, bytes with the headers."""
    stock.fill(port, int(AHEAD * seconds))
    crowd = Crowd(stock, port)
    start, cpu = perf_counter(), _cpu()
    crowd.press(connections, seconds)
    elapsed, used = perf_counter() - start, _cpu() - cpu
    ordered = sorted(crowd.took)
    at = [ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1e3 for percent in (50, 99)]
    return {
        "sent": crowd.sent,
        "answers": dict(crowd.answers),
        "rate": len(ordered) / elapsed,
        "p50_ms": at[0],
        "p99_ms": at[1],
        "cpu": used / elapsed,
        "request_bytes": crowd.bytes / max(crowd.sent, 1),
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Obey orders until standard input ends."""
    texts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    stock = Stock(texts, sys.argv[2])
    # It makes no circles; a search for them would stand in somebody's answer time.
    gc.disable()
    for line in sys.stdin:
        print(json.dumps(press(stock, **json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
