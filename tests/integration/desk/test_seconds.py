"""Where two people are needed, and how an office of one person decides."""

import json

import pytest
from sqlmodel import select

from app.domain.errors import ConflictError, InvalidInputError
from app.domain.principals import Principal
from app.domain.words import Role
from app.pipeline.overrule import actions, reversal
from app.policy.rules import load_preset
from app.storage.tables import Action, ApiToken, Journal, Note, Objection, PolicyVersion
from tests.fakes.desk import KEEP, REMOVE_INSULT, VK, Desk, ban

REASON = "Рассылает угрозы из года в год, срок не поможет"


def absences(desk: Desk) -> list[str]:
    with desk.database.read() as session:
        rows = session.exec(select(Journal).where(Journal.kind == "second_person_absent")).all()
    return [json.loads(row.body)["what"] for row in rows]


def require_two(desk: Desk) -> None:
    """The page's policy asks for two people whoever is there."""
    source = load_preset("novokuznetsk-59").source.replace('second_person = "if_present"', "")
    with desk.database.write() as session:
        row = PolicyVersion(
            id=desk.house.ids(),
            name="novokuznetsk-59",
            version=99,
            digest="9",
            source=source,
            created_at=0,
            created_by="cli",
        )
        session.add(row)
    desk.set_page()


def object_to(desk: Desk, comment: int, decision: int) -> None:
    """Its author objects to a decision."""
    with desk.database.write() as session:
        row = Objection(
            id=desk.house.ids(),
            page_id=desk.page,
            comment_id=comment,
            decision_id=decision,
            channel="site",
            state="open",
            received_at=desk.clock.now(),
            due_at=desk.clock.now(),
        )
        session.add(row)


def leave(desk: Desk, who: Principal) -> None:
    """Somebody leaves the office: their tokens end."""
    with desk.database.write() as session:
        for token in session.exec(select(ApiToken).where(ApiToken.account_id == who.account_id)):
            token.revoked_at = desk.clock.now()


def sent(desk: Desk, who: Principal) -> tuple[int, int]:
    """A comment removed by this person, and the decision."""
    comment = desk.comment()
    ruled = desk.rule(desk.case_of(comment).id, REMOVE_INSULT, who)
    desk.pass_window()
    desk.work_off()
    return comment, ruled.decision_id


def test_a_ban_for_ever_waits_for_a_second_person(desk: Desk) -> None:
    """The removal goes, the ban is proposed; the one who asked cannot confirm it, a colleague can."""
    anna, boris = desk.person("anna"), desk.person("boris")
    ruled = desk.rule(desk.case_of(desk.comment()).id, ban(None), anna)
    assert ruled.second_needed
    assert [(one.kind, one.state) for one in ruled.actions] == [
        ("delete_comment", "pending"),
        ("ban_author", "proposed"),
    ]
    for_ever = ruled.actions[1].id
    desk.pass_window()
    desk.work_off()
    with pytest.raises(ConflictError, match="два разных человека"):
        actions.confirm(desk.house, for_ever, who=anna, configuration=desk.configuration, second_reason=REASON)
    actions.confirm(desk.house, for_ever, who=boris, configuration=desk.configuration)
    desk.work_off()
    assert desk.network.banned == {}
    desk.pass_window()
    desk.work_off()
    assert desk.network.banned == {"15170": None}
    assert desk.row(Action, for_ever).confirmed_by == "person:anna, person:boris"
    assert absences(desk) == []


def test_a_second_person_may_decline(desk: Desk) -> None:
    """Declining is cancelling with a reason; nobody is banned."""
    anna, boris = desk.person("anna"), desk.person("boris")
    ruled = desk.rule(desk.case_of(desk.comment()).id, ban(None), anna)
    actions.cancel(desk.house, ruled.actions[1].id, who=boris, reason="Первый раз, хватит удаления")
    desk.pass_window()
    desk.work_off()
    assert (desk.network.removed, desk.network.banned) == ({"1"}, {})


def test_an_office_of_one_bans_for_ever_with_a_written_reason(desk: Desk) -> None:
    """Without a reason it is refused; with one the ban goes out, the words are kept, the journal counts it."""
    anna = desk.person("anna")
    desk.person("vera", Role.RESPONDER)
    desk.person("galina", pages=[desk.add_page(desk.connection)])
    boris = desk.person("boris")
    leave(desk, boris)
    case = desk.case_of(desk.comment()).id
    for reason in ("", "рассылает", " " * 40):
        with pytest.raises(InvalidInputError, match=r"second_reason: .* второго сотрудника нет"):
            desk.rule(case, ban(None, reason), anna)
    ruled = desk.rule(case, ban(None, REASON), anna)
    assert not ruled.second_needed
    desk.pass_window()
    desk.work_off()
    assert desk.network.banned == {"15170": None}
    assert absences(desk) == ["ban"]
    assert [desk.row(Note, one).text for one in desk.ids_of(Note)] == [REASON]


