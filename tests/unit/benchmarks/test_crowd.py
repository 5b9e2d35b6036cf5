"""The load's connections against a server that answers in pieces and sometimes not at all."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from benchmarks.client import Stock, name_of, press


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    #: The request that is hung up on, by its number; 0 = none.
    hang_up_at = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.numbers = count(1)
        self.bodies: list[bytes] = []


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        while (line := self.rfile.readline()) not in {b"", b"\r\n"}:
            if line.startswith(b"Content-Length: "):
                length = int(line.partition(b" ")[2])
                assert self.rfile.readline() == b"\r\n"
                self.server.bodies.append(self.rfile.read(length))
                if next(self.server.numbers) == self.server.hang_up_at:
                    return
                self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no")
                self.wfile.write(b"k")


@contextmanager
def _serving(hang_up_at: int = 0) -> Iterator[_Server]:
    with _Server() as server:
        server.hang_up_at = hang_up_at
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_every_event_is_answered_once() -> None:
    """As many answers as events, none before it is whole, and the server got each event once."""
    with _serving() as server:
        told = press(Stock(["раз", "два"], "s"), port=server.server_address[1], connections=3, seconds=0.1)

    assert told["sent"] >= 3
    assert told["answers"] == {"ok": told["sent"]}
    assert len(set(server.bodies)) == len(server.bodies) == told["sent"]


def test_an_answer_that_never_comes_is_missing() -> None:
    """A connection that the server closes ends; what it waited for is sent and not answered."""
    with _serving(hang_up_at=5) as server:
        told = press(Stock(["раз"], "s"), port=server.server_address[1], connections=2, seconds=0.1)

    assert told["sent"] == told["answers"]["ok"] + 1


def test_requests_made_before_a_window_go_out_first() -> None:
    """What was made ahead is what is taken, in the order of the texts, and after it more is made."""
    stock = Stock(["раз", "два", "три"], "s")
    stock.fill(1, 2)

    taken = [stock.take(1).decode() for _ in range(4)]

    assert [word in request for word, request in zip(["раз", "два", "три", "раз"], taken, strict=True)] == [True] * 4


def test_servers_get_the_same_texts_under_different_ids() -> None:
    """Each server is sent the stream from its first text on; no id is given twice, whoever it goes to."""
    stock = Stock(["раз", "два"], "s")

    pairs = [(stock.take(1), stock.take(2)) for _ in range(100)]

    ids = {re.search(rb'"event_id":"([0-9a-f]+)"', one)[1] for pair in pairs for one in pair}
    assert len(ids) == 200
    assert all(("раз".encode() in first) == ("раз".encode() in second) for first, second in pairs)


def test_other_answers_are_named_by_their_status() -> None:
    """Only 200 with `ok` is an `ok`; a part of an answer has no name yet."""
    assert name_of(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") == "ok"
    assert name_of(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad") == "200 bad"
    assert name_of(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy") == "503 busy"
    assert name_of(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no") is None
    assert name_of(b"") is None
