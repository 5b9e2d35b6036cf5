"""A person answers a case: what is written, what is ordered, what is refused."""

import json
from dataclasses import replace

import pytest
from sqlmodel import select

from app.domain.decisions import LawViolation
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.words import Category, LawLevel, Mode, Verdict
from app.pipeline.overrule import claims
from app.pipeline.overrule.wishes import PersonVerdict
from app.storage.tables import Action, Campaign, Comment, Decision, Label, Note, ReviewCase
from tests.fakes.desk import CLAUSE, KEEP, REMOVE_INSULT, SECOND, Desk, ban

ARTICLE = LawViolation(LawLevel.FEDERAL, "УК РФ", "ст. 119")


def test_a_removal_is_written_as_the_machines_are(desk: Desk) -> None:
    """A person's decision bears the person, the clause, and the scores and telling words of the machine's."""
    anna = desk.person("anna")
    comment = desk.comment()
    machine = desk.decision_of(comment)
    ruled = desk.rule(desk.case_of(comment).id, replace(REMOVE_INSULT, note="Грубо"), anna)
    decision = desk.decision_of(comment)
    assert (decision.id, decision.supersedes) == (ruled.decision_id, machine.id)
    assert (decision.verdict, decision.decided_by, decision.reasons_json) == ("remove", "person:anna", '["person"]')
    assert json.loads(decision.categories_json) == ["insult"]
    assert json.loads(decision.clauses_json)[0].startswith("п. 2.5")
    assert (decision.score_insult, decision.explanation_json) == (machine.score_insult, machine.explanation_json)
    assert decision.model_version_id == machine.model_version_id
    assert [desk.row(Note, one).text for one in desk.ids_of(Note)] == ["Грубо"]
    entries = desk.journal(comment)
    assert entries[-4:] == ["action_cancelled", "decision", "action_begun", "case_closed"]


def test_a_removal_replaces_the_machines_proposal_and_waits_for_second_thoughts(desk: Desk) -> None:
    """The machine's proposal is cancelled, the person's order is sent when fifteen seconds are over and not before."""
    anna = desk.person("anna")
    comment = desk.comment()
    ruled = desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)
    assert ruled.undo_until == desk.clock.now() + 15 * SECOND
    assert desk.actions(comment) == [
        ("machine", "delete_comment", "cancelled"),
        ("machine", "ban_author", "cancelled"),
        ("person:anna", "delete_comment", "pending"),
    ]
    assert [(one.waiting_for, one.due_at) for one in ruled.actions] == [("undo_window", ruled.undo_until)]
    desk.clock.advance(15 * SECOND - 1)
    desk.work_off()
    assert desk.network.calls == []
    desk.clock.advance(1)
    desk.work_off()
    assert [order.external_id for order in desk.network.calls] == [desk.row(Comment, comment).external_id]
    assert desk.row(Comment, comment).state == "removed"


@pytest.mark.parametrize("mode", list(Mode))
def test_a_persons_verdict_acts_in_every_mode(desk: Desk, mode: Mode) -> None:
    """Whatever the page's mode has become since, a person's removal is sent."""
    anna = desk.person("anna")
    comment = desk.comment()
    case = desk.case_of(comment).id
    desk.set_page(mode=mode.value)
    desk.rule(case, REMOVE_INSULT, anna)
    desk.pass_window()
    desk.work_off()
    assert desk.row(Comment, comment).state == "removed"


def test_a_removal_of_a_page_in_enforce_replaces_what_is_on_its_way(desk: Desk) -> None:
    """A question beside the machine's pending removal: the person's order takes its place, one call is made."""
    anna = desk.person("anna")
    desk.set_page(mode="enforce", policy_name="talmenka-414")
    comment = desk.comment("дебил, убью")
    desk.rule(desk.case_of(comment).id, replace(REMOVE_INSULT, clause="п. 10 Порядка"), anna)
    desk.pass_window()
    desk.work_off()
    assert len(desk.network.calls) == 1
    assert desk.row(Action, desk.ids_of(Action)[-1]).ordered_by == "person:anna"


