"""Mounts the API on an application: routes, errors and limits."""

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from app.api import (
    actions,
    alerts,
    answering,
    connecting,
    decisions,
    dossier,
    health,
    jobs,
    labels,
    moderation,
    objections,
    pages,
    persons,
    previews,
    registry,
    reports,
    review,
    verdicts,
)
from app.api.answers import errors, example
from app.api.bodies import BodyLimit, StrictRoute
from app.api.deps import caller
from app.api.description import describe
from app.api.problems import LastResort, add_problems

_EXAMPLE = {"openapi": "3.1.0", "info": {"title": "Dvornik", "version": "1.0.0"}, "paths": {}}
_description = APIRouter(route_class=StrictRoute, tags=["description"])


@_description.get("/v1/openapi.json", summary="This description", responses={**errors(), **example(_EXAMPLE)})
def openapi(request: Request) -> JSONResponse:
    """OpenAPI 3.1 of every route."""
    return JSONResponse(request.app.openapi())


def include_api(app: FastAPI) -> None:
    """Add everything but the callbacks; `app.state.services` must be set before the first request.

    Raises:
        ValueError: FastAPI's own documentation is on: it answers without a token and loads foreign scripts.
    """
    if app.openapi_url is not None:
        raise ValueError("FastAPI(openapi_url=None): the description is served at /v1/openapi.json")
    for module in (
        moderation,
        decisions,
        actions,
        review,
        verdicts,
        objections,
        answering,
        dossier,
        pages,
        connecting,
        previews,
        jobs,
        labels,
        reports,
        registry,
        persons,
        alerts,
    ):
        app.include_router(module.router, dependencies=[Depends(caller)])
    app.include_router(_description, dependencies=[Depends(caller)])
    app.include_router(health.router)
    add_problems(app)
    # The last one added is the first to see a request.
    app.add_middleware(BodyLimit)
    app.add_middleware(LastResort)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
