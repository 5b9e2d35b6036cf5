"""Setting a community up through VK's API, against a VK that keeps VK's rules, over real HTTP."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from app.calling.pace import Pace
from app.domain.clock import SECOND
from app.domain.connecting import Banned, BannedList, CallbackServer, NewServer, Reach, Refusal, Switched, Why
from app.domain.ports import Credential, Slot
from app.networks.vk.connecting import WANTED, VkConnector
from tests.fakes.clock import FakeClock
from tests.fakes.serving import Serving
from tests.simulators.vk import ACCESS_DENIED, VkSimulator
from tests.simulators.vk_connecting import EVENTS

GROUP = 229_000_001
PAGE = str(GROUP)
NOW = 1_790_000_000_000_000
OURS = NewServer("Дворник", "http://127.0.0.1:9/callbacks/vk", "s" * 32)
#: Every question with what it is asked about.
QUESTIONS: dict[str, Callable[[VkConnector, Credential], object]] = {
    "groups.getTokenPermissions": lambda vk, key: vk.rights(key),
    "groups.getCallbackServers": lambda vk, key: vk.servers(PAGE, key),
    "groups.getCallbackConfirmationCode": lambda vk, key: vk.confirmation(PAGE, key),
    "groups.addCallbackServer": lambda vk, key: vk.add_server(PAGE, OURS, key),
    "groups.editCallbackServer": lambda vk, key: vk.edit_server(PAGE, "1", OURS, key),
    "groups.deleteCallbackServer": lambda vk, key: vk.drop_server(PAGE, "1", key),
    "groups.getCallbackSettings": lambda vk, key: vk.callback_events(PAGE, "1", key),
    "groups.setCallbackSettings": lambda vk, key: vk.switch_callback(PAGE, "1", key),
    "groups.getLongPollSettings": lambda vk, key: vk.polling(PAGE, key),
    "groups.setLongPollSettings": lambda vk, key: vk.switch_polling(PAGE, key),
    "groups.getBanned": lambda vk, key: vk.banned(PAGE, key),
}


@pytest.fixture
def vk() -> Iterator[VkSimulator]:
    with VkSimulator(clock=FakeClock(NOW)) as simulator:
        simulator.add_community(GROUP)
        yield simulator


@pytest.fixture
def connector(vk: VkSimulator) -> Iterator[VkConnector]:
    # Loopback speaks no TLS, and a context for it takes longer to make than most tests take.
    made = VkConnector(vk.base_url, http=httpx.Client(verify=False), pace=Pace(sleep=lambda _: None))  # noqa: S501
    yield made
    made.close()


@pytest.fixture
def key(vk: VkSimulator) -> Credential:
    return Credential(1, Slot.COMMUNITY, vk.add_token("community", GROUP))


def test_everything_that_is_wanted_can_be_switched_on() -> None:
    """Each event that the parser reads is one of VK's flags: a misspelt one would stay off without a word."""
    assert WANTED.events <= EVENTS
    assert WANTED.version == "5.199"


def test_a_server_lives_from_its_adding_to_its_end(vk: VkSimulator, connector: VkConnector, key: Credential) -> None:
    """A server is added, listed with its secret and its state, gets the events, is edited and deleted."""
    added = connector.add_server(PAGE, OURS, key)
    assert isinstance(added, str)
    assert vk.wait_for(lambda: vk.state.communities[GROUP].servers[int(added)].status == "failed")
    assert connector.servers(PAGE, key) == (CallbackServer(added, OURS.title, OURS.url, "failed", OURS.secret),)
    assert OURS.secret not in repr(connector.servers(PAGE, key))
    assert connector.callback_events(PAGE, added, key) == Switched(True, "5.131", frozenset())
    assert connector.switch_callback(PAGE, added, key) is None
    assert connector.callback_events(PAGE, added, key) == WANTED
    assert connector.edit_server(PAGE, added, NewServer("Дворник", OURS.url, "t" * 50), key) is None
    assert connector.drop_server(PAGE, added, key) is None
    assert connector.servers(PAGE, key) == ()
    assert connector.edit_server(PAGE, added, OURS, key) == Refusal(Why.GONE, "vk_104", Slot.COMMUNITY)


