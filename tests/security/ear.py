"""A web server on loopback that remembers every connection and every request, and says yes to all of them."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Heard:
    """One request: its path, its form, and the token that it showed."""

    path: str
    form: dict[str, str]
    token: str


@dataclass
class Ear:
    """A context manager; `url` ends without a slash."""

    heard: list[Heard] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        ear = self

        class Handler(BaseHTTPRequestHandler):
            """Answers like a method of VK that has done what it was asked."""

            def setup(self) -> None:
                ear.connections += 1
                super().setup()

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

            def _answer(self, body: str = "") -> None:
                form = {name: values[0] for name, values in parse_qs(body).items()}
                ear.heard.append(Heard(self.path, form, self.headers.get("Authorization", "").removeprefix("Bearer ")))
                found = (
                    b'{"response":{"count":1,"items":[{"id":5}]}}' if "getMembers" in self.path else b'{"response":1}'
                )
                self.send_response(200)
                self.send_header("Content-Length", str(len(found)))
                self.end_headers()
                self.wfile.write(found)

            def log_message(self, *_: object) -> None:
                """Nothing: what is heard is kept."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"
