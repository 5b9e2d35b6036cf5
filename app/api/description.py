"""Describes the API as OpenAPI: roles, errors and examples as the routes declare them, and the callbacks."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Route

from app.api.access import ACCESS
from app.api.callback_description import CALLBACKS, VK_OPERATION, VK_PATH, keyed_operations
from app.api.fields import Model
from app.api.schemas import Problem

_PREFACE: Final = (
    "Moderates comments on official pages and accounts for every decision. Errors are problem+json (RFC 9457). "
    "Ids are strings. Every route but health, metrics and callbacks needs `Authorization: Bearer <token>`; a token may "
    "be limited to pages, and what is not on them answers 404."
)
_TAGS: Final = [
    {"name": "moderation", "description": "Judge texts; nothing is stored."},
    {"name": "decisions", "description": "What was decided and why."},
    {"name": "actions", "description": "What is asked of the networks."},
    {"name": "review", "description": "Questions to people: the queue, verdicts and taking them back."},
    {"name": "objections", "description": "Residents object to decisions, and are answered."},
    {"name": "registry", "description": "The official pages that the acts have the office list and publish."},
    {"name": "reports", "description": "The numbers of a week, a month or a quarter."},
    {"name": "answers", "description": "Residents who wait for an answer, and the office's answers."},
    {"name": "pages", "description": "Official pages, their policies and modes."},
    {"name": "alerts", "description": "What stands still, and who is told of it."},
    {"name": "jobs", "description": "Work that takes longer than a request."},
    {"name": "labels", "description": "People's verdicts as lessons for training."},
    {"name": "persons", "description": "One person's data, and legal holds."},
    {"name": "callbacks", "description": "Where the networks knock, with their own secrets."},
    {"name": "health", "description": "For those who watch over the service; open."},
    {"name": "description", "description": "This document."},
]


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole document; made once."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title="Dvornik", version=version("dvornik"), description=_PREFACE, routes=app.routes, tags=_TAGS
        )
        components = schema.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        # The callbacks are plain ASGI endpoints, which the framework does not describe.
        for route in app.routes:
            if path_of(route) == VK_PATH:
                schema["paths"][VK_PATH] = {"post": VK_OPERATION}
            elif isinstance(route, Route) and path_of(route).startswith(f"{CALLBACKS}/"):
                schema["paths"][path_of(route)] = keyed_operations(route)
        _put_nulls_back(app, schema)
        for path, methods in schema["paths"].items():
            for method, operation in methods.items():
                _describe_access(operation, f"{method.upper()} {path}")
        app.openapi_schema = schema
    return app.openapi_schema


def path_of(route: BaseRoute) -> str:
    """A route's path with the names of its parts."""
    return str(getattr(route, "path", ""))


def _describe_access(operation: dict[str, Any], route: str) -> None:
    roles = ACCESS.get(route)
    if roles is None:
        operation["security"] = []
        return
    operation["security"] = [{"token": []}]
    operation["x-roles"] = sorted(roles)


def _put_nulls_back(app: FastAPI, schema: dict[str, Any]) -> None:
    """The framework leaves nulls out of examples too, which then lack fields that every answer has."""
    for context in iter_route_contexts(app.routes):
        for method in context.methods or ():
            described = schema["paths"].get(context.path, {}).get(method.lower(), {}).get("responses", {})
            for code, response in (getattr(context, "responses", None) or {}).items():
                for kind, content in response.get("content", {}).items():
                    if "example" in content:
                        described[str(code)]["content"][kind]["example"] = content["example"]
    for model in _models(Model):
        extra = model.model_config.get("json_schema_extra")
        if model.__name__ in schema["components"]["schemas"] and isinstance(extra, dict) and "examples" in extra:
            schema["components"]["schemas"][model.__name__]["examples"] = extra["examples"]


def _models(base: type[Model]) -> Iterator[type[Model]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)