def test_long_poll_is_switched_on_beside_what_is_there(
    vk: VkSimulator, connector: VkConnector, key: Credential
) -> None:
    """Events that somebody else has switched on stay on."""
    vk.state.communities[GROUP].polling.events.add("like_add")
    assert connector.polling(PAGE, key) == Switched(False, "5.131", frozenset({"like_add"}))
    assert connector.switch_polling(PAGE, key) is None
    assert connector.polling(PAGE, key) == Switched(True, "5.199", WANTED.events | {"like_add"})


def test_a_long_blacklist_is_read_to_its_end(vk: VkSimulator, connector: VkConnector, key: Credential) -> None:
    """More than one answer holds are put together: people, communities, reasons, terms."""
    bans = vk.state.communities[GROUP].bans
    for number in range(1, 450):
        bans[number] = {"admin_id": 5, "date": 1_700_000_000, "reason": 1, "comment": "", "end_date": 1_800_000_000}
    bans[-7] = {"admin_id": 5, "date": 1_700_000_000, "reason": 0, "comment": " ", "end_date": 0}
    found = connector.banned(PAGE, key)
    assert isinstance(found, BannedList)
    assert (found.total, len(found.banned)) == (450, 450)
    assert found.banned[0] == Banned("1", False, 1_700_000_000 * SECOND, 1_800_000_000 * SECOND, "spam", "")
    assert found.banned[-1] == Banned("-7", True, 1_700_000_000 * SECOND, None, "", " ")
    assert (found.banned[-1].without_reason, found.banned[-1].without_term) == (True, True)
    assert len(vk.calls_of("groups.getBanned")) == 3


@pytest.mark.parametrize("disturbance", ["close", "garbage", "not_json_object", "redirect", "http_502"])
@pytest.mark.parametrize("method", QUESTIONS)
def test_no_answer_is_a_value_too(
    vk: VkSimulator, connector: VkConnector, key: Credential, method: str, disturbance: str
) -> None:
    """Whatever stands in the way of an answer, the question ends with VK being away."""
    vk.fail_next(method, disturbance)
    refusal = QUESTIONS[method](connector, key)
    assert isinstance(refusal, Refusal)
    assert (refusal.why, refusal.slot) == (Why.AWAY, Slot.COMMUNITY)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (5, Why.DEAD),
        (7, Why.NOT_ALLOWED),
        (9, Why.LATER),
        (14, Why.PERSON),
        (15, Why.NOT_ALLOWED),
        (ACCESS_DENIED + 1133, Why.NOT_ALLOWED),
        (27, Why.NOT_ALLOWED),
        (29, Why.LATER),
        (104, Why.GONE),
        (203, Why.NOT_ALLOWED),
        (2000, Why.FULL),
        (10, Why.AWAY),
        (100, Why.OTHER),
    ],
)
def test_each_error_says_what_a_person_can_do(
    vk: VkSimulator, connector: VkConnector, key: Credential, code: int, why: Why
) -> None:
    """Codes become the few causes that people can act upon, for whichever method."""
    vk.fail_next("*", code)
    refusal = connector.servers(PAGE, key)
    assert isinstance(refusal, Refusal)
    assert refusal.why is why
    assert str(code % ACCESS_DENIED) in refusal.code


def test_a_call_that_is_too_fast_is_made_again(vk: VkSimulator, key: Credential) -> None:
    """The worker's calls count too: error 6 passes by itself, and only one that stays is told."""
    rests: list[float] = []
    http = httpx.Client(verify=False)  # noqa: S501
    connector = VkConnector(vk.base_url, http=http, pace=Pace(sleep=lambda _: None), rest=rests.append)
    vk.fail_next("groups.getCallbackServers", 6, 6)
    assert connector.servers(PAGE, key) == ()
    vk.fail_next("groups.getCallbackServers", 6, 6, 6, 6)
    assert connector.servers(PAGE, key) == Refusal(Why.LATER, "vk_6", Slot.COMMUNITY)
    assert rests == [1.0, 1.0, 1.0, 1.0, 2.0]
    connector.close()


