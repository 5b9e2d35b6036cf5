"""Connecting a page and reading its blacklist over HTTP, with a VK that keeps its rules behind it."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from app.domain.connecting import Connector
from app.domain.words import Role
from app.networks.vk.connecting import VkConnector
from app.storage.tables import Journal
from app.storage.tables import Page as StoredPage
from tests.fakes.yard import Yard
from tests.simulators.vk import VkSimulator

GROUP = 229_000_001
BANNED = 911_222_333


@pytest.fixture
def vk(small_yard: Yard) -> Iterator[VkSimulator]:
    """A simulated VK with the yard's page; whoever is banned has neither reason nor term."""
    with VkSimulator() as simulator:
        community = simulator.add_community(GROUP)
        community.bans[BANNED] = {"admin_id": 5, "date": 1_700_000_000, "reason": 0, "comment": "", "end_date": 0}

        def connector() -> Connector:
            return VkConnector(simulator.base_url, http=httpx.Client(verify=False))  # noqa: S501

        small_yard.app.state.services = replace(small_yard.services, connectors={"vk": connector})
        yield simulator


def test_a_page_is_added_switched_and_connected(small_yard: Yard, vk: VkSimulator) -> None:
    """An administrator does it all over the API: what is missing is named until nothing is."""
    api = small_yard.client(Role.ADMIN)
    small_yard.change(StoredPage, small_yard.page, external_id="229000009")
    token = vk.add_token("community", GROUP, rights=["messages"])
    added = api.post(
        "/v1/pages",
        json={"network": "vk", "external_id": str(GROUP), "title": "Район", "community_token": token},
    ).json()
    assert (added["intake"], added["secret"]) == ("longpoll", None)
    path = f"/v1/pages/{added['id']}"
    assert api.get(path).json()["intake"] == "longpoll"

    first = api.post(f"{path}/connect").json()
    assert (first["works"], [one["code"] for one in first["lacks"]]) == (False, ["no_manage"])
    assert "Управление сообществом" in first["lacks"][0]["text"]
    better = vk.add_token("community", GROUP)
    assert api.patch(path, json={"community_token": better}).status_code == 200
    second = api.post(f"{path}/connect").json()
    assert (second["works"], second["lacks"]) == (True, [])
    assert vk.state.communities[GROUP].polling.enabled

    changed = api.patch(path, json={"intake": "callback"}).json()
    assert changed["page"]["intake"] == "callback"
    assert f"dvornik page connect {added['id']}" in changed["warnings"][0]
    third = api.post(f"{path}/connect").json()
    assert [one["code"] for one in third["lacks"]] == ["no_address"]
    assert third["blacklist"]["total"] == 1
    wrong = api.patch(path, json={"intake": "pigeon"})
    assert (wrong.status_code, wrong.json()["errors"][0]["where"]) == (400, "intake")


def test_the_blacklist_is_for_administrators_and_noted(small_yard: Yard, vk: VkSimulator) -> None:
    """Whom the page has banned is shown to nobody else; who has read it stands in the journal, without ids."""
    api = small_yard.client(Role.ADMIN)
    token = vk.add_token("community", GROUP)
    assert api.patch(f"/v1/pages/{small_yard.page}", json={"community_token": token}).status_code == 200
    path = f"/v1/pages/{small_yard.page}/blacklist"
    found = api.get(path).json()
    assert (found["total"], found["without_reason"], found["without_term"]) == (1, 1, 1)
    [line] = found["doubtful"]
    assert (line["id"], line["since"], line["until"]) == (str(BANNED), "2023-11-14T22:13:20.000000Z", None)
    for role in set(Role) - {Role.ADMIN}:
        assert small_yard.client(role).get(path).status_code == 403
    [entry] = small_yard.journal("blacklist_read")
    assert str(BANNED) not in "".join(one.body for one in small_yard.rows(Journal))
    assert entry.subject_id == small_yard.page

    vk.kill_token(token)
    refused = api.get(path)
    assert refused.status_code == 409
    assert "чёрный список прочитать не удалось" in refused.json()["detail"]
