"""One removal for a hundred copies: what it covers, what it leaves, how it is taken back, and who is in its way."""

from dataclasses import replace

import pytest
from sqlmodel import col, select

from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.principals import Principal
from app.domain.words import Category, Verdict
from app.pipeline.overrule import bulk, claims, copies, verdicts
from app.pipeline.overrule.bulk import BulkResult
from app.pipeline.overrule.wishes import BULK_UNDO_WINDOW, PersonVerdict
from app.storage.tables import Action, Campaign, Label, ReviewCase
from tests.fakes.desk import CLAUSE, KEEP, SECOND, VK, Desk, ban

AD = "Требуются упаковщики на склад, оплата каждый день, звоните с утра и до вечера"
COLD = "Почините наконец дорогу на улице Садовой, третий год одни ямы и никому дела нет"
REMOVE_SPAM = PersonVerdict(Verdict.REMOVE, 1, (Category.SPAM,), CLAUSE)
LATER = BULK_UNDO_WINDOW + SECOND


def raid(desk: Desk, copies: int = 8, text: str = AD) -> tuple[list[int], int]:
    """Comments of so many authors who say the same, and the case that asks about all."""
    comments = [desk.comment(text, author=str(900 + number)) for number in range(copies)]
    return comments, asked(desk)


def asked(desk: Desk) -> int:
    """The one case that is open."""
    with desk.database.read() as session:
        return session.exec(select(ReviewCase.id).where(col(ReviewCase.state) != "closed")).one()


def plan(desk: Desk, case: int, who: Principal, verdict: PersonVerdict = REMOVE_SPAM) -> bulk.BulkPlan:
    return bulk.plan_copies(desk.house, desk.configuration, case, verdict, who=who)


def carry(desk: Desk, token: str, who: Principal, verdict: PersonVerdict = REMOVE_SPAM) -> BulkResult:
    return bulk.carry(desk.house, desk.configuration, token, verdict, who=who, abilities=VK)


def undo_all(desk: Desk, result: BulkResult, who: Principal) -> None:
    """What «Отменить всё» does."""
    for one in result.items:
        if one.ruled:
            verdicts.undo(desk.house, desk.configuration, one.ruled.decision_id, who=who)


def people_ordered(desk: Desk) -> list[Action]:
    with desk.database.read() as session:
        return list(session.exec(select(Action).where(Action.ordered_by != "machine").order_by(col(Action.id))))


def test_one_removal_covers_all_who_say_the_same(desk: Desk) -> None:
    """A plan changes nothing; carried out, each copy has its decision, order and journal, and goes in ten minutes."""
    anna = desk.person("anna")
    comments, case = raid(desk)
    listed = plan(desk, case, anna)
    assert sorted(one.comment_id for one in listed.items) == comments
    assert {(one.actions, one.why_not) for one in listed.items} == {(("delete_comment",), "")}
    assert (listed.items[0].case_id, listed.left) == (case, 0)
    assert people_ordered(desk) == []

    result = carry(desk, listed.token, anna)
    assert [one.why_not for one in result.items] == [""] * 8
    assert (result.left, result.question) == (0, None)
    decisions = [desk.decision_of(one) for one in comments]
    assert {(one.verdict, one.decided_by, one.clauses_json) for one in decisions} == {
        ("remove", "person:anna", decisions[0].clauses_json)
    }
    head = desk.row(ReviewCase, case).comment_id
    assert {one.reasons_json for one in decisions if one.comment_id != head} == {'["person","campaign"]'}
    for one in comments:
        assert desk.actions(one) == [("person:anna", "delete_comment", "pending")]
        assert {"decision", "action_begun"} <= set(desk.journal(one)[-3:])
    assert [row.comment_id for row in (desk.row(Label, one) for one in desk.ids_of(Label))] == [head]

    desk.clock.advance(BULK_UNDO_WINDOW - SECOND)
    desk.work_off()
    assert desk.network.calls == []
    desk.clock.advance(2 * SECOND)
    desk.work_off()
    assert len(desk.network.removed) == 8