def test_a_keep_binds_like_a_restore_in_the_network(desk: Desk) -> None:
    """What was proposed is cancelled, the text is bound, and the same text is not judged again; a new one is."""
    anna = desk.person("anna")
    comment = desk.comment()
    ruled = desk.rule(desk.case_of(comment).id, KEEP, anna)
    row = desk.row(Comment, comment)
    assert row.restored_revision_id == row.revision_id
    assert {state for _, _, state in desk.actions(comment)} == {"cancelled"}
    assert ruled.actions == ()
    desk.edit(comment, "дебил")
    assert desk.decision_of(comment).id == ruled.decision_id
    desk.edit(comment, "дебил полный")
    assert desk.decision_of(comment).decided_by == "machine"


def test_a_text_that_has_changed_since_is_not_answered(desk: Desk) -> None:
    """An answer to the old text or with an old number is refused with what has happened."""
    anna = desk.person("anna")
    comment = desk.comment()
    old = desk.case_of(comment).id
    desk.edit(comment, "дебил полный")
    with pytest.raises(ConflictError, match="уже закрыт: текст изменился, программа"):
        desk.rule(old, REMOVE_INSULT, anna)
    new = desk.case_of(comment).id
    with pytest.raises(ConflictError, match="сейчас это текст № 2"):
        desk.rule(new, REMOVE_INSULT, anna)
    desk.rule(new, replace(REMOVE_INSULT, revision=2), anna)


def test_only_whoever_holds_the_case_answers_it(desk: Desk) -> None:
    """A live claim keeps others out; one that ran out, or none, does not."""
    anna, boris = desk.person("anna"), desk.person("boris")
    case = desk.case_of(desk.comment()).id
    claims.claim(desk.house, case, who=anna)
    with pytest.raises(ConflictError, match="сейчас смотрит anna"):
        desk.rule(case, KEEP, boris)
    desk.clock.advance(601 * SECOND)
    desk.rule(case, KEEP, boris)
    with pytest.raises(ConflictError, match="комментарий оставлен, boris"):
        desk.rule(case, REMOVE_INSULT, anna)


def test_a_withdrawn_comment_has_no_question(desk: Desk) -> None:
    """The author was faster: the case says so."""
    anna = desk.person("anna")
    comment = desk.comment()
    desk.withdraw(comment)
    with pytest.raises(ConflictError, match="автор сам удалил"):
        desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)


@pytest.mark.parametrize(
    ("verdict", "where", "expected"),
    [
        (PersonVerdict(Verdict.REMOVE, 1), "categories", "или нарушение закона"),
        (PersonVerdict(Verdict.REMOVE, 1, (Category.INSULT,)), "clause", "пункт акта: п. 2.5"),
        (PersonVerdict(Verdict.REMOVE, 1, (Category.INSULT,), "п. 99"), "clause", "пункт акта: п. 2.5"),
        (PersonVerdict(Verdict.REMOVE, 1, (Category.THREAT,), CLAUSE), "categories", "укажите нарушенный закон"),
        (
            PersonVerdict(Verdict.REMOVE, 1, law=LawViolation(LawLevel.FEDERAL, " ", "ст. 1")),
            "law.act",
            "ожидается название",
        ),
        (PersonVerdict(Verdict.REVIEW, 1), "verdict", "keep или remove"),
        (PersonVerdict(Verdict.KEEP, 1, (Category.INSULT,)), "categories", "только для удаления"),
        (ban(59), "ban.seconds", "3600"),
        (ban(366 * 86_400), "ban.seconds", "3600"),
        (replace(REMOVE_INSULT, note="а" * 2001), "note", "2000"),
    ],
)
def test_a_removal_needs_grounds(desk: Desk, verdict: PersonVerdict, where: str, expected: str) -> None:
    """What the act does not know is refused by the name of the field, and nothing is written."""
    anna = desk.person("anna")
    comment = desk.comment()
    before = desk.ids_of(Decision)
    with pytest.raises(InvalidInputError) as refused:
        desk.rule(desk.case_of(comment).id, verdict, anna)
    assert refused.value.where == where
    assert expected in refused.value.expected
    assert (desk.ids_of(Decision), desk.case_of(comment).state) == (before, "open")


def test_a_violation_of_law_is_a_ground_of_its_own(desk: Desk) -> None:
    """A person names level, act and article; a category that the act does not know goes with it."""
    anna = desk.person("anna")
    comment = desk.comment("убью")
    verdict = PersonVerdict(Verdict.REMOVE, 1, (Category.THREAT,), law=ARTICLE)
    ruled = desk.rule(desk.case_of(comment).id, verdict, anna)
    decision = desk.decision_of(comment)
    assert json.loads(decision.clauses_json) == ["ст. 119 УК РФ"]
    assert json.loads(decision.basis_json)["law"] == {"level": "federal", "act": "УК РФ", "article": "ст. 119"}
    assert [(one.kind, one.clause) for one in ruled.actions] == [("delete_comment", "ст. 119 УК РФ")]


