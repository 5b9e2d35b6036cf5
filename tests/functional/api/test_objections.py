"""Objections over the API: from the office's site, by a person's hand, and their answers."""

import pytest

from app.domain.decision_number import read, write
from app.pipeline.decision_number import number_of
from app.pipeline.objections.rates import PER_ACCOUNT, PER_NUMBER
from app.storage.tables import Journal, Objection, ObjectionBody, ReviewCase
from tests.fakes.yard import Yard

HOUR = 3_600_000_000


def unknown(number: str) -> str:
    """A number without a misprint that stands for nothing."""
    return write(read(number) ^ 1)


def test_the_answer_does_not_tell_which_numbers_exist(yard: Yard) -> None:
    """A number of ours, an unknown one and one of a foreign page are answered alike; only the first opens anything."""
    foreign = yard.add_page("229000002", "enforce")
    number = number_of(yard.house, yard.comment("Ты дебил"))
    others = [unknown(number), number_of(yard.house, yard.comment("Ты дебил", page="229000002"))]
    site = yard.client("site", pages=[yard.page])
    answers = [site.post("/v1/objections", json={"number": one, "text": "Верните"}) for one in (number, *others)]

    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert len({answer.text for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1
    [objection] = yard.rows(Objection)
    assert (objection.page_id, objection.channel) == (yard.page, "site")
    assert foreign != yard.page
    assert len(yard.journal("objection_unknown")) == 2
    [body] = yard.rows(ObjectionBody)
    assert body.text == "Верните"


def test_an_unknown_number_is_written_down_like_a_known_one(small_yard: Yard) -> None:
    """Each objection from a site costs one committed transaction with its entry, found or not."""
    site = small_yard.client("site")
    number = number_of(small_yard.house, small_yard.comment("Ты дебил"))
    entries = []
    for one in (number, unknown(number)):
        before = len(small_yard.rows(Journal))
        site.post("/v1/objections", json={"number": one, "text": "Верните"})
        entries.append(len(small_yard.rows(Journal)) - before)

    assert entries[0] >= 1
    assert entries[1] == 1


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"number": "Т4К07-9МХ2А-35РС9", "text": "а"}, "body.number"),
        ({"number": "нет", "text": "а"}, "body.number"),
        ({"number": "00000-00000-00000", "text": ""}, "body.text"),
        ({"number": "00000-00000-00000", "text": "   "}, "text"),
        ({"number": "00000-00000-00000", "text": "а" * 4001}, "body.text"),
        ({"number": "00000-00000-00000"}, "body.text"),
    ],
)
def test_a_misprint_is_told_at_once(small_yard: Yard, body: dict[str, str], where: str) -> None:
    """What is no number, and words that are missing or too many, are refused with the field's name."""
    answer = small_yard.client("site").post("/v1/objections", json=body)

    assert answer.status_code == 400
    assert [one["where"] for one in answer.json()["errors"]] == [where]


def test_a_number_and_a_site_are_used_only_so_often(small_yard: Yard) -> None:
    """One number passes five times a day and one token sixty times an hour, whether or not the numbers exist."""
    yard = small_yard
    number = number_of(yard.house, yard.comment("Ты дебил"))
    site = yard.client("site", "one")
    for one in (number, unknown(number)):
        codes = [
            site.post("/v1/objections", json={"number": one, "text": "Верните"}).status_code
            for _ in range(PER_NUMBER + 1)
        ]
        assert codes == [202] * PER_NUMBER + [429]
    rest = [
        site.post("/v1/objections", json={"number": write(value), "text": "Верните"})
        for value in range(PER_ACCOUNT - 2 * PER_NUMBER + 1)
    ]
    assert [answer.status_code for answer in rest] == [202] * (len(rest) - 1) + [429]
    assert int(rest[-1].headers["retry-after"]) <= 3600
    assert yard.client("site", "two").post("/v1/objections", json={"number": write(1), "text": "а"}).status_code == 202
    yard.clock.advance(HOUR)
    assert site.post("/v1/objections", json={"number": write(999), "text": "а"}).status_code == 202
    assert site.post("/v1/objections", json={"number": number, "text": "а"}).status_code == 429


def test_an_objection_goes_from_hand_to_answer(yard: Yard) -> None:
    """Typed in, decided in the queue, answered with the prepared words; lists and roles see what they may."""
    decision = yard.comment("Ты дебил")
    anna, boris = yard.client("moderator", "anna"), yard.client("moderator", "boris")
    opened = anna.post(f"/v1/decisions/{decision}/objections", json={"text": "По телефону: я не ругался"}).json()
    url = f"/v1/objections/{opened['id']}"
    shown = anna.get(url).json()
    assert (shown["state"], shown["case_id"], shown["prepared_answer"]) == ("open", opened["case_id"], None)
    assert shown["text"] == "По телефону: я не ругался"
    assert shown["number"] in shown["receipt"]
    assert anna.post(f"{url}/answer", json={}).status_code == 409
    assert anna.post(f"{url}/answer", json={"text": "Нет"}).status_code == 409

    queue = boris.get("/v1/review", params={"reason": "objection"}).json()["items"]
    assert [one["id"] for one in queue] == [opened["case_id"]]
    verdict = boris.post(f"/v1/review/{opened['case_id']}/verdict", json={"verdict": "keep", "revision": 1})
    assert verdict.status_code == 200, verdict.text
    decided = anna.get(url).json()
    assert (decided["state"], decided["outcome"], decided["decided_by"]) == ("decided", "reversed", "person:boris")
    done = anna.post(f"{url}/answer", json={}).json()
    assert (done["state"], done["answer"], done["answered_by"]) == (
        "answered",
        decided["prepared_answer"],
        "person:anna",
    )
    assert [one["id"] for one in anna.get("/v1/objections", params={"state": "answered"}).json()["items"]] == [
        opened["id"]
    ]
    assert anna.get("/v1/objections", params={"state": "open"}).json()["items"] == []


def test_words_of_messages_are_for_those_who_read_messages(small_yard: Yard) -> None:
    """What came as a private message is withheld from an auditor, what came from the site is not."""
    yard = small_yard
    decision = yard.comment("Ты дебил")
    anna = yard.client("moderator")
    opened = anna.post(f"/v1/decisions/{decision}/objections", json={"text": "Верните"}).json()
    auditor = yard.client("auditor")
    assert auditor.get(f"/v1/objections/{opened['id']}").json()["text"] == "Верните"
    yard.change(Objection, int(opened["id"]), channel="message")
    shown = auditor.get(f"/v1/objections/{opened['id']}").json()

    assert (shown["text"], shown["withheld"]) == (None, True)
    assert anna.get(f"/v1/objections/{opened['id']}").json()["text"] == "Верните"


def test_a_question_that_the_author_ended_has_a_moot_answer(small_yard: Yard) -> None:
    """Where the author took the comment back, the answer says that there is nothing left to take back."""
    yard = small_yard
    decision = yard.comment("Ты дебил")
    anna = yard.client("moderator")
    opened = anna.post(f"/v1/decisions/{decision}/objections", json={"text": "Верните"}).json()
    yard.change(ReviewCase, int(opened["case_id"]), state="closed", ended="withdrawn", ended_by="author", closed_at=1)
    shown = anna.get(f"/v1/objections/{opened['id']}").json()

    assert shown["outcome"] == "moot"
    assert "отменять уже нечего" in shown["prepared_answer"]