def test_all_is_taken_back_as_it_was(desk: Desk) -> None:
    """Undone, nothing is sent, one question asks about all again, and the same removal can be given anew."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comments, case = raid(desk)
    result = carry(desk, plan(desk, case, anna).token, anna)
    with desk.database.read() as session:
        mine, strange, late = (
            copies.undoable(session, case, who=who, at=at)
            for who, at in ((anna, desk.clock.now()), (boris, desk.clock.now()), (anna, desk.clock.now() + LATER))
        )
    assert mine[0] == result.items[0].ruled.decision_id
    assert sorted(mine) == sorted(one.ruled.decision_id for one in result.items)
    assert (strange, late) == ((), ())
    undo_all(desk, result, anna)
    desk.clock.advance(LATER)
    desk.work_off()
    assert desk.network.calls == []
    assert {one.state for one in people_ordered(desk)} == {"cancelled"}
    assert desk.ids_of(Label) == []
    again = asked(desk)
    assert again != case
    with desk.database.read() as session:
        assert session.exec(select(Campaign.case_id)).one() == again
    assert sorted(one.comment_id for one in plan(desk, again, anna).items) == comments
    assert all(not one.why_not for one in carry(desk, plan(desk, again, anna).token, anna).items)


@pytest.mark.parametrize("order", [1, -1])
def test_copies_that_are_taken_back_one_by_one_share_one_question(desk: Desk, order: int) -> None:
    """Some copies come back, the others go: there is one question about those that stay, and it covers them."""
    anna = desk.person("anna")
    comments, case = raid(desk)
    carry(desk, plan(desk, case, anna).token, anna)
    head = desk.row(ReviewCase, case).comment_id
    back = [one for one in comments if one != head][:3][::order]
    for comment in back:
        verdicts.undo(desk.house, desk.configuration, desk.decision_of(comment).id, who=anna)
    question = asked(desk)
    assert desk.row(ReviewCase, question).comment_id == back[0]
    assert sorted(one.comment_id for one in plan(desk, question, anna).items) == sorted(back)
    desk.rule(question, KEEP, anna)
    with desk.database.read() as session:
        assert session.exec(select(ReviewCase).where(col(ReviewCase.state) != "closed")).all() == []


def test_pressed_twice_it_happens_once(desk: Desk) -> None:
    """The second time the same decisions are told, so that they can still be taken back; nothing is doubled."""
    anna = desk.person("anna")
    _, case = raid(desk)
    token = plan(desk, case, anna).token
    first, second = carry(desk, token, anna), carry(desk, token, anna)
    assert [one.ruled.decision_id for one in second.items] == [one.ruled.decision_id for one in first.items]
    assert {one.ruled.undo_until for one in second.items} == {one.ruled.undo_until for one in first.items}
    assert len(people_ordered(desk)) == 8
    undo_all(desk, second, anna)
    third = carry(desk, token, anna)
    assert {one.ruled for one in third.items} == {None}
    assert all("закрыт" in one.why_not for one in third.items)


def test_what_changed_between_list_and_act_is_left(desk: Desk) -> None:
    """An edited copy, a withdrawn one and one that a colleague kept are told; the others go."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comments, case = raid(desk)
    listed = plan(desk, case, anna)
    desk.edit(comments[1], "Уже набрали людей, спасибо всем, кто откликнулся")
    desk.withdraw(comments[2], author="902")
    kept = desk.case_apart(comments[6])
    desk.rule(kept, KEEP, boris)
    result = carry(desk, listed.token, anna)
    told = {one.comment_id: one.why_not for one in result.items if one.why_not}
    assert told == {
        comments[1]: "автор изменил комментарий",
        comments[2]: "автор сам удалил комментарий",
        comments[6]: "комментарий велено оставить (boris)",
    }
    assert {one.comment_id for one in people_ordered(desk)} == set(comments) - told.keys()
    assert (result.left, result.question) == (1, None)


def test_a_list_tells_beforehand_who_stays(desk: Desk) -> None:
    """What is kept, held by a colleague or asked about by itself is in the list with its reason."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comments, case = raid(desk)
    desk.rule(desk.case_apart(comments[0]), KEEP, boris)
    claims.claim(desk.house, desk.case_apart(comments[1]), who=boris)
    sampled = desk.case_apart(comments[2], reason="audit")
    told = {one.comment_id: one.why_not for one in plan(desk, case, anna).items if one.why_not}
    assert told.keys() == set(comments[:3])
    assert told[comments[0]] == "комментарий велено оставить (boris)"
    assert "сейчас смотрит boris" in told[comments[1]]
    assert told[comments[2]] == f"о комментарии есть отдельный вопрос {sampled}"


def test_those_who_come_meanwhile_are_asked_about(desk: Desk) -> None:
    """Copies that join between list and act are not removed unseen: the question goes on to them."""
    anna = desk.person("anna")
    _, case = raid(desk)
    listed = plan(desk, case, anna)
    late = [desk.comment(AD, author=str(990 + number)) for number in range(2)]
    result = carry(desk, listed.token, anna)
    assert result.left == 2
    question = asked(desk)
    assert (result.question, desk.row(ReviewCase, question).comment_id) == (question, late[0])
    assert sorted(one.comment_id for one in plan(desk, question, anna).items) == late


def test_more_than_one_list_holds(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first list leaves the question open, the last one closes it; every copy goes once."""
    monkeypatch.setattr(bulk, "LARGEST", 5)
    anna = desk.person("anna")
    comments, case = raid(desk, 12)
    sizes = []
    for _ in range(3):
        listed = plan(desk, case, anna)
        result = carry(desk, listed.token, anna)
        sizes.append((len(listed.items), listed.left, result.left, result.question))
    assert sizes == [(5, 7, 7, case), (5, 2, 2, case), (2, 0, 0, None)]
    assert sorted(one.comment_id for one in people_ordered(desk)) == comments


