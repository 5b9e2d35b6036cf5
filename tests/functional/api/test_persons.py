"""One person's data and legal holds over the API: ids in bodies, administrators only, everything with its reason."""

import pytest

from app.domain.words import Role
from app.storage.tables import Author, Comment, LegalHold
from tests.fakes.yard import Yard

PERSON = {"network": "vk", "id": "15170"}
GROUND = "требование вх. № 12 от 01.09.2026"


def test_an_export_is_one_document(yard: Yard) -> None:
    """The export is JSON, not to be kept by any proxy, with every comment of the person and nobody else's."""
    for number in range(3):
        yard.comment(f"Спасибо за ремонт {number}", author="15170")
    yard.comment("Всем привет", author="7")

    answer = yard.client("admin").post("/v1/persons/export", json=PERSON)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert (told["id"], told["comments_total"]) == ("15170", 3)
    texts = [one["revisions"][0]["text"] for one in told["comments"]]
    assert texts == [f"Спасибо за ремонт {number}" for number in range(3)]


def test_an_erasure_is_tried_first(yard: Yard) -> None:
    """Without `apply` the answer counts what would go; with it and a ground it goes, and the person is nobody."""
    yard.comment("Спасибо за ремонт двора", author="15170")
    admin = yard.client("admin")

    tried = admin.post("/v1/persons/erase", json=PERSON).json()
    assert tried == {"applied": False, "rows": {"revision_body": 1}, "waits": {}, "standing_bans": 0}
    done = admin.post("/v1/persons/erase", json={**PERSON, "apply": True, "ground": GROUND})

    assert done.status_code == 200
    assert done.json()["applied"] is True
    assert [row.external_id for row in yard.rows(Author)] == [None]
    assert admin.post("/v1/persons/erase", json=PERSON).status_code == 404


def test_an_erasure_that_something_forbids_is_409(small_yard: Yard) -> None:
    """All reasons are named in the problem, and in the answer of a try."""
    small_yard.comment("Когда почините дорогу, дебил?", author="15170")
    admin = small_yard.client("admin")

    assert admin.post("/v1/persons/erase", json=PERSON).json()["waits"] == {"case": 1}
    refused = admin.post("/v1/persons/erase", json={**PERSON, "apply": True, "ground": GROUND})

    assert refused.status_code == 409
    assert "открыт вопрос" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("route", "body", "where"),
    [
        ("/v1/persons/erase", {**PERSON, "apply": True}, "ground"),
        ("/v1/persons/erase", {**PERSON, "apply": "yes"}, "body.apply"),
        ("/v1/persons/export", {"network": "myspace", "id": "1"}, "network"),
        ("/v1/persons/export", {"network": "vk", "id": ""}, "body.id"),
        ("/v1/holds", {"scope": "house", "ground": GROUND}, "body.scope"),
        ("/v1/holds", {"scope": "author", "ground": GROUND}, "network"),
        ("/v1/holds", {"scope": "page", "subject_id": "1", "ground": "x"}, "ground"),
    ],
)
def test_bad_requests_name_the_field(small_yard: Yard, route: str, body: dict, where: str) -> None:
    """What is missing or wrong is named, and nothing happens."""
    small_yard.comment("Спасибо", author="15170")
    answer = small_yard.client("admin").post(route, json=body)

    assert answer.status_code == 400
    assert [one["where"] for one in answer.json()["errors"]] == [where]
    assert small_yard.rows(LegalHold) == []


def test_a_hold_is_set_listed_and_lifted(small_yard: Yard) -> None:
    """A hold by network id, seen by an auditor, lifted once; the list goes on by its cursor."""
    small_yard.comment("Спасибо", author="15170")
    [comment] = small_yard.rows(Comment)
    admin, auditor = small_yard.client("admin", "Вера"), small_yard.client("auditor")
    bodies = [
        {"scope": "author", **PERSON, "ground": "дело № 1"},
        {"scope": "page", "subject_id": str(small_yard.page), "ground": "дело № 2"},
        {"scope": "comment", "subject_id": str(comment.id), "ground": "дело № 3"},
    ]
    made = [admin.post("/v1/holds", json=body) for body in bodies]
    assert [one.status_code for one in made] == [201] * 3
    assert made[0].json()["set_by"] == "person:Вера"
    assert admin.post("/v1/holds", json=bodies[0]).status_code == 409

    first = auditor.get("/v1/holds", params={"limit": 2}).json()
    rest = auditor.get("/v1/holds", params={"cursor": first["next_cursor"]}).json()
    listed = [one["ground"] for one in [*first["items"], *rest["items"]]]
    assert listed == ["дело № 3", "дело № 2", "дело № 1"]
    assert rest["next_cursor"] is None

    path = f"/v1/holds/{made[0].json()['id']}/lift"
    assert admin.post(path).json()["lifted_by"] == "person:Вера"
    assert admin.post(path).status_code == 409
    assert len(auditor.get("/v1/holds").json()["items"]) == 2
    assert len(auditor.get("/v1/holds", params={"lifted": True}).json()["items"]) == 3


def test_a_limited_administrator_sees_and_erases_no_further(small_yard: Yard) -> None:
    """An export holds the token's pages only; erasing somebody everywhere is refused."""
    other = small_yard.add_page("229000002", "enforce")
    small_yard.comment("Спасибо здесь", author="15170")
    small_yard.comment("Спасибо там", page="229000002", author="15170")
    limited = small_yard.client(Role.ADMIN, pages=[other])

    told = limited.post("/v1/persons/export", json=PERSON).json()
    assert [one["revisions"][0]["text"] for one in told["comments"]] == ["Спасибо там"]
    assert limited.post("/v1/persons/erase", json={**PERSON, "apply": True, "ground": GROUND}).status_code == 403
    assert limited.post("/v1/holds", json={"scope": "author", **PERSON, "ground": "дело № 1"}).status_code == 403
    foreign = {"scope": "page", "subject_id": str(small_yard.page), "ground": "дело № 1"}
    assert limited.post("/v1/holds", json=foreign).status_code == 404
