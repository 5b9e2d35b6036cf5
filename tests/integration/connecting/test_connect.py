"""A page is connected through VK's API: what is done, what is missing, and that it may be repeated."""

import json
import threading

import httpx
import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from app.domain.clock import SECOND
from app.domain.connecting import Refusal
from app.domain.errors import InvalidInputError, NotFoundError
from app.domain.ports import Credential
from app.networks.vk.connecting import WANTED, VkConnector
from app.pipeline.administration.page_secret import rotate_secret
from app.pipeline.administration.pages import PageChanges, change_page
from app.pipeline.configuration import RELOOK
from app.storage.tables import Credential as CredentialRow
from app.storage.tables import Journal, Page
from app.storage.vault import Vault
from tests.functional.running import free_port
from tests.integration.connecting.conftest import GROUP, Town, codes
from tests.simulators import vk_connecting


class Far(VkConnector):
    """A VK that is not on this machine."""

    on_loopback = False  # type: ignore[assignment]


def test_a_server_is_added_once_and_kept(either: Town) -> None:
    """Repeating changes nothing: the server, its secret and its events are as they have to be."""
    page = either.page(community_token=either.vk.add_token("community", GROUP))
    first = either.connect(page, either.serve())
    assert first.works, first.lacks
    assert {"server_added", "server_ok", "events_on"} <= codes(first.done)
    row = either.row(page)
    [server] = either.servers
    assert (row.callback_server, row.confirmation) == (str(server.id), either.community.api_code)
    assert row.secret_enc is not None
    assert server.secret == either.house.vault.open(row.secret_enc)
    assert (server.title, server.url) == ("Дворник", f"{either.serve()}/callbacks/vk")
    assert server.settings.events == WANTED.events

    again = either.connect(page)
    assert again.works
    assert "server_kept" in codes(again.done)
    assert either.servers == [server]
    assert len(either.vk.calls_of("groups.editCallbackServer")) == 0


def test_what_has_changed_on_our_side_is_told_to_the_network(town: Town) -> None:
    """Another secret or another address edits the same server; without an address the network's own one stays."""
    page = town.page(community_token=town.vk.add_token("community", GROUP))
    assert town.connect(page, "http://127.0.0.1:9").lacks
    number = town.servers[0].id
    assert town.connect(page, town.serve()).works
    change_page(town.house, page, PageChanges(secret="another-secret"), by="cli")
    town.community.api_code = "c0ffee02"
    again = town.connect(page)
    assert again.works
    assert "server_edited" in codes(again.done)
    [server] = town.servers
    assert (server.id, server.secret, server.url) == (number, "another-secret", f"{town.serve()}/callbacks/vk")
    assert town.row(page).confirmation == "c0ffee02"


def test_a_new_secret_is_known_here_before_the_network_uses_it(town: Town) -> None:
    """A running service reads the secret within a second: the network, which checks at once, is told of it later."""
    page = town.page(community_token=town.vk.add_token("community", GROUP))
    assert town.connect(page, town.serve()).works
    rotate_secret(town.house, page, by="cli")
    town.waits.clear()
    assert town.connect(page).works
    seconds, edited = town.waits[0]
    assert (seconds > RELOOK / SECOND, edited) == (True, 0)
    town.waits.clear()
    assert town.connect(page).works
    assert [edited for _, edited in town.waits] == [1], "nothing has changed, nobody waits"


def test_a_server_that_somebody_has_deleted_is_added_anew(town: Town) -> None:
    """The id that is remembered is only where to look first."""
    page = town.page(community_token=town.vk.add_token("community", GROUP))
    assert town.connect(page, town.serve()).works
    town.community.servers.clear()
    assert codes(town.connect(page).lacks) == {"no_address"}
    assert town.connect(page, town.serve()).works
    assert town.row(page).callback_server == str(town.servers[0].id)


def test_a_page_without_a_secret_gets_one(town: Town) -> None:
    """A polled page has none; when it is to be called, one is made and told to the network alone."""
    page = town.page(community_token=town.vk.add_token("community", GROUP), intake="longpoll")
    assert town.row(page).secret_enc is None
    assert town.connect(page).works
    change_page(town.house, page, PageChanges(intake="callback"), by="cli")
    connected = town.connect(page, town.serve())
    assert connected.works
    assert "secret_made" in codes(connected.done)
    assert len(town.servers[0].secret) == 32
    change_page(town.house, page, PageChanges(intake="longpoll"), by="cli")
    assert "two_ways" in codes(town.connect(page).advice)


