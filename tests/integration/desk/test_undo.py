"""Taking a decision back before it is sent, and what comes too late."""

import threading

import pytest
from sqlmodel import select

from app.domain.errors import ConflictError, NotAllowedError, NotFoundError
from app.domain.ports import Order
from app.domain.principals import Principal
from app.domain.words import Role, Verdict
from app.outbox import claim
from app.pipeline.carry_out.sending import Step
from app.pipeline.overrule import verdicts
from app.pipeline.overrule.wishes import PersonVerdict, Ruled
from app.storage.tables import Campaign, Comment, Label
from tests.fakes.desk import KEEP, REMOVE_INSULT, SECOND, Desk, ban
from tests.integration.desk.test_verdicts import ARTICLE


def undo(desk: Desk, ruled: Ruled, who: Principal) -> Ruled:
    return verdicts.undo(desk.house, desk.configuration, ruled.decision_id, who=who)


def test_an_undone_removal_is_never_sent_and_the_question_is_open_again(desk: Desk) -> None:
    """The orders are cancelled, nothing goes out, the case asks as before under a new number, the lesson is gone."""
    anna = desk.person("anna")
    comment = desk.comment()
    asked = desk.case_of(comment)
    ruled = desk.rule(asked.id, ban(86_400), anna)
    desk.clock.advance(14 * SECOND)
    undone = undo(desk, ruled, anna)
    assert {one.state for one in undone.actions} == {"cancelled"}
    assert {one.waiting_for for one in undone.actions} == {None}
    desk.clock.advance(3600 * SECOND)
    desk.work_off()
    assert desk.network.calls == []
    again = desk.case_of(comment)
    assert (again.id, again.state) == (undone.case_id, "open")
    same = ("reason", "rank", "category", "protected", "opened_at", "decision_id", "revision_id")
    assert [getattr(again, name) for name in same] == [getattr(asked, name) for name in same]
    assert desk.ids_of(Label) == []
    decision = desk.decision_of(comment)
    assert (decision.verdict, decision.supersedes, decision.decided_by) == ("review", ruled.decision_id, "person:anna")
    assert desk.journal(comment)[-4:] == ["action_cancelled", "decision", "decision_undone", "case_opened"]


def test_a_keep_can_be_taken_back_within_its_window(desk: Desk) -> None:
    """The text is unbound and asked about again; after the window the keep stands."""
    anna = desk.person("anna")
    comment = desk.comment()
    ruled = desk.rule(desk.case_of(comment).id, KEEP, anna)
    undone = undo(desk, ruled, anna)
    assert desk.row(Comment, comment).restored_revision_id is None
    kept = desk.rule(undone.case_id, KEEP, anna)
    desk.pass_window()
    with pytest.raises(ConflictError, match="отменить можно было до 2026-"):
        undo(desk, kept, anna)


def test_what_is_sent_cannot_be_undone(desk: Desk) -> None:
    """After the sending the answer says what went out and when."""
    anna = desk.person("anna")
    ruled = desk.rule(desk.case_of(desk.comment()).id, REMOVE_INSULT, anna)
    desk.pass_window()
    desk.work_off()
    with pytest.raises(ConflictError, match=r"уже отправлено: удалить комментарий \(2026-"):
        undo(desk, ruled, anna)


def test_what_waits_longer_than_its_window_can_still_be_undone(desk: Desk) -> None:
    """While nothing was sent the order can be called back, however late."""
    anna = desk.person("anna")
    ruled = desk.rule(desk.case_of(desk.comment()).id, REMOVE_INSULT, anna)
    desk.clock.advance(7200 * SECOND)
    assert {one.state for one in undo(desk, ruled, anna).actions} == {"cancelled"}


def test_only_whoever_decided_or_an_administrator_takes_it_back(desk: Desk) -> None:
    """A colleague may not; the administrator may; the machine's decisions and older ones are not undone."""
    anna, boris, chief = desk.person("anna"), desk.person("boris"), desk.person("chief", Role.ADMIN)
    stranger = desk.person("stranger", pages=[desk.add_page(desk.connection)])
    comment = desk.comment()
    machine = desk.decision_of(comment)
    ruled = desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)
    with pytest.raises(NotAllowedError, match="решение принял anna"):
        undo(desk, ruled, boris)
    with pytest.raises(NotFoundError):
        undo(desk, ruled, stranger)
    with pytest.raises(ConflictError, match=f"решение {machine.id} уже заменено решением {ruled.decision_id}"):
        verdicts.undo(desk.house, desk.configuration, machine.id, who=anna)
    undo(desk, ruled, chief)
    with pytest.raises(ConflictError, match="уже заменено"):
        undo(desk, ruled, anna)
    other = desk.comment(author="2")
    with pytest.raises(ConflictError, match="решение принимал не сотрудник"):
        verdicts.undo(desk.house, desk.configuration, desk.decision_of(other).id, who=anna)


