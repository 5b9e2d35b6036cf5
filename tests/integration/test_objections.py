"""Objections on their way: from a message or a number to a question, from the question to an answer."""

import pytest

from app.domain.clock import DAY
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.words import Verdict
from app.journal.verify import verify
from app.pipeline.decision_number import decision_of, number_of
from app.pipeline.objections import answering, opening, terms
from app.storage.objections import count_unanswered
from app.storage.tables import Comment, Note, ObjectionBody, ReviewCase
from tests.fakes.office import Office

WHY = "Здравствуйте! Почему удалили мой комментарий?"


def test_a_message_objects_to_the_newest_removal(either: Office) -> None:
    """«Почему удалили?» opens an objection to the author's newest removal on the page, with a term of 30 days."""
    either.removed()
    decision = either.removed()
    either.removed(author="999")
    either.write(WHY)

    [objection] = either.objections()
    assert (objection.decision_id, objection.channel, objection.state) == (decision, "message", "open")
    assert objection.due_at - objection.received_at == 30 * DAY
    [body] = either.rows(ObjectionBody)
    assert body.text == WHY
    [case] = [one for one in either.rows(ReviewCase) if one.id == objection.case_id]
    assert (case.reason, case.protected, case.comment_id) == ("objection", True, objection.comment_id)
    assert case.rank == case.opened_at
    [entry] = either.journal("objection_received")
    assert entry.subject_id == objection.comment_id
    assert "Почему" not in entry.body
    either.walk()
    assert len(either.objections()) == 1
    assert verify(either.house.database, either.house.journal_key).is_whole


def test_a_complaint_about_the_town_objects_to_nothing(office: Office) -> None:
    """A message about a removed bus stop stays a message, also from somebody who was removed."""
    office.removed()
    office.write("Почему удалили остановку?")

    assert office.objections() == []
    assert office.rows(ReviewCase) == []


@pytest.mark.parametrize("what", ["nothing", "long ago", "another page", "shadow"])
def test_an_objection_to_nothing_known_goes_to_a_person(office: Office, what: str) -> None:
    """Where the author has no removal of ours on that page within 90 days, a person reads the message first of all."""
    if what == "long ago":
        office.removed()
        office.clock.advance(91 * DAY)
    if what in {"another page", "shadow"}:
        office.add_page("229000002", "enforce" if what == "another page" else "shadow")
        office.comment("Ты дебил", page="229000002")
    office.write(WHY, page="229000002" if what == "shadow" else "229000001")

    assert office.objections() == []
    [case] = office.rows(ReviewCase)
    [message] = [one for one in office.rows(Comment) if one.private]
    assert (case.comment_id, case.reason, case.protected) == (message.id, "objection", True)


def test_whoever_asks_again_and_again_does_not_fill_the_queue(office: Office) -> None:
    """Messages that object to nothing known open one case an author; the others are counted in the journal."""
    for author in ("31", "31", "32", "31"):
        office.write(WHY, author=author)

    assert len(office.rows(ReviewCase)) == 2
    assert len(office.journal("objection_repeated")) == 2


def test_a_message_may_name_the_decision(office: Office) -> None:
    """A printed number leads to its decision and not to the newest one; on another page it means nothing."""
    first = office.removed()
    office.removed()
    office.write(f"Возражение {number_of(office.house, first).lower()}, я прав")

    assert [one.decision_id for one in office.objections()] == [first]
    office.add_page("229000002", "enforce")
    office.write(f"номер {number_of(office.house, first)}", page="229000002", author="31")
    assert len(office.objections()) == 1


def test_more_words_join_the_objection_that_waits(office: Office) -> None:
    """A second message adds a note to the same objection, however many colleagues wrote; past the bound it is counted."""
    office.removed()
    office.write(WHY)
    [case] = office.rows(ReviewCase)
    with office.house.database.write() as session:
        for number in range(1, opening.MOST_ADDITIONS + 1):
            session.add(Note(id=number, comment_id=case.comment_id, account_id=1, text="Звонил", written_at=1))
    for _ in range(opening.MOST_ADDITIONS + 2):
        office.write("Возражение. Ответьте же!")

    assert len(office.objections()) == 1
    assert len(office.rows(ReviewCase)) == 1
    assert len([one for one in office.rows(Note) if one.account_id is None]) == opening.MOST_ADDITIONS
    assert len(office.journal("objection_repeated")) == opening.MOST_ADDITIONS + 2


