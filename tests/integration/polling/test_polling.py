"""A polled page: every event once, whatever ends, breaks or is killed on the way; people hear of what does not pass."""

import sqlite3
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.domain.clock import HOUR, MINUTE
from app.pipeline.administration.pages import remove_page
from app.pipeline.polling import storing
from app.pipeline.record import committing
from app.storage import polls
from app.storage.tables import Credential, Decision, Poll, RejectedEvent
from tests.fakes.polling import BREAKING, GROUP, Listening
from tests.fakes.world import wait_until
from tests.simulators.vk_longpoll import end_keys, forget


def test_events_are_decided_and_the_cursor_stands_behind_them(scene: Listening) -> None:
    """What was written before polling began is nobody's event; a new start goes on from the cursor, with the key."""
    scene.write("до начала")
    with scene.poller():
        scene.listens()
        scene.write("один")
        scene.decided(1)
    scene.write("пока никого нет")
    with scene.poller():
        scene.decided(2)
        wait_until(lambda: scene.poll().cursor == "3")
    assert len(scene.vk.calls_of("groups.getLongPollServer")) == 1
    assert scene.gaps() == scene.incidents() == []
    stored = scene.poll()
    assert stored.lease_owner == "", "whoever ends lets others have its pages at once"
    assert stored.key_enc is not None
    assert scene.house.vault.open(stored.key_enc) in scene.vk.state.communities[GROUP].history.keys


def test_a_key_that_ends_costs_nothing(quick: Listening) -> None:
    """A new one is asked for, the number stays."""
    with quick.poller():
        quick.listens()
        end_keys(quick.vk.state.communities[GROUP])
        quick.write()
        quick.decided(1)
    assert len(quick.vk.calls_of("groups.getLongPollServer")) == 2
    assert quick.gaps() == quick.incidents() == []


def test_a_history_that_does_not_reach_back_is_read_again(scene: Listening) -> None:
    """The span from the last answer till now waits for a reader; people hear of it, and that it works again."""
    before = heard(scene)
    scene.clock.advance(HOUR)
    scene.vk.state.communities[GROUP].history.length = 1
    scene.write("пропало")
    scene.write("тоже")
    is_heard_again(scene, "failed_1", before)


def test_a_session_that_vk_has_forgotten_is_read_again(quick: Listening) -> None:
    """Key and number begin anew, the span since the last answer waits for a reader."""
    before = heard(quick)
    quick.clock.advance(HOUR)
    quick.write("пропало")
    forget(quick.vk.state.communities[GROUP])
    is_heard_again(quick, "failed_3", before)


def test_an_answer_without_news_is_noted_with_its_time(quick: Listening) -> None:
    """From there a gap would begin; it is written with the next look, not at once."""
    with quick.poller():
        wait_until(lambda: [one.polled_at for one in quick.rows(Poll)] == [quick.clock.now()])
        quick.clock.advance(HOUR)
        wait_until(lambda: quick.poll().polled_at == quick.clock.now())


def test_a_new_key_hides_no_gap(quick: Listening) -> None:
    """After a long outage the key is too old first, and only then VK tells that its history does not reach back."""
    community = quick.vk.state.communities[GROUP]
    before = heard(quick)
    quick.clock.advance(HOUR)
    end_keys(community)
    community.history.length = 1
    quick.write("пропало")
    quick.write("тоже")
    is_heard_again(quick, "failed_1", before)


def is_heard_again(scene: Listening, code: str, before: int) -> None:
    """People heard of the loss and of its end, an hour is to be read again, and what comes is decided."""
    with scene.poller():
        wait_until(lambda: scene.incidents() == [("polling", code, True)])
        scene.write("снова слышно")
        scene.decided(2)
    assert scene.gaps() == [(before, before + HOUR, code)]


def heard(scene: Listening) -> int:
    """An event came and polling ended; when that was."""
    with scene.poller():
        scene.listens()
        scene.write("слышно")
        scene.decided(1)
    return scene.clock.now()


