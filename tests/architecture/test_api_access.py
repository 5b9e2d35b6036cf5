"""Nothing is open by oversight: the real application's routes are each classified, and the documentation says how."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter

from app.api.access import ACCESS, OPEN, READS_PRIVATE, is_open
from app.api.deps import caller
from app.domain.errors import DvornikError
from app.domain.words import Role
from app.main import create_app
from app.pipeline.rereading.walking import NAME as READING_AGAIN
from app.pipeline.watching import deliveries, silence, telling
from app.settings import Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """The application as it is served."""
    made = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), worker_inside=False))
    yield made
    made.state.services.house.database.dispose()


def _routes(app: FastAPI) -> dict[str, object]:
    """Every route by method and path; a mounted application that nobody can walk appears as itself."""
    return {
        f"{method} {context.path}": context
        for context in iter_route_contexts(app.routes)
        for method in (context.methods or {"MOUNT"}) - {"HEAD"}
    }


def _asks(dependant: Dependant) -> bool:
    """Whether the caller is checked somewhere among a route's dependencies."""
    return dependant.call is caller or any(_asks(one) for one in dependant.dependencies)


def test_every_route_is_classified(app: FastAPI) -> None:
    """Each route is in the table of roles or in the list of open ones, and the tables name no route that is gone."""
    routes = _routes(app).keys()
    doors = {one for one in routes if is_open(one)}

    # The console's own table is held to its routes in test_console_access.py; without its slash it leads to its door.
    assert routes - ACCESS.keys() - doors == {"MOUNT /console", "GET /console", "GET /"}
    assert ACCESS.keys() - routes == set()
    assert {one for one in ACCESS if is_open(one)} == set()
    assert {"POST /callbacks/vk", "POST /callbacks/telegram/{key}", "GET /healthz"} <= doors
    assert not [one for one in doors if "callbacks" not in one and one not in OPEN]


def test_every_closed_route_asks_who_calls(app: FastAPI) -> None:
    """A route of the table checks token and role before its own code; an open one does not pretend to."""
    for name, context in _routes(app).items():
        if name.startswith("MOUNT "):
            continue
        dependant = getattr(context, "dependant", None)
        asks = dependant is not None and _asks(dependant)

        assert asks is (name in ACCESS), name


def test_the_documented_roles_are_the_real_ones() -> None:
    """The table in docs/api.md says of each route exactly what the code says."""
    text = DOCUMENT.read_text(encoding="utf-8")
    documented = {}
    for route, *marks in re.findall(r"^\| `([A-Z]+ /[^`]*)` \|(.*)\|$", text, re.MULTILINE):
        cells = [cell.strip() for cell in marks[0].split("|")]
        documented[route] = {role for role, cell in zip(_documented_roles(text), cells, strict=True) if cell}

    assert documented == {route: {str(role) for role in roles} for route, roles in ACCESS.items()}
    readers = re.search(r"words of private messages[^\n]*: (.+)\.$", text, re.MULTILINE)
    assert readers is not None
    assert set(re.findall(r"`(\w+)`", readers[1])) == {str(role) for role in READS_PRIVATE}


def _documented_roles(text: str) -> list[str]:
    header = re.search(r"^\| route \|(.*)\|$", text, re.MULTILINE)
    assert header is not None
    roles = [cell.strip() for cell in header[1].split("|")]
    assert set(roles) == {str(role) for role in Role}
    return roles


def test_the_documented_bodies_are_taken(app: FastAPI) -> None:
    """Every body that docs/api.md shows fits its route, and every route that takes one is shown with one."""
    bodies = {name: getattr(context, "body_field", None) for name, context in _routes(app).items()}
    documented: dict[str, list[Any]] = {}
    for route, body in _documented_bodies():
        documented.setdefault(route, []).append(body)

    for route, examples in documented.items():
        shape = TypeAdapter(bodies[route].field_info.annotation)
        for example in examples:
            shape.validate_json(json.dumps(example))
    assert documented.keys() == {name for name, field in bodies.items() if field is not None}


def _documented_bodies() -> Iterator[tuple[str, Any]]:
    """Each example with its route: a line of method and path, below it JSON, one value after another."""
    shown = re.search(
        r"^## What is sent$.*?^```\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert shown is not None
    for route, bodies in re.findall(r"^([A-Z]+ /\S+)\n((?:^ .*\n)+)", shown[1], re.MULTILINE):
        rest = bodies.strip()
        while rest:
            body, end = json.JSONDecoder().raw_decode(rest)
            yield route, body
            rest = rest[end:].strip()


def test_every_error_has_its_answer() -> None:
    """Each error that the house raises on purpose is a problem with a status, or a fault of ours on purpose."""
    from app.api.problems import STATUS
    from app.domain.errors import ConfigurationError, IntakeError

    def kinds(base: type[DvornikError]) -> Iterator[type[DvornikError]]:
        for kind in base.__subclasses__():
            if kind.__module__ == "app.domain.errors":
                yield kind
                yield from kinds(kind)

    unanswered = {kind for kind in kinds(DvornikError) if not any(one in STATUS for one in kind.__mro__)}
    assert unanswered == {ConfigurationError, IntakeError}


def test_a_process_without_a_worker_tells_of_every_duty_that_is_late(app: FastAPI) -> None:
    """What is done on another machine, in whatever round, is known to whoever is asked whether all is well."""
    known = {duty.name for duty in app.state.services.duties}
    assert {deliveries.NAME, telling.NAME, silence.NAME, READING_AGAIN, "appeals", "retention"} <= known
