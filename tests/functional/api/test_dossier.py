"""The dossier holds everything, says who may know what, and its opening is written down."""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.notices import LONGEST
from app.pipeline.objections import opening
from app.storage.tables import Account, Action, Comment, Evidence, ReviewCase
from tests.fakes.yard import Yard
from tests.functional.api.things import Place, open_case

CITED = "п. 2.5 Порядка, Постановление администрации Новокузнецкого муниципального района от 16.03.2020 № 59"


class Court:
    """A yard with one removal that a person has looked at, and an objection to it."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard
        self.decision = yard.comment("Ты дебил")
        self.ban = yard.action_of(self.decision, "ban_author")
        anna = yard.client("moderator", "Анна Петрова")
        [account] = [one for one in yard.rows(Account) if one.name == "Анна Петрова"]
        yard.change(Account, account.id, post="начальник отдела")
        assert anna.post(f"/v1/actions/{self.ban.id}/confirm", json={}).status_code == 200
        self.anna = anna
        opening.typed_in(yard.house, self.decision, text="Верните немедленно", who=yard.person("writer"))

    def dossier(self, role: str = "auditor", **query: Any) -> dict[str, Any]:
        """The dossier as a role sees it."""
        answer = self.yard.client(role, f"{role} of dossiers").get(
            f"/v1/decisions/{self.decision}/dossier", params=query
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def court(small_yard: Yard) -> Court:
    """On the small engine."""
    return Court(small_yard)


@pytest.fixture
def either(yard: Yard) -> Court:
    """On each engine."""
    return Court(yard)


def test_a_dossier_tells_the_whole_story(either: Court) -> None:
    """Text, times, act, clause, versions, scores and thresholds of then, words, actions, notices, objections, journal."""
    told = either.dossier()

    assert [one["text"] for one in told["revisions"]] == ["Ты дебил"]
    assert told["comment"]["author"] == "15170"
    assert told["comment"]["url"].startswith("https://vk.com/wall-")
    assert told["comment"]["written_at"] <= told["comment"]["received_at"] <= told["decision"]["decided_at"]
    assert told["act"]["text"].endswith("от 16.03.2020 № 59")
    decision = told["decision"]
    assert decision["clauses"] == [CITED]
    assert decision["scores"]["insult"] >= decision["basis"]["remove"]["insult"]
    assert [(one["text"], one["category"]) for one in decision["telling"]] == [("дебил", "insult")]
    assert decision["policy"] == {"name": "novokuznetsk-59", "version": 1}
    assert decision["model"]["name"] == "dvornik"
    assert decision["decided_by"] == {"kind": "machine", "post": None, "name": None}
    assert {one["kind"] for one in told["actions"]} == {"delete_comment", "ban_author"}
    assert set(told["notices"]) == {"deleted", "blocked"}
    assert all(len(one) <= LONGEST and told["number"] in one for one in told["notices"].values())
    assert "Предложила программа, решил сотрудник." in told["notices"]["blocked"]
    assert [one["text"] for one in told["objections"]] == ["Верните немедленно"]
    assert told["evidence"][0]["kind"] == "event"
    kinds = [one["kind"] for one in told["journal"]["entries"]]
    assert kinds[0] == "decision"
    assert kinds[-1] == "dossier_opened"
    assert told["journal"]["whole"]
    assert {one["check"] for one in told["journal"]["entries"]} == {"whole"}
    assert all(one["seq"] >= 1 for one in told["journal"]["entries"])


def test_a_persons_verdict_keeps_the_thresholds_of_the_machines(court: Court) -> None:
    """Beside a verdict of a person stand the scores and what they were held to, as beside the machine's."""
    case = open_case(Place(court.yard, court.yard.page, "229000001"))
    [asked] = [one.decision_id for one in court.yard.rows(ReviewCase) if one.id == case]
    answer = court.anna.post(f"/v1/review/{case}/verdict", json={"verdict": "keep", "revision": 1})
    url = "/v1/decisions/{}/dossier"
    before, after = (court.anna.get(url.format(one)).json() for one in (asked, answer.json()["decision_id"]))

    assert after["decision"]["decided_by"]["kind"] == "person"
    assert after["decision"]["thresholds"] == before["decision"]["thresholds"]
    assert after["decision"]["thresholds"]["insult"] == {
        "review": before["decision"]["basis"]["review"]["insult"],
        "remove": before["decision"]["basis"]["remove"]["insult"],
    }


def test_the_post_goes_outside_and_the_name_stays_inside(court: Court) -> None:
    """An auditor reads the name behind the post; a moderator and whoever is outside read the post alone."""

    def confirmed(told: dict[str, Any]) -> dict[str, Any]:
        [ban] = [one for one in told["actions"] if one["kind"] == "ban_author"]
        return dict(ban["confirmed_by"][0])

    assert confirmed(court.dossier("auditor")) == {
        "kind": "person",
        "post": "начальник отдела",
        "name": "Анна Петрова",
    }
    for told in (court.dossier("moderator"), court.dossier("auditor", outside=True)):
        assert confirmed(told) == {"kind": "person", "post": "начальник отдела", "name": None}
        assert "Петрова" not in json.dumps(told, ensure_ascii=False)


