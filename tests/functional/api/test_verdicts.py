"""People answer questions over HTTP: claims, verdicts, many at once, undoing and reversing; who comes second is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest

from app.domain.clock import MINUTE, SECOND, rfc3339
from app.journal.verify import verify
from app.storage.tables import Action, Comment, Decision, Note, ReviewCase
from tests.fakes.yard import Yard

APPEAL = "Когда почините дорогу, дебил?"


def _case(yard: Yard, text: str = APPEAL, **more: Any) -> str:
    decision = yard.comment(text, **more)
    return next(str(case.id) for case in yard.rows(ReviewCase) if case.decision_id == decision)


def _clause(client: httpx.Client, case: str, category: str = "insult") -> str:
    choices = client.get(f"/v1/review/{case}").json()["choices"]
    return next(str(one["clause"]) for one in choices if one["category"] == category)


def _removal(client: httpx.Client, case: str, **more: Any) -> dict[str, Any]:
    clause = _clause(client, case)
    return {"verdict": "remove", "revision": 1, "categories": ["insult"], "clause": clause} | more


def test_a_claim_pins_the_text_and_ends_by_itself(yard: Yard) -> None:
    """A claim names revision and end; a colleague is told who holds the case, and may take it when the lease is over."""
    anna, olga = yard.client("moderator", "anna"), yard.client("moderator", "olga")
    case = _case(yard)
    claimed = anna.post(f"/v1/review/{case}/claim")

    assert claimed.json() == {"case_id": case, "revision": 1, "until": rfc3339(yard.clock.now() + 10 * MINUTE)}
    assert anna.get("/v1/review", params={"mine": "true"}).json()["items"][0]["claimed_by"] == "person:anna"
    refused = olga.post(f"/v1/review/{case}/claim")
    assert refused.status_code == 409
    assert "anna" in refused.json()["detail"]
    assert olga.post(f"/v1/review/{case}/verdict", json={"verdict": "keep", "revision": 1}).status_code == 409
    yard.clock.advance(10 * MINUTE)
    assert olga.post(f"/v1/review/{case}/claim").status_code == 200


def test_a_case_goes_back_on_or_by(small_yard: Yard) -> None:
    """Released it is free, skipped it comes last for whoever skipped it, handed over it is among the colleague's own."""
    yard = small_yard
    anna, olga = yard.client("moderator", "anna"), yard.client("moderator", "olga")
    first, second = _case(yard, author="1"), _case(yard, author="2")
    anna.post(f"/v1/review/{first}/claim")
    released = anna.post(f"/v1/review/{first}/release").json()
    assert (released["state"], released["claimed_by"]) == ("open", "")

    anna.post(f"/v1/review/{first}/skip")
    assert [one["id"] for one in anna.get("/v1/review").json()["items"]] == [second, first]
    assert [one["id"] for one in olga.get("/v1/review").json()["items"]] == [first, second]

    handed = anna.post(f"/v1/review/{second}/hand_over", json={"to": "olga", "note": "Ваш район"}).json()
    assert handed["assigned_to"] == "person:olga"
    assert [one["id"] for one in olga.get("/v1/review", params={"mine": "true"}).json()["items"]] == [second]
    refused = anna.post(f"/v1/review/{first}/hand_over", json={"to": "nobody"})
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (400, "to")


def test_a_verdict_removes_after_the_window_in_every_mode(yard: Yard) -> None:
    """A person's removal on a shadow page waits fifteen seconds, names its clause, and the journal stays whole."""
    yard.add_page("229000002", "review")
    case = _case(yard, page="229000002")
    anna = yard.client("moderator", "anna")
    ruled = anna.post(f"/v1/review/{case}/verdict", json=_removal(anna, case, ban={"seconds": 86_400})).json()

    actions = {one["kind"]: one for one in ruled["actions"]}
    until = rfc3339(yard.clock.now() + 15 * SECOND)
    assert ruled["undo_until"] == until
    assert set(actions) == {"delete_comment", "ban_author"}
    assert all((one["state"], one["due_at"]) == ("pending", until) for one in actions.values())
    assert "59" in actions["delete_comment"]["clause"]
    assert actions["ban_author"]["ban_seconds"] == 86_400
    shown = anna.get(f"/v1/decisions/{ruled['decision_id']}").json()
    assert (shown["verdict"], shown["decided_by"], shown["reasons"]) == ("remove", "person:anna", ["person"])
    assert anna.get("/v1/review").json()["items"] == []
    assert verify(yard.house.database, yard.house.journal_key).problems == []


