"""The queue over HTTP: its order, its filters, and a case with everything that a person needs to decide."""

from typing import Any

import pytest
from sqlalchemy import event

from app.domain.clock import DAY, HOUR, MINUTE, rfc3339
from app.pipeline.case_view import view
from app.storage.tables import Comment, Note, Objection, ObjectionBody, Post, ReviewCase, RevisionBody
from tests.fakes.yard import Yard

APPEAL = "Когда почините дорогу, дебил?"
THREAT = "Я тебя убью"


def _cases(yard: Yard, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = yard.client("moderator", "anna").get("/v1/review", params=params).json()["items"]
    return items


def _case_of(yard: Yard, decision: int) -> ReviewCase:
    return next(case for case in yard.rows(ReviewCase) if case.decision_id == decision)


def test_appeals_come_first_by_waiting_time(yard: Yard) -> None:
    """Protected appeals stand before everything else, the oldest first; then what the machine could not tell."""
    doubtful = yard.comment("сломайся", author="1")
    first = yard.comment(APPEAL, author="2")
    yard.clock.advance(HOUR)
    second = yard.comment(APPEAL + " Ответьте!", author="3")
    threat = yard.comment(THREAT, author="4")
    shown = _cases(yard)

    assert [int(one["decision"]["id"]) for one in shown] == [first, second, doubtful, threat]
    assert [one["protected"] for one in shown] == [True, True, False, False]
    assert shown[0]["why"].startswith("Похоже на жалобу, вопрос или критику жителя, но в тексте есть оскорбление")
    assert shown[0]["decision"]["comment"]["text"] == APPEAL


def test_the_queue_is_filtered(small_yard: Yard) -> None:
    """Page, category, reason, age, whose it is: each narrows the queue; a filter that is misspelt is refused."""
    yard = small_yard
    other = yard.add_page("229000002", "enforce")
    old = str(yard.comment(APPEAL, author="1"))
    yard.clock.advance(DAY)
    broken = str(yard.comment("сломайся", author="2"))
    foreign = str(yard.comment(THREAT, author="3", page="229000002"))
    mine = _case_of(yard, int(broken))
    yard.change(ReviewCase, mine.id, assigned_to="person:anna")
    filters: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {old, broken, foreign}),
        ({"page_id": str(other)}, {foreign}),
        ({"category": "threat"}, {foreign}),
        ({"reason": "protected_appeal"}, {old}),
        ({"older_than": 24}, {old}),
        ({"older_than": 25}, set()),
        ({"assigned_to": "anna"}, {broken}),
        ({"assigned_to": "person:anna"}, {broken}),
        ({"assigned_to": "olga"}, set()),
        ({"mine": "true"}, {broken}),
        ({"mine": "true", "category": "threat"}, set()),
    ]
    for params, expected in filters:
        assert {one["decision"]["id"] for one in _cases(yard, **params)} == expected, params
    client = yard.client("viewer")
    for params in ({"older": 1}, {"older_than": -1}, {"older_than": 10**9}, {"reason": "no"}, {"cursor": "AAAA"}):
        answer = client.get("/v1/review", params=params)
        assert answer.status_code == 400, params
        assert answer.json()["errors"][0]["where"].startswith("query."), answer.text