def test_a_dead_token_is_told_and_a_new_one_is_tried_at_once(quick: Listening) -> None:
    """As the sending does it: the token is marked, the journal knows, an incident opens and ends."""
    with quick.poller():
        quick.listens()
        quick.vk.fail_next("groups.getLongPollServer", 5)
        quick.end_session()
        wait_until(lambda: ("polling", "vk_5", False) in quick.incidents())
        (token,) = quick.rows(Credential)
        assert (token.dead_code, token.dead_at) == ("vk_5", quick.clock.now())
        assert len(quick.vk.calls_of("groups.getLongPollServer")) == 2
        quick.change(community_token=quick.vk.add_token("community", GROUP))
        wait_until(lambda: len(quick.vk.calls_of("groups.getLongPollServer")) == 3)
        wait_until(lambda: ("polling", "vk_5", True) in quick.incidents())
        quick.write()
        quick.decided(1)


def test_a_long_poll_that_is_switched_off_is_told_and_tried_when_mended(quick: Listening) -> None:
    """A person has to switch it on; whoever has done so says it, and nobody waits for minutes."""
    community = quick.vk.state.communities[GROUP]
    with quick.poller():
        quick.listens()
        community.polling.enabled = False
        quick.end_session()
        wait_until(lambda: quick.incidents() == [("polling", "vk_100", False)])
        community.polling.enabled = True
        wake(quick)
        wait_until(lambda: quick.incidents() == [("polling", "vk_100", True)])
    assert quick.poll().trouble_began_at is None


def test_a_page_that_is_being_connected_is_nobodys_news(quick: Listening) -> None:
    """It is added first and switched on a minute later; one that nobody goes on connecting is told."""
    quick.vk.state.communities[GROUP].polling.enabled = False
    with quick.poller():
        wait_until(lambda: [one.due_at > 0 for one in quick.rows(Poll)] == [True])
        assert (quick.poll().trouble_code, quick.incidents()) == ("vk_100", [])
        quick.clock.advance(3 * MINUTE)
        wake(quick)
        wait_until(lambda: quick.incidents() == [("polling", "vk_100", False)])


def wake(scene: Listening) -> None:
    """A person says that something was mended."""
    with scene.house.database.write() as session:
        polls.wake(session, scene.pages[0])


def test_a_short_trouble_is_nobodys_news(quick: Listening) -> None:
    """VK answers again before anybody would have looked; a long one is told."""
    with quick.poller():
        quick.listens()
        quick.vk.fail_next("a_check", "http_502", "garbage", "close", "http_502")
        wait_until(lambda: not quick.vk.state.prepared["a_check"])
        quick.write()
        quick.decided(1)
        wait_until(lambda: quick.poll().trouble_began_at is None)
    assert quick.incidents() == []


def test_a_long_trouble_is_told_once(quick: Listening) -> None:
    """Also to those who look while it lasts; the page's row says since when."""
    with quick.poller():
        quick.listens()
        quick.vk.fail_next("a_check", *["http_502"] * 500)
        wait_until(lambda: quick.poll().trouble_code == "http_502")
        began = quick.poll().trouble_began_at
        quick.clock.advance(3 * MINUTE)
        wait_until(lambda: quick.incidents() == [("polling", "http_502", False)])
        assert quick.poll().trouble_began_at == began
        quick.vk.state.prepared["a_check"].clear()
        wait_until(lambda: quick.incidents() == [("polling", "http_502", True)])


def test_a_spoiled_update_is_kept_aside_and_holds_nobody_up(scene: Listening) -> None:
    """One without an id, one of another page, half an emoji: the neighbours are decided, the cursor moves on."""
    community = scene.vk.state.communities[GROUP]
    with scene.poller():
        scene.listens()
        with scene.vk.state.changed:
            base = {"group_id": GROUP, "v": "5.199", "type": "wall_reply_new"}
            thing = {"id": 901, "from_id": 7, "date": 1_790_000_000, "text": "лишний \ud83d", "post_id": 1}
            for event in (
                base | {"event_id": "a", "object": {"text": "без номера"}},
                base | {"event_id": "b", "group_id": 1, "object": thing},
                base | {"event_id": "c", "object": thing},
                {"type": "", "event_id": "d"},
            ):
                community.history.newest += 1
                community.history.events.append(event)
            scene.vk.state.changed.notify_all()
        scene.decided(1)
        wait_until(lambda: scene.poll().cursor == "4")
    rejected = [(one.code, one.key, one.type) for one in scene.rows(RejectedEvent)]
    typed = "wall_reply_new"
    assert rejected == [("malformed", "a", typed), ("foreign_page", "b", typed), ("malformed", "", "")]