def test_of_two_verdicts_one_stands(yard: Yard) -> None:
    """Two people answer at the same instant: one decides, the other is told who did, what and when."""
    case = _case(yard)
    people = [yard.client("moderator", name) for name in ("anna", "olga")]
    start = Barrier(2)

    def answer(client: httpx.Client) -> httpx.Response:
        start.wait()
        return client.post(f"/v1/review/{case}/verdict", json={"verdict": "keep", "revision": 1})

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(answer, people))

    assert sorted(one.status_code for one in answers) == [200, 409]
    [refused] = [one.json()["detail"] for one in answers if one.status_code == 409]
    assert "комментарий оставлен" in refused
    assert ("anna" in refused) is not ("olga" in refused)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"categories": []}, None),
        ({"categories": ["threat"]}, None),
        ({"clause": "п. 99"}, "clause"),
        ({"clause": ""}, "clause"),
        ({"verdict": "review"}, "body.verdict"),
        ({"revision": 0}, "body.revision"),
        ({"revision": "1"}, "body.revision"),
        ({"ban": {"seconds": 5}}, "body.ban.seconds"),
        ({"ban": {}}, "body.ban.seconds"),
        ({"law": {"level": "world", "act": "КоАП РФ", "article": "ст. 1"}}, "body.law.level"),
        ({"law": {"level": "federal", "act": "КоАП РФ"}}, "body.law.article"),
        ({"note": "x" * 2001}, "body.note"),
        ({"why": "x"}, "body.why"),
    ],
)
def test_a_verdict_without_ground_decides_nothing(small_yard: Yard, change: dict[str, Any], where: str | None) -> None:
    """What the act does not allow and what is not as expected is refused with its place; the case stays open."""
    anna = small_yard.client("moderator", "anna")
    case = _case(small_yard)
    answer = anna.post(f"/v1/review/{case}/verdict", json=_removal(anna, case) | change)

    assert answer.status_code == 400, answer.text
    if where is not None:
        assert answer.json()["errors"][0]["where"] == where
    assert len(anna.get("/v1/review").json()["items"]) == 1
    assert len(small_yard.rows(Decision)) == 1


def test_a_verdict_is_about_the_text_that_was_seen(small_yard: Yard) -> None:
    """A verdict on a text that is no longer the newest is 409 and says so."""
    anna = small_yard.client("moderator", "anna")
    case = _case(small_yard)
    answer = anna.post(f"/v1/review/{case}/verdict", json=_removal(anna, case, revision=2))

    assert answer.status_code == 409
    assert "текст № 1" in answer.json()["detail"]


def test_a_broken_law_needs_no_category(small_yard: Yard) -> None:
    """A person names a law with level and article; the decision shows it as its clause."""
    anna = small_yard.client("moderator", "anna")
    case = _case(small_yard)
    law = {"level": "federal", "act": "КоАП РФ", "article": "ст. 20.3.1"}
    body = {"verdict": "remove", "revision": 1, "law": law}
    ruled = anna.post(f"/v1/review/{case}/verdict", json=body)

    assert ruled.status_code == 200, ruled.text
    shown = anna.get(f"/v1/decisions/{ruled.json()['decision_id']}").json()
    assert any("20.3.1" in clause for clause in shown["clauses"])


def test_undo_opens_the_question_again(yard: Yard) -> None:
    """Within the window a verdict is called back: its actions are cancelled and a case asks again."""
    anna = yard.client("moderator", "anna")
    case = _case(yard)
    decision = anna.post(f"/v1/review/{case}/verdict", json=_removal(anna, case)).json()["decision_id"]
    other = yard.client("moderator", "olga").post(f"/v1/decisions/{decision}/undo")
    undone = anna.post(f"/v1/decisions/{decision}/undo").json()

    assert other.status_code == 403
    assert [one["id"] for one in anna.get("/v1/review").json()["items"]] == [undone["case_id"]]
    assert [one.state for one in yard.rows(Action)] == ["cancelled"]
    again = anna.post(f"/v1/decisions/{decision}/undo")
    assert again.status_code == 409


def test_what_was_sent_is_not_undone_but_reversed(yard: Yard) -> None:
    """After sending undo is 409; a reversal orders the restore and the end of the ban, and keeps the reason as a note."""
    anna = yard.client("moderator", "anna")
    case = _case(yard)
    body = _removal(anna, case, ban={"seconds": 86_400})
    decision = anna.post(f"/v1/review/{case}/verdict", json=body).json()["decision_id"]
    _sent(yard)
    refused = anna.post(f"/v1/decisions/{decision}/undo")
    reversed_ = anna.post(f"/v1/decisions/{decision}/reverse", json={"reason": "Это цитата"}).json()

    assert refused.status_code == 409
    assert "уже отправлено" in refused.json()["detail"]
    assert {one["kind"] for one in reversed_["actions"]} == {"restore_comment", "unban_author"}
    assert reversed_["cannot"] == []
    shown = anna.get(f"/v1/decisions/{reversed_['decision_id']}").json()
    assert (shown["verdict"], shown["supersedes"]) == ("keep", decision)
    assert [note.text for note in yard.rows(Note)] == ["Это цитата"]
    assert anna.post(f"/v1/decisions/{decision}/reverse", json={"reason": "Ещё раз"}).status_code == 409


def _sent(yard: Yard) -> None:
    """The worker has sent everything."""
    yard.clock.advance(MINUTE)
    for action in yard.rows(Action):
        yard.change(Action, action.id, state="done", outcome="acted", sent_at=yard.clock.now(), waiting_for=None)
    [comment] = yard.rows(Comment)
    yard.change(Comment, comment.id, state="removed")


