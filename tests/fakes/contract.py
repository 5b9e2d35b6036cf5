"""Holds the API to its own description: what is answered was declared, and has the shape that was declared."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import jsonschema_rs
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PROBLEM: Final = "application/problem+json"
_PARAMETER: Final = re.compile(r"\{\w+\}")


class Description:
    """An OpenAPI document, and what it says of an answer."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        # Words come before parameters, as in the router: /v1/review/bulk is not /v1/review/{case_id}.
        paths = sorted(document["paths"], key=lambda path: _PARAMETER.sub("~", path))
        self._paths = [(path, re.compile(_PARAMETER.sub("[^/]+", path))) for path in paths]
        self._validator = lru_cache(maxsize=None)(self._made)

    def operation(self, method: str, path: str) -> tuple[str, Mapping[str, Any]] | None:
        """The route that a request is about, by its name, and what is declared of it; None = there is none."""
        for template, pattern in self._paths:
            operation = self._document["paths"][template].get(method.lower())
            if operation is not None and pattern.fullmatch(path):
                return f"{method} {template}", operation
        return None

    def complaint(self, schema: Mapping[str, Any], value: object) -> str:
        """What is wrong with a value, '' if it has the shape."""
        error = next(self._validator(json.dumps(schema)).iter_errors(value), None)
        return f"{list(error.instance_path)}: {error.message[:300]}" if error else ""

    def _made(self, schema: str) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(
            {**json.loads(schema), "components": self._document["components"]}, validate_formats=True
        )


class Contract:
    """An application whose answers are compared with its description; `broken` names those that differ."""

    def __init__(self, app: ASGIApp, description: Description) -> None:
        self._app = app
        self._description = description
        self.broken: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Seen()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                seen.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            else:
                seen.body += message.get("body", b"")
            await send(message)

        path, method = scope["path"], scope["method"]
        await self._app(scope, receive, watched)
        if found := self._description.operation(method, path):
            route, operation = found
            self.broken += [f"{route}: {seen.status}: {wrong}" for wrong in self._complaints(operation, seen)]

    def _complaints(self, operation: Mapping[str, Any], seen: "_Seen") -> Iterator[str]:
        # A mistake of ours is declared as such, on no route by its number.
        declared = operation["responses"].get("default" if seen.status == 500 else str(seen.status))
        if declared is None:
            yield f"is not declared: {seen.body[:200].decode(errors='replace')}"
            return
        for name in declared.get("headers", {}):
            if name.lower() not in seen.headers:
                yield f"has no {name}"
        content, kind = declared.get("content", {}), seen.headers.get("content-type", "").partition(";")[0]
        if seen.body and kind not in content:
            yield f"is not declared as {kind}"
        elif seen.body and kind.endswith("json"):
            wrong = self._description.complaint(content[kind].get("schema", {}), json.loads(seen.body))
            if wrong:
                yield wrong


@dataclass(slots=True)
class _Seen:
    """One answer."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