def test_a_policy_that_requires_two_is_not_talked_round(desk: Desk) -> None:
    """Under `required` no reason stands in for the second person."""
    require_two(desk)
    anna = desk.person("anna")
    ruled = desk.rule(desk.case_of(desk.comment()).id, ban(None, REASON), anna)
    assert ruled.second_needed
    with pytest.raises(ConflictError):
        actions.confirm(
            desk.house, ruled.actions[1].id, who=anna, configuration=desk.configuration, second_reason=REASON
        )


def test_who_was_left_alone_with_a_ban_confirms_it_with_a_reason(desk: Desk) -> None:
    """The colleague has gone since: the first person's written reason completes the ban."""
    anna, boris = desk.person("anna"), desk.person("boris")
    ruled = desk.rule(desk.case_of(desk.comment()).id, ban(None), anna)
    leave(desk, boris)
    number = ruled.actions[1].id
    with pytest.raises(InvalidInputError, match="second_reason"):
        actions.confirm(desk.house, number, who=anna, configuration=desk.configuration)
    done = actions.confirm(desk.house, number, who=anna, configuration=desk.configuration, second_reason=REASON)
    assert (done.second_needed, done.action.confirmed_by) == (False, "person:anna")
    assert absences(desk) == ["ban"]


def test_an_objection_is_not_answered_by_whoever_is_objected_to(desk: Desk) -> None:
    """The person who removed may neither keep, nor remove again, nor reverse; a colleague may."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comment, decision = sent(desk, anna)
    object_to(desk, comment, decision)
    with pytest.raises(ConflictError, match="на него отвечает другой сотрудник"):
        reversal.reverse(
            desk.house, desk.configuration, decision, who=anna, reason="Ошибка", second_reason=REASON, abilities=VK
        )
    ruled = reversal.reverse(desk.house, desk.configuration, decision, who=boris, reason="Ошибка", abilities=VK)
    assert [one.kind for one in ruled.actions] == ["restore_comment"]


def test_whoever_let_the_machines_removal_out_stands_for_it(desk: Desk) -> None:
    """A confirmed proposal is the confirming person's decision; what the machine did alone anybody reviews."""
    anna = desk.person("anna")
    desk.person("boris")
    comment = desk.comment()
    decision = desk.decision_of(comment).id
    proposal = next(one for one in desk.ids_of(Action) if desk.row(Action, one).kind == "delete_comment")
    actions.confirm(desk.house, proposal, who=anna)
    object_to(desk, comment, decision)
    with pytest.raises(ConflictError, match="другой сотрудник"):
        reversal.reverse(desk.house, desk.configuration, decision, who=anna, reason="Ошибка", abilities=VK)
    alone = desk.comment(author="2")
    object_to(desk, alone, desk.decision_of(alone).id)
    desk.rule(desk.case_of(alone).id, KEEP, anna)


def test_whoever_upheld_a_removal_does_not_answer_the_objection_to_it(desk: Desk) -> None:
    """The author was told of the machine's decision; the person who has removed anew since stands for the removal."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comment = desk.comment()
    told = desk.decision_of(comment).id
    ruled = desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)
    object_to(desk, comment, told)
    with pytest.raises(ConflictError, match="другой сотрудник"):
        reversal.reverse(desk.house, desk.configuration, ruled.decision_id, who=anna, reason="Ошибка", abilities=VK)
    reversal.reverse(desk.house, desk.configuration, ruled.decision_id, who=boris, reason="Ошибка", abilities=VK)


def test_an_office_of_one_answers_an_objection_with_a_written_reason(desk: Desk) -> None:
    """The same fallback as with bans, counted apart."""
    anna = desk.person("anna")
    comment, decision = sent(desk, anna)
    object_to(desk, comment, decision)
    for reason, error in (("", InvalidInputError), (REASON, None)):
        more = {"reason": "Ошибка", "second_reason": reason, "abilities": VK}
        if error:
            with pytest.raises(error, match="это возражение на ваше решение"):
                reversal.reverse(desk.house, desk.configuration, decision, who=anna, **more)
        else:
            reversal.reverse(desk.house, desk.configuration, decision, who=anna, **more)
    assert absences(desk) == ["objection"]
