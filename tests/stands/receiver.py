"""Stands where our server stands, and keeps what a network sends there."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.domain.doors import Delivered, Reply
from tests.simulators.listening import Listening


class Receiver(Listening):
    """A context manager; `reply` says what each request is answered."""

    def __init__(self, reply: Callable[[Delivered], Reply]) -> None:
        self.reply = reply
        self.requests: list[Delivered] = []
        self._lock = threading.Lock()
        self._server: _Server = _Server(self)

    @property
    def url(self) -> str:
        """Where it listens, with a path as our server's."""
        return f"http://127.0.0.1:{self._server.server_port}/callbacks/stand/key"

    def take(self, request: Delivered) -> Reply:
        """Keep a request and answer it."""
        with self._lock:
            self.requests.append(request)
        return self.reply(request)

    def drain(self) -> list[Delivered]:
        """What has come since the last look."""
        with self._lock:
            found, self.requests = self.requests, []
        return found


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.receiver = receiver


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: requests are kept."""

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Delivered(
            method=self.command,
            query=dict(parse_qsl(urlsplit(self.path).query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            peer=self.client_address[0],
        )
        reply = self.server.receiver.take(request)
        self.send_response(reply.status)
        named = [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body))), *reply.headers]
        for name, value in named:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_OPTIONS = _take  # noqa: N815 - the names are the base class's