def test_a_private_message_is_never_removed(desk: Desk) -> None:
    """Neither a removal nor a ban follows from a private message; it can only be left."""
    anna = desk.person("anna")
    comment = desk.comment(private=True)
    case = desk.case_of(comment).id
    for verdict in (REMOVE_INSULT, ban(86_400)):
        with pytest.raises(InvalidInputError, match="личные сообщения не удаляют"):
            desk.rule(case, verdict, anna)
    desk.rule(case, KEEP, anna)
    assert desk.actions(comment) == []


def test_a_dated_ban_goes_out_behind_the_removal(desk: Desk) -> None:
    """The ban bears the act's clause and the category, and is sent after the text is gone."""
    anna = desk.person("anna")
    desk.rule(desk.case_of(desk.comment()).id, ban(3 * 86_400), anna)
    desk.pass_window()
    desk.work_off()
    assert [order.kind for order in desk.network.calls] == ["delete_comment", "ban_author"]
    order = desk.network.calls[1]
    assert (order.ban_reason, order.ban_until) == ("insult", desk.clock.now() + 3 * 86_400 * SECOND)
    assert "п. 2.5 Порядка" in order.ban_comment


def test_nobody_is_banned_whom_the_act_or_the_page_protects(desk: Desk) -> None:
    """An act without a blacklist and an author whom the page trusts: the wish is refused."""
    anna = desk.person("anna")
    desk.set_page(trusted_json='["15170"]')
    case = desk.case_of(desk.comment()).id
    with pytest.raises(InvalidInputError, match="кому она доверяет"):
        desk.rule(case, ban(86_400), anna)
    desk.set_page(trusted_json="[]", policy_name="kozhevnikovo-650")
    with pytest.raises(InvalidInputError, match="не дают права блокировать"):
        desk.rule(case, replace(ban(86_400), clause="п. 11 Порядка"), anna)


def test_a_verdict_becomes_a_masked_label(desk: Desk) -> None:
    """The lesson holds both opinions, the versions, and no phone; a private message teaches nothing."""
    anna = desk.person("anna")
    comment = desk.comment("дебил, звони 8 913 555-12-34")
    ruled = desk.rule(desk.case_of(comment).id, KEEP, anna)
    private = desk.comment(private=True)
    desk.rule(desk.case_of(private).id, KEEP, anna)
    (number,) = desk.ids_of(Label)
    lesson = desk.row(Label, number)
    assert (lesson.decision_id, lesson.source, lesson.verdict) == (ruled.decision_id, "case", "keep")
    assert (lesson.machine_verdict, lesson.account_id) == ("remove", anna.account_id)
    assert "555" not in lesson.text
    assert "дебил" in lesson.text


def test_a_removed_copy_hands_the_question_on_and_a_kept_one_answers_for_all(desk: Desk) -> None:
    """A campaign's case moves to the next copy when its comment is removed, and is closed for all when it is kept."""
    anna = desk.person("anna")
    text = "убью, если не почистите этот двор сегодня же"
    first, second, third = (desk.comment(text, author=str(number)) for number in (11, 12, 13))
    asked = desk.case_of(first)
    assert desk.case_of(second) is None
    desk.rule(asked.id, PersonVerdict(Verdict.REMOVE, 1, law=ARTICLE), anna)
    moved = desk.case_of(second)
    assert (moved.state, desk.case_of(third)) == ("open", None)
    desk.rule(moved.id, KEEP, anna)
    assert desk.case_of(third) is None
    fourth = desk.comment(text, author="14")
    assert desk.case_of(fourth) is None
    with desk.database.read() as session:
        assert session.exec(select(Campaign.case_id)).one() == moved.id


def test_a_case_of_another_page_is_not_there(desk: Desk) -> None:
    """A token for another page hears that there is no such case."""
    stranger = desk.person("stranger", pages=[desk.add_page(desk.connection)])
    case = desk.case_of(desk.comment()).id
    with pytest.raises(NotFoundError, match=f"вопроса {case} нет"):
        desk.rule(case, KEEP, stranger)
    assert desk.row(ReviewCase, case).state == "open"
