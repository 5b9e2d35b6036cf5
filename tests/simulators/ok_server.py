"""The HTTP face of the simulated OK: checks keys, signatures and quotas as OK does, and can misbehave on demand."""

import hashlib
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.simulators.ok_graph import graph
from tests.simulators.ok_methods import METHODS, ApiError, Caller
from tests.simulators.ok_state import RecordedCall, State, Token

#: Disturbances that `prepare` knows beside error codes.
DISTURBANCES = frozenset({"close", "garbage", "null", "empty", "header_only", "http_502", "http_503", "late"})
NAMES = {3: "METHOD", 8: "FLOOD_BLOCKED", 10: "PERMISSION_DENIED", 11: "LIMIT_REACHED", 104: "PARAM_SIGNATURE"}


class Server(ThreadingHTTPServer):
    """Listens on loopback."""

    daemon_threads = True

    def __init__(self, port: int, state: State) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.state = state


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    disable_nagle_algorithm = True
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: the calls are recorded."""

    def do_GET(self) -> None:
        """Parameters stand in the address."""
        self._call(None)

    def do_POST(self) -> None:
        """Parameters are a form, for the Graph interface there is a JSON body."""
        self._call(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _call(self, body: bytes | None) -> None:
        state, asked = self.server.state, urlsplit(self.path)
        params = dict(parse_qsl(asked.query, keep_blank_values=True))
        is_graph = asked.path.startswith("/graph/")
        if body is not None and not is_graph:
            params |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        if asked.path.startswith("/api/"):
            params["method"] = asked.path.removeprefix("/api/").replace("/", ".")
        method = asked.path.removeprefix("/graph/") if is_graph else params.get("method", "")
        error: int | str | None = None
        answer: Any = None
        with state.lock:
            disturbance = None
            try:
                disturbance = _disturbance(state, method)
                # After this one the deed is done, though the client never hears of it.
                if disturbance in (None, "late"):
                    answer = self._run(is_graph, method, params, body)
            except ApiError as refused:
                error = refused.code
            shown = {k: v for k, v in params.items() if k not in ("access_token", "sig")}
            state.calls.append(RecordedCall(method, shown, time.monotonic(), error or disturbance))
        self._answer(disturbance, answer, error)

    def _run(self, is_graph: bool, method: str, params: dict[str, str], body: bytes | None) -> Any:
        if is_graph:
            try:
                read = json.loads(body) if body else None
            except ValueError:
                raise ApiError(4) from None
            if body and not (self.headers.get("Content-Type") or "").startswith("application/json"):
                raise ApiError(4)
            return graph(self.server.state, self.command, method, params, read)
        return rest(self.server.state, method, params)

    def _answer(self, disturbance: str | None, answer: Any, error: int | None) -> None:
        if error is not None:
            message = f"{NAMES.get(error, 'PARAM')} : refused"
            told = {"error_code": error, "error_msg": message, "error_data": None}
            self._reply(200, json.dumps(told).encode(), **{"Invocation-error": str(error)})
            return
        match disturbance:
            case "close" | "late":
                self.close_connection = True
            case "garbage":
                self._reply(200, b"<html>\xff\xfe maintenance</html>")
            case "null":
                self._reply(200, b"null")
            case "empty":
                self._reply(200, b"")
            case "header_only":
                self._reply(200, b"null", **{"Invocation-error": "2"})
            case "http_502":
                self._reply(502, b"<html>Bad Gateway</html>")
            case "http_503":
                self._reply(503, b"", **{"Retry-After": "7"})
            case _:
                self._reply(200, json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass"))

    def _reply(self, status: int, body: bytes, **headers: str) -> None:
        try:
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json;charset=utf-8"} | headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            # The client has given up waiting; the call itself is recorded.
            self.close_connection = True


def rest(state: State, method: str, params: dict[str, str]) -> Any:
    """What a REST call is answered. The caller holds `state.lock`."""
    token = _admitted(state, params)
    if params.get("__online", "true") != "false":
        state.online.add(token.user)
    if method not in METHODS:
        raise ApiError(3)
    needed, implementation = METHODS[method]
    if not needed <= token.permissions:
        raise ApiError(10)
    if state.over_rate(token):
        raise ApiError(8)
    if method in state.quotas:
        if state.quotas[method] <= 0:
            raise ApiError(11)
        state.quotas[method] -= 1
    if params.get("format", "json").lower() != "json":
        raise ApiError(100)
    return implementation(Caller(state, token, method, params))


def _admitted(state: State, params: dict[str, str]) -> Token:
    if params.get("application_key") != state.application_key:
        raise ApiError(101)
    token = state.tokens.get(params.get("access_token", ""))
    if token is None or not token.user:
        raise ApiError(103)
    if token.dead:
        raise ApiError(102)
    signed = "".join(f"{k}={params[k]}" for k in sorted(params) if k not in ("access_token", "session_key", "sig"))
    key = _md5(token.value + state.application_secret)
    if params.get("sig") != _md5(signed + key):
        raise ApiError(104)
    return token


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _disturbance(state: State, method: str) -> str | None:
    """What is prepared for this call; a prepared error is raised."""
    waiting = state.prepared.get(method) or state.prepared.get("*")
    prepared = state.standing_order or (waiting.popleft() if waiting else None)
    if isinstance(prepared, int):
        raise ApiError(prepared)
    return prepared
