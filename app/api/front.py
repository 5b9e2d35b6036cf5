"""The application as the server calls it: deliveries do not walk through the framework."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import LastResort


class Front(FastAPI):
    """FastAPI with a door for its hottest paths: middleware and routing cost more than taking a delivery apart."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._first: dict[str, ASGIApp] = {}

    def add_door(self, path: str, endpoint: ASGIApp, *, at_once: bool) -> None:
        """Add a route for POST; `at_once` lets requests to exactly this path reach it before any middleware.

        The endpoint is an object: Starlette takes a function for a handler of its requests.
        """
        # It is a route in any case, so that whoever walks the routes finds it.
        self.router.routes.append(Route(path, endpoint, methods=["POST"]))
        if at_once:
            self._first[path] = LastResort(endpoint)

    def add_keyed_door(self, path: str, endpoint: ASGIApp, methods: Iterable[str]) -> None:
        """Add a route whose last part is a connection's key."""
        self.router.routes.append(Route(f"{path}/{{key}}", endpoint, methods=sorted(methods)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "http" and scope["method"] == "POST":
            first = self._first.get(scope["path"])
            if first is not None:
                await first(scope, receive, send)
                return
        await super().__call__(scope, receive, send)
