"""One removal for all copies over HTTP: the question says how many, the list says what, its token does that."""

from typing import Any

from app.domain.clock import MINUTE, rfc3339
from app.storage.tables import Action, ReviewCase
from tests.fakes.yard import Yard

AD = "Требуются упаковщики на склад, оплата каждый день, звоните с утра и до вечера"
COLD = "Почините наконец дорогу на улице Садовой, третий год одни ямы и никому дела нет"
BULK = "/v1/review/bulk"


def _raid(yard: Yard, text: str = AD, copies: int = 7) -> str:
    """So many say the same; the case that asks about all."""
    for number in range(copies):
        yard.comment(text, author=str(900 + number), compared=True)
    [case] = [one for one in yard.rows(ReviewCase) if one.state == "open"]
    return str(case.id)


def _removal(clause: str = "п. 2.5 Порядка") -> dict[str, Any]:
    return {"verdict": "remove", "categories": ["spam"], "clause": clause}


def test_copies_are_listed_and_then_removed(yard: Yard) -> None:
    """The case tells how many; the dry run changes nothing; the token removes each; pressed twice tells the same."""
    anna = yard.client("moderator", "anna")
    case = _raid(yard)
    assert anna.get(f"/v1/review/{case}").json()["campaign"]["at_once"] == 7
    listed = anna.post(BULK, json=_removal() | {"campaign_of": case}).json()
    assert (len({one["comment_id"] for one in listed["items"]}), listed["left"], listed["question"]) == (7, 0, None)
    assert [one["case_id"] for one in listed["items"]] == [case] + [None] * 6
    assert {tuple(one["actions"]) for one in listed["items"]} == {("delete_comment",)}
    assert yard.rows(Action) == []

    carry = _removal() | {"dry_run": False, "token": listed["token"]}
    done = anna.post(BULK, json=carry).json()
    assert {one["why_not"] for one in done["items"]} == {""}
    assert {one["undo_until"] for one in done["items"]} == {rfc3339(yard.clock.now() + 10 * MINUTE)}
    assert len(yard.rows(Action)) == 7
    again = anna.post(BULK, json=carry).json()
    assert [one["decision_id"] for one in again["items"]] == [one["decision_id"] for one in done["items"]]
    assert len(yard.rows(Action)) == 7
    for one in done["items"]:
        assert anna.post(f"/v1/decisions/{one['decision_id']}/undo").status_code == 200
    assert {one.state for one in yard.rows(Action)} == {"cancelled"}
    assert len([one for one in yard.rows(ReviewCase) if one.state == "open"]) == 1


def test_what_is_not_for_copies_is_refused_with_its_place(small_yard: Yard) -> None:
    """A keep, a ban, cases beside it, a campaign beside the token, a foreign page, and a reader."""
    yard = small_yard
    anna = yard.client("moderator", "anna")
    case = _raid(yard)
    wanted = _removal() | {"campaign_of": case}
    refusals = (
        (wanted | {"ban": {"seconds": 86_400}}, "ban"),
        ({"verdict": "keep", "campaign_of": case}, "verdict"),
        (wanted | {"case_ids": [case]}, "body.campaign_of"),
        (wanted | {"dry_run": False, "token": "x"}, "body.campaign_of"),
        (wanted | {"clause": "п. 100"}, "clause"),
        (wanted | {"campaign_of": "x"}, "body.campaign_of"),
    )
    for body, where in refusals:
        answer = anna.post(BULK, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (400, where), answer.text
    elsewhere = yard.add_page("229000002", "enforce")
    other = yard.client("moderator", "olga", pages=[elsewhere])
    assert other.post(BULK, json=wanted).status_code == 404
    assert yard.client("viewer", "petr").post(BULK, json=wanted).status_code == 403
    yard.client("moderator", "boris").post(f"/v1/review/{case}/claim")
    held = anna.post(BULK, json=wanted)
    assert (held.status_code, "boris" in held.json()["detail"]) == (409, True)


def test_a_wave_of_complaints_is_not_removed_at_once(small_yard: Yard) -> None:
    """Neither offered nor carried out: each is looked at by itself."""
    yard = small_yard
    anna = yard.client("moderator", "anna")
    case = _raid(yard, COLD)
    assert anna.get(f"/v1/review/{case}").json()["campaign"]["at_once"] == 0
    answer = anna.post(BULK, json=_removal() | {"campaign_of": case})
    assert (answer.status_code, "волна жалоб" in answer.json()["detail"]) == (409, True)
    assert yard.rows(Action) == []