def test_an_update_that_breaks_us_is_kept_aside_too(quick: Listening) -> None:
    """A fault of ours must not make a page deaf: what breaks comes again as long as the cursor stands before it."""
    with quick.poller():
        quick.listens()
        quick.write(BREAKING)
        quick.write("дальше")
        quick.decided(1)
        wait_until(lambda: quick.poll().cursor == "2")
    (rejected,) = quick.rows(RejectedEvent)
    first = quick.vk.state.communities[GROUP].history.events[0]
    assert (rejected.code, rejected.key, rejected.type) == ("LookupError", first["event_id"], "wall_reply_new")


def test_the_database_goes_away_and_nothing_is_lost(quick: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """VK is asked again from where we stood."""
    real, failures = committing.record, [0]

    def failing(*arguments: Any, **named: Any) -> Any:
        failures[0] += 1
        if failures[0] <= 3:
            raise OperationalError("", None, sqlite3.OperationalError("disk I/O error"))
        return real(*arguments, **named)

    monkeypatch.setattr(committing, "record", failing)
    with quick.poller():
        quick.listens()
        quick.write("раз")
        quick.write("два")
        quick.decided(2)
    assert failures[0] >= 4
    assert quick.poll().cursor == "2"


def test_events_and_cursor_are_one_transaction(quick: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """Power fails after the events were written and before the cursor was: neither stands, both come again."""
    real, failures = storing.Storing._move, [0]

    def failing(self: storing.Storing, session: Session, *rest: Any) -> None:
        if rest[0].heard.updates and not failures[0]:
            failures[0] += 1
            raise OperationalError("", None, sqlite3.OperationalError("disk I/O error"))
        real(self, session, *rest)

    monkeypatch.setattr(storing.Storing, "_move", failing)
    with quick.poller():
        quick.listens()
        quick.write()
        wait_until(lambda: failures[0])
        quick.decided(1)
    assert len(quick.keys()) == 1


def test_a_page_that_is_called_and_asked_for_decides_once(quick: Listening) -> None:
    """VK tells both ways by one event id."""
    with quick.poller():
        quick.listens()
        quick.write("одно и то же")
        quick.decided(1)
        events = quick.vk.state.communities[GROUP].history.events
        with quick.vk.state.changed:
            events.append(events[0])
            quick.vk.state.communities[GROUP].history.newest += 1
            quick.vk.state.changed.notify_all()
        wait_until(lambda: quick.poll().cursor == "2")
    assert len(quick.rows(Decision)) == 1


def test_nothing_is_stored_of_a_page_that_is_gone_and_its_cursor_stays(quick: Listening) -> None:
    """It was removed while VK's answer was on its way: what is not stored is not passed over."""
    with quick.poller(look_seconds=60):
        quick.listens()
        remove_page(quick.house, quick.pages[0], by="cli")
        quick.write()
        wait_until(lambda: quick.vk.calls_of("a_check")[-1].params["ts"] == "1")
        assert (quick.poll().cursor, quick.keys()) == ("0", [])


def test_a_page_that_is_called_again_is_asked_for_no_more(scene: Listening) -> None:
    """Its place is forgotten: later it would mean a gap that is none. A removed page is let go too."""
    other = scene.add_page(GROUP + 1)
    with scene.poller():
        wait_until(lambda: len(scene.rows(Poll)) == 2 and all(one.cursor for one in scene.rows(Poll)))
        scene.change(intake="callback")
        wait_until(lambda: [one.page_id for one in scene.rows(Poll)] == [other])
        remove_page(scene.house, other, by="cli")
        wait_until(lambda: scene.rows(Poll) == [])