def test_two_who_connect_at_once_leave_one_server(either: Town, together: threading.Barrier) -> None:
    """Both have seen that there is none and both add one: the older one stays, and both say that all is well."""
    page = either.page(community_token=either.vk.add_token("community", GROUP))
    address = either.serve()

    class Abreast(VkConnector):
        def confirmation(self, page: str, credential: Credential) -> str | Refusal:
            together.wait()
            return super().confirmation(page, credential)

    either.make = lambda url: Abreast(url, http=httpx.Client(verify=False))  # noqa: S501
    results = []
    threads = [threading.Thread(target=lambda: results.append(either.connect(page, address))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.works for one in results] == [True, True]
    assert [str(server.id) for server in either.servers] == [either.row(page).callback_server]


@pytest.mark.parametrize("intake", ["callback", "longpoll"])
@pytest.mark.parametrize(
    ("code", "makes"),
    [
        ("no_manage", {"rights": ["messages"]}),
        ("foreign_key", {"group_id": GROUP + 1}),
        ("dead", {"dead": True}),
    ],
)
def test_a_community_key_that_will_not_do_is_explained(town: Town, intake: str, code: str, makes: dict) -> None:
    """Which right is missing, whose key it is, that it is dead: each in words that say what to do."""
    town.vk.add_community(GROUP + 1)
    token = town.vk.add_token("community", makes.get("group_id", GROUP), rights=makes.get("rights"))
    if makes.get("dead"):
        town.vk.kill_token(token)
    page = town.page(community_token=token, intake=intake)
    connected = town.connect(page, town.serve())
    [lack] = connected.lacks
    assert lack.code == code
    assert f"dvornik page set {page} --community-token -" in lack.text
    assert "{" not in lack.text
    assert town.servers == []


def test_a_manager_s_key_goes_where_the_community_s_does_not(town: Town) -> None:
    """The second key sets up what the first may not; a person who only moderates is told so."""
    community = town.vk.add_token("community", GROUP, rights=["messages"])
    administrator = town.vk.add_token("user", GROUP)
    page = town.page(community_token=community, user_token=administrator)
    assert town.connect(page, town.serve()).works
    town.vk.state.tokens[administrator].administrator = False
    assert codes(town.connect(page).lacks) == {"no_manage", "not_allowed"}


def test_a_page_without_a_usable_key_is_told_to_get_one(town: Town) -> None:
    """No key, or one that was sealed with another encryption key: nothing is asked of the network."""
    page = town.page()
    assert codes(town.connect(page).lacks) == {"no_token"}
    token = town.vk.add_token("community", GROUP)
    change_page(town.house, page, PageChanges(community_token=token), by="cli")
    with town.house.database.write() as session:
        row = session.exec(select(CredentialRow)).one()
        row.token_enc = Vault(Fernet.generate_key()).seal(token)
        session.add(row)
    assert codes(town.connect(page).lacks) == {"sealed"}
    assert town.vk.calls == []


def test_a_secret_that_does_not_open_is_told_of(town: Town) -> None:
    """It is not given to the network as anything else, and what to do about it ends it."""
    page = town.page(community_token=town.vk.add_token("community", GROUP), secret="s" * 20)
    with town.house.database.write() as session:
        row = session.get_one(Page, page)
        row.secret_enc = Vault(Fernet.generate_key()).seal("s" * 20)
        session.add(row)
    connected = town.connect(page, town.serve())
    assert codes(connected.lacks) == {"secret_sealed"}
    assert town.servers == []

    rotate_secret(town.house, page, by="cli", hours=0)
    assert town.connect(page, town.serve()).works


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://dvornik.example.ru", "address_not_https"),
        ("https://192.168.0.5", "address_inside"),
        ("https://dvornik.local", "address_inside"),
    ],
)
def test_an_address_that_vk_cannot_reach_is_not_given_to_it(town: Town, address: str, code: str) -> None:
    """The real VK is asked for nothing that must fail."""
    town.make = lambda url: Far(url, http=httpx.Client(verify=False))  # noqa: S501
    page = town.page(community_token=town.vk.add_token("community", GROUP))
    connected = town.connect(page, address)
    assert codes(connected.lacks) == {code}
    assert address in connected.lacks[0].text
    assert "--intake longpoll" in connected.lacks[0].text
    assert town.vk.calls_of("groups.addCallbackServer") == []


