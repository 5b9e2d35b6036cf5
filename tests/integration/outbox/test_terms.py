"""Bans with a term on networks that set none, and bans that only go with a deletion, on both engines."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from app.domain.abilities import Abilities, BanTerms
from app.domain.clock import DAY
from app.domain.ports import Done, Manual
from app.domain.principals import Principal
from app.domain.states import ActionState, Outcome
from app.domain.words import ActionKind, Mode, Role
from app.networks.vk.abilities import ABILITIES
from app.pipeline.overrule.actions import done_by_hand
from app.storage.tables import Action, Comment, Evidence, RevisionBody
from tests.fakes.world import World
from tests.integration.outbox.test_mode_change import switch

ENDLESS = replace(ABILITIES, ban_terms=BanTerms(dated=False))


def _network(world: World, abilities: Abilities) -> None:
    """The page's network can do this and no more."""
    vk = replace(world.house.networks["vk"], abilities=abilities)
    world.house = replace(world.house, networks={"vk": vk})


def _orders(world: World) -> list[tuple[ActionKind, int | None]]:
    return [(order.kind, order.ban_until) for order in world.network.calls]


def _ends(world: World) -> list[Action]:
    actions = [world.action(one) for one in world.ids_of(Action)]
    return [one for one in actions if one.kind == ActionKind.UNBAN_AUTHOR]


def _later(world: World, days: float) -> None:
    world.clock.advance(int(days * DAY))
    world.sql("UPDATE page SET managers_read_at = :now", now=world.clock.now())


@pytest.mark.parametrize("mode", list(Mode))
def test_the_house_ends_what_the_network_would_keep_for_ever(world, mode):
    """A day's ban is told the network as one without an end, and is lifted after a day whatever the mode is by then."""
    _network(world, ENDLESS)
    number = world.add_ban(world.add_comment(), confirmed_by="", ordered_by="machine")
    world.work_off()
    [end] = _ends(world)
    ban = world.action(number)

    assert _orders(world) == [(ActionKind.BAN_AUTHOR, None)]
    assert (end.state, end.due_at, end.clause) == ("pending", ban.ban_until, ban.clause)
    assert (end.ordered_by, end.confirmed_by, end.decision_id) == (ban.ordered_by, "", ban.decision_id)
    switch(world, mode)
    _later(world, 0.9)
    world.work_off()
    assert len(world.network.calls) == 1
    _later(world, 3.5)
    world.work_off()
    assert _orders(world)[1:] == [(ActionKind.UNBAN_AUTHOR, None)]
    assert (_ends(world)[0].state, _ends(world)[0].outcome) == ("done", "acted")


def test_a_term_that_the_network_keeps_is_left_to_it(world):
    """Nothing is ordered where the network ends bans itself, or where the ban has no end."""
    world.add_ban(world.add_comment())
    _network(world, ENDLESS)
    world.add_ban(world.add_comment(author="5002"), ban_seconds=None)
    world.work_off()
    _network(world, ABILITIES)
    world.add_ban(world.add_comment(author="5003"))
    world.work_off()

    assert len(_ends(world)) == 1


def test_the_network_may_say_that_this_very_ban_has_no_end(world):
    """Where the term depends on who is banned, the client tells; a ban that hit nobody is not lifted."""
    first, second = world.add_ban(world.add_comment()), world.add_ban(world.add_comment(author="5002"))
    world.network.answers.extend([Done(Outcome.ACTED, endless=True), Done(Outcome.GONE, endless=True)])
    world.work_off()

    assert [world.action(one).state for one in (first, second)] == ["done", "done"]
    assert [one.due_at for one in _ends(world)] == [world.action(first).ban_until]


def test_a_crash_after_the_call_orders_one_end(world):
    """A ban that is sent once more ends as one ban: the order of its end has a key of its own."""
    _network(world, ENDLESS)
    number = world.add_ban(world.add_comment())
    world.work_off()
    world.sql("UPDATE action SET state = 'sending' WHERE id = :id", id=number)
    world.lose_leases()
    world.work_off()

    assert [world.action(number).outcome, len(_ends(world))] == ["already", 1]


@pytest.mark.parametrize(
    ("kind", "columns", "why"),
    [
        (ActionKind.UNBAN_AUTHOR, {}, "lifted"),
        (ActionKind.BAN_AUTHOR, {"ban_until": None}, "banned_again"),
        (ActionKind.BAN_AUTHOR, {"ban_until": 2**62}, "banned_again"),
    ],
)
def test_an_end_that_came_before_or_must_not_come_is_left_out(world, kind, columns, why):
    """A ban that was lifted, or was followed by another one that holds, is not touched by the old one's term."""
    _network(world, ENDLESS)
    comment = world.add_comment()
    world.add_ban(comment)
    world.work_off()
    _later(world, 0.5)
    world.add_action(comment, kind, state=ActionState.DONE, outcome="acted", **columns)
    _later(world, 0.6)
    world.work_off()

    assert len(world.network.calls) == 1
    assert (_ends(world)[0].state, _ends(world)[0].last_error) == ("cancelled", why)


@pytest.mark.parametrize("days", [(1, 30), (30, 1)])
def test_of_two_bans_that_were_under_way_together_the_longer_one_holds(world, days):
    """The end of the shorter one lifts nothing, whichever was sent first; the longer one's term ends as agreed."""
    _network(world, ENDLESS)
    for term in days:
        world.add_ban(world.add_comment(), ban_seconds=term * 86_400)
        world.clock.advance(1)
    world.work_off()
    _later(world, 1.1)
    world.work_off()

    assert [order.kind for order in world.network.calls] == [ActionKind.BAN_AUTHOR] * 2
    _later(world, 30)
    world.work_off()
    assert [order.kind for order in world.network.calls][2:] == [ActionKind.UNBAN_AUTHOR]


