"""The version before and this one serve the same pages from one PostgreSQL, as they do while replicas are replaced."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from app.domain.clock import SECOND, SystemClock
from tests.functional.conftest import GROUP, SECRET, Scene
from tests.functional.earlier import Earlier, unpack
from tests.functional.running import Installation, wait_until
from tests.functional.test_crowd import _all, _body
from tests.simulators.vk import VkSimulator

EVENTS = 70


@pytest.fixture
def shared(vk: VkSimulator, empty_postgres_url: str, tmp_path: Path) -> Installation:
    """One database, one folder of keys, both versions."""
    return Installation(tmp_path / "data", empty_postgres_url, vk.base_url)


@pytest.fixture
def earlier(shared: Installation, tmp_path: Path) -> Earlier:
    """The version before."""
    folder = tmp_path / "earlier"
    unpack(folder)
    return Earlier(folder, shared)


@pytest.mark.timeout(240)
def test_two_versions_work_side_by_side(vk: VkSimulator, shared: Installation, earlier: Earlier) -> None:
    """The schema is migrated under the older service; then each event, sent to both, is decided once and seen by both."""
    page, token = _page(vk, earlier)
    with earlier.serve() as old_url, ThreadPoolExecutor(1) as aside:
        events = aside.submit(_deliver, [old_url], range(1, 30))
        assert "обновлена" in shared.run("migrate").stdout
        assert events.result() == {"ok"}

        with shared.serve() as service:
            new = Scene(vk, shared, service, page, token)
            assert _deliver([old_url, service.url], range(30, 50)) == {"ok"}
            assert _deliver([service.url, old_url], range(50, EVENTS)) == {"ok"}
            decided = [(one["id"], one["verdict"]) for one in _all(new, "/v1/decisions")]
            assert len(decided) == EVENTS - 1
            with _client(old_url, token) as old:
                assert [(one["id"], one["verdict"]) for one in _decisions(old, page)] == decided
                _confirm_across(new, old)
            wait_until(lambda: _removed(new), seconds=60, what="the workers have sent what was decided")
            shared.run("journal", "verify")


def _page(vk: VkSimulator, earlier: Earlier) -> tuple[str, str]:
    """A page that the older version has added, and a token that it has given out."""
    vk.add_community(GROUP, managers=[5])
    user_token = vk.add_token("user", GROUP)
    add = (
        *("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Район", "--mode", "enforce"),
        *("--policy", "novokuznetsk-59", "--secret", "-", "--confirmation", "c0ffee", "--user-token", "-", "--json"),
    )
    create = ("token", "create", "--role", "admin", "--name", "Тест", "--json")
    _, page, token = earlier.run((("migrate",), ""), (add, f"{SECRET}\n{user_token}\n"), (create, ""))
    return json.loads(page)["id"], json.loads(token)["token"]


def _deliver(urls: Iterable[str], numbers: range) -> set[str]:
    """Send each event to every address in turn; returns what was answered."""
    answers = set()
    with httpx.Client(timeout=30) as http:
        for number in numbers:
            body = _body(number)
            body["object"]["date"] = SystemClock().now() // SECOND
            answers |= {http.post(f"{url}/callbacks/vk", json=body).text for url in urls}
    return answers


def _client(url: str, token: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def _decisions(client: httpx.Client, page: str) -> list[dict]:
    return client.get("/v1/decisions", params={"page_id": page, "limit": 200}).json()["items"]


def _confirm_across(new: Scene, old: httpx.Client) -> None:
    """A person confirms bans that either version has proposed, half of them at each."""
    bans = [action for action in _all(new, "/v1/actions") if action["kind"] == "ban_author"]
    assert len(bans) == (EVENTS - 1) // 10
    with new.api as api:
        codes = [(old, api)[at % 2].post(f"/v1/actions/{ban['id']}/confirm").status_code for at, ban in enumerate(bans)]
    assert set(codes) == {httpx.codes.OK}


def _removed(scene: Scene) -> bool:
    """Whether VK has been asked about every violation; there are no such comments there, which is an end, too."""
    removals = [action for action in _all(scene, "/v1/actions") if action["kind"] == "delete_comment"]
    return {action["state"] for action in removals} == {"done"}
