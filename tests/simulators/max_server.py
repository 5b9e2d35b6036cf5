"""The HTTP face of the simulated MAX: a token in the `Authorization` header and nowhere else, errors as MAX writes them."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.simulators.max_asked import ApiError, Asked
from tests.simulators.max_methods import METHODS, Method
from tests.simulators.max_state import Bot, RecordedCall, State


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
        """Say nothing: the calls are recorded."""

    def _call(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = urlsplit(self.path)
        params = dict(parse_qsl(asked.query, keep_blank_values=True))
        state = self.server.state
        with state.changed:
            prepared = state.prepared.popleft() if state.prepared else state.forever
            if isinstance(prepared, tuple):
                status, body = prepared
            elif prepared == "close":
                status, body = 0, b""
            else:
                status, answer = self._answer(asked.path, params, raw)
                body = json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")
            shown = {name: value for name, value in params.items() if name != "access_token"}
            state.calls.append(RecordedCall(self.command, asked.path, shown, status, _json(raw)))
            state.changed.notify_all()
        if status == 0:
            self.close_connection = True
            return
        self._reply(status, body)

    def _answer(self, path: str, params: dict[str, str], raw: bytes) -> tuple[int, dict[str, Any]]:
        try:
            bot = self._bot()
            method, ids = _method(self.command, path)
            return 200, method(Asked(self.server.state, bot, params, _json(raw)), *ids)
        except ApiError as error:
            return error.status, {"code": error.code, "message": "Refused by MAX"}

    def _bot(self) -> Bot:
        # A token in the query counts as none.
        bot = self.server.state.bots.get(self.headers.get("Authorization", ""))
        if bot is None or bot.dead:
            raise ApiError(401, "verify.token")
        if self.server.state.over_rate(bot):
            raise ApiError(429, "too.many.requests")
        return bot

    def _reply(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            # The client has given up waiting; the call itself is recorded.
            self.close_connection = True

    do_GET = do_POST = do_DELETE = _call  # noqa: N815 - the names are the base class's


def _method(verb: str, path: str) -> tuple[Method, list[str]]:
    parts = [unquote(part) for part in path.strip("/").split("/")]
    for pattern, method in METHODS.items():
        wanted = pattern[1:]
        if pattern[0] == verb and len(wanted) == len(parts):
            pairs = list(zip(wanted, parts, strict=True))
            if all(name in ("*", part) for name, part in pairs):
                return method, [part for name, part in pairs if name == "*"]
    raise ApiError(404, "method.not.found")


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None
