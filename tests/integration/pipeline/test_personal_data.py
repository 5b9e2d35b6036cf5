"""A resident's data that somebody else has published are covered in our own copy, once a person has said so."""

import threading
from dataclasses import replace

import msgspec
import pytest
from sqlmodel import select

from app.domain.clock import MINUTE
from app.domain.errors import InvalidInputError
from app.pipeline.overrule.verdicts import undo
from app.pipeline.overrule.wishes import BULK_UNDO_WINDOW
from app.pipeline.persons.covering import cover_decided
from app.pipeline.persons.doxxed import masked_json
from app.pipeline.persons.holds import Subject, Who, lift_hold, set_hold
from app.pipeline.retention.run import run
from app.pipeline.retention.terms import Data, terms_of
from app.settings import Settings
from app.storage.tables import Evidence, Journal, Revision, RevisionBody, SeenText
from tests.fakes.desk import KEEP, REMOVE_INSULT, Desk

DOXXED = "Этот дебил Петров живёт на Мира, д. 5, кв. 12, звоните ему +7 923 123-45-67"
COVERED = "Этот дебил Петров живёт на Мира, д. 5, ██████, звоните ему ████████████████"
OTHERS_DATA = replace(REMOVE_INSULT, personal_data=True)
CLI = Who("cli")


def judged(desk: Desk, verdict=OTHERS_DATA, **more) -> tuple[int, int]:
    """A comment with somebody's data and the decision about it."""
    comment = desk.comment(DOXXED)
    raw = msgspec.json.encode({"type": "wall_reply_new", "event_id": "89231234567", "object": {"text": DOXXED}})
    with desk.database.write() as session:
        for row in session.exec(select(Evidence)):
            row.body = raw
            session.add(row)
    ruled = desk.rule(desk.case_of(comment).id, verdict, desk.person("Анна"), **more)
    return comment, ruled.decision_id


def walk(desk: Desk) -> None:
    cover_decided(desk.house, desk.configuration, threading.Event())


def late(desk: Desk) -> None:
    """The verdict can no longer be undone."""
    desk.clock.advance(BULK_UNDO_WINDOW + 2 * MINUTE)


def body(desk: Desk) -> RevisionBody:
    with desk.database.read() as session:
        return session.exec(select(RevisionBody)).one()


def test_our_copy_is_covered_once_the_verdict_stands(desk: Desk) -> None:
    """Text, evidence and the text seen lately lose the data; the digest and every place in the text stay."""
    comment, _ = judged(desk)
    with desk.database.read() as session:
        digest = session.exec(select(Revision.digest)).one()
    walk(desk)
    assert body(desk).text == DOXXED

    late(desk)
    walk(desk)

    row = body(desk)
    assert (row.text, row.salt, row.erased_at) == (COVERED, None, None)
    assert len(COVERED) == len(DOXXED)
    with desk.database.read() as session:
        assert session.exec(select(Revision.digest)).one() == digest
        [evidence] = [msgspec.json.decode(one) for one in session.exec(select(Evidence.body))]
        assert evidence["object"]["text"] == COVERED
        assert evidence["event_id"] == "89231234567"
        assert [one.text for one in session.exec(select(SeenText))] == [""]
        kinds = list(session.exec(select(Journal.kind).where(Journal.subject_id == comment)))
        assert kinds.count("text_masked") == 1
    walk(desk)
    assert desk.journal(comment).count("text_masked") == 1
    desk.assert_journal_whole()


def test_a_verdict_that_is_taken_back_covers_nothing(small: Desk) -> None:
    """Whoever undoes the removal in time leaves our copy as it was."""
    _, decision = judged(small)
    undo(small.house, small.configuration, decision, who=small.person("Анна"))
    late(small)
    walk(small)

    assert body(small).text == DOXXED


def test_the_last_verdict_has_its_own_time_for_taking_back(small: Desk) -> None:
    """A removal that was undone and said again covers nothing before the second one stands, too."""
    comment, decision = judged(small)
    undo(small.house, small.configuration, decision, who=small.person("Анна"))
    small.rule(small.case_of(comment).id, OTHERS_DATA, small.person("Анна"), window=BULK_UNDO_WINDOW)
    small.clock.advance(2 * MINUTE)
    walk(small)
    assert body(small).text == DOXXED

    late(small)
    walk(small)
    assert body(small).text == COVERED


def test_a_removal_without_the_word_covers_nothing(small: Desk) -> None:
    """A removal for other reasons leaves the evidence whole."""
    judged(small, REMOVE_INSULT)
    late(small)
    walk(small)

    assert body(small).text == DOXXED


def test_a_hold_comes_first(small: Desk) -> None:
    """Under a hold the copy stays sealed as it is; the daily run covers it after the hold is lifted."""
    comment, _ = judged(small)
    hold = set_hold(small.house, Subject("comment", id=comment), ground="дело № 5", who=CLI)
    late(small)
    walk(small)
    terms = terms_of(Settings())
    run(small.house, terms, apply=True, by="machine")
    assert body(small).text == DOXXED

    lift_hold(small.house, hold.id, who=CLI)
    dry = run(small.house, terms, apply=False, by="cli")
    assert {line.kind: line.erased for line in dry.lines if line.erased} == {Data.PERSONAL_DATA: 1}
    assert body(small).text == DOXXED
    run(small.house, terms, apply=True, by="machine")
    assert body(small).text == COVERED


def test_a_verdict_that_waits_holds_the_walk_up_and_nothing_is_left_behind(small: Desk) -> None:
    """The walk stops before a verdict that may still be undone and goes on from there."""
    judged(small, window=BULK_UNDO_WINDOW)
    small.clock.advance(2 * MINUTE)
    small.comment("Спасибо за дорогу", author="7")
    small.clock.advance(2 * MINUTE)
    walk(small)
    assert body_of_first(small) == DOXXED

    late(small)
    walk(small)
    assert body_of_first(small) == COVERED


def body_of_first(desk: Desk) -> str | None:
    with desk.database.read() as session:
        return session.exec(select(RevisionBody.text).order_by(RevisionBody.revision_id)).first()


def test_whoever_keeps_a_text_finds_no_data_in_it(small: Desk) -> None:
    """The word goes with a removal only: a resident's own telephone is no violation."""
    comment = small.comment("дебил")
    with pytest.raises(InvalidInputError):
        small.rule(small.case_of(comment).id, replace(KEEP, personal_data=True), small.person("Анна"))


def test_evidence_that_cannot_be_read_is_not_kept() -> None:
    """Bytes that are no JSON may hold anything; a body without data stays byte for byte."""
    assert masked_json(b"\xff{") is None
    assert (
        masked_json(b'{"text": "\xd0\x94\xd0\xb0",  "id": 89231234567}')
        == b'{"text": "\xd0\x94\xd0\xb0",  "id": 89231234567}'
    )
