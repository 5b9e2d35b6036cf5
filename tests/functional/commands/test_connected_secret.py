"""A connected page's secret is turned over while its network keeps sending: here and there, without a lost event."""

import json
from typing import Any

import httpx
import pytest

from tests.functional.commands.conftest import Run
from tests.functional.running import Installation, wait_until

GROUP = 229000001


@pytest.fixture
def place(place: Installation, vk) -> Installation:
    """The installation speaks to the simulated VK."""
    place.vk_api_url = vk.base_url
    return place


def told(tell: Run, *arguments: str, stdin: str = "") -> Any:
    """What a command that works prints as JSON."""
    answer = tell(*arguments, "--json", stdin=stdin)
    assert answer.code == 0, answer.out + answer.err
    return json.loads(answer.out)


def knock(url: str, secret: str) -> int:
    """How the service answers an event with this secret."""
    body = {"type": "like_add", "group_id": GROUP, "secret": secret, "object": {"liker_id": 1}}
    return httpx.post(f"{url}/callbacks/vk", json=body, timeout=30).status_code


def test_a_secret_is_turned_in_the_network_too(vk, place: Installation, tell: Run) -> None:
    """VK learns the new one by its API; what is on its way with the old one is taken; at once means at once."""
    vk.add_community(GROUP, managers=[5])
    key = vk.add_token("community", GROUP)
    add = ("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Район", "--intake", "callback")
    page = told(tell, *add, "--community-token", "-", stdin=f"{key}\n")
    with place.serve() as service:
        told(tell, "page", "connect", page["id"], "--public-url", service.url)
        (server,) = vk.state.communities[GROUP].servers.values()
        first = server.secret
        assert first == page["secret"]

        turned = told(tell, "page", "rotate-secret", page["id"])
        assert (turned["changed_in_network"], turned["secret"], turned["lacks"]) == (True, None, [])
        second = server.secret
        assert second != first
        assert [attempt.answer for attempt in vk.send_new(vk.post_comment(GROUP, "Когда починят дорогу?"))] == ["ok"]
        assert [knock(service.url, secret) for secret in (first, second, "guess")] == [200, 200, 403]

        vk.fail_next("groups.editCallbackServer", 10)
        failed = tell("page", "rotate-secret", page["id"], "--hours", "0", "--json")
        assert failed.code == 1
        third = json.loads(failed.out)["secret"]
        assert "ВКонтакте не ответил" in failed.err
        assert "dvornik page connect" in failed.err
        wait_until(lambda: knock(service.url, second) == 403, seconds=5, what="the secret that has ended is refused")
        assert [knock(service.url, secret) for secret in (first, third)] == [403, 200]
        told(tell, "page", "connect", page["id"])
        assert server.secret == third
        log = service.log.read_text(encoding="utf-8")
    assert not any(secret in log for secret in (first, second, third))

    # Nobody answers there any more: VK takes the secret, and its check fails.
    unheard = tell("page", "rotate-secret", page["id"], "--hours", "0", "--json")
    answer = json.loads(unheard.out)
    assert (unheard.code, answer["changed_in_network"], answer["secret"]) == (1, True, None)
    assert server.secret not in (first, second, third)
    assert "ВКонтакте уже получил" in unheard.err
    assert "впишите его" not in unheard.err
    assert f"dvornik page connect {page['id']}" in unheard.err