def test_a_keep_is_reversed_by_asking_again(small_yard: Yard) -> None:
    """Reversing a keep sends nothing: it opens a case about the comment."""
    anna = small_yard.client("moderator", "anna")
    decision = small_yard.comment("Спасибо")
    answer = anna.post(f"/v1/decisions/{decision}/reverse", json={"reason": "Это издёвка"}).json()

    assert answer["actions"] == []
    [case] = anna.get("/v1/review").json()["items"]
    assert (case["id"], case["reason"], case["decision"]["id"]) == (answer["case_id"], "person", str(decision))


def test_many_cases_are_listed_before_they_are_decided(yard: Yard) -> None:
    """A dry run lists each case and changes nothing; its token decides exactly these, with ten minutes to undo."""
    anna = yard.client("moderator", "anna")
    cases = [_case(yard, f"сломайся {number}", author=str(number)) for number in range(3)]
    clause = _clause(anna, cases[0], "spam")
    verdict = {"verdict": "remove", "categories": ["spam"], "clause": clause}
    listed = anna.post("/v1/review/bulk", json=verdict | {"case_ids": [*cases, "404"]}).json()

    assert [(one["case_id"], one["actions"], one["why_not"]) for one in listed["items"]] == [
        *((case, ["delete_comment"], "") for case in cases),
        ("404", [], "вопроса 404 нет"),
    ]
    assert yard.rows(Action) == []
    yard.client("moderator", "olga").post(f"/v1/review/{cases[1]}/verdict", json={"verdict": "keep", "revision": 1})
    carry = verdict | {"dry_run": False, "token": listed["token"]}
    done = {one["case_id"]: one for one in anna.post("/v1/review/bulk", json=carry).json()["items"]}
    assert set(done) == set(cases)
    assert "olga" in done[cases[1]]["why_not"]
    assert done[cases[0]]["undo_until"] == rfc3339(yard.clock.now() + 10 * MINUTE)
    assert {one.comment_id for one in yard.rows(Action)} == {
        one.comment_id for one in yard.rows(ReviewCase) if str(one.id) in {cases[0], cases[2]}
    }


def test_what_was_done_is_told_as_it_was_listed(small_yard: Yard) -> None:
    """The machine's proposal to ban stands, and is no more among what was asked of the network than in the dry run."""
    yard = small_yard
    anna = yard.client("moderator", "anna")
    yard.add_page("229000009", "review")
    case = _case(yard, "Ты дебил", page="229000009")
    verdict = {"verdict": "remove", "categories": ["insult"], "clause": _clause(anna, case, "insult")}
    listed = anna.post("/v1/review/bulk", json=verdict | {"case_ids": [case]}).json()
    done = anna.post("/v1/review/bulk", json=verdict | {"dry_run": False, "token": listed["token"]}).json()

    assert [one["actions"] for one in (*listed["items"], *done["items"])] == [["delete_comment"]] * 2
    assert [one.state for one in yard.rows(Action) if one.kind == "ban_author"].count("proposed") == 1


def test_a_list_is_carried_out_as_it_was_shown(small_yard: Yard) -> None:
    """Another verdict, another person, a made-up token, or cases beside the token: refused with its place."""
    yard = small_yard
    anna = yard.client("moderator", "anna")
    cases = [_case(yard)]
    keep = {"verdict": "keep", "case_ids": cases}
    token = anna.post("/v1/review/bulk", json=keep).json()["token"]
    carry: dict[str, Any] = {"verdict": "keep", "dry_run": False, "token": token}
    refusals: list[tuple[Callable[[], httpx.Response], str]] = [
        (lambda: anna.post("/v1/review/bulk", json=carry | {"note": "иначе"}), "token"),
        (lambda: yard.client("moderator", "olga").post("/v1/review/bulk", json=carry), "token"),
        (lambda: anna.post("/v1/review/bulk", json=carry | {"token": "x"}), "token"),
        (lambda: anna.post("/v1/review/bulk", json=carry | {"case_ids": cases}), "body.case_ids"),
        (lambda: anna.post("/v1/review/bulk", json=keep | {"token": token}), "body.token"),
        (lambda: anna.post("/v1/review/bulk", json={"verdict": "keep"}), "case_ids"),
        (lambda: anna.post("/v1/review/bulk", json=keep | {"case_ids": cases * 201}), "body.case_ids"),
    ]
    for ask, where in refusals:
        answer = ask()
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (400, where), answer.text
    assert len(anna.get("/v1/review").json()["items"]) == 1


def test_a_list_names_no_foreign_case(small_yard: Yard) -> None:
    """For a token of other pages a foreign case in a list is one that is not there."""
    yard = small_yard
    yard.add_page("229000002", "enforce")
    foreign = _case(yard, page="229000002")
    client = yard.client("moderator", "olga", pages=[yard.page])
    [item] = client.post("/v1/review/bulk", json={"verdict": "keep", "case_ids": [foreign]}).json()["items"]

    assert (item["why_not"], item["actions"], item["revision"]) == (f"вопроса {foreign} нет", [], None)