def test_a_ban_that_was_lifted_meanwhile_holds_nothing_up(world):
    """Of two bans the longer one was taken back before the shorter one was sent: that one's term ends as agreed."""
    _network(world, ENDLESS)
    number = world.add_ban(world.add_comment(), due_at=world.clock.now() + DAY // 2)
    comment = world.add_comment()
    for kind in (ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR):
        world.clock.advance(1)
        world.add_action(comment, kind, state=ActionState.DONE, outcome="acted")
    _later(world, 0.6)
    world.work_off()
    assert world.action(number).state == "done"
    _later(world, 1.1)
    world.work_off()

    assert [order.kind for order in world.network.calls] == [ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR]


def test_where_nobody_can_unban_the_end_becomes_a_manual_task(world):
    """The network is not even asked; a dead token makes nobody wait for it."""
    _network(world, replace(ENDLESS, can_unban=False))
    world.add_ban(world.add_comment())
    world.work_off()
    world.sql("UPDATE credential SET dead_at = 1 WHERE slot = 'community'")
    _later(world, 1.1)
    world.work_off()

    assert len(world.network.calls) == 1
    assert (_ends(world)[0].state, _ends(world)[0].last_error) == ("manual", "not_offered")


def test_a_ban_by_hand_has_an_end_too(world):
    """Whoever bans in the network for us does it for ever there: the house orders the end all the same."""
    _network(world, ENDLESS)
    number = world.add_ban(world.add_comment())
    world.network.answers.append(Manual("no_right"))
    world.work_off()
    assert _ends(world) == []
    done_by_hand(world.house, number, who=Principal(7, "anna", Role.MODERATOR, None))

    assert [(one.state, one.due_at) for one in _ends(world)] == [("pending", world.action(number).ban_until)]


# -------------------------------------------------------------------------------------------- bans with a deletion


def test_a_ban_goes_with_the_deletion_where_it_goes_no_other_way(world):
    """One call does both, and both are done; without a confirmed ban the deletion bans nobody."""
    _network(world, replace(ENDLESS, bans_by_deleting=True))
    comment, other = world.add_comment(), world.add_comment(author="5002")
    world.add_action(comment)
    ban = world.add_ban(comment)
    world.add_action(other)
    proposed = world.add_ban(other, state=ActionState.PROPOSED, confirmed_by="")
    world.work_off()

    assert [(order.kind, order.with_ban) for order in world.network.calls] == [
        (ActionKind.DELETE_COMMENT, True),
        (ActionKind.DELETE_COMMENT, False),
    ]
    assert (world.action(ban).state, world.action(ban).outcome) == ("done", "acted")
    assert world.action(proposed).state == "proposed"
    assert [one.due_at for one in _ends(world)] == [world.action(ban).ban_until]


@pytest.mark.parametrize("outcome", [Done(Outcome.GONE), Manual("no_right"), Done(Outcome.ACTED, ban_unseen=True)])
def test_a_deletion_that_reached_nobody_bans_nobody(world, outcome):
    """The ban waits for a turn of its own."""
    _network(world, replace(ENDLESS, bans_by_deleting=True))
    comment = world.add_comment()
    world.add_action(comment)
    ban = world.add_ban(comment)
    world.network.answers.extend([outcome, Manual("no_such_call")])
    world.work_off()

    assert [(order.kind, order.with_ban) for order in world.network.calls] == [
        (ActionKind.DELETE_COMMENT, True),
        (ActionKind.BAN_AUTHOR, False),
    ]
    assert (world.action(ban).state, world.action(ban).attempts) == ("manual", 1)


# ------------------------------------------------------------------------------------------------------- evidence


def _words(world: World, **columns: Any) -> int:
    number = world.add_comment(url="https://vk.com/wall-1_2?reply=3", **columns)
    revision = world.row(Comment, number).revision_id
    with world.database.write() as session:
        session.add(RevisionBody(revision_id=revision, text="Дороги нет", segments_json="[]", salt="s"))
    return number


def test_what_goes_for_good_is_kept_before_it_goes(world):
    """A copy with words, author, place, link and verdict is on disk when the network is called; it is made once."""
    comment = _words(world)
    seen: list[list[int]] = []
    world.network.on_call = lambda _order: seen.append(world.ids_of(Evidence))
    world.add_action(comment, ordered_by="person:anna")
    world.work_off()
    [copy] = [one for one in (world.row(Evidence, number) for number in world.ids_of(Evidence)) if one.kind == "copy"]
    told = msgspec.json.decode(copy.body)

    assert seen == [[copy.id]]
    assert (told["text"], told["author"], told["url"]) == ("Дороги нет", "5001", "https://vk.com/wall-1_2?reply=3")
    assert told["decision"]["verdict"] == "remove"
    world.sql("UPDATE comment SET state = 'visible'")
    world.add_action(comment, ordered_by="person:anna")
    world.work_off()
    assert [world.row(Evidence, number).kind for number in world.ids_of(Evidence)].count("copy") == 1


def test_the_network_s_own_event_is_evidence_enough(world):
    """What was kept when the machine decided is not copied once more, and a private message is not copied at all."""
    comment, private = _words(world), _words(world, private=True)
    decision = world.row(Comment, comment).decision_id
    with world.database.write() as session:
        row = Evidence(id=1, comment_id=comment, decision_id=decision, kind="event", body=b"{}", received_at=1)
        session.add(row)
    for one in (comment, private):
        world.add_action(one, ordered_by="person:anna")
    world.work_off()

    assert "copy" not in {world.row(Evidence, number).kind for number in world.ids_of(Evidence)}
