"""A simulated VK, an installation that talks to it, and a page on both."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.functional.running import Installation, Service
from tests.simulators.vk import Comment, VkSimulator

GROUP = 229000001
SECRET = "a-secret-of-the-test"
PUBLIC = 7_000_001
#: What no page lets stand, and what every page must.
MAT = "Иди нахуй, пидорас"
THANKS = "Спасибо большое за отремонтированную дорогу на улице Садовой!"


@dataclass
class Scene:
    """One page on a simulated VK and the service that keeps it."""

    vk: VkSimulator
    installation: Installation
    service: Service
    page_id: str
    token: str

    @property
    def api(self) -> httpx.Client:
        """A client that holds an administrator's token."""
        return httpx.Client(base_url=self.service.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=30)

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a route."""
        with self.api as api:
            answer = api.get(path, params=params)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """Call a route that changes something."""
        with self.api as api:
            return api.post(path, json=body or {})

    def set_mode(self, mode: str) -> None:
        """Switch the page's mode."""
        with self.api as api:
            answer = api.patch(f"/v1/pages/{self.page_id}", json={"mode": mode})
        assert answer.status_code == httpx.codes.OK, answer.text

    def actions(self) -> dict[str, dict[str, Any]]:
        """The newest action of each kind."""
        items = self.get("/v1/actions", page_id=self.page_id)["items"]
        return {item["kind"]: item for item in reversed(items)}

    def decisions(self) -> list[dict[str, Any]]:
        """Decisions of the page, newest first."""
        items: list[dict[str, Any]] = self.get("/v1/decisions", page_id=self.page_id)["items"]
        return items

    def comment(self, text: str, author: int = PUBLIC) -> Comment:
        """A citizen writes; VK tells the service and hears `ok`."""
        comment = self.vk.post_comment(GROUP, text, author=author)
        attempts = self.vk.send_new(comment)
        assert attempts[-1].accepted, attempts
        return comment


@pytest.fixture
def vk() -> Iterator[VkSimulator]:
    """A VK of this test alone."""
    with VkSimulator() as simulator:
        yield simulator


@pytest.fixture
def installation(vk: VkSimulator, database_url: str, tmp_path: Path) -> Installation:
    """An installation on each engine."""
    return Installation(tmp_path / "data", database_url, vk.base_url)


@pytest.fixture
def service(installation: Installation) -> Iterator[Service]:
    """The service, running."""
    with installation.serve() as service:
        yield service


def open_page(
    vk: VkSimulator,
    installation: Installation,
    service: Service,
    *,
    policy: str = "novokuznetsk-59",
    mode: str = "enforce",
) -> Scene:
    """Add the page on both sides and an administrator's token."""
    vk.add_community(GROUP, callback_url=f"{service.url}/callbacks/vk", secret=SECRET, managers=[5])
    user_token = vk.add_token("user", GROUP)
    page = installation.json(
        *("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Район", "--policy", policy),
        *("--mode", mode, "--secret", "-", "--confirmation", "c0ffee", "--user-token", "-"),
        stdin=f"{SECRET}\n{user_token}\n",
    )
    token = installation.json("token", "create", "--role", "admin", "--name", "Тест")["token"]
    return Scene(vk, installation, service, page["id"], token)


@pytest.fixture
def scene(vk: VkSimulator, installation: Installation, service: Service) -> Scene:
    """A page that enforces Novokuznetsk's act."""
    return open_page(vk, installation, service)
