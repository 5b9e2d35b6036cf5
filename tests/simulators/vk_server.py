"""The HTTP face of the simulated VK: reads requests as VK does, and can misbehave on demand."""

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.simulators import vk_connecting, vk_longpoll, vk_reading, vk_writing
from tests.simulators.vk_methods import METHODS, ApiError, Caller, Echo
from tests.simulators.vk_state import RecordedCall, State, Token

FORM = "application/x-www-form-urlencoded"
#: Prepared codes from here on are error 15 with the rest as its subcode: 1_001_133.
SUBCODE_BASE = 1_000_000
#: The oldest version that is still served.
OLDEST_VERSION = (5, 81)
KNOWN = METHODS | vk_connecting.METHODS | vk_longpoll.METHODS | vk_writing.METHODS | vk_reading.METHODS
SERVICE_ONLY_READS = frozenset({"wall.get", "wall.getComments", "wall.getById", "board.getTopics", "board.getComments"})
#: Disturbances that `prepare` knows beside error codes.
DISTURBANCES = frozenset({"close", "garbage", "not_json_object", "redirect", "http_502", "http_503", "slow", "late"})


class Server(ThreadingHTTPServer):
    """Listens on loopback; `post_echo` takes the events that calls bring about."""

    daemon_threads = True

    def __init__(self, port: int, state: State, post_echo: Callable[[Echo], None]) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.state = state
        state.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.post_echo = post_echo
        self.slow_s = 1.0


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    #: Head and body go in two packets; the second would wait for the client's word about the first, 40 ms late.
    disable_nagle_algorithm = True

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: the calls are recorded."""

    def do_GET(self) -> None:
        """Methods may be called with GET too; `/sim/calls` shows what was recorded."""
        if self.path.startswith(vk_longpoll.PREFIX):
            self._poll()
            return
        if self.path == "/sim/calls":
            with self.server.state.lock:
                calls = [{"method": c.method, "params": c.params, "error": c.error} for c in self.server.state.calls]
            self._reply(200, json.dumps(calls, ensure_ascii=False).encode())
            return
        self._call(dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self) -> None:
        """Parameters come as a form; a body of any other type is not read."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_form = (self.headers.get("Content-Type") or "").partition(";")[0].strip() == FORM
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)) if is_form else {}
        self._call(dict(parse_qsl(urlsplit(self.path).query)) | form)

    def _call(self, params: dict[str, str]) -> None:
        method = urlsplit(self.path).path.removeprefix("/method/")
        state = self.server.state
        scheme, _, bearer = (self.headers.get("Authorization") or "").partition(" ")
        token_value = bearer if scheme == "Bearer" else params.get("access_token", "")
        shown = {name: value for name, value in params.items() if name != "access_token"}
        echo: list[Echo] = []
        with state.lock:
            disturbance, answer, error = None, None, None
            token = state.tokens.get(token_value)
            kind = token.kind if token else "none"
            try:
                disturbance = _disturbance(state, method)
                # After these two the deed is done, though the client may never hear of it.
                if disturbance in (None, "late", "slow"):
                    answer = _run(state, method, params, token, echo)
            except ApiError as failure:
                error = failure
            code = error.code if error else disturbance
            state.record(RecordedCall(method, shown, kind, time.monotonic(), code, answer))
        if disturbance not in ("close", "late"):
            body = {"response": answer} if error is None else {"error": _error(error, method, params, token_value)}
            self._answer(disturbance, json.dumps(body, ensure_ascii=False).encode())
        else:
            self.close_connection = True
        for event in echo:
            self.server.post_echo(event)

    def _poll(self) -> None:
        state, asked = self.server.state, urlsplit(self.path)
        params = dict(parse_qsl(asked.query))
        with state.lock:
            prepared = state.prepared["a_check"]
            disturbance = prepared.popleft() if prepared and isinstance(prepared[0], str) else None
            shown = {name: value for name, value in params.items() if name != "key"}
            state.record(RecordedCall("a_check", shown, "none", time.monotonic(), disturbance))
            answer = vk_longpoll.check(state, asked.path, params) if disturbance in (None, "slow") else {}
        if disturbance == "close":
            self.close_connection = True
            return
        self._answer(disturbance, json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass"))

    def _answer(self, disturbance: str | None, body: bytes) -> None:
        match disturbance:
            case "garbage":
                self._reply(200, b"<html>\xff\xfe maintenance</html>")
            case "not_json_object":
                self._reply(200, b'["ok"]')
            case "redirect":
                self._reply(302, b"", Location="http://127.0.0.1:9/elsewhere")
            case "http_502":
                self._reply(502, b"<html>Bad Gateway</html>")
            case "http_503":
                self._reply(503, b"", **{"Retry-After": "7"})
            case _:
                if disturbance == "slow":
                    # A real pause: the client's own timeout is what is tried out here.
                    time.sleep(self.server.slow_s)
                self._reply(200, body)

    def _reply(self, status: int, body: bytes, **headers: str) -> None:
        try:
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json; charset=utf-8"} | headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            # The client has given up waiting; the call itself is recorded.
            self.close_connection = True


def _disturbance(state: State, method: str) -> str | None:
    """What is prepared for this call; a prepared error is raised."""
    waiting = state.prepared.get(method) or state.prepared.get("*")
    prepared = waiting.popleft() if waiting else None
    if isinstance(prepared, int):
        subcode = prepared - SUBCODE_BASE
        raise ApiError(15, subcode) if subcode > 0 else ApiError(prepared)
    return prepared


def _run(state: State, method: str, params: dict[str, str], token: Token | None, echo: list[Echo]) -> Any:
    if _version(params.get("v", "")) < OLDEST_VERSION:
        raise ApiError(8)
    if token is None or token.dead:
        raise ApiError(5)
    if state.over_rate(token):
        raise ApiError(6)
    if method not in KNOWN:
        raise ApiError(3)
    kinds, implementation = KNOWN[method]
    if token.kind not in kinds:
        newer = token.kind == "community" and token.can_moderate
        reading = token.kind == "service" and method in SERVICE_ONLY_READS
        if not (newer or reading):
            raise ApiError(28 if token.kind == "service" else 27)
    try:
        return implementation(Caller(state, token, method, params, echo))
    except ValueError:
        raise ApiError(100) from None


def _version(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split("."))
    except ValueError:
        return (0,)


def _error(error: ApiError, method: str, params: dict[str, str], token: str) -> dict[str, Any]:
    """The error as VK writes it, which repeats the request, the token included."""
    echoed = [{"key": name, "value": value} for name, value in params.items() if name != "access_token"]
    echoed += [{"key": "method", "value": method}, {"key": "oauth", "value": "1"}]
    shown: dict[str, Any] = {"error_code": error.code, "error_msg": "Refused by VK"}
    if error.subcode is not None:
        shown["error_subcode"] = error.subcode
    if error.code == 14:
        shown |= {"captcha_sid": "123456789", "captcha_img": "https://captcha.invalid/?sid=123456789"}
    return shown | {"request_params": [*echoed, {"key": "access_token", "value": token}]}
