"""The whole story of a decision, as each reader may see it."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.domain.errors import NotFoundError
from app.domain.principals import Principal
from app.domain.words import ActionKind, Role, Verdict
from app.pipeline.decision_view import DecisionView, decision_view, weigh
from app.storage.tables import Action, Comment, Decision
from tests.fakes.thresholds import APPEAL, REMOVE, REVIEW
from tests.fakes.yard import Yard

ANNA = Principal(7, "anna", Role.MODERATOR, None)


@pytest.fixture
def yard(sqlite_url: str, tmp_path: Path) -> Iterator[Yard]:
    """An installation."""
    made = Yard(sqlite_url, tmp_path)
    yield made
    made.close()


def view(yard: Yard, decision: int, who: Principal = ANNA) -> DecisionView:
    """What this person sees of a decision."""
    return decision_view(yard.services, decision, who)


def test_scores_stand_beside_the_thresholds_of_that_time(yard: Yard) -> None:
    """What reached which threshold is told from the decision's own numbers; what no act names has no removal."""
    decision = yard.comment("Ты дебил, почини дорогу")
    seen = {one.head: one for one in view(yard, decision).weighed}

    assert (seen["insult"].score, seen["insult"].remove, seen["insult"].review) == (0.97, REMOVE, REVIEW)
    assert (seen["insult"].over, seen["spam"].over) == (Verdict.REMOVE, Verdict.KEEP)
    assert (seen["threat"].remove, seen["threat"].review) == (None, REVIEW)
    assert (seen["appeal"].review, seen["appeal"].over) == (APPEAL, Verdict.REVIEW)


def test_a_person_s_decision_shows_what_the_scores_were_held_to(yard: Yard) -> None:
    """It repeats the machine's scores, so the machine's thresholds for the same text stand beside them."""
    decision = yard.comment("Ты дебил")
    with yard.house.database.write() as session:
        first = session.get_one(Decision, decision)
        columns = {name: getattr(first, name) for name in Decision.model_fields}
        newer = yard.house.ids()
        person = {"id": newer, "decided_by": "person:anna", "basis_json": "{}", "supersedes": decision}
        session.add(Decision(**{**columns, **person}))

    assert view(yard, newer).weighed == view(yard, decision).weighed
    assert {one.remove for one in view(yard, newer).weighed} == {REMOVE, None}


def test_a_decision_without_numbers_is_told_without_them() -> None:
    """A person's decision holds no thresholds, and a failed judgement no scores."""
    for scores, basis in (({"insult": 0.97}, {}), ({}, {"remove": {"insult": 0.9}, "review": {"insult": 0.5}})):
        assert {one.over for one in weigh(scores, basis)} == {Verdict.KEEP}


def test_private_words_are_withheld(yard: Yard) -> None:
    """An auditor reads the decision about a private message and not one word of it."""
    decision = yard.comment("Ты дебил", private=True)
    auditor = Principal(8, "boris", Role.AUDITOR, None)
    seen, read = view(yard, decision, auditor), view(yard, decision)

    assert (seen.withheld, seen.words, seen.notes) == (True, None, ())
    assert [one.text for one in seen.revisions] == [None]
    assert (read.withheld, read.words) == (False, "Ты дебил")


def test_the_chain_tells_what_stands(yard: Yard) -> None:
    """The newest decision stands; only a removal that stands can be reversed."""
    decision = yard.comment("Ты дебил")
    assert view(yard, decision).can_be_reversed
    with yard.house.database.write() as session:
        first = session.get_one(Decision, decision)
        columns = {name: getattr(first, name) for name in Decision.model_fields}
        newer = yard.house.ids()
        session.add(Decision(**{**columns, "id": newer, "verdict": "keep", "supersedes": decision}))
        comment = session.get_one(Comment, first.comment_id)
        comment.decision_id = newer
        session.add(comment)

    old, new = view(yard, decision), view(yard, newer)
    assert [one.id for one in old.chain] == [newer, decision]
    assert (old.is_newest, old.can_be_reversed) == (False, False)
    assert (new.is_newest, new.can_be_reversed, new.earlier_removal) == (True, False, decision)


def test_what_was_sent_is_what_would_be_taken_back(yard: Yard) -> None:
    """Before the first touch it is told what the network can undo, and only of what was really sent."""
    decision = yard.comment("Ты дебил")
    assert view(yard, decision).to_take_back == ()
    yard.change(Action, yard.action_of(decision, "delete_comment").id, state="done")
    [sent] = view(yard, decision).to_take_back
    assert (sent.kind, sent.undo) == (ActionKind.DELETE_COMMENT, ActionKind.RESTORE_COMMENT)
    yard.change(Comment, view(yard, decision).record.comment.id, kind="message")
    [sent] = view(yard, decision).to_take_back
    assert sent.undo is None


def test_a_law_that_a_person_named_is_shown(yard: Yard) -> None:
    """Level, act and article stand with the decision."""
    decision = yard.comment("Спасибо")
    law = {"level": "federal", "act": "КоАП РФ", "article": "ст. 20.1"}
    yard.change(Decision, decision, basis_json=msgspec.json.encode({"law": law}).decode())

    found = view(yard, decision).law
    assert found is not None
    assert (found.level, found.act, found.article) == ("federal", "КоАП РФ", "ст. 20.1")


def test_another_page_s_decision_is_not_there(yard: Yard) -> None:
    """Foreign, unknown and impossible ids are one and the same."""
    decision = yard.comment("Спасибо")
    limited = Principal(7, "anna", Role.ADMIN, frozenset({yard.page + 1}))
    for number in (decision, 2**62, 2**80, -1):
        with pytest.raises(NotFoundError):
            view(yard, number, limited)
