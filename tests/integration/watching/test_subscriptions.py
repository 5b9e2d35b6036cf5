"""Networks are looked at every ten minutes: whether they still call us, on both engines where it matters."""

from dataclasses import replace

import pytest
from sqlmodel import select

from app.domain.clock import MINUTE
from app.domain.connecting import Refusal, Why
from app.domain.ports import Slot
from app.domain.watching import Matter
from app.pipeline.watching.subscriptions import SubscriptionWatcher
from app.storage.tables import Connection, Credential, Incident, Page, Reread
from tests.fakes.subscriber import FakeBot
from tests.fakes.world import World

HERE = "https://dvornik.example"


class Watched:
    """A page of a bot, and whoever looks after its address."""

    def __init__(self, world: World, *, shared: bool = True, public_url: str = HERE) -> None:
        self.world, self.bot = world, FakeBot()
        vk = world.house.networks["vk"]
        world.house = replace(world.house, networks={"vk": self.bot.adapter(vk, shared=shared)})
        key = world.row(Connection, world.connection).callback_key
        self.ours = f"{HERE}/callbacks/vk/{key}"
        fingerprint = world.house.vault.fingerprint("token-user")
        world.sql("UPDATE credential SET slot = 'community', fingerprint = :print", print=fingerprint)
        world.sql("UPDATE connection SET secret_enc = :secret", secret=world.house.vault.seal("s3cret"))
        self.watcher = SubscriptionWatcher(world.house, {"vk": self.bot.client}, public_url)

    def look(self, minutes: int = 10) -> list[tuple[str, str]]:
        """Ten minutes later; what goes on by then, as matters with codes."""
        self.world.clock.advance(minutes * MINUTE)
        self.watcher.look()
        with self.world.database.read() as session:
            found = session.exec(select(Incident).where(Incident.ended_at.is_(None)))
            return [(one.what, one.code) for one in found]


def test_a_dropped_address_is_set_again_once_and_told(either: World) -> None:
    """It gets our address and secret again, the journal knows; a second loss in a row is an incident until it is ours."""
    watched = Watched(either)
    assert watched.look() == []
    assert (watched.bot.url, watched.bot.secret) == (watched.ours, "s3cret")
    assert either.journal(either.page) == ["subscription_renewed"]
    assert len(either.ids_of(Reread)) == 1
    watched.bot.url = "https://other.example/hook"
    assert watched.look() == [(Matter.CALLBACK_SERVER, "foreign_address")]
    assert watched.look() == [(Matter.CALLBACK_SERVER, "foreign_address")]
    assert watched.bot.calls.count("subscribe") == 1
    either.sql("DELETE FROM reread")
    watched.bot.url = watched.ours
    assert watched.look() == []
    [gap] = [either.row(Reread, one) for one in either.ids_of(Reread)]
    assert gap.to_at - gap.from_at == 30 * MINUTE
    watched.bot.url = ""
    assert watched.look() == []
    assert watched.bot.calls.count("subscribe") == 2


def test_what_cannot_be_set_again_is_an_incident_at_once(either: World) -> None:
    """A network that refuses, or a secret that is not there or does not open, leaves it to a person."""
    watched = Watched(either)
    watched.bot.refusals.extend([])
    subscribe = Refusal(Why.OTHER, "400", Slot.COMMUNITY)
    watched.bot.keeps = False

    def refuse() -> None:
        watched.bot.refusals.append(subscribe)

    either.sql("UPDATE connection SET secret_enc = NULL")
    assert watched.look() == [(Matter.CALLBACK_SERVER, "dropped")]
    assert watched.bot.calls == ["look"]
    refuse()
    assert watched.look() == [(Matter.CALLBACK_SERVER, "dropped")]


def test_pages_of_one_bot_are_looked_at_once_in_ten_minutes(world: World) -> None:
    """One address serves them all: one question, one incident, which names the bot."""
    watched = Watched(world)
    world.add_page(world.connection)
    watched.bot.url = watched.ours
    assert watched.look() == []
    assert watched.look(minutes=9) == []
    assert watched.bot.calls == ["look"]
    watched.look(minutes=1)
    assert watched.bot.calls == ["look", "look"]


def test_pages_with_addresses_of_their_own_are_looked_at_each(world: World) -> None:
    """Where the network keeps an address for each page, each is asked about and has an incident of its own."""
    watched = Watched(world, shared=False, public_url="")
    second = world.add_page(world.connection)
    watched.bot.url = "https://other.example/hook"
    assert watched.look() == [(Matter.CALLBACK_SERVER, "no_address")] * 2
    with world.database.read() as session:
        assert {one.page_id for one in session.exec(select(Incident))} == {world.page, second}


def test_without_an_address_of_ours_only_the_key_tells(world: World) -> None:
    """Whoever named the address by hand is believed: its end is the connection's key. Any other is not set again."""
    watched = Watched(world, public_url="")
    watched.bot.url = watched.ours
    assert watched.look() == []
    watched.bot.url = ""
    assert watched.look() == [(Matter.CALLBACK_SERVER, "no_address")]
    assert "subscribe" not in watched.bot.calls


def test_a_delivery_that_the_network_calls_failed_is_told_while_it_is_news(world: World) -> None:
    """A fresh failure is an incident with the network's own word; one of an hour ago is over."""
    watched = Watched(world)
    watched.bot.url, watched.bot.trouble = watched.ours, "502 Bad Gateway"
    watched.bot.trouble_at = world.clock.now() + 9 * MINUTE
    assert watched.look() == [(Matter.CALLBACK_SERVER, "delivery: 502 Bad Gateway")]
    assert watched.look(minutes=20) == []


def test_a_page_that_is_asked_for_has_no_address_to_lose(world: World) -> None:
    """An incident from before ends, and the network is not asked."""
    watched = Watched(world, public_url="")
    assert watched.look() == [(Matter.CALLBACK_SERVER, "no_address")]
    calls = list(watched.bot.calls)
    world.sql("UPDATE page SET intake = 'longpoll'")
    assert watched.look() == []
    assert watched.bot.calls == calls


@pytest.mark.parametrize(("why", "dead"), [(Why.DEAD, True), (Why.AWAY, False), (Why.NOT_ALLOWED, False)])
def test_a_dead_key_is_noticed(world: World, why: Why, dead: bool) -> None:
    """A bot whose token was recalled is told of before an action needs it; silence says nothing of the token."""
    watched = Watched(world)
    watched.bot.refusals.append(Refusal(why, "401", Slot.COMMUNITY))
    assert watched.look() == ([(Matter.TOKEN_DEAD, "401")] if dead else [])
    [credential] = world.ids_of(Credential)
    assert (world.row(Credential, credential).dead_at is not None) is dead


def test_an_answer_about_how_it_was_is_left_out(world: World) -> None:
    """Whoever changes the way while the network is asked is not overruled by its answer."""
    watched = Watched(world, public_url="")
    [one] = watched.watcher._due()
    world.sql("UPDATE page SET intake = 'longpoll'")
    watched.watcher._one(watched.bot.client(), one)
    with world.database.read() as session:
        assert session.exec(select(Incident)).first() is None
    assert world.row(Page, world.page).intake == "longpoll"
