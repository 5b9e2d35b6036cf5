"""The application as the server calls it: deliveries do not walk through the framework."""

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import LastResort


class Front(FastAPI):
    """FastAPI with a door for its hottest paths: middleware and routing cost more than taking a delivery apart."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._first: dict[str, ASGIApp] = {}

    def serve_first(self, path: str, endpoint: ASGIApp) -> None:
        """Let POST requests to exactly this path reach the endpoint before any middleware."""
        self._first[path] = LastResort(endpoint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "http" and scope["method"] == "POST":
            first = self._first.get(scope["path"])
            if first is not None:
                await first(scope, receive, send)
                return
        await super().__call__(scope, receive, send)
