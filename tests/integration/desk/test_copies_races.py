"""Many hands at one raid: two people, a keep and a removal, and those who go on writing."""

import threading

from app.storage.tables import Comment, Decision, ReviewCase
from tests.fakes.desk import KEEP, Desk
from tests.integration.desk.test_copies import AD, asked, carry, people_ordered, plan, raid
from tests.integration.desk.test_races import at_once


def test_two_people_remove_the_same_raid_at_once(desk: Desk) -> None:
    """Each copy is removed once, by one of them; the other is told by whom."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comments, case = raid(desk)
    tokens = {who: plan(desk, case, who).token for who in (anna, boris)}
    both = at_once(lambda: carry(desk, tokens[anna], anna), lambda: carry(desk, tokens[boris], boris))
    done = [desk.decision_of(one.comment_id) for one in people_ordered(desk)]
    assert sorted(one.comment_id for one in done) == comments
    told = [one.why_not for result in both for one in result.items if one.why_not]
    assert len(told) == 8
    assert all("anna" in one or "boris" in one for one in told)


def test_a_keep_for_all_meets_a_removal_of_all(desk: Desk) -> None:
    """Whoever answers the question first wins for what is left; each copy has one person's word."""
    anna, boris = desk.person("anna"), desk.person("boris")
    comments, case = raid(desk)
    token = plan(desk, case, anna).token
    result, _ = at_once(lambda: carry(desk, token, anna), lambda: desk.rule(case, KEEP, boris))
    head = desk.row(ReviewCase, case)
    removed = {one.comment_id for one in people_ordered(desk)}
    if head.ended == "kept":
        assert head.comment_id not in removed
        assert all("boris" in one.why_not for one in result.items if one.why_not)
        assert len([one for one in result.items if one.why_not]) == len(comments) - len(removed)
    else:
        assert removed == set(comments)


def test_a_raid_goes_on_while_it_is_removed(desk: Desk) -> None:
    """Copies keep coming from another thread: what was listed goes, whatever came is asked about, nothing is lost."""
    anna = desk.person("anna")
    comments, case = raid(desk)
    listed = plan(desk, case, anna)
    late: list[int] = []
    writer = threading.Thread(target=lambda: late.extend(desk.comment(AD, author=str(990 + n)) for n in range(6)))
    writer.start()
    result = carry(desk, listed.token, anna)
    writer.join()
    assert all(not one.why_not for one in result.items)
    assert sorted(one.comment_id for one in people_ordered(desk)) == comments
    assert {desk.decision_of(one).verdict for one in late} == {"review"}
    assert desk.row(ReviewCase, asked(desk)).comment_id in late
    assert {desk.row(Comment, one).state for one in late} == {"visible"}
    assert len(desk.ids_of(Decision)) == 8 + 6 + 8
