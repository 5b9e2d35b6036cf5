"""One verdict about many cases: what was listed happens, what has changed since does not."""

from dataclasses import replace

import pytest

from app.domain.errors import InvalidInputError
from app.pipeline.overrule import bulk, claims, verdicts
from app.storage.tables import Decision
from tests.fakes.desk import KEEP, REMOVE_INSULT, SECOND, VK, Desk, ban


def test_a_plan_changes_nothing_and_says_what_would_happen(desk: Desk) -> None:
    """Each case with its orders, or with why not; strange and missing ones look alike."""
    anna, boris = desk.person("anna"), desk.person("boris")
    elsewhere = desk.add_page(desk.connection)
    plain, private, held, closed = (
        desk.case_of(one).id
        for one in (desk.comment(), desk.comment(private=True), desk.comment(author="3"), desk.comment(author="4"))
    )
    strange = desk.case_of(desk.comment(page=elsewhere, author="5", text="убью")).id
    claims.claim(desk.house, held, who=boris)
    desk.rule(closed, KEEP, boris)
    anna = replace(anna, pages=frozenset({desk.page}))
    before = desk.ids_of(Decision)
    plan = bulk.plan(desk.house, desk.configuration, [plain, private, held, closed, strange, 7], ban(86_400), who=anna)
    assert [(one.case_id, one.actions) for one in plan.items] == [
        (plain, ("delete_comment", "ban_author")),
        *((one, ()) for one in (private, held, closed, strange, 7)),
    ]
    why = [one.why_not for one in plan.items]
    assert why[0] == ""
    assert why[1].startswith("личные сообщения не удаляют")
    assert "сейчас смотрит boris" in why[2]
    assert "комментарий оставлен, boris" in why[3]
    assert why[4:] == [f"вопроса {strange} нет", "вопроса 7 нет"]
    assert desk.ids_of(Decision) == before


def test_a_carried_plan_does_what_it_listed_after_ten_minutes(desk: Desk) -> None:
    """What changed between list and act is left and told; the rest goes when ten minutes are over."""
    anna = desk.person("anna")
    comments = [desk.comment(f"дебил номер {number}", author=str(number)) for number in range(1, 4)]
    cases = [desk.case_of(one).id for one in comments]
    plan = bulk.plan(desk.house, desk.configuration, cases, REMOVE_INSULT, who=anna)
    desk.edit(comments[1], "дебил, и это новый текст")
    done = bulk.carry(desk.house, desk.configuration, plan.token, REMOVE_INSULT, who=anna, abilities=VK).items
    assert [one.ruled is not None for one in done] == [True, False, True]
    assert "текст изменился" in done[1].why_not
    desk.clock.advance(599 * SECOND)
    desk.work_off()
    assert desk.network.calls == []
    verdicts.undo(desk.house, desk.configuration, done[0].ruled.decision_id, who=anna)
    desk.clock.advance(2 * SECOND)
    desk.work_off()
    assert desk.network.removed == {"3"}


def test_a_plan_is_good_for_its_maker_its_verdict_and_an_hour(desk: Desk) -> None:
    """Another person, another verdict, another token or a late hour carry nothing out."""
    anna, boris = desk.person("anna"), desk.person("boris")
    case = desk.case_of(desk.comment()).id
    token = bulk.plan(desk.house, desk.configuration, [case], REMOVE_INSULT, who=anna).token

    def refused(token: str, verdict: object, who: object) -> str:
        with pytest.raises(InvalidInputError) as error:
            bulk.carry(desk.house, desk.configuration, token, verdict, who=who, abilities=VK)
        return error.value.where

    assert refused(token, REMOVE_INSULT, boris) == "token"
    assert refused(token, KEEP, anna) == "token"
    assert refused(token[:-4] + "AAAA", REMOVE_INSULT, anna) == "token"
    assert refused("", REMOVE_INSULT, anna) == "token"
    desk.clock.advance(3601 * SECOND)
    assert refused(token, REMOVE_INSULT, anna) == "token"
    assert desk.row(type(desk.case_of(desk.comment())), case).state == "open"


def test_what_is_not_for_many_is_refused(desk: Desk) -> None:
    """No cases, more than two hundred, a ban for ever."""
    anna = desk.person("anna")
    for ids, verdict, where in (
        ([], KEEP, "case_ids"),
        (list(range(1, 202)), KEEP, "case_ids"),
        ([1], ban(None), "ban.seconds"),
    ):
        with pytest.raises(InvalidInputError) as error:
            bulk.plan(desk.house, desk.configuration, ids, verdict, who=anna)
        assert error.value.where == where


def test_a_keep_brings_back_what_is_gone(desk: Desk) -> None:
    """A case about a comment that the machine has removed: the plan says that it would be restored, and that is ordered."""
    anna = desk.person("anna")
    desk.set_page(mode="enforce", policy_name="talmenka-414")
    comment = desk.comment("дебил, убью")
    desk.work_off()
    case = desk.case_of(comment).id
    plan = bulk.plan(desk.house, desk.configuration, [case], KEEP, who=anna)
    assert plan.items[0].actions == ("restore_comment",)
    (done,) = bulk.carry(desk.house, desk.configuration, plan.token, KEEP, who=anna, abilities=VK).items
    assert [one.kind for one in done.ruled.actions] == ["restore_comment"]