def test_opening_is_written_down_before_it_is_shown(court: Court) -> None:
    """Each opening leaves its entry with who and in which form; a refused one leaves none."""
    court.dossier("moderator", outside=True)
    court.anna.get(f"/v1/decisions/{court.decision}/evidence")
    court.yard.client("viewer").get(f"/v1/decisions/{court.decision}/dossier")
    bodies = [json.loads(entry.body) for entry in court.yard.journal("dossier_opened")]

    assert [(one["form"], one["outside"], one["decision"]) for one in bodies] == [
        ("json", True, court.decision),
        ("archive", False, court.decision),
    ]
    assert all(one["by"].startswith("person:") and "Анна" not in one["by"] for one in bodies)


def test_an_archive_holds_the_evidence_as_it_came(court: Court) -> None:
    """The archive's texts, events and entries are what is stored, and its checksums hold."""
    answer = court.anna.get(f"/v1/decisions/{court.decision}/evidence")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    assert f"delo-{court.decision}.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}

    assert files["text/1.txt"].decode() == "Ты дебил"
    [event] = [one for one in court.yard.rows(Evidence) if one.kind == "event"]
    assert files[f"evidence/{event.id}-event.json"] == event.body
    assert json.loads(files["dossier.json"])["decision"]["id"] == str(court.decision)
    lines = [json.loads(line) for line in files["journal.jsonl"].splitlines()]
    assert lines[-1]["kind"] == "dossier_opened"
    sums = dict(reversed(line.split("  ")) for line in files.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def test_a_forged_entry_shows_in_the_dossier(court: Court) -> None:
    """An entry that was rewritten behind the triggers' back is named at its place; the others stand."""
    with court.yard.house.database.write() as session:
        session.execute(text("DROP TRIGGER journal_no_update"))
        session.execute(
            text("UPDATE journal SET body = replace(body, '\"remove\"', '\"keep\"') WHERE kind = 'decision'")
        )
    told = court.dossier()

    assert not told["journal"]["whole"]
    checks = {one["kind"]: one["check"] for one in told["journal"]["entries"]}
    assert checks["decision"] == "mac_differs"
    assert checks["dossier_opened"] == "whole"


def test_a_private_message_stays_with_those_who_read_messages(court: Court) -> None:
    """An auditor sees the decision on a private message without its words, raw events or objections' words."""
    decision = court.yard.comment("Ты дебил", private=True)
    url = f"/v1/decisions/{decision}/dossier"
    told = court.yard.client("auditor").get(url).json()

    assert told["comment"]["withheld"]
    assert [one["text"] for one in told["revisions"]] == [None]
    assert told["evidence"] == []
    assert "дебил" not in json.dumps(told, ensure_ascii=False)
    assert court.anna.get(url).json()["revisions"][0]["text"] == "Ты дебил"


def test_a_decision_that_removes_nothing_has_no_notices(court: Court) -> None:
    """Nobody is told of a kept comment, of a removal in shadow, or of one whose actions were all called back."""
    shadow = court.yard.add_page("229000002", "shadow")
    kept, seen = court.yard.comment("Спасибо"), court.yard.comment("Ты дебил", page="229000002")
    gone = court.yard.comment("Ты дебил", author="77")
    for action in court.yard.rows(Action):
        if action.decision_id == gone:
            court.yard.change(Action, action.id, state="cancelled")
    for decision in (kept, seen, gone):
        assert court.anna.get(f"/v1/decisions/{decision}/dossier").json()["notices"] == {}
    assert shadow


@pytest.mark.parametrize(
    ("restored", "kinds", "words"),
    [
        ("done", {"restored"}, "снова на странице"),
        ("failed", {"cannot_restore"}, "напишите его снова"),
        ("pending", set(), ""),
    ],
)
def test_a_reversal_is_told_once_it_is_certain(court: Court, restored: str, kinds: set[str], words: str) -> None:
    """A comment that came back and one that cannot are told apart; while it is on its way nobody is told anything."""
    action = court.yard.action_of(court.decision, "delete_comment")
    court.yard.change(Action, action.id, state="done", outcome="acted", sent_at=court.yard.clock.now())
    court.yard.change(Comment, action.comment_id, state="removed")
    answer = court.anna.post(f"/v1/decisions/{court.decision}/reverse", json={"reason": "Это была цитата из песни"})
    assert answer.status_code == 200, answer.text
    new = answer.json()["decision"]["id"] if "decision" in answer.json() else answer.json()["decision_id"]
    court.yard.change(Action, court.yard.action_of(int(new), "restore_comment").id, state=restored)
    told = court.anna.get(f"/v1/decisions/{new}/dossier").json()["notices"]

    assert set(told) == kinds
    assert all(words in one for one in told.values())
