"""A removal that stands is taken back: restored and unbanned where that goes, told in words where not."""

from dataclasses import replace

import pytest

from app.domain.abilities import BanTerms
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.ports import Order
from app.domain.principals import Principal
from app.domain.words import Kind
from app.networks.vk.abilities import ABILITIES
from app.pipeline.overrule import claims, reversal
from app.pipeline.overrule.wishes import Ruled
from app.storage.tables import Comment, Label, Note, ReviewCase
from tests.fakes.desk import KEEP, REMOVE_INSULT, SECOND, VK, Desk, ban

WHY = "Это цитата из классика"


def reverse(desk: Desk, decision: int, who: Principal, **more: object) -> Ruled:
    return reversal.reverse(
        desk.house, desk.configuration, decision, who=who, **({"reason": WHY, "abilities": VK} | more)
    )


def removed(desk: Desk, who: Principal, verdict=REMOVE_INSULT, **more: object) -> tuple[int, int]:
    """A comment that is gone by a person's decision, and the decision."""
    comment = desk.comment(**more)
    ruled = desk.rule(desk.case_of(comment).id, verdict, who)
    desk.pass_window()
    desk.work_off()
    return comment, ruled.decision_id


def test_what_was_sent_is_restored_and_unbanned(desk: Desk) -> None:
    """A removal and a ban are both lifted in the network, after the window; the new decision keeps the text."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comment, decision = removed(desk, anna, ban(86_400))
    assert (desk.network.removed, desk.network.banned.keys()) == ({"1"}, {"15170"})
    ruled = reverse(desk, decision, boris)
    assert ([one.kind for one in ruled.actions], ruled.cannot) == (["restore_comment", "unban_author"], ())
    assert desk.decision_of(comment).supersedes == decision
    desk.clock.advance(14 * SECOND)
    desk.work_off()
    assert desk.network.removed
    desk.pass_window()
    desk.work_off()
    assert (desk.network.removed, desk.network.banned) == (set(), {})
    assert desk.row(Comment, comment).state == "visible"
    sources = sorted(desk.row(Label, one).source for one in desk.ids_of(Label))
    assert sources == ["case", "reversal"]
    assert [desk.row(Note, one).text for one in desk.ids_of(Note)] == [WHY]


def test_nobody_is_unbanned_without_a_name(desk: Desk) -> None:
    """Once the author's id is erased no order can name them: the comment comes back, the rest is told in words."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comment, decision = removed(desk, anna, ban(86_400))
    author = desk.row(Comment, comment).author_id
    desk.sql("UPDATE author SET external_id = NULL WHERE id = :id", id=author)
    ruled = reverse(desk, decision, boris)
    assert [one.kind for one in ruled.actions] == ["restore_comment"]
    assert ruled.cannot == ("данные автора стёрты: снять блокировку можно только в самой сети",)


def test_the_machines_own_removal_is_taken_back_too(desk: Desk) -> None:
    """In enforce the machine removes at once; anybody may reverse it."""
    anna = desk.person("anna")
    desk.set_page(mode="enforce")
    comment = desk.comment()
    desk.work_off()
    assert desk.row(Comment, comment).state == "removed"
    reverse(desk, desk.decision_of(comment).id, anna)
    desk.pass_window()
    desk.work_off()
    assert desk.row(Comment, comment).state == "visible"


def test_what_was_not_sent_is_only_cancelled(desk: Desk) -> None:
    """A removal that is proposed or waits is called back; no call is made, the open case is answered."""
    anna = desk.person("anna")
    comment = desk.comment()
    ruled = reverse(desk, desk.decision_of(comment).id, anna)
    assert (ruled.actions, ruled.cannot) == ((), ())
    assert (desk.case_of(comment).ended, desk.case_of(comment).ended_by) == ("kept", "person:anna")
    desk.pass_window()
    desk.work_off()
    assert desk.network.calls == []


def test_what_a_network_cannot_take_back_is_said(desk: Desk) -> None:
    """Not restored where the network knows no such thing; lifting the ban is ordered all the same, for some hand."""
    anna = desk.person("anna")
    _, decision = removed(desk, anna, ban(86_400))
    poor = {"vk": replace(ABILITIES, can_restore=frozenset({Kind.PHOTO}), can_unban=False)}
    ruled = reverse(desk, decision, anna, abilities=poor)
    assert [one.kind for one in ruled.actions] == ["unban_author"]
    assert ruled.cannot == ("сеть не умеет возвращать такое удалённое",)


def test_a_ban_whose_end_is_ordered_is_lifted_before_it(desk: Desk) -> None:
    """The end that waits for its term lifts nothing today: a reversal unbans at once, and the end is then left out."""
    endless = replace(desk.house.networks["vk"], abilities=replace(ABILITIES, ban_terms=BanTerms(dated=False)))
    desk.house = replace(desk.house, networks={"vk": endless})
    anna = desk.person("anna")
    _, decision = removed(desk, anna, ban(86_400))
    assert [order.kind for order in desk.network.calls] == ["delete_comment", "ban_author"]
    ruled = reverse(desk, decision, anna)
    desk.pass_window()
    desk.work_off()
    assert sorted(one.kind for one in ruled.actions) == ["restore_comment", "unban_author"]
    assert desk.network.banned == {}
    desk.clock.advance(86_400 * SECOND)
    desk.work_off()
    assert [order.kind for order in desk.network.calls].count("unban_author") == 1


def test_a_ban_for_another_comment_stays(desk: Desk) -> None:
    """The author is banned for something else too: that ban is not lifted with this one."""
    anna = desk.person("anna")
    _, decision = removed(desk, anna, ban(86_400))
    removed(desk, anna, ban(7 * 86_400), text="дебил полный")
    ruled = reverse(desk, decision, anna)
    assert [one.kind for one in ruled.actions] == ["restore_comment"]
    assert ruled.cannot == ("автор заблокирован и за другой комментарий: блокировка остаётся",)


