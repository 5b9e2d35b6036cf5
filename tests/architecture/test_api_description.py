"""The API's description is whole: every route with its roles, its errors, and examples of exactly the shape it has."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.api.access import ACCESS, is_open
from app.main import create_app
from app.settings import Settings
from tests.fakes.contract import PROBLEM, Description

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"
#: What can happen on any route behind a token.
ANYWHERE = {"400", "401", "403", "429", "503", "default"}
#: What has no example: an archive.
BINARY = {"application/zip"}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The description as the service gives it."""
    app: FastAPI = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), worker_inside=False))
    described = json.loads(json.dumps(app.openapi()))
    names = {
        f"{method} {context.path}"
        for context in iter_route_contexts(app.routes)
        for method in (context.methods or set()) - {"HEAD"}
        if context.path.startswith(("/v1/", "/callbacks/", "/healthz", "/readyz", "/metrics"))
    }
    assert {f"{method.upper()} {path}" for path, methods in described["paths"].items() for method in methods} == names
    yield described
    app.state.services.house.database.dispose()


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_route_is_described(document: dict[str, Any]) -> None:
    """Each route says what it is for, under a tag that is explained, who may call it, and by what it proves itself."""
    tags = {tag["name"] for tag in document["tags"]}
    names = []
    for route, operation in _operations(document):
        names.append(operation["operationId"])
        assert operation["summary"], route
        assert operation.get("description"), route
        assert operation["tags"], route
        assert set(operation["tags"]) <= tags, route
        assert operation["security"] == ([{"token": []}] if route in ACCESS else []), route
        if route in ACCESS:
            assert operation["x-roles"] == sorted(ACCESS[route]), route
        else:
            assert is_open(route), route
    assert len(set(names)) == len(names)


def test_every_route_declares_its_errors(document: dict[str, Any]) -> None:
    """What can happen anywhere, what a body and a named thing bring with them, each as a problem with an example."""
    for route, operation in _operations(document):
        if route not in ACCESS:
            continue
        responses = operation["responses"]
        assert responses.keys() >= ANYWHERE, route
        assert "422" not in responses, route
        if "requestBody" in operation:
            assert {"413", "415"} <= responses.keys(), route
        if re.search(r"\{\w+_id\}", route):
            assert "404" in responses, route
        for code, response in responses.items():
            if code[0] in "45" or code == "default":
                assert list(response["content"]) == [PROBLEM], (route, code)


def test_every_answer_has_an_example_of_its_shape(document: dict[str, Any]) -> None:
    """Each answer of each route is shown, with all fields that the shape has and no others."""
    description = Description(document)
    wrong = []
    for route, operation in _operations(document):
        for code, response in operation["responses"].items():
            assert response["description"], (route, code)
            assert code == "204" or response["content"], (route, code)
            for kind, content in response.get("content", {}).items():
                assert "schema" in content, (route, code, kind)
                if kind in BINARY:
                    continue
                assert "example" in content, (route, code, kind)
                if complaint := description.complaint(content["schema"], content["example"]):
                    wrong.append((route, code, complaint))
                if kind == PROBLEM and code != "default":
                    assert content["example"]["status"] == int(code), route
    assert wrong == []


def test_every_body_has_examples_that_are_taken(document: dict[str, Any]) -> None:
    """Each route that takes a body shows at least one, of the shape that it takes."""
    description = Description(document)
    wrong = []
    for route, operation in _operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            examples = [content["example"]] if "example" in content else list(_examples(document, content["schema"]))
            assert examples, route
            wrong += [
                (route, complaint)
                for example in examples
                if (complaint := description.complaint(content["schema"], example))
            ]
    assert wrong == []


def _examples(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Any]:
    """The examples of a body's shape, or of one of the shapes that it may have."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    yield from schema.get("examples", ())
    for one in schema.get("anyOf", ()):
        yield from _examples(document, one)


def test_every_shape_that_shows_itself_does_so_rightly(document: dict[str, Any]) -> None:
    """An example that stands with a shape fits it."""
    description = Description(document)
    for name, schema in document["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            assert description.complaint(schema, example) == "", name


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """The document is whole: each `$ref` names a shape that is in it."""
    wanted = set(re.findall(r'"#/components/schemas/([\w-]+)"', json.dumps(document)))

    assert wanted <= document["components"]["schemas"].keys()


def test_every_filter_is_told(document: dict[str, Any]) -> None:
    """Each parameter of a query stands in docs/api.md, in a paragraph about its route."""
    told = re.split(r"\n\s*\n", DOCUMENT.read_text(encoding="utf-8"))
    untold = []
    for route, operation in _operations(document):
        named = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
        path = route.split(" ")[1]
        about = [part for part in told if not part.startswith("| ") and (path in part or _short(path) in part)]
        untold += [(route, name) for name in named if not any(f"`{name}" in part for part in about)]
    assert untold == []


def _short(path: str) -> str:
    return re.sub(r"\{\w+\}", "{id}", path)
