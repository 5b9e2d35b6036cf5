"""VK asks whether the server is the page's: the answer is fresh where it may be old, and never late."""

import asyncio
import json
import threading
from collections.abc import Callable

import httpx
import pytest

from app.domain.connecting import Connector, Refusal
from app.domain.errors import SignatureRejectedError
from app.domain.ports import Credential
from app.networks.vk.connecting import VkConnector
from app.pipeline.administration.pages import PageChanges, change_page
from app.pipeline.configuration import Configuration
from app.pipeline.connecting.confirmations import Confirmations
from app.pipeline.record.committing import Committer
from app.pipeline.record.writer import Writer
from tests.fakes.gates import gate_of, vk_intake
from tests.fakes.thresholds import FakeThresholds
from tests.fakes.world import wait_until
from tests.integration.connecting.conftest import GROUP, Town

SECRET = "s" * 20
METHOD = "groups.getCallbackConfirmationCode"


class Door:
    """VK's way in, with its own view of the pages."""

    def __init__(self, town: Town, *, patience: float = 10.0, make: type[VkConnector] = VkConnector) -> None:
        connectors: dict[str, Callable[[], Connector]] = {
            "vk": lambda: make(town.vk.base_url, http=httpx.Client(verify=False))  # noqa: S501
        }
        configuration = Configuration(town.house, FakeThresholds())
        writer = Writer(Committer(town.house, configuration, 1))
        confirmations = Confirmations(town.house, connectors, patience=patience)
        self._intake = vk_intake(configuration, gate_of(writer), town.house.clock, confirmations)

    async def ask(self, secret: str = SECRET) -> str:
        """Ask as VK does."""
        body = json.dumps({"type": "confirmation", "group_id": GROUP, "secret": secret}).encode()
        return (await self._intake.take(body, None)).decode()


@pytest.fixture
def page(town: Town) -> int:
    """A called page with a key; nobody has entered a string."""
    return town.page(community_token=town.vk.add_token("community", GROUP), secret=SECRET)


def enter(town: Town, page: int, confirmation: str, *, by_api: bool) -> None:
    """A string was stored, by `page connect` or by a person."""
    change_page(town.house, page, PageChanges(confirmation=confirmation), by="cli")
    with town.house.database.write() as session:
        row = session.get_one(type(town.row(page)), page)
        row.callback_server = "7" if by_api else ""
        session.add(row)


def test_a_string_that_was_never_entered_is_fetched(town: Town, page: int) -> None:
    """The first question is answered with what the API says, which is kept."""
    assert asyncio.run(Door(town).ask()) == town.community.api_code
    assert town.row(page).confirmation == town.community.api_code


def test_a_string_that_has_changed_is_fetched_anew(town: Town, page: int) -> None:
    """Where the API has set the server up, its string is asked for again each time."""
    enter(town, page, "old", by_api=True)
    town.community.api_code = "c0ffee99"
    assert asyncio.run(Door(town).ask()) == "c0ffee99"
    assert town.row(page).confirmation == "c0ffee99"


def test_a_string_that_a_person_has_copied_is_left_alone(town: Town, page: int) -> None:
    """The site shows another string than the API, and the site is who asks then."""
    enter(town, page, "from-the-site", by_api=False)
    assert asyncio.run(Door(town).ask()) == "from-the-site"
    assert town.vk.calls == []


@pytest.mark.parametrize("trouble", [5, 10, 15, "garbage", "http_502"])
def test_without_a_fresh_string_the_stored_one_is_answered(town: Town, page: int, trouble: int | str) -> None:
    """A dead key or a network that answers nothing sensible does not take the string away."""
    enter(town, page, "stored", by_api=True)
    town.vk.fail_next(METHOD, trouble)
    assert asyncio.run(Door(town).ask()) == "stored"
    assert town.row(page).confirmation == "stored"


def test_a_slow_network_is_not_waited_for(town: Town, page: int) -> None:
    """The callback answers what it knows; what the network says later is there for the next question."""
    enter(town, page, "old", by_api=True)
    lets_go = threading.Event()

    class Slow(VkConnector):
        def confirmation(self, page: str, credential: Credential) -> str | Refusal:
            assert lets_go.wait(20)
            return super().confirmation(page, credential)

    async def story() -> tuple[str, str]:
        first = await Door(town, patience=0.05, make=Slow).ask()
        lets_go.set()
        await asyncio.to_thread(wait_until, lambda: town.row(page).confirmation != "old")
        town.vk.kill_token(next(iter(town.vk.state.tokens)))
        return first, await Door(town).ask()

    assert asyncio.run(story()) == ("old", town.community.api_code)


def test_questions_at_the_same_time_are_one_to_the_network(town: Town, page: int) -> None:
    """However often VK repeats itself, one call is on its way."""

    async def story() -> list[str]:
        door = Door(town)
        return await asyncio.gather(*(door.ask() for _ in range(5)))

    assert set(asyncio.run(story())) == {town.community.api_code}
    assert len(town.vk.calls_of(METHOD)) == 1


def test_strangers_make_nobody_ask(town: Town, page: int) -> None:
    """Without the page's secret the network hears nothing of it."""
    with pytest.raises(SignatureRejectedError):
        asyncio.run(Door(town).ask("guess"))
    assert town.vk.calls == []
