"""A toy network on loopback: one list of comments, one token, one address that it calls."""

import http.client
import json
import secrets
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from app.domain.clock import SECOND, SystemClock
from tests.simulators.listening import Listening


@dataclass
class Line:
    """A comment."""

    number: int
    page: str
    by: str
    text: str
    gone: bool = False


class ToySimulator(Listening):
    """A context manager; `answer` is a status for every call instead of doing anything, 0 = none at all."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(8)
        self.secret = ""
        self.address = ""
        self.answer: tuple[int, bytes] | None = None
        self.lines: dict[int, Line] = {}
        self.lock = threading.Lock()
        self._server: _Server = _Server(self)

    @property
    def url(self) -> str:
        """Where it is called."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def write(self, page: str, by: str, text: str) -> Line:
        """Somebody writes."""
        with self.lock:
            line = self.lines[len(self.lines) + 1] = Line(len(self.lines) + 1, page, by, text)
        return line

    def tell(self, what: str, line: Line) -> None:
        """Call the address until it says thanks, three times at most."""
        if not self.address:
            return
        body = {"page": line.page, "what": what, "number": line.number, "event": secrets.token_hex(8)}
        body |= {} if what == "gone" else {"by": line.by, "text": line.text, "at": SystemClock().now() // SECOND}
        target = urlsplit(self.address)
        for _ in range(3):
            connection = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=10)
            connection.request("POST", target.path, json.dumps(body), {"X-Toy-Secret": self.secret})
            answer = connection.getresponse()
            thanked = (answer.status, answer.read()) == (200, b"thanks")
            connection.close()
            if thanked:
                return

    def called(self, path: str, token: str, body: dict[str, Any]) -> tuple[int, bytes] | None:
        """What a call is answered; None = the connection is closed."""
        if self.answer is not None:
            return self.answer if self.answer[0] else None
        if token != f"Bearer {self.token}":
            return 401, b"{}"
        with self.lock:
            line = self.lines.get(int(body["number"]))
            if path != "/delete" or line is None or line.gone or line.page != body["page"]:
                return 404, b"{}"
            line.gone = True
        return 200, b'{"done": true}'


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, toy: ToySimulator) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.toy = toy


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""

    def do_POST(self) -> None:
        """A call."""
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        answer = self.server.toy.called(self.path, self.headers.get("Authorization", ""), body)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer[0])
        self.send_header("Content-Length", str(len(answer[1])))
        self.end_headers()
        self.wfile.write(answer[1])
