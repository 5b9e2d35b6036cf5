"""Every ten minutes it is asked how VK delivers and whether tokens live; what is wrong is an incident, once."""

import threading

import httpx
import pytest
from sqlmodel import select

from app.domain.clock import HOUR, MINUTE
from app.domain.connecting import CallbackServer
from app.domain.states import WaitingFor
from app.domain.watching import Matter
from app.networks.vk.connecting import VkConnector
from app.pipeline.watching.closing import close_ended
from app.pipeline.watching.deliveries import CHECK_EVERY, Watcher
from app.pipeline.watching.servers import state_of
from app.storage.tables import Connection, Credential, Incident, Page, Poll, Watch
from tests.integration.watching.conftest import connector
from tests.simulators import vk_state

GROUP = 229_000_001


@pytest.fixture
def town(world, vk):
    """A page of the simulated VK whose moderator's key and community's key are real there."""
    return known_to(vk, world)


@pytest.fixture
def both(either, vk):
    """The same on each engine."""
    return known_to(vk, either)


def known_to(vk, world):
    vk.add_community(GROUP)
    world.keys = {"user": vk.add_token("user", GROUP, user_id=900), "community": vk.add_token("community", GROUP)}
    world.number = world.add_connection(tokens=2)
    with world.database.write() as session:
        page = session.get_one(Page, world.page)
        page.external_id, page.connection_id = str(GROUP), world.number
        for row in session.exec(select(Credential).where(Credential.connection_id == world.number)).all():
            row.token_enc = world.house.vault.seal(world.keys[row.slot])
            row.fingerprint = world.house.vault.fingerprint(world.keys[row.slot])
        session.add(page)
    return world


def look(world, vk, address=""):
    """One run, after the page's turn has come."""
    world.clock.advance(CHECK_EVERY)
    return Watcher(world.house, {"vk": lambda: connector(vk)}, address).look(threading.Event())


def looked_at(world):
    with world.database.read() as session:
        return sorted(session.exec(select(Watch.page_id)))


def serve(vk, status, url="https://adm.example/callbacks/vk"):
    vk.state.communities[GROUP].servers = {1: vk_state.CallbackServer(1, url, "Дворник", "s", status)}


def open_now(world):
    with world.database.read() as session:
        rows = session.exec(select(Incident).where(Incident.ended_at.is_(None)))
        return sorted((one.what, one.code) for one in rows)


def test_a_server_that_fails_is_an_incident_until_it_works(both, vk):
    """`failed` opens one, a second look opens none, `ok` ends it; nobody is asked before the page's turn."""
    serve(vk, "failed")
    assert look(both, vk) == 1
    assert look(both, vk) == 1
    assert open_now(both) == [(Matter.CALLBACK_SERVER, "failed")]
    serve(vk, "ok")
    assert look(both, vk) == 1
    assert open_now(both) == []
    assert Watcher(both.house, {"vk": lambda: connector(vk)}).look(threading.Event()) == 0
    assert len(both.ids_of(Incident)) == 1
    assert both.row(Watch, both.page).state == "ok"


def test_a_server_that_waits_is_given_time(town, vk):
    """VK asks for the confirmation for a moment after every change: only the second `wait` in a row is told."""
    serve(vk, "wait")
    look(town, vk)
    assert open_now(town) == []
    look(town, vk)
    assert open_now(town) == [(Matter.CALLBACK_SERVER, "wait")]


def test_a_page_without_our_server_is_told(town, vk):
    """No server at all, or none at the address that is ours."""
    look(town, vk)
    assert open_now(town) == [(Matter.CALLBACK_SERVER, "missing")]
    serve(vk, "ok", url="https://other.example/bot")
    look(town, vk, "https://adm.example/callbacks/vk")
    assert open_now(town) == [(Matter.CALLBACK_SERVER, "missing")]


def test_a_key_that_may_not_look_is_no_incident(town, vk):
    """Neither key administers the community: nothing is known, nobody is alarmed, both keys live."""
    vk.state.tokens[town.keys["user"]].administrator = False
    vk.state.tokens[town.keys["community"]].rights = frozenset({"messages"})
    look(town, vk)
    assert open_now(town) == []
    assert town.row(Watch, town.page).state == "not_allowed"


def test_a_dead_key_is_noticed_and_a_living_one_revives(both, vk):
    """Without any action the key's death is told; when it works again, what waited for it is due at once."""
    serve(vk, "ok")
    comment = both.add_comment()
    late = both.clock.now() + 5 * HOUR
    action = both.add_action(comment, waiting_for=WaitingFor.TOKEN.value, due_at=late)
    vk.kill_token(both.keys["user"])
    look(both, vk)
    look(both, vk)
    assert open_now(both) == [(Matter.TOKEN_DEAD, "vk_5")]
    vk.state.tokens[both.keys["user"]].dead = False
    look(both, vk)
    assert open_now(both) == []
    assert both.action(action).due_at == both.clock.now()
    assert both.journal(both.number) == ["credential_dead", "connection_woken"]


def test_a_network_that_does_not_answer_says_nothing_of_keys_and_servers(town, vk):
    """Errors of VK's own change nothing, and the page's turn comes again."""
    serve(vk, "ok")
    look(town, vk)
    vk.fail_next("groups.getCallbackServers", 10, "http_502")
    assert look(town, vk) == 1
    assert open_now(town) == []
    assert town.row(Watch, town.page).state == "ok"


def test_a_connection_that_is_told_to_wait_is_left_alone(town, vk):
    """While VK wants a captcha, looking would only ask for another."""
    town.sql("UPDATE connection SET paused_until = :until", until=town.clock.now() + HOUR)
    assert look(town, vk) == 0
    assert vk.calls == []


