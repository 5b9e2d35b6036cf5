"""Calling one order off leaves no comment standing that counts as removed and that nobody is asked about."""

import pytest
from sqlmodel import col, select

from app.domain.errors import ConflictError
from app.pipeline.overrule import actions, bulk, verdicts
from app.storage.tables import Action, Campaign, Comment, Label
from tests.fakes.desk import KEEP, REMOVE_INSULT, SECOND, VK, Desk, ban
from tests.integration.desk.test_copies import REMOVE_SPAM, raid

WHY = "Промахнулась"
SAME = ("reason", "rank", "category", "protected", "opened_at", "revision_id", "decision_id")


def removal_of(desk: Desk, comment: int) -> int:
    """The newest removal of a comment."""
    with desk.database.read() as session:
        query = select(Action.id).where(Action.comment_id == comment, Action.kind == "delete_comment")
        return session.exec(query.order_by(col(Action.id).desc())).first()


@pytest.mark.parametrize("later", [0, 3600])
def test_a_removal_that_a_verdict_ordered_is_asked_about_again(desk: Desk, later: int) -> None:
    """Its question is open as before, its ban is only proposed, its lesson is gone, and nothing is sent, however late."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comment = desk.comment()
    asked = desk.case_of(comment)
    ruled = desk.rule(asked.id, ban(86_400), anna)
    desk.clock.advance(later * SECOND)
    actions.cancel(desk.house, ruled.actions[0].id, who=boris, reason=WHY)
    again = desk.case_of(comment)
    assert (again.id != asked.id, again.state) == (True, "open")
    assert [getattr(again, name) for name in SAME] == [getattr(asked, name) for name in SAME]
    assert desk.actions(comment)[-2:] == [
        ("person:anna", "delete_comment", "cancelled"),
        ("person:anna", "ban_author", "proposed"),
    ]
    assert desk.journal(comment)[-3:] == ["action_cancelled", "case_opened", "action_proposed"]
    assert desk.ids_of(Label) == []
    with pytest.raises(ConflictError, match=f"сначала ответьте на вопрос {again.id}"):
        actions.confirm(desk.house, ruled.actions[1].id, who=boris)
    desk.clock.advance(3600 * SECOND)
    desk.work_off()
    assert desk.network.calls == []
    desk.rule(again.id, KEEP, boris)
    assert {state for _, _, state in desk.actions(comment)} == {"cancelled"}
    assert len(desk.ids_of(Label)) == 1


def test_a_confirmation_is_taken_back_however_late(desk: Desk) -> None:
    """A removal let out and called back before it was sent is asked about as before, and can be ordered anew."""
    anna = desk.person("anna")
    comment = desk.comment()
    asked = desk.case_of(comment)
    actions.confirm(desk.house, removal_of(desk, comment), who=anna)
    assert desk.case_of(comment).state == "closed"
    desk.pass_window()
    actions.cancel(desk.house, removal_of(desk, comment), who=anna, reason=WHY)
    again = desk.case_of(comment)
    assert (again.id != asked.id, again.state) == (True, "open")
    assert [getattr(again, name) for name in SAME] == [getattr(asked, name) for name in SAME]
    desk.work_off()
    assert desk.network.calls == []
    desk.rule(again.id, REMOVE_INSULT, anna)
    desk.pass_window()
    desk.work_off()
    assert desk.row(Comment, comment).state == "removed"


def test_one_copy_called_off_is_asked_about_by_itself(desk: Desk) -> None:
    """Of a hundred copies that go together one may stay: somebody is asked about it, the others go."""
    anna = desk.person("anna")
    comments, case = raid(desk)
    token = bulk.plan_copies(desk.house, desk.configuration, case, REMOVE_SPAM, who=anna).token
    bulk.carry(desk.house, desk.configuration, token, REMOVE_SPAM, who=anna, abilities=VK)
    actions.cancel(desk.house, removal_of(desk, comments[3]), who=anna, reason=WHY)
    asked = desk.case_of(comments[3])
    assert (asked.state, asked.reason) == ("open", "person")
    desk.clock.advance(3600 * SECOND)
    desk.work_off()
    assert len(desk.network.removed) == len(comments) - 1
    assert desk.row(Comment, comments[3]).state == "visible"


def test_the_question_about_all_is_asked_about_all_again(desk: Desk) -> None:
    """Where nobody else is asked about the campaign, the question that is open again stands for it."""
    anna = desk.person("anna")
    comments, case = raid(desk)
    token = bulk.plan_copies(desk.house, desk.configuration, case, REMOVE_SPAM, who=anna).token
    bulk.carry(desk.house, desk.configuration, token, REMOVE_SPAM, who=anna, abilities=VK)
    head = next(one for one in comments if desk.case_of(one) is not None)
    actions.cancel(desk.house, removal_of(desk, head), who=anna, reason=WHY)
    with desk.database.read() as session:
        assert session.exec(select(Campaign.case_id)).one() == desk.case_of(head).id


def test_a_decision_whose_order_was_called_off_can_be_undone_in_time(desk: Desk) -> None:
    """Nothing was sent, and nobody says so: in time the open question is named, afterwards the term is told."""
    anna = desk.person("anna")
    comment = desk.comment()
    ruled = desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)
    actions.cancel(desk.house, ruled.actions[0].id, who=anna, reason=WHY)
    again = desk.case_of(comment)
    undone = verdicts.undo(desk.house, desk.configuration, ruled.decision_id, who=anna)
    assert undone.case_id == again.id == desk.case_of(comment).id
    second = desk.rule(again.id, REMOVE_INSULT, anna)
    actions.cancel(desk.house, second.actions[0].id, who=anna, reason=WHY)
    desk.pass_window()
    with pytest.raises(ConflictError, match="отменить можно было до 2026-"):
        verdicts.undo(desk.house, desk.configuration, second.decision_id, who=anna)