def test_ten_servers_are_enough(town: Town) -> None:
    """The person is shown which ones there are, and chooses."""
    for number in range(10):
        server = vk_connecting.CallbackServer(number + 1, f"https://{number}.example.ru", f"Бот {number}", "s", "ok")
        town.community.servers[server.id] = server
    page = town.page(community_token=town.vk.add_token("community", GROUP))
    [lack] = town.connect(page, town.serve()).lacks
    assert lack.code == "full"
    assert "«Бот 7» (https://7.example.ru)" in lack.text


@pytest.mark.parametrize(
    ("answer", "health", "code"),
    [
        ("wrong", b'{"status":"ok"}', "failed_ours"),
        ("wrong", b"<html>nginx</html>", "failed_foreign"),
    ],
)
def test_a_failed_check_is_looked_into(town: Town, answer: str, health: bytes, code: str) -> None:
    """Whether the service itself answers there tells the person where to look."""
    town.answer, town.health = lambda: answer, health
    page = town.page(community_token=town.vk.add_token("community", GROUP))
    connected = town.connect(page, town.serve())
    assert codes(connected.lacks) == {code}
    assert "events_on" in codes(connected.done)


def test_an_address_where_nobody_answers_is_named(town: Town) -> None:
    """So is one that a server stood at when it was set up."""
    page = town.page(community_token=town.vk.add_token("community", GROUP))
    address = f"http://127.0.0.1:{free_port()}"
    [lack] = town.connect(page, address).lacks
    assert lack.code == "failed_silent"
    assert address in lack.text


@pytest.mark.parametrize("intake", ["callback", "longpoll"])
def test_events_that_stay_off_are_named(town: Town, intake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag that the network does not know is no reason to call the page connected."""
    monkeypatch.setattr(vk_connecting, "EVENTS", vk_connecting.EVENTS - {"user_block"})
    page = town.page(community_token=town.vk.add_token("community", GROUP), intake=intake)
    [lack] = town.connect(page, town.serve()).lacks
    assert lack.code == "events_off"
    assert "user_block" in lack.text


@pytest.mark.parametrize(
    ("method", "error", "code"),
    [
        ("groups.getCallbackServers", 14, "person"),
        ("groups.getCallbackServers", 29, "later"),
        ("groups.getCallbackConfirmationCode", 10, "away"),
        ("groups.addCallbackServer", 100, "other"),
        ("groups.setCallbackSettings", 104, "gone"),
        ("groups.getCallbackServers", "http_502", "away"),
    ],
)
def test_trouble_on_the_way_is_told_and_the_next_attempt_goes_on(
    town: Town, method: str, error: int | str, code: str
) -> None:
    """Whichever step the network refuses, what was done stays and repeating ends it."""
    page = town.page(community_token=town.vk.add_token("community", GROUP))
    town.vk.fail_next(method, error)
    connected = town.connect(page, town.serve())
    assert codes(connected.lacks) == {code}
    assert "{" not in connected.lacks[0].text
    if code == "away":
        assert town.vk.calls[-1].method == method, "nobody is asked again who has not answered"
    assert town.connect(page, town.serve()).works
    assert len(town.servers) == 1


def test_the_journal_knows_that_and_not_whom(town: Town) -> None:
    """Connecting and reading the blacklist are entries; ids, comments, secrets and tokens are in none."""
    banned = 911_222_333
    town.community.bans[banned] = {"admin_id": 5, "date": 1, "reason": 0, "comment": "сосед", "end_date": 0}
    token = town.vk.add_token("community", GROUP)
    page = town.page(community_token=token)
    connected = town.connect(page, town.serve())
    assert connected.blacklist is not None
    assert [one.id for one in connected.blacklist.doubtful] == [str(banned)]
    with town.house.database.read() as session:
        entries = [(one.kind, one.body) for one in session.exec(select(Journal)).all()]
    kinds = {kind: json.loads(body) for kind, body in entries}
    assert kinds["page_connected"].items() >= {"by": "cli", "intake": "callback", "lacks": []}.items()
    assert kinds["blacklist_read"].items() >= {"by": "cli", "total": 1, "doubtful": 1}.items()
    written = " ".join(body for _, body in entries)
    assert not [one for one in (str(banned), "сосед", town.servers[0].secret, token) if one in written]


def test_what_cannot_be_connected_is_refused(town: Town) -> None:
    """A page that is not there, or on a network that is set up by hand."""
    with pytest.raises(NotFoundError):
        town.connect(1)
    page = town.page(network="meta", external_id="100200300400", intake=None)
    with pytest.raises(InvalidInputError, match="вручную"):
        town.connect(page)
    with pytest.raises(InvalidInputError, match="ожидается callback"):
        change_page(town.house, page, PageChanges(intake="longpoll"), by="cli")
