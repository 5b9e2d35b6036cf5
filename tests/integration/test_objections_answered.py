"""What becomes of an objection: its outcome, its answer, and what a verdict that is taken back does to both."""

import threading
from collections.abc import Callable

import pytest

from app.domain.clock import day_of
from app.domain.errors import ConflictError
from app.domain.notices import LONGEST
from app.domain.words import Verdict
from app.journal.verify import verify
from app.pipeline.objections import answering, opening
from app.pipeline.overrule.reversal import reverse
from app.pipeline.overrule.verdicts import undo
from app.pipeline.reports.asking import report
from app.pipeline.reports.periods import Length, name_of
from app.storage.tables import Action, Page
from tests.fakes.office import Office

WHY = "Здравствуйте! Почему удалили мой комментарий?"


def counted(office: Office) -> dict[str, float]:
    """What a report of this month says of objections, without what never was."""
    month = name_of(day_of(office.clock.now(), office.rows(Page)[0].timezone), Length.MONTH)
    made = report(office.house, office.configuration, month, who=office.anna)
    [section] = [one for one in made.sections if one.key == "objections"]
    return {cell.key: cell.value for cell in section.cells if cell.value}


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
    assert "Комментарий вернётся на страницу. Блокировку снимаем." in shown.prepared
    for kind in ("restore_comment", "unban_author"):
        office.change(Action, office.action_of(kept, kind).id, state="failed")

    shown = answering.show(office.house, opened.objection_id, who=office.anna)
    assert "Вернуть комментарий соцсеть не даёт" in shown.prepared
    assert "Блокировк" not in shown.prepared


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


def test_a_report_counts_the_outcome_that_stands(either: Office) -> None:
    """A verdict that was taken back is no outcome, in a report as little as in the list."""
    opened = opening.typed_in(either.house, either.removed(), text="Верните", who=either.anna)
    kept = either.decide(opened.case_id, Verdict.KEEP)
    assert counted(either) == {"objections": 1, "objections.reversed": 1}
    undo(either.house, either.configuration, kept, who=either.boris)
    assert counted(either) == {"objections": 1, "objections.waiting": 1}

    again = answering.show(either.house, opened.objection_id, who=either.anna).record.case
    either.decide(again.id, Verdict.REMOVE)
    assert counted(either) == {"objections": 1, "objections.upheld": 1}


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
