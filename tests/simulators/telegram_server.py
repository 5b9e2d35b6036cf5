"""The HTTP face of the simulated Bot API: `/bot<token>/<method>`, JSON in and out, and it can misbehave on demand."""

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.simulators import telegram_delivery, telegram_methods
from tests.simulators.telegram_state import ApiError, Bot, RecordedCall, State

METHODS = telegram_methods.METHODS | telegram_delivery.METHODS
SIGNATURES = telegram_methods.SIGNATURES | telegram_delivery.SIGNATURES
#: Disturbances that can be prepared beside errors.
DISTURBANCES = frozenset({"close", "garbage", "http_502", "redirect"})
_PATH = re.compile(r"/bot([0-9]+:[A-Za-z0-9_-]+)/([A-Za-z]+)", re.ASCII)


class Server(ThreadingHTTPServer):
    """Listens on loopback."""

    daemon_threads = True

    def __init__(self, state: State) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.state = state


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    #: Head and body go in two packets; the second would wait for the client's word about the first, 40 ms late.
    disable_nagle_algorithm = True
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: calls are kept."""

    def do_POST(self) -> None:
        """One method call."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        state = self.server.state
        with state.changed:
            try:
                bot, method = self._called(state)
                disturbed = self._disturbance(state, method)
                if disturbed:
                    self._disturb(disturbed)
                    return
                answer: dict[str, Any] = {"ok": True, "result": self._result(state, bot, method, body)}
                status = 200
            except ApiError as error:
                status, answer = error.status, {"ok": False, "error_code": error.status}
                answer["description"] = error.description
                if error.parameters:
                    answer["parameters"] = error.parameters
        self._answer(status, json.dumps(answer).encode())

    do_GET = do_POST  # noqa: N815 - the name is the base class's

    def _called(self, state: State) -> tuple[Bot, str]:
        found = _PATH.fullmatch(self.path)
        if found is None:
            raise ApiError(404, "Not Found")
        bot = state.bots.get(found[1])
        if bot is None or bot.dead:
            raise ApiError(401, "Unauthorized")
        if found[2] not in METHODS:
            raise ApiError(404, "Not Found: method not found")
        return bot, found[2]

    def _disturbance(self, state: State, method: str) -> str:
        prepared: str | ApiError | None = state.disturbed
        for name in (method, "*"):
            if prepared is None and state.prepared[name]:
                prepared = state.prepared[name].pop(0)
        if isinstance(prepared, ApiError):
            raise prepared
        return prepared or ""

    def _result(self, state: State, bot: Bot, method: str, body: bytes) -> Any:
        if bot.flood:
            raise ApiError(429, f"Too Many Requests: retry after {bot.flood}", retry_after=bot.flood)
        try:
            given = json.loads(body) if body else {}
        except ValueError:
            raise ApiError(400, "Bad Request: can't parse parameters JSON object") from None
        params = telegram_methods.checked(SIGNATURES[method], given)
        state.calls.append(RecordedCall(method, params, bot.id))
        state.changed.notify_all()
        return METHODS[method](state, bot, params)

    def _disturb(self, how: str) -> None:
        if how == "close":
            self.close_connection = True
            return
        if how == "redirect":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._answer(502 if how == "http_502" else 200, b"<html>\xff maintenance</html>")

    def _answer(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            # The client has given up waiting.
            self.close_connection = True