def test_rights_are_told_and_asked_for(vk: VkSimulator, connector: VkConnector, key: Credential) -> None:
    """A key without `manage` changes nothing, a person who only moderates neither, another community's key neither."""
    vk.add_community(GROUP + 1)
    assert connector.rights(key) == {"manage", "messages"}
    weak = Credential(2, Slot.COMMUNITY, vk.add_token("community", GROUP, rights=["messages"]))
    foreign = Credential(3, Slot.COMMUNITY, vk.add_token("community", GROUP + 1))
    moderator = Credential(4, Slot.USER, vk.add_token("user", GROUP, administrator=False))
    for other in (weak, foreign, moderator):
        assert isinstance(connector.add_server(PAGE, OURS, other), Refusal)
        assert isinstance(connector.switch_polling(PAGE, other), Refusal)
    assert connector.rights(weak) == {"messages"}
    assert vk.state.communities[GROUP].servers == {}


@pytest.mark.parametrize(
    ("status", "body", "reach"),
    [
        (200, b'{"status":"ok"}', Reach.OURS),
        (200, b"<html>", Reach.FOREIGN),
        (200, b'["ok"]', Reach.FOREIGN),
        (404, b'{"status":"ok"}', Reach.FOREIGN),
        (302, b"", Reach.FOREIGN),
    ],
)
def test_who_answers_at_an_address_is_told(connector: VkConnector, status: int, body: bytes, reach: Reach) -> None:
    """Our own health is known from a foreign page's, and redirects are not followed."""

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        assert scope["path"] == "/healthz"
        await send({"type": "http.response.start", "status": status, "headers": [(b"location", b"/elsewhere")]})
        await send({"type": "http.response.body", "body": body})

    serving = Serving(app)
    url = serving.url
    try:
        assert connector.reach(url) is reach
    finally:
        serving.stop()
    assert connector.reach(url) is Reach.SILENT
    assert connector.reach("http://[::1") is Reach.SILENT


def test_a_certificate_that_nobody_vouches_for_is_named(vk: VkSimulator) -> None:
    """A failed check of the certificate is told from an address where nobody is."""

    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate")

    connector = VkConnector(vk.base_url, http=httpx.Client(transport=httpx.MockTransport(refuse)))
    assert connector.reach("https://dvornik.example.ru") is Reach.CERTIFICATE
    connector.close()


def test_odd_answers_are_read_as_far_as_they_go(vk: VkSimulator, key: Credential) -> None:
    """Fields that are missing or of another shape do not stop the reading."""
    answers = iter(
        [
            {"items": [{"id": 0}, {"id": 4, "status": "dancing"}, "no object"]},
            {"items": [{"type": "profile", "ban_info": []}, {"profile": {"id": "8"}, "ban_info": {"end_date": -1}}]},
            {"events": {"message_new": True, "like_add": "1", "wall_post_new": 0}},
            [],
        ]
    )

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=json.dumps({"response": next(answers)}).encode())

    connector = VkConnector(vk.base_url, http=httpx.Client(transport=httpx.MockTransport(answer)))
    assert connector.servers(PAGE, key) == (CallbackServer("4", "", "", ""),)
    assert connector.banned(PAGE, key) == BannedList((Banned("8", False, None, None, "", ""),), 1)
    assert connector.polling(PAGE, key) == Switched(False, "", frozenset({"message_new", "like_add"}))
    assert connector.confirmation(PAGE, key) == Refusal(Why.AWAY, "garbage", Slot.COMMUNITY)
    connector.close()
