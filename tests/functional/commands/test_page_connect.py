"""`page connect` and `page blacklist` against a VK that enforces its rules, with the real service where VK asks it."""

import json

import httpx
import pytest

from tests.functional.commands.conftest import Run
from tests.functional.running import Installation, wait_until

GROUP = 229000001
ADD = ("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Район")


@pytest.fixture
def place(place: Installation, vk) -> Installation:
    """The installation speaks to the simulated VK."""
    place.vk_api_url = vk.base_url
    return place


def added(tell: Run, *options: str, stdin: str) -> dict[str, object]:
    """The page that was added."""
    answer = tell(*ADD, *options, "--json", stdin=stdin)
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


def test_a_callback_page_is_connected_to_the_running_service(vk, place, tell) -> None:
    """One command adds the server, VK's check finds the fresh string at the service, and the next event is decided."""
    vk.add_community(GROUP, managers=[5])
    key = vk.add_token("community", GROUP)
    page = added(tell, "--intake", "callback", "--community-token", "-", stdin=f"{key}\n")
    with place.serve() as service:
        answer = tell("page", "connect", str(page["id"]), "--public-url", service.url)
        assert answer.code == 0, answer.out + answer.err
        assert "ВКонтакте проверил адрес и принял его" in answer.out
        assert "Страница подключена." in answer.out
        comment = vk.post_comment(GROUP, "Когда починят дорогу?")
        assert [attempt.answer for attempt in vk.send_new(comment)] == ["ok"]

        again = tell("page", "connect", str(page["id"]), "--json")
        assert again.code == 0, again.out + again.err
        assert "server_kept" in {one["code"] for one in json.loads(again.out)["done"]}
    assert len(vk.calls_of("groups.addCallbackServer")) == 1
    assert len(vk.calls_of("groups.editCallbackServer")) == 0
    server = next(iter(vk.state.communities[GROUP].servers.values()))
    assert (server.title, server.settings.version) == ("Дворник", "5.199")
    assert {"wall_reply_edit", "user_block", "message_reply", "wall_post_new"} <= server.settings.events
    assert "like_add" not in server.settings.events
    assert str(page["secret"]) == server.secret
    assert server.secret not in answer.out + again.out


def test_a_page_is_heard_the_other_way_as_soon_as_it_is_connected(vk, place, tell) -> None:
    """The running service asks VK for a page whose intake was changed, with nothing set up by hand on either side."""
    community = vk.add_community(GROUP, managers=[5])
    key = vk.add_token("community", GROUP)
    page = str(added(tell, "--intake", "callback", "--community-token", "-", stdin=f"{key}\n")["id"])
    with place.serve() as service:
        assert tell("page", "connect", page, "--public-url", service.url).code == 0
        assert tell("page", "set", page, "--intake", "longpoll").code == 0
        connected = tell("page", "connect", page)
        assert connected.code == 0, connected.out + connected.err
        assert "остался и сервер Callback API" in connected.err
        # A person follows the advice and deletes the server.
        community.servers.clear()
        community.callback_url = ""
        wait_until(lambda: vk.calls_of("a_check"), what="VK is asked for events")
        vk.send_new(vk.post_comment(GROUP, "Когда починят дорогу?"))
        kept = 'dvornik_verdicts_total{verdict="keep"} 1.0'
        wait_until(lambda: kept in httpx.get(f"{service.url}/metrics").text, what="the comment is decided on")


def test_a_page_without_an_address_is_polled(vk, place, tell) -> None:
    """A community's key alone means Long Poll, which is switched on, shown, and switched on once."""
    vk.add_community(GROUP)
    page = added(tell, "--community-token", "-", stdin=vk.add_token("community", GROUP) + "\n")
    assert (page["intake"], page["secret"]) == ("longpoll", None)

    answer = tell("page", "connect", str(page["id"]))
    assert answer.code == 0, answer.out + answer.err
    assert "Long Poll API включён" in answer.out
    assert "Ключа руководителя нет" in answer.err
    polling = vk.state.communities[GROUP].polling
    assert (polling.enabled, polling.version) == (True, "5.199")
    assert tell("page", "connect", str(page["id"])).code == 0
    assert len(vk.calls_of("groups.setLongPollSettings")) == 1
    shown = tell("page", "show", str(page["id"])).out
    assert "Дворник забирает сам" in shown
    assert "Адрес для сети" not in shown

    changed = tell("page", "set", str(page["id"]), "--intake", "callback")
    assert "dvornik page connect" in changed.err
    assert "Адрес для сети" in changed.out
    lost = tell("page", "connect", str(page["id"]))
    assert lost.code == 1
    assert "НЕ ХВАТАЕТ: Не сказано, по какому адресу" in lost.out
    assert tell("page", "connect", str(page["id"]), "--public-url", "http://example.ru").code == 2


def test_the_blacklist_is_listed_and_kept_nowhere(vk, place, tell) -> None:
    """Bans without a reason or a term are named with their address; the data folder knows nobody of them."""
    community = vk.add_community(GROUP)
    now = vk.state.now()
    unexplained, explained, club = 911222333, 911222444, -911222555
    community.bans[unexplained] = {"admin_id": 5, "date": now, "reason": 0, "comment": "", "end_date": 0}
    community.bans[explained] = {"admin_id": 5, "date": now, "reason": 1, "comment": "", "end_date": now + 86400}
    community.bans[club] = {"admin_id": 5, "date": now, "reason": 0, "comment": "реклама\x1b[2J", "end_date": 0}
    page = added(tell, "--community-token", "-", stdin=vk.add_token("community", GROUP) + "\n")

    listed = tell("page", "blacklist", str(page["id"]))
    assert listed.code == 0, listed.err
    assert "В чёрном списке: 3; без причины 1, без срока 2." in listed.out
    assert "vk.com/id911222333" in listed.out
    assert "vk.com/club911222555" in listed.out
    assert "911222444" not in listed.out
    assert "\x1b" not in listed.out
    found = json.loads(tell("page", "connect", str(page["id"]), "--json").out)["blacklist"]
    assert [one["id"] for one in found["doubtful"]] == [str(unexplained), str(club)]
    kept = b"".join(file.read_bytes() for file in place.data_dir.rglob("*") if file.is_file())
    assert b"911222333" not in kept
    assert "911222333" not in listed.err

    vk.fail_next("groups.getBanned", 15)
    refused = tell("page", "blacklist", str(page["id"]))
    assert refused.code == 1
    assert "чёрный список прочитать не удалось" in refused.err
