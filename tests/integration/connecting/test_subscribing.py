"""A page of a bot is connected by telling the network one address, or by taking it back, on both engines."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlmodel import select

from app.domain.connecting import Refusal, Why
from app.domain.errors import InvalidInputError, NotAllowedError
from app.domain.ports import Slot
from app.pipeline.administration.pages import NewPage, PageChanges, add_page, change_page
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.connecting.connect import Connected, connect_page
from app.pipeline.house import House
from app.storage.tables import Connection, Journal, Page
from tests.fakes.house import make_house
from tests.fakes.subscriber import FakeBot

HERE = "https://dvornik.example"


@dataclass
class Yard:
    """One installation with a network of bots."""

    house: House
    bot: FakeBot

    def page(self, number: int = 1, **fields: Any) -> int:
        """A page of the bot."""
        asked = {"network": "vk", "external_id": str(number), "title": f"Канал {number}", "community_token": "t"}
        return add_page(self.house, NewPage(**asked | fields), by="cli").id

    def connect(self, page: int, public_url: str = HERE) -> Connected:
        """Connect it, waiting for nobody."""
        waits: list[float] = []
        subscribers = {"vk": self.bot.client}
        return connect_page(
            self.house, page, {}, by="cli", public_url=public_url, wait=waits.append, subscribers=subscribers
        )

    def row(self, page: int) -> Page:
        """The page as it is stored."""
        with self.house.database.read() as session:
            return session.get_one(Page, page)

    def connection(self, page: int) -> Connection:
        """Its connection."""
        with self.house.database.read() as session:
            return session.get_one(Connection, self.row(page).connection_id)


@pytest.fixture
def yard(database_url: str):
    """A house whose one network calls bots."""
    bot = FakeBot()
    house = make_house(database_url)
    house = replace(house, networks={"vk": bot.adapter(house.networks["vk"])})
    ensure_presets(house)
    yield Yard(house, bot)
    house.database.dispose()


def told(findings: tuple[Any, ...]) -> list[str]:
    """Findings by their codes."""
    return [one.code for one in findings]


def test_the_network_is_told_our_address_with_the_secret(yard: Yard) -> None:
    """The connection's key is in the address, its secret goes with it, and it may be repeated."""
    page = yard.page(secret="known")
    yard.bot.url = "https://old.example/hook?key=private"
    connected = yard.connect(page)
    key = yard.connection(page).callback_key

    assert connected.works
    assert (yard.bot.url, yard.bot.secret) == (f"{HERE}/callbacks/vk/{key}", "known")
    assert told(connected.done) == ["subscribed", "replaced"]
    assert "private" not in connected.done[1].text
    assert "Сеть ботов" in connected.done[0].text
    assert told(yard.connect(page).done) == ["subscribed"]
    with yard.house.database.read() as session:
        kinds = list(session.exec(select(Journal.kind).where(Journal.subject_id == page)))
    assert kinds.count("page_connected") == 2


def test_a_secret_is_made_where_there_is_none(yard: Yard) -> None:
    """It is stored before the network uses it, and the same one serves the next time."""
    page = yard.page(intake="longpoll")
    assert yard.connection(page).secret_enc is None
    change_page(yard.house, page, PageChanges(intake="callback"), by="cli")
    connected = yard.connect(page)
    stored = yard.connection(page).secret_enc

    assert told(connected.done) == ["secret_made", "subscribed"]
    assert stored is not None
    assert yard.house.vault.open(stored) == yard.bot.secret
    assert yard.connect(page).works
    assert yard.connection(page).secret_enc == stored


def test_a_page_that_is_asked_for_takes_the_address_back(yard: Yard) -> None:
    """Networks that call do not answer questions: the address goes, and nobody needs one of ours."""
    page = yard.page(intake="longpoll")
    yard.bot.url = f"{HERE}/callbacks/vk/x"
    assert told(yard.connect(page, "").done) == ["unsubscribed"]
    assert yard.bot.url == ""
    assert told(yard.connect(page, "").done) == ["polling_kept"]


@pytest.mark.parametrize(
    ("public_url", "lack"),
    [("", "no_address"), ("http://127.0.0.1:8000", "address_not_https"), ("https://192.168.0.5", "address_inside")],
)
def test_an_address_that_nobody_reaches_is_not_told(yard: Yard, public_url: str, lack: str) -> None:
    """It is said what is wrong with it, and that the page can be asked for instead."""
    connected = yard.connect(yard.page(), public_url)

    assert (told(connected.lacks), connected.works) == ([lack], False)
    assert "--intake longpoll" in connected.lacks[0].text
    assert "subscribe" not in yard.bot.calls


@pytest.mark.parametrize("why", list(Why))
def test_each_refusal_says_what_to_do(yard: Yard, why: Why) -> None:
    """Whatever the network refuses, a person reads whose key it is about and what helps."""
    page = yard.page()
    yard.bot.refusals.append(Refusal(why, "err_7", Slot.COMMUNITY))
    connected = yard.connect(page)

    assert not connected.works
    assert "err_7" in connected.lacks[0].text
    assert "{" not in connected.lacks[0].text


def test_what_needs_no_mending_is_advice(yard: Yard) -> None:
    """A network whose comments are polled is connected without the key for its messages."""
    yard.bot.refusals.append(Refusal(Why.NOT_ALLOWED, "comments_only", Slot.COMMUNITY))
    connected = yard.connect(yard.page())
    assert (connected.works, told(connected.advice)) == (True, ["comments_only"])


def test_an_address_that_is_not_kept_is_told(yard: Yard) -> None:
    """A plain yes is not believed: it is looked what the network keeps."""
    yard.bot.keeps = False
    assert told(yard.connect(yard.page()).lacks) == ["not_kept"]


def test_a_page_without_a_key_waits_for_one(yard: Yard) -> None:
    """Nobody is asked."""
    connected = yard.connect(yard.page(community_token=None))
    assert (told(connected.lacks), yard.bot.calls) == (["no_token"], [])


# ---------------------------------------------------------------------------------------- one bot, several pages


def test_all_pages_of_a_bot_hear_the_same_way(yard: Yard) -> None:
    """One change is a change of all, aloud; a page that joins them hears as they do."""
    first, second = yard.page(1), yard.page(2)
    changed = change_page(yard.house, first, PageChanges(intake="longpoll"), by="cli")
    assert [yard.row(one).intake for one in (first, second)] == ["longpoll", "longpoll"]
    assert str(second) in " ".join(changed.warnings)
    added = add_page(yard.house, NewPage("vk", "3", "Канал 3", community_token="t", intake="callback"), by="cli")
    assert added.intake == "longpoll"
    assert "так же, как у других страниц этого бота" in " ".join(added.warnings)
    assert told(yard.connect(first, "").done) == ["polling_kept", "shared"]


def test_nobody_changes_the_way_of_foreign_pages(yard: Yard) -> None:
    """Whoever may touch one page only cannot change how the others of its bot hear."""
    first, second = yard.page(1), yard.page(2)
    with pytest.raises(NotAllowedError):
        change_page(yard.house, first, PageChanges(intake="longpoll"), by="cli", pages=frozenset({first}))
    assert [yard.row(one).intake for one in (first, second)] == ["callback", "callback"]


def test_a_network_that_keeps_no_address_is_set_up_by_hand(yard: Yard) -> None:
    """Neither callback servers nor an address: a person does it there."""
    page = yard.page()
    with pytest.raises(InvalidInputError):
        connect_page(yard.house, page, {}, by="cli")
