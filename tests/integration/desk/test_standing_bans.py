"""A person who agrees that a comment goes cancels no ban without being asked about it."""

import pytest
from sqlmodel import col, select

from app.domain.errors import ConflictError
from app.domain.principals import Principal
from app.domain.words import Reason
from app.pipeline.overrule import actions, bulk, verdicts
from app.pipeline.overrule.questions import ask
from app.storage.outbox import lock_comment
from app.storage.tables import Action, Decision
from tests.fakes.desk import KEEP, REMOVE_INSULT, VK, Desk, ban


def bans(desk: Desk, comment: int) -> list[Action]:
    with desk.database.read() as session:
        query = select(Action).where(Action.comment_id == comment, Action.kind == "ban_author")
        return list(session.exec(query.order_by(col(Action.id))))


def live(desk: Desk, comment: int) -> list[tuple[str, str, str, int | None]]:
    return [
        (one.ordered_by, one.confirmed_by, one.state, one.ban_seconds)
        for one in bans(desk, comment)
        if one.state not in {"cancelled", "done"}
    ]


def audited(desk: Desk) -> int:
    """A comment that the machine has removed, its ban proposed, drawn for the sample."""
    desk.set_page(mode="enforce")
    comment = desk.comment()
    desk.work_off()
    with desk.database.write() as session:
        row = lock_comment(session, comment)
        ask(session, desk.house.ids, row, row.decision_id, reason=Reason.AUDIT, at=desk.clock.now(), sampled=True)
    return comment


def undo(desk: Desk, decision: int, who: Principal) -> None:
    verdicts.undo(desk.house, desk.configuration, decision, who=who)


def test_whoever_only_measures_the_machine_declines_no_ban(desk: Desk) -> None:
    """Agreeing in the random sample leaves the proposed ban as it was: it can be confirmed and is sent."""
    anna = desk.person("anna")
    comment = audited(desk)
    before = live(desk, comment)
    ruled = desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)
    assert live(desk, comment) == before == [("machine", "", "proposed", 86_400)]
    [ban_now] = [one for one in bans(desk, comment) if one.state == "proposed"]
    assert ban_now.decision_id == ruled.decision_id
    assert len(desk.network.calls) == 1
    actions.confirm(desk.house, ban_now.id, who=anna)
    desk.pass_window()
    desk.work_off()
    assert desk.network.banned.keys() == {"15170"}
    assert len(desk.network.calls) == 2


def test_one_removal_declines_what_was_only_proposed(desk: Desk) -> None:
    """The form asks about the ban: whoever removes without it has declined it."""
    anna = desk.person("anna")
    comment = desk.comment()
    desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)
    assert live(desk, comment) == []


def test_many_removals_at_once_decline_no_ban(desk: Desk) -> None:
    """A list asks about no ban, so every proposal waits on."""
    anna = desk.person("anna")
    comment = desk.comment()
    case = desk.case_of(comment).id
    plan = bulk.plan(desk.house, desk.configuration, [case], REMOVE_INSULT, who=anna)
    bulk.carry(desk.house, desk.configuration, plan.token, REMOVE_INSULT, who=anna, abilities=VK)
    assert live(desk, comment) == [("machine", "", "proposed", 86_400)]


def test_what_a_colleague_has_confirmed_stands(desk: Desk) -> None:
    """A ban that waits to be sent on somebody's word is sent, for the term that they chose, and after the window."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comment = audited(desk)
    actions.confirm(desk.house, bans(desk, comment)[0].id, who=boris, ban_days=3)
    desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)
    assert live(desk, comment) == [("machine", "person:boris", "pending", 3 * 86_400)]
    desk.work_off()
    assert desk.network.banned == {}
    desk.pass_window()
    desk.work_off()
    assert desk.network.banned.keys() == {"15170"}


def test_another_wish_takes_the_place_of_a_standing_ban(desk: Desk) -> None:
    """Whoever asks for a ban gets that one and no second one."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comment = audited(desk)
    actions.confirm(desk.house, bans(desk, comment)[0].id, who=boris, ban_days=3)
    desk.rule(desk.case_of(comment).id, ban(7 * 86_400), anna)
    assert live(desk, comment) == [("person:anna", "", "pending", 7 * 86_400)]


def test_a_keep_calls_every_ban_back(desk: Desk) -> None:
    """Nobody is banned for a comment that stays."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comment = audited(desk)
    actions.confirm(desk.house, bans(desk, comment)[0].id, who=boris)
    desk.rule(desk.case_of(comment).id, KEEP, anna)
    assert [one.state for one in bans(desk, comment)] == ["cancelled"]


def test_nobody_is_banned_while_the_comment_is_asked_about(desk: Desk) -> None:
    """A ban waits for the answer to the question about its comment, whichever door it is confirmed at."""
    boris = desk.person("boris")
    comment = desk.comment()
    proposed = bans(desk, comment)[0]
    with pytest.raises(ConflictError, match=f"сначала ответьте на вопрос {desk.case_of(comment).id}"):
        actions.confirm(desk.house, proposed.id, who=boris)
    assert live(desk, comment) == [("machine", "", "proposed", 86_400)]


def test_an_undone_answer_leaves_the_ban_proposed(desk: Desk) -> None:
    """Taking an answer back loses no proposal; nothing of it is sent by itself."""
    anna = desk.person("anna")
    comment = audited(desk)
    ruled = desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)
    undo(desk, ruled.decision_id, anna)
    assert live(desk, comment) == [("machine", "", "proposed", 86_400)]
    assert bans(desk, comment)[-1].decision_id == desk.decision_of(comment).id
    desk.pass_window()
    desk.work_off()
    assert desk.network.banned == {}
    assert desk.row(Decision, ruled.decision_id).verdict == "remove"
