"""Offences between bans: what counts as one, what expires, when a ban is already running."""

import pytest

from app.domain.clock import DAY, HOUR
from app.domain.decisions import BanTerm, Clause
from app.domain.states import ActionState
from app.policy.ladder import History, PastBan, Standing, StandingRemoval, machine_may, standing, term
from app.policy.rules import BanBy, BanRules, TermSource

NOW = 1_000 * DAY


def rules(warnings=0, expires_days=90):
    clause = Clause("Постановление", "п. 1")
    return BanRules(clause, BanBy.PERSON, "", TermSource.PROPOSAL, "", warnings, expires_days)


def removed(days_ago, *, sent_after=HOUR):
    written = NOW - round(days_ago * DAY)
    return StandingRemoval(written, written + sent_after)


def banned(days_ago, state=ActionState.DONE):
    return PastBan(None if days_ago is None else NOW - round(days_ago * DAY), state)


def stand(removals=(), bans=(), *, warnings=0, written_days_ago=0.0):
    written = NOW - round(written_days_ago * DAY)
    return standing(History(removals, bans), rules(warnings), written_at=written, now=NOW)


def test_a_clean_author_has_no_offences():
    """Nothing removed, nothing counted, no ban running."""
    assert stand() == Standing(0, ban_running=False)


def test_a_raid_of_one_night_is_one_offence():
    """However many texts go before a ban takes effect, the next one belongs to the same offence."""
    night = [removed(0.01 * number) for number in range(1, 30)]
    assert stand(night) == Standing(0, ban_running=False)


def test_what_is_written_after_a_ban_is_the_next_offence():
    """Two bans with a removal before each make two offences."""
    history = [removed(20), removed(19), removed(10)]
    assert stand(history, [banned(18), banned(9)]) == Standing(2, ban_running=False)


def test_what_was_written_before_the_ban_is_the_same_offence():
    """An old text found after the ban took effect brings no second ban."""
    assert stand([removed(20)], [banned(18)], written_days_ago=19) == Standing(0, ban_running=True)


def test_a_text_of_the_very_moment_of_the_ban_is_the_same_offence():
    """The tie goes to the author."""
    assert stand([removed(20)], [banned(18)], written_days_ago=18).ban_running


@pytest.mark.parametrize("state", [ActionState.PROPOSED, ActionState.PENDING, ActionState.SENDING, ActionState.MANUAL])
def test_a_ban_on_its_way_is_running(state):
    """While a person thinks about a proposed ban, or it is being sent, no second one is proposed."""
    assert stand([removed(2)], [banned(None, state)]) == Standing(0, ban_running=True)


@pytest.mark.parametrize("state", [ActionState.CANCELLED, ActionState.FAILED, ActionState.SHADOW])
def test_a_ban_that_never_took_effect_ends_no_offence(state):
    """A rejected, failed or shadow ban neither runs nor counts."""
    assert stand([removed(2)], [banned(None, state)]) == Standing(0, ban_running=False)
    assert stand([removed(2)], [banned(1, state)]) == Standing(0, ban_running=False)


def test_a_ban_without_a_standing_removal_is_no_offence():
    """When every removal before a ban was reversed, the author starts from the beginning."""
    assert stand([], [banned(18)]) == Standing(0, ban_running=False)


def test_offences_expire():
    """A text written 90 days ago no longer counts; one written an hour later still does."""
    assert stand([removed(90)], [banned(89)]) == Standing(0, ban_running=False)
    assert stand([removed(90 - 1 / 24)], [banned(89)]) == Standing(1, ban_running=False)


def test_a_warned_author_has_a_day():
    """Where the first offence draws no ban, it ends a day after the removal; what is written by then belongs to it."""
    first = removed(3, sent_after=HOUR)
    end = first.sent_at + DAY
    within = standing(History([first]), rules(1), written_at=end, now=NOW)
    after = standing(History([first]), rules(1), written_at=end + 1, now=NOW)
    assert (within.offences, after.offences) == (0, 1)


def test_a_warning_and_a_ban_do_not_split_one_offence():
    """A person's ban within the warning's day ends that offence; texts after it are the next one, and only one."""
    first = removed(5)
    history = [first, removed(4.6), removed(3)]
    assert stand(history, [banned(4.8)], warnings=1) == Standing(1, ban_running=False)


def test_warnings_are_counted_one_after_another():
    """With two warnings the third offence is the first that a ban may follow."""
    history = [removed(20), removed(19.5), removed(15), removed(14.9)]
    assert stand(history, warnings=2).offences == 2
    assert stand(history, warnings=1).offences == 1


def test_order_of_rows_does_not_matter():
    """The history comes from a database in any order."""
    removals, bans = [removed(30), removed(20), removed(5)], [banned(25), banned(4)]
    assert stand(removals, bans) == stand(removals[::-1], bans[::-1]) == Standing(2, ban_running=False)


def test_a_ladder_is_climbed_and_its_last_rung_holds():
    """Rungs count from 1 after the warnings; beyond the end the last term stays."""
    ladder = (10, 20)
    assert [term(ladder, offences, 1) for offences in range(4)] == [
        None,
        BanTerm(1, 10),
        BanTerm(2, 20),
        BanTerm(2, 20),
    ]
    assert term((), 5, 0) is None


def test_the_machine_bans_for_a_week_at_the_most():
    """A longer ban, one for ever and no ban at all are not the machine's."""
    assert machine_may(BanTerm(1, 7 * 86_400))
    assert not machine_may(BanTerm(1, 7 * 86_400 + 1))
    assert not machine_may(BanTerm(1, None))
    assert not machine_may(None)