def test_an_objection_joins_the_question_that_is_open(office: Office) -> None:
    """Where people are asked about the comment already, that question becomes the objection's and comes first."""
    office.add_page("229000002", "review")
    decision = office.comment("Ты дебил", page="229000002")
    [before] = office.rows(ReviewCase)
    opened = opening.typed_in(office.house, decision, text="Звонил", who=office.anna)

    [case] = office.rows(ReviewCase)
    assert (opened.case_id, opened.joined) == (before.id, False)
    assert (case.reason, case.protected) == ("objection", True)
    assert case.rank < before.rank


def test_nobody_answers_an_objection_to_their_own_decision(office: Office) -> None:
    """Whoever removed the comment does not decide about the objection while somebody else could."""
    decision = office.removed()
    first = opening.typed_in(office.house, decision, text="Верните", who=office.anna)
    mine = office.decide(first.case_id, Verdict.REMOVE)
    answering.answer(office.house, first.objection_id, text="Нет", who=office.boris)
    second = opening.typed_in(office.house, mine, text="Снова", who=office.anna)

    with pytest.raises(ConflictError, match="другой сотрудник"):
        office.decide(second.case_id, Verdict.KEEP, who=office.boris)
    office.decide(second.case_id, Verdict.KEEP, who=office.anna)


def test_people_are_warned_once_before_the_term_and_once_after(either: Office) -> None:
    """Five days before the term and when it is over the journal says so once, however often the duty runs."""
    opening.typed_in(either.house, either.removed(), text="Верните", who=either.anna)
    for days, near, over in ((24, 0, 0), (2, 1, 0), (1, 1, 0), (4, 1, 1), (1, 1, 1)):
        either.clock.advance(days * DAY)
        either.watch()

        assert (len(either.journal(terms.NEAR)), len(either.journal(terms.OVER))) == (near, over)


def test_a_number_stands_for_its_removal_only(office: Office) -> None:
    """A printed number finds its removal again; a misprint, another key's number and a kept comment find nothing."""
    removal, kept = office.removed(), office.comment("Спасибо")

    assert decision_of(office.house, number_of(office.house, removal)) == removal
    assert decision_of(office.house, number_of(office.house, kept)) is None
    assert decision_of(office.house, number_of(office.house, removal + 1)) is None
    assert decision_of(office.house, "Т4К07-9МХ2А-35РС9") is None


def test_only_removals_are_objected_to(office: Office) -> None:
    """A kept comment, an unknown decision and a foreign page are refused; so are no words and too many."""
    removal = office.removed()
    with pytest.raises(InvalidInputError, match="решение об удалении"):
        opening.typed_in(office.house, office.comment("Спасибо"), text="Верните", who=office.anna)
    with pytest.raises(NotFoundError):
        opening.typed_in(office.house, 2**62, text="Верните", who=office.anna)
    for text in ("", "  ", "а" * 4_001, "\0"):
        with pytest.raises(InvalidInputError, match="text"):
            opening.typed_in(office.house, removal, text=text, who=office.anna)


def test_what_waits_is_counted_beside_what_is_due(either: Office) -> None:
    """Objections without an answer on the asked pages, and those among them whose term ends before an instant."""
    first = opening.typed_in(either.house, either.removed(), text="Верните", who=either.anna)
    either.clock.advance(DAY)
    later = opening.typed_in(either.house, either.removed(author="77"), text="Верните", who=either.anna)

    def counted(pages: list[int] | None, before: int) -> tuple[int, int]:
        with either.house.database.read() as session:
            return count_unanswered(session, pages, due_before=before)

    assert counted(None, first.due_at) == (2, 0)
    assert counted([either.page], later.due_at) == (2, 1)
    assert counted([either.page + 1], later.due_at + 1) == (0, 0)
    either.decide(first.case_id, Verdict.REMOVE)
    answering.answer(either.house, first.objection_id, text=None, who=either.anna)
    assert counted(None, later.due_at + 1) == (1, 1)
