"""Every ten minutes it is asked how VK delivers and whether tokens live; what is wrong is an incident, once."""

import threading

import pytest
from sqlmodel import select

from app.domain.clock import HOUR, MINUTE
from app.domain.connecting import CallbackServer
from app.domain.states import WaitingFor
from app.domain.watching import Matter
from app.pipeline.watching.closing import close_ended
from app.pipeline.watching.deliveries import CHECK_EVERY, Watcher
from app.pipeline.watching.servers import state_of
from app.storage.tables import Connection, Credential, Incident, Page, Poll, Watch
from tests.integration.watching.conftest import connector
from tests.simulators import vk_state

GROUP = 229_000_001


@pytest.fixture
def page(either, vk):
    """A page of the simulated VK whose moderator's key and community's key are real there."""
    vk.add_community(GROUP)
    keys = {"user": vk.add_token("user", GROUP, user_id=900), "community": vk.add_token("community", GROUP)}
    number = either.add_connection(tokens=2)
    with either.database.write() as session:
        page = session.get_one(Page, either.page)
        page.external_id, page.connection_id = str(GROUP), number
        for row in session.exec(select(Credential).where(Credential.connection_id == number)).all():
            row.token_enc = either.house.vault.seal(keys[row.slot])
            row.fingerprint = either.house.vault.fingerprint(keys[row.slot])
        session.add(page)
    either.keys, either.number = keys, number
    return either.page


def look(world, vk, address=""):
    """One run, after the page's turn has come."""
    world.clock.advance(CHECK_EVERY)
    return Watcher(world.house, {"vk": lambda: connector(vk)}, address).look(threading.Event())


def serve(vk, status, url="https://adm.example/callbacks/vk"):
    vk.state.communities[GROUP].servers = {1: vk_state.CallbackServer(1, url, "Дворник", "s", status)}


def open_now(world):
    with world.database.read() as session:
        rows = session.exec(select(Incident).where(Incident.ended_at.is_(None)))
        return sorted((one.what, one.code) for one in rows)


def test_a_server_that_fails_is_an_incident_until_it_works(either, vk, page):
    """`failed` opens one, a second look opens none, `ok` ends it; nobody is asked before the page's turn."""
    serve(vk, "failed")
    assert look(either, vk) == 1
    assert look(either, vk) == 1
    assert open_now(either) == [(Matter.CALLBACK_SERVER, "failed")]
    serve(vk, "ok")
    assert look(either, vk) == 1
    assert open_now(either) == []
    assert Watcher(either.house, {"vk": lambda: connector(vk)}).look(threading.Event()) == 0
    assert len(either.ids_of(Incident)) == 1
    assert either.row(Watch, page).state == "ok"


def test_a_server_that_waits_is_given_time(either, vk, page):
    """VK asks for the confirmation for a moment after every change: only the second `wait` in a row is told."""
    serve(vk, "wait")
    look(either, vk)
    assert open_now(either) == []
    look(either, vk)
    assert open_now(either) == [(Matter.CALLBACK_SERVER, "wait")]


def test_a_page_without_our_server_is_told(either, vk, page):
    """No server at all, or none at the address that is ours."""
    look(either, vk)
    assert open_now(either) == [(Matter.CALLBACK_SERVER, "missing")]
    serve(vk, "ok", url="https://other.example/bot")
    look(either, vk, "https://adm.example/callbacks/vk")
    assert open_now(either) == [(Matter.CALLBACK_SERVER, "missing")]


def test_a_key_that_may_not_look_is_no_incident(either, vk, page):
    """Neither key administers the community: nothing is known, nobody is alarmed, both keys live."""
    vk.state.tokens[either.keys["user"]].administrator = False
    vk.state.tokens[either.keys["community"]].rights = frozenset({"messages"})
    look(either, vk)
    assert open_now(either) == []
    assert either.row(Watch, page).state == "not_allowed"


def test_a_dead_key_is_noticed_and_a_living_one_revives(either, vk, page):
    """Without any action the key's death is told; when it works again, what waited for it is due at once."""
    serve(vk, "ok")
    comment = either.add_comment()
    late = either.clock.now() + 5 * HOUR
    action = either.add_action(comment, waiting_for=WaitingFor.TOKEN.value, due_at=late)
    vk.kill_token(either.keys["user"])
    look(either, vk)
    look(either, vk)
    assert open_now(either) == [(Matter.TOKEN_DEAD, "vk_5")]
    vk.state.tokens[either.keys["user"]].dead = False
    look(either, vk)
    assert open_now(either) == []
    assert either.action(action).due_at == either.clock.now()
    assert either.journal(either.number) == ["credential_dead", "connection_woken"]


def test_a_network_that_does_not_answer_says_nothing_of_keys_and_servers(either, vk, page):
    """Errors of VK's own change nothing, and the page's turn comes again."""
    serve(vk, "ok")
    look(either, vk)
    vk.fail_next("groups.getCallbackServers", 10, "http_502")
    assert look(either, vk) == 1
    assert open_now(either) == []
    assert either.row(Watch, page).state == "ok"


def test_a_connection_that_is_told_to_wait_is_left_alone(either, vk, page):
    """While VK wants a captcha, looking would only ask for another."""
    either.sql("UPDATE connection SET paused_until = :until", until=either.clock.now() + HOUR)
    assert look(either, vk) == 0
    assert vk.calls == []


def test_a_page_that_is_polled_has_its_own_clock(either, vk, page):
    """A poll that has stood still for two looks is an incident; a fresh one ends it; the server's list is not asked."""
    either.sql("UPDATE page SET intake = 'longpoll'")
    look(either, vk)
    assert open_now(either) == []
    look(either, vk)
    assert open_now(either) == [(Matter.POLLING, "not_polled")]
    with either.database.write() as session:
        session.add(Poll(page_id=page, polled_at=either.clock.now() + CHECK_EVERY - MINUTE))
    look(either, vk)
    assert open_now(either) == []


def test_incidents_whose_cause_is_gone_end_by_themselves(either, vk, page):
    """A token that was exchanged, a page that was taken away, deliveries that go again: nobody has to say so."""
    vk.kill_token(either.keys["user"])
    look(either, vk)
    assert open_now(either) == [(Matter.CALLBACK_SERVER, "missing"), (Matter.TOKEN_DEAD, "vk_5")]
    close_ended(either.house, None, threading.Event())
    assert len(open_now(either)) == 2
    either.sql("UPDATE credential SET dead_at = NULL")
    close_ended(either.house, None, threading.Event())
    assert open_now(either) == [(Matter.CALLBACK_SERVER, "missing")]
    either.sql("UPDATE page SET removed_at = 1")
    close_ended(either.house, None, threading.Event())
    assert open_now(either) == []


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


def test_a_connection_that_goes_again_ends_its_incident(either):
    """A pause that was lifted and deliveries of which nothing was heard for long are over."""
    with either.database.write() as session:
        from app.pipeline.watching import incidents

        incidents.begin(session, either.house, Matter.SENDING, connection_id=either.connection, code="timeout")
        incidents.begin(session, either.house, Matter.HELD_BACK, connection_id=either.connection, code="vk_14")
        row = session.get_one(Connection, either.connection)
        row.pause_code, row.trouble_began_at, row.trouble_at = "vk_14", either.clock.now(), either.clock.now()
        session.add(row)
    close_ended(either.house, None, threading.Event())
    assert len(open_now(either)) == 2
    either.clock.advance(3 * HOUR)
    either.sql("UPDATE connection SET pause_code = ''")
    close_ended(either.house, None, threading.Event())
    assert open_now(either) == []