def test_the_cursor_walks_the_whole_queue_once(yard: Yard) -> None:
    """Two at a time gives every case once, in the order of the whole, and what was skipped at the end."""
    decisions = [yard.comment(THREAT, author=str(number)) for number in range(5)]
    skipped = _case_of(yard, decisions[0])
    yard.change(ReviewCase, skipped.id, skipped_json='["person:anna"]')
    client = yard.client("moderator", "anna")
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get("/v1/review", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [int(one["decision"]["id"]) for one in page["items"]]
        cursor = page["next_cursor"]

    assert seen == [*decisions[1:], decisions[0]]
    assert [one["decision"]["id"] for one in yard.client("viewer").get("/v1/review").json()["items"]] == [
        str(one) for one in decisions
    ]


def test_a_case_shows_what_a_person_needs(yard: Yard) -> None:
    """Words and telling words, why, clauses to choose from, what actions will do and whether they can be undone."""
    for text in ("Спасибо", "Ты дебил"):
        yard.comment(text, author="2")
    yard.clock.advance(MINUTE)
    case = _case_of(yard, yard.comment(APPEAL, author="2"))
    shown = yard.client("moderator").get(f"/v1/review/{case.id}").json()

    assert shown["words"] == APPEAL
    assert [one["text"] for one in shown["telling"]] == ["дебил"]
    assert (shown["revision"], shown["is_current"], shown["mode"]) == (1, True, "enforce")
    assert [one["text"] for one in shown["revisions"]] == [APPEAL]
    assert {one["category"] for one in shown["choices"]} == {"spam", "insult", "obscenity"}
    assert all("59" in one["clause"] and one["how"] == "delete_comment" for one in shown["choices"])
    effects = {one["kind"]: one for one in shown["effects"]}
    assert effects["delete_comment"]["undo"] == "restore_comment"
    assert effects["hide_comment"] == {
        "kind": "hide_comment",
        "possible": False,
        "undo": None,
        "text": "Эта сеть так не умеет.",
    }
    assert effects["ban_author"]["undo"] == "unban_author"
    history = shown["history"]
    assert (history["kept"], history["removed"], history["bans"]) == (1, 1, 0)
    assert [one["verdict"] for one in history["newest"]] == ["remove", "keep"]
    assert "text" not in history["newest"][0]
    assert (shown["objection"], shown["campaign"], shown["actions"], shown["notes"]) == (None, None, [], [])


def test_a_case_shows_its_surroundings(yard: Yard) -> None:
    """The post and the thread stand beside the comment, in order, without the comments of other threads."""
    decisions = [yard.comment(text, author=str(at)) for at, text in enumerate(("Раз", APPEAL, "Два", "Чужое"))]
    comments = {one.decision_id: one for one in yard.rows(Comment)}
    root, asked, later, _ = (comments[one] for one in decisions)
    yard.change(Comment, asked.id, thread_root=root.external_id, reply_to=root.external_id)
    yard.change(Comment, later.id, thread_root=root.external_id)
    [post] = yard.rows(Post)
    yard.change(Post, post.id, text="Ремонт")
    shown = yard.client("viewer").get(f"/v1/review/{_case_of(yard, decisions[1]).id}").json()

    assert [one["text"] for one in shown["thread"]] == ["Раз", "Два"]
    assert (shown["post"]["id"], shown["post"]["text"]) == (str(post.id), "Ремонт")


def test_a_case_shows_objection_notes_and_open_actions(small_yard: Yard) -> None:
    """What the author objects, what colleagues wrote and what is proposed about the comment."""
    yard = small_yard
    yard.add_page("229000002", "review")
    decision = yard.comment("Ты дебил", page="229000002")
    case = _case_of(yard, decision)
    with yard.house.database.write() as session:
        objection = Objection(
            id=yard.house.ids(),
            page_id=case.page_id,
            comment_id=case.comment_id,
            decision_id=decision,
            channel="site",
            state="open",
            received_at=yard.clock.now(),
            due_at=yard.clock.now() + 30 * DAY,
        )
        session.add(objection)
        session.add(ObjectionBody(objection_id=objection.id, text="Я не согласен"))
        session.add(Note(id=yard.house.ids(), comment_id=case.comment_id, text="Цитата", written_at=1))
    shown = yard.client("moderator").get(f"/v1/review/{case.id}").json()

    assert shown["objection"]["text"] == "Я не согласен"
    assert shown["objection"]["due_at"] == rfc3339(yard.clock.now() + 30 * DAY)
    assert [one["text"] for one in shown["notes"]] == ["Цитата"]
    assert {(one["kind"], one["state"]) for one in shown["actions"]} == {
        ("delete_comment", "proposed"),
        ("ban_author", "proposed"),
    }
    assert shown["why"].startswith("Программа уверена, что это оскорбление; страница работает с проверкой")


def test_an_erased_text_leaves_places_without_words(small_yard: Yard) -> None:
    """After an erasure the case has no words, and the telling words are places only."""
    yard = small_yard
    case = _case_of(yard, yard.comment(APPEAL))
    yard.change(RevisionBody, case.revision_id, text=None, segments_json="[]", salt=None, erased_at=5)
    shown = yard.client("admin").get(f"/v1/review/{case.id}").json()

    assert shown["words"] is None
    assert [(one["text"], one["start"] >= 0) for one in shown["telling"]] == [(None, True)]
    assert shown["revisions"][0]["text"] is None


@pytest.mark.parametrize(("role", "may"), [("viewer", False), ("auditor", False), ("responder", True), ("admin", True)])
def test_private_words_stay_with_those_who_answer_them(small_yard: Yard, role: str, may: bool) -> None:
    """The question about a private message stands in everybody's queue; its words only in those of some."""
    yard = small_yard
    case = _case_of(yard, yard.comment("Ты дебил, убью", private=True))
    client = yard.client(role)
    for path in ("/v1/review", f"/v1/review/{case.id}"):
        assert ("убью" in client.get(path).text) is may, path
    assert client.get(f"/v1/review/{case.id}").json()["decision"]["comment"]["withheld"] is not may


def test_a_lease_that_has_run_out_binds_nobody(small_yard: Yard) -> None:
    """A case is shown as held only while the lease lives."""
    yard = small_yard
    case = _case_of(yard, yard.comment(APPEAL))
    until = yard.clock.now() + MINUTE
    yard.change(ReviewCase, case.id, state="claimed", claimed_by="person:anna", claimed_until=until)
    client = yard.client("viewer")
    held = client.get(f"/v1/review/{case.id}").json()
    yard.clock.advance(MINUTE)
    free = client.get(f"/v1/review/{case.id}").json()

    assert (held["state"], held["claimed_by"], held["claimed_until"]) == ("claimed", "person:anna", rfc3339(until))
    assert (free["state"], free["claimed_by"], free["claimed_until"]) == ("open", "", None)


def test_the_history_ends_at_the_tokens_pages(small_yard: Yard) -> None:
    """A token of one page learns nothing about what the author wrote on another."""
    yard = small_yard
    yard.add_page("229000002", "enforce")
    yard.comment("Ты дебил", author="2", page="229000002")
    case = _case_of(yard, yard.comment(APPEAL, author="2"))
    path = f"/v1/review/{case.id}"

    assert yard.client("moderator").get(path).json()["history"]["removed"] == 1
    limited = yard.client("moderator", "olga", pages=[yard.page]).get(path).json()["history"]
    assert (limited["removed"], limited["newest"]) == (0, [])


def test_a_case_costs_a_fixed_number_of_statements(small_yard: Yard) -> None:
    """Ten neighbours and ten earlier decisions cost no more statements than none."""
    yard = small_yard
    lonely = _case_of(yard, yard.comment(APPEAL, author="1"))
    for number in range(10):
        yard.comment(f"Раньше {number}", author="2")
    crowded = _case_of(yard, yard.comment(APPEAL + " Ау!", author="2"))
    alone, *others = sorted(yard.rows(Comment), key=lambda one: one.id)
    assert alone.id == lonely.comment_id
    for one in others[1:]:
        yard.change(Comment, one.id, thread_root=others[0].external_id)
    statements: list[str] = []
    event.listen(
        yard.house.database.engine, "before_cursor_execute", lambda _c, _cur, sql, *_rest: statements.append(sql)
    )
    counted = []
    who = yard.person("anna")
    view(yard.services, lonely.id, who)
    for case in (lonely, crowded):
        statements.clear()
        shown = view(yard.services, case.id, who)
        counted.append(sum(sql.startswith("SELECT") for sql in statements))

    assert len(shown.thread) == 10
    assert len(shown.history.newest) == 10
    assert counted[0] == counted[1] <= 20
