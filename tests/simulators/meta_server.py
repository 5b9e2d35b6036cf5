"""The HTTP face of the simulated Graph API."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from tests.simulators.meta import GraphError, MetaSimulator

FORM = "application/x-www-form-urlencoded"


class Server(ThreadingHTTPServer):
    """Listens on loopback."""

    daemon_threads = True

    def __init__(self, simulator: "MetaSimulator") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.simulator = simulator


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: calls are kept."""

    def _call(self) -> None:
        from tests.simulators.meta import GraphError

        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = urlsplit(self.path)
        is_form = (self.headers.get("Content-Type") or "").partition(";")[0].strip() == FORM
        params = dict(parse_qsl(asked.query)) | (dict(parse_qsl(body.decode())) if is_form else {})
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        simulator = self.server.simulator
        with simulator.lock:
            simulator.calls.append((self.command, asked.path.lstrip("/"), params))
            prepared = simulator.prepared.popleft() if simulator.prepared else None
            try:
                if isinstance(prepared, GraphError):
                    raise prepared
                answer = None
                if prepared is None:
                    answer = simulator.called(self.command, asked.path, params, token if scheme == "Bearer" else "")
            except GraphError as error:
                self._reply(error.status, json.dumps(_shown(error, token)).encode())
                return
        match prepared:
            case "close":
                self.close_connection = True
            case "garbage":
                self._reply(200, b"<html>\xff\xfe maintenance</html>")
            case "http_502":
                self._reply(502, b"<html>Bad Gateway</html>")
            case _:
                self._reply(200, json.dumps(answer).encode())

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _call  # noqa: N815 - the names are the base class's


def _shown(error: "GraphError", token: str) -> dict[str, Any]:
    """As the network writes it, with words that quote the request."""
    told: dict[str, Any] = {"message": f"Refused for {token}", "type": "OAuthException", "code": error.code}
    if error.subcode is not None:
        told["error_subcode"] = error.subcode
    if error.transient:
        told["is_transient"] = True
    return {"error": told | {"fbtrace_id": "A1b2C3"}}