def test_an_undone_answer_for_all_asks_for_all_again(desk: Desk) -> None:
    """A campaign's one question that was answered and taken back stands for the campaign once more."""
    anna = desk.person("anna")
    text = "убью, если не почистите этот двор сегодня же"
    first, second = (desk.comment(text, author=str(number)) for number in (11, 12))
    ruled = desk.rule(desk.case_of(first).id, KEEP, anna)
    undone = undo(desk, ruled, anna)
    with desk.database.read() as session:
        assert session.exec(select(Campaign.case_id)).one() == undone.case_id
    desk.rule(undone.case_id, PersonVerdict(Verdict.REMOVE, 1, law=ARTICLE), anna)
    assert desk.case_of(second).state == "open"


def test_nobody_is_asked_about_what_its_author_took_back(desk: Desk) -> None:
    """An answer that is taken back after its comment was withdrawn is gone with its orders, and leaves no question."""
    anna = desk.person("anna")
    comment = desk.comment()
    ruled = desk.rule(desk.case_of(comment).id, ban(86_400), anna)
    desk.withdraw(comment)
    undone = undo(desk, ruled, anna)
    assert undone.case_id is None
    assert desk.case_of(comment).state == "closed"
    assert {one.state for one in undone.actions} == {"cancelled"}
    assert desk.decision_of(comment).verdict == "review"


def test_a_question_for_all_passes_by_what_its_author_took_back(desk: Desk) -> None:
    """Its answer is taken back: the next of those that say the same is asked about."""
    anna = desk.person("anna")
    text = "убью, если не почистите этот двор сегодня же"
    first, second = (desk.comment(text, author=str(number)) for number in (11, 12))
    ruled = desk.rule(desk.case_of(first).id, KEEP, anna)
    desk.withdraw(first, author="11")
    assert undo(desk, ruled, anna).case_id is None
    asked = desk.case_of(second)
    assert (asked.state, desk.case_of(first).state) == ("open", "closed")
    with desk.database.read() as session:
        assert session.exec(select(Campaign.case_id)).one() == asked.id


def test_undo_and_the_sender_meet_at_the_comment(desk: Desk) -> None:
    """At the moment of the call undo comes too late; an order undone before the sender looks is not sent."""
    anna = desk.person("anna")
    ruled = desk.rule(desk.case_of(desk.comment()).id, REMOVE_INSULT, anna)
    desk.pass_window()
    told = []

    def at_the_call(_order: Order) -> None:
        with pytest.raises(ConflictError) as late:
            undo(desk, ruled, anna)
        told.append(str(late.value))

    desk.network.on_call = at_the_call
    desk.work_off()
    assert told
    assert told[0].startswith("уже отправлено")


def test_undo_racing_the_sender_ends_one_way(desk: Desk) -> None:
    """Whoever takes the comment first wins: either it is undone and nothing is sent, or it is sent and undo is told."""
    anna = desk.person("anna")
    for _ in range(5):
        calls = len(desk.network.calls)
        comment = desk.comment()
        ruled = desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)
        desk.pass_window()
        lease = desk.lease()
        executor = desk.executor(lease)
        start, steps, told = threading.Barrier(2), [], []

        def send() -> None:
            start.wait()  # noqa: B023 - both threads end within this turn of the loop
            steps.append(executor.step())  # noqa: B023

        def take_back() -> None:
            start.wait()  # noqa: B023
            try:
                told.append(undo(desk, ruled, anna))  # noqa: B023
            except ConflictError as error:
                told.append(error)  # noqa: B023

        threads = [threading.Thread(target=one) for one in (send, take_back)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        claim.release(desk.database, lease)
        sent = len(desk.network.calls) > calls
        assert sent == isinstance(told[0], ConflictError)
        assert (steps == [Step.SENT]) == sent
        assert desk.row(Comment, comment).state == ("removed" if sent else "visible")
