"""The hottest paths pass by the framework; everything else, and what goes wrong on them, goes its usual way."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.front import Front


class _Hot:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("hot")(scope, receive, send)


class _Broken:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("what somebody wrote")


class _Counting:
    """Middleware that counts what walks through it."""

    seen = 0

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        type(self).seen += 1
        await self.app(scope, receive, send)


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Front:
    """An application with one hot path, one broken one and one of the framework's."""
    monkeypatch.setattr(_Counting, "seen", 0)
    app = Front()
    app.add_middleware(_Counting)
    app.add_door("/hot", _Hot(), at_once=True)
    app.add_door("/slow", _Hot(), at_once=False)
    app.add_door("/broken", _Broken(), at_once=True)
    app.add_api_route("/hot/cold", lambda: "cold", methods=["POST"])
    return app


def _ask(app: FastAPI, path: str, method: str = "POST") -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await client.request(method, path)

    return asyncio.run(ask())


def test_a_hot_path_passes_by_the_middleware(front: Front) -> None:
    """Only POST and only the path itself."""
    assert _ask(front, "/hot").text == "hot"
    assert _Counting.seen == 0
    assert _ask(front, "/hot", "GET").status_code == httpx.codes.METHOD_NOT_ALLOWED
    assert _ask(front, "/hot/").is_redirect
    assert _ask(front, "/hot/cold").json() == "cold"
    assert _ask(front, "/slow").text == "hot"
    assert _Counting.seen == 4


def test_whoever_walks_the_routes_finds_every_door(front: Front) -> None:
    """No path is served that a walk over the routes does not see."""
    assert {"/hot", "/slow", "/broken"} <= {getattr(route, "path", "") for route in front.routes}


def test_what_breaks_on_a_hot_path_is_a_problem_with_a_number(front: Front) -> None:
    """As on every other path: no stack trace and nothing of the request."""
    answer = _ask(front, "/broken")

    assert answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["error_id"]
    assert "somebody" not in answer.text
