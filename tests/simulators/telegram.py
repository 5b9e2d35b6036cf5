"""A Bot API on loopback that takes messages for chats whose owners have spoken to the bot."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.simulators.listening import Listening


class TelegramSimulator(Listening):
    """A context manager; `base_url` is what a client is given, `messages` what came in, `chats` who may be written to."""

    def __init__(self, token: str, chats: frozenset[str]) -> None:
        self.token = token
        self.chats = chats
        #: Seconds for which the bot is to write nothing.
        self.flood = 0
        self.messages: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))

    @property
    def base_url(self) -> str:
        """Where bots are called."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What the Bot API says."""
        if path != f"/bot{self.token}/sendMessage":
            return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}
        if str(body.get("chat_id")) not in self.chats:
            return 403, {"ok": False, "error_code": 403, "description": "Forbidden: bot can't initiate conversation"}
        if self.flood:
            wait = {"retry_after": self.flood}
            return 429, {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": wait}
        if not 0 < len(body.get("text", "").encode("utf-16-le")) // 2 <= 4096:
            return 400, {"ok": False, "error_code": 400, "description": "Bad Request: message text"}
        self.messages.append(body)
        return 200, {"ok": True, "result": {"message_id": len(self.messages)}}


def _handler(simulator: TelegramSimulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            """Say nothing: the messages are kept."""

        def do_POST(self) -> None:
            """One method call."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = simulator.answer(self.path, body)
            raw = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    return Handler
