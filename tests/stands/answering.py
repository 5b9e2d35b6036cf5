"""A server that answers whatever a test wants, whoever asks what: a network that has lost its mind."""

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.simulators.listening import Listening


class Anything(Listening):
    """A context manager; `status`, `body` and `headers` are the answer to every request, `delay` seconds later."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""
        self.headers: dict[str, str] = {}
        self.delay = 0.0
        self.asked = 0
        self._server: _Server = _Server(self)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_port}/"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, anything: Anything) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.anything = anything


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        anything = self.server.anything
        anything.asked += 1
        # A real pause: the client's own patience is what is tried out.
        time.sleep(anything.delay)
        try:
            self._send(anything)
        except OSError:
            # The client has given up waiting.
            self.close_connection = True

    def _send(self, anything: Anything) -> None:
        self.send_response(anything.status)
        for name, value in anything.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(anything.body)))
        self.end_headers()
        self.wfile.write(anything.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _answer  # noqa: N815 - the names are the base class's
