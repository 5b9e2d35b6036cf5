"""The real service keeps what its own description says, whatever fits the description and whatever does not."""

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from app.storage.tables import Author, Comment
from tests.console.desk import MAT, RUDE_APPEAL, THANKS, Desk, open_desk
from tests.fuzz.effort import EFFORT, bounded

ALWAYS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CHECKS = {GenerationMode.POSITIVE: ALWAYS, GenerationMode.NEGATIVE: [*ALWAYS, negative_data_rejection]}
#: Requests of each kind for each route in CI.
EXAMPLES = {GenerationMode.POSITIVE: 3, GenerationMode.NEGATIVE: 2}
#: The parameter of a path → the list that names such things.
LISTS = {
    "page_id": "/v1/pages",
    "decision_id": "/v1/decisions",
    "action_id": "/v1/actions",
    "case_id": "/v1/review",
    "objection_id": "/v1/objections",
    "answer_id": "/v1/answers",
    "job_id": "/v1/jobs",
    "hold_id": "/v1/holds",
}
#: Routes after which nothing is left to ask about.
_LAST = ("DELETE /v1/pages/{page_id}", "POST /v1/persons/erase")


@dataclass
class Town:
    """A service with something of each kind in it, and what its lists name."""

    desk: Desk
    token: str
    schema: schemathesis.BaseSchema
    ids: dict[str, list[str]] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """An administrator's."""
        return {"Authorization": f"Bearer {self.token}"}

    def list_ids(self) -> None:
        """Ask every list for ids, by the name that paths give them."""
        with httpx.Client(base_url=self.desk.service.url, headers=self.headers) as client:
            for name, path in LISTS.items():
                answer = client.get(path)
                assert answer.status_code == 200, (path, answer.text)
                self.ids[name] = [item["id"] for item in answer.json()["items"]]
        self.ids["comment_id"] = [str(row.id) for row in self.desk.rows(Comment)]

    def furnish(self) -> None:
        """One thing of each kind that is not made of a comment alone."""
        self.list_ids()
        comment, decision = self.ids["comment_id"][0], self.ids["decision_id"][0]
        person = {"network": "vk", "id": self.desk.rows(Author)[0].external_id}
        wanted: list[tuple[str, dict[str, str]]] = [
            (f"/v1/comments/{comment}/answers", {"text": "Дорогу починят к маю"}),
            (f"/v1/decisions/{decision}/objections", {"text": "Верните"}),
            ("/v1/holds", {"scope": "author", **person, "ground": "дело № 5"}),
            ("/v1/previews", {"policy": "novokuznetsk-59", "level": "careful"}),
        ]
        with httpx.Client(base_url=self.desk.service.url, headers=self.headers) as client:
            for path, body in wanted:
                answer = client.post(path, json=body)
                assert answer.is_success, (path, answer.text)
        self.list_ids()
        assert all(self.ids.values()), self.ids


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The real service in a process of its own, after some comments and some work."""
    with open_desk(tmp_path_factory.mktemp("town") / "data") as desk:
        for words in (MAT, RUDE_APPEAL, THANKS, "Когда починят дорогу на Садовой?", "Ты дебил"):
            desk.comment(words)
        token = desk.token("admin")
        headers = {"Authorization": f"Bearer {token}"}
        described = httpx.get(f"{desk.service.url}/v1/openapi.json", headers=headers).json()
        # Every request shows the token; what happens without it has tests of its own.
        for methods in described["paths"].values():
            for operation in methods.values():
                operation.pop("security", None)
        town = Town(desk, token, schemathesis.openapi.from_dict(described))
        town.furnish()
        yield town


def _operations(town: Town) -> list[APIOperation[Any, Any, Any, Any]]:
    found = [one.ok() for one in town.schema.get_all_operations()]
    return sorted(found, key=lambda one: (one.label in _LAST, one.label))


@pytest.mark.timeout(60 + 120 * EFFORT)
@pytest.mark.parametrize("mode", EXAMPLES, ids=str)
def test_every_route_answers_as_described(town: Town, mode: GenerationMode) -> None:
    """Status, media type and shape of each answer are among the declared ones, and no answer is a mistake of ours."""
    operations = _operations(town)
    assert len(operations) > 60
    for operation in operations:
        _walk(town, operation, mode)


def _walk(town: Town, operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode) -> None:
    """Send one route what Hypothesis makes of its description; about every other request names real things."""

    @bounded(EXAMPLES[mode])
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def walk(case: Case, data: st.DataObject) -> None:
        if mode is GenerationMode.POSITIVE and operation.label != _LAST[0] and data.draw(st.booleans(), label="real"):
            _name_real_things(town, case, data)
        _write_whole_numbers_short(case)
        answer = case.call(base_url=town.desk.service.url, headers=town.headers)
        # A body that is too long is refused unread, whatever stands in it.
        case.validate_response(answer, checks=ALWAYS if answer.status_code == 413 else CHECKS[mode])

    # A route without parameters and body cannot be asked wrongly.
    with suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext():
        walk()


def _write_whole_numbers_short(case: Case) -> None:
    """In an address `5.0` is a whole number to us as `5` is; what checks the refusal of wrong data knows only `5`."""
    for name, value in list((case.query or {}).items()):
        if isinstance(value, float) and value.is_integer():
            case.query[name] = int(value)


def _name_real_things(town: Town, case: Case, data: st.DataObject) -> None:
    """Put ids of existing things where an id of that name is asked for."""
    body = case.body if isinstance(case.body, dict) else {}
    for holder in (case.path_parameters, case.query, body):
        for name, known in town.ids.items():
            if known and holder and name in holder:
                holder[name] = data.draw(st.sampled_from(known), label=name)
