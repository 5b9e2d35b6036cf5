"""The hottest paths pass by the framework; everything else, and what goes wrong on them, goes its usual way."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.front import Front


async def _hot(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("hot")(scope, receive, send)


async def _broken(scope: Scope, receive: Receive, send: Send) -> None:
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
    app.serve_first("/hot", _hot)
    app.serve_first("/broken", _broken)
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
    assert _ask(front, "/hot", "GET").status_code == httpx.codes.NOT_FOUND
    assert _ask(front, "/hot/").status_code == httpx.codes.NOT_FOUND
    assert _ask(front, "/hot/cold").json() == "cold"
    assert _Counting.seen == 3


def test_what_breaks_on_a_hot_path_is_a_problem_with_a_number(front: Front) -> None:
    """As on every other path: no stack trace and nothing of the request."""
    answer = _ask(front, "/broken")

    assert answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["error_id"]
    assert "somebody" not in answer.text