def test_a_connection_that_sends_is_left_alone_for_an_hour(town, vk):
    """Its actions need its rate; but no page goes unwatched for longer."""
    serve(vk, "ok")
    look(town, vk)
    town.sql("UPDATE connection SET lease_until = :until", until=2**62)
    assert [look(town, vk) for _ in range(6)] == [0, 0, 0, 0, 0, 1]


def test_a_key_that_pages_share_is_asked_once_where_nothing_else_is_to_learn(town, vk):
    """A dead one is not tried for every page, nor a living one for pages whose servers nobody wants to see."""
    for _ in range(3):
        town.add_page(town.number)
    serve(vk, "ok")
    vk.kill_token(town.keys["community"])
    vk.kill_token(town.keys["user"])
    assert look(town, vk) == 4
    assert [call.method for call in vk.calls] == ["groups.getCallbackServers"] * 2
    for key in town.keys.values():
        vk.state.tokens[key].dead = False
    vk.state.calls.clear()
    town.sql("UPDATE page SET intake = 'longpoll'")
    assert look(town, vk) == 4
    assert [call.method for call in vk.calls] == ["groups.getCallbackServers"] * 2


def test_a_connection_of_many_pages_holds_no_other_up(either, vk, monkeypatch):
    """A run looks at some pages of each, those that wait longest first."""
    monkeypatch.setattr("app.pipeline.watching.deliveries.OF_ONE", 2)
    crowded = either.add_connection(tokens=0)
    many = [either.add_page(crowded) for _ in range(4)]
    assert look(either, vk) == 3
    assert looked_at(either) == sorted([*many[:2], either.page])
    either.clock.advance(-CHECK_EVERY)
    assert look(either, vk) == 2
    assert looked_at(either) == sorted([*many, either.page])


def test_what_was_connected_anew_meanwhile_is_not_judged_by_the_old_answer(town, vk):
    """A server that was set up while the network was asked is no missing one."""

    class Slow(VkConnector):
        def servers(self, page, credential):
            answer = super().servers(page, credential)
            town.sql("UPDATE page SET callback_server = '7'")
            return answer

    def slow():
        return Slow(vk.base_url, http=httpx.Client(trust_env=False))

    assert Watcher(town.house, {"vk": slow}).look(threading.Event()) == 1
    assert open_now(town) == []
    assert looked_at(town) == []


def test_a_page_that_is_polled_has_its_own_clock(town, vk):
    """A poll that has stood still for two looks is an incident; a fresh one ends it; the server's list is not asked."""
    town.sql("UPDATE page SET intake = 'longpoll'")
    look(town, vk)
    assert open_now(town) == []
    look(town, vk)
    assert open_now(town) == [(Matter.POLLING, "not_polled")]
    with town.database.write() as session:
        session.add(Poll(page_id=town.page, polled_at=town.clock.now() + CHECK_EVERY - MINUTE))
    look(town, vk)
    assert open_now(town) == []


def test_incidents_whose_cause_is_gone_end_by_themselves(town, vk):
    """A token that was exchanged, a page that was taken away, deliveries that go again: nobody has to say so."""
    vk.kill_token(town.keys["user"])
    look(town, vk)
    assert open_now(town) == [(Matter.CALLBACK_SERVER, "missing"), (Matter.TOKEN_DEAD, "vk_5")]
    close_ended(town.house, None, threading.Event())
    assert len(open_now(town)) == 2
    town.sql("UPDATE credential SET dead_at = NULL")
    close_ended(town.house, None, threading.Event())
    assert open_now(town) == [(Matter.CALLBACK_SERVER, "missing")]
    town.sql("UPDATE page SET removed_at = 1")
    close_ended(town.house, None, threading.Event())
    assert open_now(town) == []


def server(state, url="https://a.example/callbacks/vk", number="1"):
    return CallbackServer(number, "", url, state)


@pytest.mark.parametrize(
    ("servers", "ours", "address", "state"),
    [
        ([], "", "", "missing"),
        ([server("failed")], "", "", "failed"),
        ([server("failed"), server("ok", number="2")], "", "", "ok"),
        ([server("ok"), server("failed", number="2")], "2", "", "failed"),
        ([server("ok")], "7", "", "missing"),
        ([server("ok")], "7", "https://a.example/callbacks/vk", "ok"),
        ([server("ok", "https://b.example/bot")], "", "", "foreign"),
        ([server("ok", "https://b.example/bot")], "", "https://a.example/callbacks/vk", "missing"),
        ([server("")], "1", "", "foreign"),
    ],
)
def test_the_server_that_is_ours_counts(servers, ours, address, state):
    """By its id, else by its address, else by its path; of two that are ours the one that works."""
    assert state_of(servers, ours, address) == state


def test_a_connection_that_goes_again_ends_its_incident(world):
    """A pause that was lifted and deliveries of which nothing was heard for long are over."""
    with world.database.write() as session:
        from app.pipeline.watching import incidents

        incidents.begin(session, world.house, Matter.SENDING, connection_id=world.connection, code="timeout")
        incidents.begin(session, world.house, Matter.HELD_BACK, connection_id=world.connection, code="vk_14")
        row = session.get_one(Connection, world.connection)
        row.pause_code, row.trouble_began_at, row.trouble_at = "vk_14", world.clock.now(), world.clock.now()
        session.add(row)
    close_ended(world.house, None, threading.Event())
    assert len(open_now(world)) == 2
    world.clock.advance(3 * HOUR)
    world.sql("UPDATE connection SET pause_code = ''")
    close_ended(world.house, None, threading.Event())
    assert open_now(world) == []