def test_a_ban_that_is_over_needs_no_lifting(desk: Desk) -> None:
    """After its term nothing is unbanned."""
    anna = desk.person("anna")
    _, decision = removed(desk, anna, ban(86_400))
    desk.clock.advance(2 * 86_400 * SECOND)
    assert [one.kind for one in reverse(desk, decision, anna).actions] == ["restore_comment"]


def test_a_withdrawn_comment_does_not_come_back(desk: Desk) -> None:
    """Its author took it back before us: the ban is lifted, the text stays gone, and the answer says so."""
    anna = desk.person("anna")
    comment, decision = removed(desk, anna, ban(86_400))
    desk.change_state(comment, "withdrawn")
    ruled = reverse(desk, decision, anna)
    assert [one.kind for one in ruled.actions] == ["unban_author"]
    assert ruled.cannot == ("автор сам удалил комментарий: вернуть его нельзя",)


def test_only_a_standing_removal_is_reversed(desk: Desk) -> None:
    """A keep, an older decision, a strange one and one without a reason are refused, each with its why."""
    anna = desk.person("anna")
    stranger = desk.person("stranger", pages=[desk.add_page(desk.connection)])
    comment = desk.comment()
    machine = desk.decision_of(comment).id
    with pytest.raises(InvalidInputError, match="reason"):
        reverse(desk, machine, anna, reason=" ")
    with pytest.raises(NotFoundError):
        reverse(desk, machine, stranger)
    ruled = desk.rule(desk.case_of(comment).id, KEEP, anna)
    with pytest.raises(ConflictError, match="уже заменено"):
        reverse(desk, machine, anna)
    with pytest.raises(ConflictError, match="ничего не удаляет"):
        reverse(desk, ruled.decision_id, anna)


def test_a_case_that_somebody_looks_at_is_theirs(desk: Desk) -> None:
    """A proposed removal is not reversed past whoever is looking at it."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comment = desk.comment()
    claims.claim(desk.house, desk.case_of(comment).id, who=anna)
    with pytest.raises(ConflictError, match="сейчас смотрит anna"):
        reverse(desk, desk.decision_of(comment).id, boris)


def test_a_keep_is_asked_about_anew(desk: Desk) -> None:
    """Reopening a keep opens one case, however often; its answer supersedes the keep."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comment = desk.comment()
    kept = desk.rule(desk.case_of(comment).id, KEEP, anna).decision_id
    case = reversal.reopen(desk.house, kept, who=boris, reason="Не заметили оскорбления")
    assert reversal.reopen(desk.house, kept, who=boris, reason="Ещё раз") == case
    assert (desk.case_of(comment).id, desk.case_of(comment).decision_id) == (case, kept)
    ruled = desk.rule(case, REMOVE_INSULT, boris)
    assert desk.decision_of(comment).supersedes == kept
    with pytest.raises(ConflictError, match="уже заменено"):
        reversal.reopen(desk.house, kept, who=boris, reason="И ещё")
    desk.pass_window()
    desk.work_off()
    with pytest.raises(ConflictError, match="в сети больше нет"):
        reversal.reopen(desk.house, ruled.decision_id, who=boris, reason="Поздно")


def test_a_restored_comment_can_be_removed_and_banned_again(desk: Desk) -> None:
    """A second round over the same comment makes calls of its own: no order is taken for the old one."""
    anna = desk.person("anna")
    comment, decision = removed(desk, anna, ban(86_400))
    again = reversal_round(desk, decision, anna)
    desk.rule(again, ban(86_400), anna)
    desk.pass_window()
    desk.work_off()
    assert (desk.network.removed, desk.network.banned.keys()) == ({"1"}, {"15170"})
    assert len(desk.ids_of(ReviewCase)) == 2
    second = reverse(desk, desk.decision_of(comment).id, anna)
    assert [one.kind for one in second.actions] == ["restore_comment", "unban_author"]


def reversal_round(desk: Desk, decision: int, who: Principal) -> int:
    """Take it back, then ask again."""
    kept = reverse(desk, decision, who).decision_id
    desk.pass_window()
    desk.work_off()
    return reversal.reopen(desk.house, kept, who=who, reason="Всё-таки оскорбление")


def test_a_removal_that_is_being_sent_is_taken_back_behind_it(desk: Desk) -> None:
    """The call is under way when a person reverses it: the restore follows, and the text stands in the end."""
    anna = desk.person("anna")
    desk.set_page(mode="enforce")
    comment = desk.comment()
    told: list[Ruled] = []

    def at_the_call(order: Order) -> None:
        if order.kind == "delete_comment":
            told.append(reverse(desk, desk.decision_of(comment).id, anna))

    desk.network.on_call = at_the_call
    desk.work_off()
    assert [one.kind for one in told[0].actions] == ["restore_comment"]
    assert desk.row(Comment, comment).state == "removed"
    desk.pass_window()
    desk.work_off()
    assert (desk.row(Comment, comment).state, desk.network.removed) == ("visible", set())


def test_the_authors_own_deletion_does_not_cost_them_their_unban(desk: Desk) -> None:
    """Restored, then withdrawn by its author before the ban is lifted: the lifting still goes out."""
    anna = desk.person("anna")
    comment, decision = removed(desk, anna, ban(86_400))
    reverse(desk, decision, anna)
    desk.change_state(comment, "visible")
    desk.withdraw(comment)
    desk.pass_window()
    desk.work_off()
    assert desk.network.banned == {}
