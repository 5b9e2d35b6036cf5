"""What holds the API to its description does see where an answer differs from it."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel

from tests.fakes.contract import Contract, Description


class _Out(BaseModel):
    number: int


def _broken(answer: Response, **declared: Any) -> list[str]:
    """What is complained of when a route that declares a number answers so."""
    app = FastAPI()
    app.add_api_route("/things/{thing_id}", lambda thing_id: answer, response_model=_Out, **declared)
    contract = Contract(app, Description(app.openapi()))

    async def ask() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        async def send(_: Any) -> None:
            return None

        scope = {"type": "http", "method": "GET", "path": "/things/7", "headers": [], "query_string": b""}
        await contract(scope, receive, send)

    asyncio.run(ask())
    return contract.broken


def test_what_is_declared_is_let_through() -> None:
    """An answer of the declared shape is no breach."""
    assert _broken(JSONResponse({"number": 7})) == []


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (JSONResponse({"number": "seven"}), "['number']"),
        (JSONResponse({}), "required property"),
        (JSONResponse({"number": 7}, 202), "202: is not declared"),
        (JSONResponse({"detail": "x"}, 409), "409: is not declared"),
        (PlainTextResponse("7"), "text/plain"),
    ],
    ids=["type", "field", "status", "error", "kind"],
)
def test_every_difference_is_told(answer: Response, complaint: str) -> None:
    """A wrong type, a lacking field, an undeclared status or kind is named with its route."""
    [told] = _broken(answer)

    assert told.startswith("GET /things/{thing_id}: ")
    assert complaint in told


def test_a_header_that_is_promised_must_be_there() -> None:
    """Who is told to wait is told how long."""
    declared = {429: {"description": "Wait.", "headers": {"Retry-After": {"schema": {"type": "integer"}}}}}

    assert _broken(Response(status_code=429), responses=declared) == ["GET /things/{thing_id}: 429: has no Retry-After"]
    assert _broken(Response(status_code=429, headers={"Retry-After": "6"}), responses=declared) == []
