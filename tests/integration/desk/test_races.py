"""People and events meet at one comment: one is first, the other is told, and the journal tells one story."""

import threading
from collections.abc import Callable

import pytest

from app.domain.errors import ConflictError
from app.pipeline.overrule import bulk, claims, reversal
from app.storage.tables import Action, Comment, Decision
from tests.fakes.desk import KEEP, REMOVE_INSULT, VK, Desk


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each has returned, or the conflict that it was told."""
    start = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            results[index] = act()
        except ConflictError as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert None not in results
    return results


def test_two_people_answer_one_case_at_once(desk: Desk) -> None:
    """One answer counts, whichever it is; the other person learns who was faster."""
    anna, boris = desk.person("anna"), desk.person("boris")
    for _ in range(4):
        comment = desk.comment()
        case = desk.case_of(comment).id
        told = at_once(lambda: desk.rule(case, REMOVE_INSULT, anna), lambda: desk.rule(case, KEEP, boris))  # noqa: B023
        (late,) = [one for one in told if isinstance(one, ConflictError)]
        by = desk.case_of(comment).ended_by
        assert by.removeprefix("person:") in str(late)
        assert desk.decision_of(comment).decided_by == by
        people = [one for one in desk.actions(comment) if one[0] != "machine"]
        assert len(people) == (by == "person:anna")


def test_a_verdict_meets_an_edit(desk: Desk) -> None:
    """Either the answer is refused because the text changed, or its order is cancelled by the new text: never both."""
    anna = desk.person("anna")
    for number in range(4):
        comment = desk.comment()
        case = desk.case_of(comment).id
        told, _ = at_once(
            lambda: desk.rule(case, REMOVE_INSULT, anna),  # noqa: B023
            lambda: [desk.edit(comment, f"дебил, текст {number}")],  # noqa: B023
        )
        orders = [one for one in desk.actions(comment) if one[0] == "person:anna"]
        if isinstance(told, ConflictError):
            assert "текст" in str(told)
            assert orders == []
        else:
            assert [state for _, _, state in orders] == ["cancelled"]
        assert desk.decision_of(comment).decided_by == "machine"
        assert desk.case_of(comment).state == "open"
    desk.pass_window()
    desk.work_off()
    assert desk.network.calls == []


def test_a_verdict_meets_the_authors_own_deletion(desk: Desk) -> None:
    """Whoever is first, nothing is removed that its author took back, and the comment ends as withdrawn."""
    anna = desk.person("anna")
    for _ in range(3):
        comment = desk.comment()
        case = desk.case_of(comment).id
        at_once(lambda: desk.rule(case, REMOVE_INSULT, anna), lambda: [desk.withdraw(comment)])  # noqa: B023
        assert desk.row(Comment, comment).state == "withdrawn"
    desk.pass_window()
    desk.work_off()
    assert desk.network.calls == []


def test_two_reverse_one_removal(desk: Desk) -> None:
    """One reversal is written; the other is told that the decision has been replaced."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comment = desk.comment()
    decision = desk.decision_of(comment).id

    def reverse(who: object) -> object:
        return reversal.reverse(desk.house, desk.configuration, decision, who=who, reason="Ошибка", abilities=VK)

    told = at_once(lambda: reverse(anna), lambda: reverse(boris))
    (late,) = [str(one) for one in told if isinstance(one, ConflictError)]
    assert f"решение {decision} уже заменено" in late
    assert len(desk.ids_of(Decision)) == 2


def test_two_bulks_over_the_same_cases_remove_each_once(desk: Desk) -> None:
    """Both lists are carried out at once: every case is answered once, no order is doubled."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comments = [desk.comment(f"дебил номер {number}", author=str(number)) for number in range(1, 5)]
    cases = [desk.case_of(one).id for one in comments]
    tokens = {
        who: bulk.plan(desk.house, desk.configuration, order, REMOVE_INSULT, who=who).token
        for who, order in ((anna, cases), (boris, cases[::-1]))
    }

    def carry(who: object) -> object:
        return bulk.carry(desk.house, desk.configuration, tokens[who], REMOVE_INSULT, who=who, abilities=VK)

    both = at_once(lambda: carry(anna), lambda: carry(boris))
    ruled = sorted(one.case_id for result in both for one in result.items if one.ruled)
    assert ruled == sorted(cases)
    orders = [desk.row(Action, one) for one in desk.ids_of(Action)]
    assert sum(one.ordered_by != "machine" for one in orders) == 4


def test_a_claim_meets_a_verdict(desk: Desk) -> None:
    """A case that is answered without a claim while another claims it: one of the two is told."""
    anna, boris = desk.person("anna"), desk.person("boris")
    case = desk.case_of(desk.comment()).id
    told = at_once(lambda: desk.rule(case, KEEP, anna), lambda: claims.claim(desk.house, case, who=boris))
    assert sum(isinstance(one, ConflictError) for one in told) == 1
    if isinstance(told[0], ConflictError):
        with pytest.raises(ConflictError, match="смотрит boris"):
            desk.rule(case, KEEP, anna)
