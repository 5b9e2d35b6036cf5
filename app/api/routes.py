"""Mounts the API on an application: routes, errors, limits and the description of it all."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from app.api import (
    actions,
    answering,
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
    reports,
    review,
    verdicts,
)
from app.api.access import ACCESS
from app.api.answers import errors
from app.api.bodies import BodyLimit, StrictRoute
from app.api.deps import caller
from app.api.problems import LastResort, add_problems
from app.api.schemas import Problem

_description = APIRouter(route_class=StrictRoute, tags=["description"])


@_description.get("/v1/openapi.json", summary="This description", responses={**errors()})
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
        previews,
        jobs,
        labels,
        reports,
        persons,
    ):
        app.include_router(module.router, dependencies=[Depends(caller)])
    app.include_router(_description, dependencies=[Depends(caller)])
    app.include_router(health.router)
    add_problems(app)
    # The last one added is the first to see a request.
    app.add_middleware(BodyLimit)
    app.add_middleware(LastResort)
    app.openapi = lambda: _describe(app)  # type: ignore[method-assign]


def _describe(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(title="Dvornik", version=app.version, description=_PREFACE, routes=app.routes, tags=_TAGS)
        components = schema.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        for path, methods in schema["paths"].items():
            for method, operation in methods.items():
                _describe_access(operation, f"{method.upper()} {path}")
        app.openapi_schema = schema
    return app.openapi_schema


def _describe_access(operation: dict[str, Any], route: str) -> None:
    roles = ACCESS.get(route)
    if roles is None:
        operation["security"] = []
        return
    operation["security"] = [{"token": []}]
    operation["x-roles"] = sorted(roles)


_PREFACE = (
    "Moderates comments on official pages and accounts for every decision. Errors are problem+json (RFC 9457). "
    "Ids are strings. Every route but health and metrics needs `Authorization: Bearer <token>`; a token may be limited "
    "to pages, and what is not on them answers 404."
)
_TAGS = [
    {"name": "moderation", "description": "Judge texts; nothing is stored."},
    {"name": "decisions", "description": "What was decided and why."},
    {"name": "actions", "description": "What is asked of the networks."},
    {"name": "review", "description": "Questions to people: the queue, verdicts and taking them back."},
    {"name": "objections", "description": "Residents object to decisions, and are answered."},
    {"name": "reports", "description": "The numbers of a week, a month or a quarter."},
    {"name": "answers", "description": "Residents who wait for an answer, and the office's answers."},
    {"name": "pages", "description": "Official pages, their policies and modes."},
    {"name": "jobs", "description": "Work that takes longer than a request."},
    {"name": "labels", "description": "People's verdicts as lessons for training."},
    {"name": "persons", "description": "One person's data, and legal holds."},
    {"name": "health", "description": "For those who watch over the service; open."},
    {"name": "description", "description": "This document."},
]
