"""Objections on their way: from a message or a number to a question, from the question to an answer."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.domain.clock import DAY, MINUTE
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.notices import LONGEST
from app.domain.words import Category, Verdict
from app.journal.verify import verify
from app.pipeline.decision_number import decision_of, number_of
from app.pipeline.objections import answering, messages, opening, terms
from app.pipeline.overrule.reversal import reverse
from app.pipeline.overrule.verdicts import PersonVerdict, rule, undo
from app.storage.tables import Account, Action, Comment, Journal, Note, Objection, ObjectionBody, ReviewCase
from tests.fakes.yard import Yard

WHY = "Здравствуйте! Почему удалили мой комментарий?"
CLAUSE = "п. 2.5 Порядка, Постановление администрации Новокузнецкого муниципального района от 16.03.2020 № 59"


class Office(Yard):
    """An installation with people who decide and people who object."""

    def __init__(self, url: str, folder: Path) -> None:
        super().__init__(url, folder)
        self.anna = self.person("anna")
        self.boris = self.person("boris")
        [account] = [one for one in self.rows(Account) if one.name == "boris"]
        self.change(Account, account.id, post="начальник отдела")
        self.walk()

    def removed(self, author: str = "15170", page: str = "229000001") -> int:
        """A comment that the machine has removed; returns its decision's id."""
        decision = self.comment("Ты дебил", author=author, page=page)
        action = self.action_of(decision, "delete_comment")
        self.change(Action, action.id, state="done", outcome="acted", sent_at=self.clock.now())
        self.change(Comment, action.comment_id, state="removed")
        return decision

    def write(self, text: str, author: str = "15170", page: str = "229000001") -> None:
        """A private message, and the walk that comes after it."""
        self.comment(text, author=author, page=page, private=True)
        self.walk()

    def walk(self) -> None:
        """The duty, once what was written has settled."""
        self.clock.advance(2 * MINUTE)
        messages.read_messages(self.house, self.configuration, threading.Event())

    def watch(self) -> None:
        """The other duty."""
        terms.watch_terms(self.house, self.configuration, threading.Event())

    def decide(self, case_id: int, verdict: Verdict, who=None) -> int:
        """A person's verdict at the review door."""
        cited = {"categories": (Category.INSULT,), "clause": CLAUSE} if verdict is Verdict.REMOVE else {}
        ruled = rule(
            self.house,
            self.configuration,
            case_id,
            PersonVerdict(verdict, 1, **cited),
            who=who or self.boris,
            abilities=self.services.abilities,
        )
        return ruled.decision_id

    def rows_of_journal(self, subject: int) -> list[Journal]:
        """The journal's entries about a comment, in the order in which they were written."""
        found = [entry for entry in self.rows(Journal) if entry.subject_id == subject]
        return sorted(found, key=lambda entry: (entry.at, entry.seq))

    def objections(self) -> list[Objection]:
        """All objections."""
        return self.rows(Objection)


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    """On the small engine, for what no engine changes."""
    made = Office(sqlite_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def either(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """On each engine."""
    made = Office(database_url, tmp_path)
    yield made
    made.close()


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
    """A second message adds a note to the same objection; past the bound it is only counted."""
    office.removed()
    office.write(WHY)
    for _ in range(opening.MOST_ADDITIONS + 2):
        office.write("Возражение. Ответьте же!")

    assert len(office.objections()) == 1
    assert len(office.rows(ReviewCase)) == 1
    assert len(office.rows(Note)) == opening.MOST_ADDITIONS
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


def test_a_decision_that_stands_is_answered_with_its_ground(either: Office) -> None:
    """After `remove` at the review door the objection is decided, and its answer names clause, post and what is next."""
    decision = either.removed()
    opened = opening.typed_in(either.house, decision, text="Верните", who=either.anna)
    shown = answering.show(either.house, opened.objection_id, who=either.anna)
    assert (shown.state, shown.outcome, shown.prepared) == ("open", None, None)
    assert shown.number in shown.got
    with pytest.raises(ConflictError, match="сначала решите"):
        answering.answer(either.house, opened.objection_id, text="Нет", who=either.anna)

    either.decide(opened.case_id, Verdict.REMOVE)
    shown = answering.show(either.house, opened.objection_id, who=either.anna)
    assert (shown.state, shown.outcome, shown.decided_by) == ("decided", "upheld", "person:boris")
    assert "оставляем его в силе. Основание: п. 2.5 Порядка, постановление № 59" in shown.prepared
    assert "Кто решил: начальник отдела." in shown.prepared
    assert "boris" not in shown.prepared
    assert len(shown.prepared) <= LONGEST

    done = answering.answer(either.house, opened.objection_id, text=shown.prepared, who=either.anna)
    assert (done.state, done.outcome, done.record.objection.answered_by) == ("answered", "upheld", "person:anna")
    with pytest.raises(ConflictError, match="уже ответил anna"):
        answering.answer(either.house, opened.objection_id, text="Ещё", who=either.boris)
    kinds = [entry.kind for entry in either.rows_of_journal(shown.record.comment.id)]
    assert [kind for kind in kinds if kind.startswith("objection")] == [
        "objection_received",
        "objection_decided",
        "objection_answered",
    ]
    assert verify(either.house.database, either.house.journal_key).is_whole


def test_a_decision_that_falls_is_answered_with_an_apology(office: Office) -> None:
    """After `keep` the removal is taken back, and the answer says so; the duty writes the outcome down."""
    decision = office.removed()
    opened = opening.typed_in(office.house, decision, text="Верните", who=office.anna)
    office.decide(opened.case_id, Verdict.KEEP)
    office.watch()

    [objection] = office.objections()
    assert (objection.state, objection.outcome) == ("decided", "reversed")
    shown = answering.show(office.house, opened.objection_id, who=office.anna)
    assert "отменили его. Просим извинить нас. Комментарий вернётся на страницу." in shown.prepared
    [entry] = office.journal("objection_decided")
    assert f"person:{office.boris.account_id}" in entry.body


def test_nothing_is_promised_that_the_network_has_refused(office: Office) -> None:
    """A restoration or an unban that failed is not told as done or as coming."""
    decision = office.removed()
    banned = office.action_of(decision, "ban_author")
    office.change(Action, banned.id, state="done", outcome="acted", sent_at=office.clock.now(), ban_until=10**18)
    opened = opening.typed_in(office.house, decision, text="Верните", who=office.anna)
    kept = office.decide(opened.case_id, Verdict.KEEP)
    shown = answering.show(office.house, opened.objection_id, who=office.anna)
    assert "Комментарий вернётся на страницу. Блокировка снята." in shown.prepared
    for kind in ("restore_comment", "unban_author"):
        office.change(Action, office.action_of(kept, kind).id, state="failed")

    shown = answering.show(office.house, opened.objection_id, who=office.anna)
    assert "Вернуть комментарий соцсеть не даёт" in shown.prepared
    assert "Блокировка снята" not in shown.prepared


def test_a_verdict_that_is_taken_back_opens_the_objection_again(office: Office) -> None:
    """Undoing the verdict undoes the outcome, whether or not it was written down."""
    opened = opening.typed_in(office.house, office.removed(), text="Верните", who=office.anna)
    new = office.decide(opened.case_id, Verdict.KEEP)
    office.watch()
    undo(office.house, office.configuration, new, who=office.boris)

    assert answering.show(office.house, opened.objection_id, who=office.anna).state == "open"
    office.watch()
    assert [one.state for one in office.objections()] == ["open"]
    assert len(office.journal("objection_reopened")) == 1
    again = answering.show(office.house, opened.objection_id, who=office.anna).record.case
    office.decide(again.id, Verdict.REMOVE)
    assert answering.show(office.house, opened.objection_id, who=office.anna).outcome == "upheld"


def test_a_reversal_that_is_taken_back_opens_the_objection_again(office: Office) -> None:
    """A decision reversed from the journal answers the objection's question; undone, it leaves it open as it was."""
    decision = office.removed()
    opened = opening.typed_in(office.house, decision, text="Верните", who=office.anna)
    ruled = reverse(
        office.house,
        office.configuration,
        decision,
        who=office.boris,
        reason="Цитата",
        abilities=office.services.abilities,
    )
    assert answering.show(office.house, opened.objection_id, who=office.anna).outcome == "reversed"
    undo(office.house, office.configuration, ruled.decision_id, who=office.boris)

    shown = answering.show(office.house, opened.objection_id, who=office.anna)
    assert (shown.state, shown.prepared) == ("open", None)
    assert (shown.record.case.reason, shown.record.case.protected) == ("objection", True)


def test_what_the_author_was_told_is_not_taken_back(office: Office) -> None:
    """Once the objection is answered, its verdict is not undone any more, though nothing was sent yet."""
    opened = opening.typed_in(office.house, office.removed(), text="Верните", who=office.anna)
    new = office.decide(opened.case_id, Verdict.KEEP)
    answering.answer(office.house, opened.objection_id, text="Вернули", who=office.boris)

    with pytest.raises(ConflictError, match=r"уже ответили на возражение \(boris\)"):
        undo(office.house, office.configuration, new, who=office.boris)


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


def test_an_answer_and_an_undo_at_once_do_not_both_count(either: Office) -> None:
    """Either the author was answered and the verdict stands, or it is taken back and the answer waits."""
    opened = opening.typed_in(either.house, either.removed(), text="Верните", who=either.anna)
    new = either.decide(opened.case_id, Verdict.KEEP)
    start, refused = threading.Barrier(2), []

    def act(step: Callable[[], object]) -> None:
        start.wait()
        try:
            step()
        except ConflictError as error:
            refused.append(str(error))

    steps = (
        lambda: answering.answer(either.house, opened.objection_id, text="Вернули", who=either.anna),
        lambda: undo(either.house, either.configuration, new, who=either.boris),
    )
    threads = [threading.Thread(target=act, args=(step,)) for step in steps]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(refused) == 1
    shown = answering.show(either.house, opened.objection_id, who=either.anna)
    assert (shown.state == "answered") == ("уже ответили" in refused[0])
