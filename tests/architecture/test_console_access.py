"""Nothing in the console is open by oversight: its routes are each classified, and every form behind it is checked."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from app.console.access import CONSOLE_ACCESS, CONSOLE_OPEN, SECTIONS
from app.console.shell import form, signed
from app.main import create_app
from app.settings import Settings


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """The console as it is mounted."""
    made = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), worker_inside=False))
    [mount] = [route for route in made.routes if isinstance(route, Mount) and route.path == "/console"]
    yield mount.app
    made.state.services.house.database.dispose()


def _routes(console: FastAPI) -> dict[str, Dependant]:
    """Every route by method and path, with what it depends on; static files are no route of ours."""
    return {
        f"{method} {context.path}": context.dependant
        for context in iter_route_contexts(console.routes)
        if context.path != "/static"
        for method in context.methods - {"HEAD"}
    }


def _depends(dependant: Dependant, wanted: object) -> bool:
    return any(one.call is wanted or _depends(one, wanted) for one in dependant.dependencies)


def test_every_route_of_the_console_is_classified(console: FastAPI) -> None:
    """Each route is in the table of roles or in the list of open ones, and the tables name no route that is gone."""
    routes = _routes(console).keys()

    assert routes - CONSOLE_ACCESS.keys() - CONSOLE_OPEN == set()
    assert (CONSOLE_ACCESS.keys() | CONSOLE_OPEN) - routes == set()
    assert CONSOLE_ACCESS.keys() & CONSOLE_OPEN == set()


def test_every_closed_page_asks_who_is_there(console: FastAPI) -> None:
    """A route of the table checks session, role and form before its own code; an open one does not pretend to."""
    for name, dependant in _routes(console).items():
        closed = name in CONSOLE_ACCESS

        assert _depends(dependant, signed) is closed, name
        assert _depends(dependant, form) is closed, name


def test_every_section_can_be_opened_by_somebody(console: FastAPI) -> None:
    """A line of the navigation leads to a page that exists."""
    routes = _routes(console).keys()

    assert {f"GET {section.path}" for section in SECTIONS} & CONSOLE_ACCESS.keys() <= routes
