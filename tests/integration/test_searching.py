"""Finding decisions by what was written, by whom and why they were decided."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.words import Reason
from app.storage.decisions import DecisionFilter, list_decisions
from app.storage.tables import Decision, RevisionBody
from tests.fakes.yard import Yard


@pytest.fixture
def yard(database_url: str, tmp_path: Path) -> Iterator[Yard]:
    """An installation on each engine."""
    made = Yard(database_url, tmp_path)
    yield made
    made.close()


def found(yard: Yard, **wanted: object) -> list[int]:
    """The decisions that a filter lets through, newest first."""
    with yard.house.database.read() as session:
        records, _ = list_decisions(session, DecisionFilter(**wanted), before=None, limit=50)
    return [record.decision.id for record in records]


def test_words_are_found_whatever_their_case_and_place(yard: Yard) -> None:
    """A part of a word is enough; signs that mean something to databases mean themselves."""
    first, second = yard.comment("Когда починят ДОРОГУ?"), yard.comment("Скидка 100% _тут_")

    assert found(yard, words="дорог") == [first]
    assert found(yard, words="100%") == [second]
    assert found(yard, words="_ТУТ_") == [second]
    assert found(yard, words="%") == [second]
    assert found(yard, words="дорог", pages=(yard.page,), author="15170") == [first]
    assert found(yard, words="дорог", author="1") == []


def test_private_words_are_found_by_those_who_read_them(yard: Yard) -> None:
    """Guessing at words of a private message tells nothing to a reader who may not see it."""
    decision = yard.comment("Мой адрес: Садовая, 5", private=True)

    assert found(yard, words="садовая") == []
    assert found(yard, words="садовая", private_too=True) == [decision]


def test_erased_words_are_not_found(yard: Yard) -> None:
    """What is erased is gone from the search too."""
    decision = yard.comment("Садовая")
    with yard.house.database.write() as session:
        body = session.get_one(RevisionBody, session.get_one(Decision, decision).revision_id)
        body.text, body.erased_at = None, 1
        session.add(body)

    assert found(yard, words="садовая") == []
    assert found(yard) == [decision]


def test_who_decided_and_why_narrow_the_list(yard: Yard) -> None:
    """A kind of decider or one person; a reason among others."""
    removed, kept = yard.comment("Ты дебил"), yard.comment("Спасибо")
    yard.change(Decision, kept, decided_by="person:Анна", reasons_json='["person"]')

    assert found(yard, by="machine") == [removed]
    assert found(yard, by="person") == found(yard, by="person:Анна") == [kept]
    assert found(yard, by="person:Ан") == []
    assert found(yard, reason=Reason.SCORE_OVER_REMOVE) == [removed]
    assert found(yard, reason=Reason.PERSON, by="person") == [kept]