def test_a_wave_of_residents_is_looked_at_one_by_one(desk: Desk) -> None:
    """What reads as an appeal is never removed with its copies, neither by list nor by an old token."""
    anna = desk.person("anna")
    _, case = raid(desk, text=COLD)
    with pytest.raises(ConflictError, match="волна жалоб выглядит так же, как набег"):
        plan(desk, case, anna)
    assert people_ordered(desk) == []


def test_a_copy_that_reads_as_an_appeal_stays(desk: Desk) -> None:
    """One copy whose decision bears an appeal's score is left to a look of its own, the others go."""
    anna = desk.person("anna")
    comments, case = raid(desk)
    listed = plan(desk, case, anna)
    score = desk.decision_of(comments[3]).id
    desk.sql("UPDATE decision SET score_appeal = 0.9 WHERE id = :id", id=score)
    told = [one.comment_id for one in plan(desk, case, anna).items if "обращение жителя" in one.why_not]
    assert told == [comments[3]]
    result = carry(desk, listed.token, anna)
    assert [one.comment_id for one in result.items if one.why_not] == [comments[3]]
    # Nobody was asked about it before; now it is its turn, if the machine wanted it looked at.
    assert result.left == 1


def test_what_is_not_for_copies_is_refused(desk: Desk) -> None:
    """A keep, a ban, strange grounds, a question without copies, a foreign one, a closed one, one that is held."""
    anna, boris = desk.person("anna"), desk.person("boris")
    stranger = desk.person("stranger", pages=[desk.add_page(desk.connection)])
    single = desk.case_of(desk.comment()).id

    def refused(case: int, verdict: PersonVerdict) -> str:
        with pytest.raises(InvalidInputError) as error:
            plan(desk, case, anna, verdict)
        return error.value.where

    assert refused(single, REMOVE_SPAM) == "campaign_of"
    desk.rule(single, KEEP, anna)
    _, case = raid(desk)
    assert refused(case, KEEP) == "verdict"
    assert refused(case, ban(86_400)) == "ban"
    assert refused(case, replace(REMOVE_SPAM, clause="п. 100")) == "clause"
    for number, who in ((case, stranger), (7, anna), (1 << 70, anna)):
        with pytest.raises(NotFoundError):
            plan(desk, number, who)
    claims.claim(desk.house, case, who=boris)
    with pytest.raises(ConflictError, match="смотрит boris"):
        plan(desk, case, anna)
    desk.rule(case, KEEP, boris)
    with pytest.raises(ConflictError, match="комментарий оставлен, boris"):
        plan(desk, case, anna)


def test_any_question_about_a_copy_leads_to_all(desk: Desk) -> None:
    """From a copy's own question all go as well; the one that stands for all is not handed on from copy to copy."""
    anna = desk.person("anna")
    comments, case = raid(desk)
    own = desk.case_apart(comments[6])
    listed = plan(desk, own, anna)
    assert listed.items[0].comment_id == comments[6]
    assert [one.why_not for one in carry(desk, listed.token, anna).items] == [""] * 8
    with desk.database.read() as session:
        cases = session.exec(select(ReviewCase)).all()
    assert {(one.id, one.state, one.ended) for one in cases} == {
        (own, "closed", "removed"),
        (case, "closed", "removed"),
    }


def test_a_copy_with_a_question_of_its_own_gets_it_back(desk: Desk) -> None:
    """Its question is closed with the others, and open again when it alone is taken back."""
    anna = desk.person("anna")
    comments, case = raid(desk, 6)
    own = desk.case_apart(comments[5])
    carry(desk, plan(desk, case, anna).token, anna)
    closed = desk.row(ReviewCase, own)
    assert (closed.state, closed.ended, closed.ended_by) == ("closed", "removed", "person:anna")
    verdicts.undo(desk.house, desk.configuration, desk.decision_of(comments[5]).id, who=anna)
    assert desk.case_of(comments[5]).state == "open"
    assert {one.kind for one in people_ordered(desk)} == {"delete_comment"}
