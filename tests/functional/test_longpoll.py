"""Pages that nothing can call: the real service asks VK for their events, decides, acts, and loses nothing when killed."""


import httpx
import pytest

from tests.functional.conftest import GROUP, MAT, PUBLIC, THANKS, Scene
from tests.functional.running import Installation, Service, wait_until
from tests.simulators.vk import VkSimulator
from tests.simulators.vk_connecting import EVENTS as SWITCHED_ON


def open_polled_page(vk: VkSimulator, installation: Installation, service: Service) -> Scene:
    """A page that is polled, on both sides, with a community's key for asking and a person's for deleting."""
    community = vk.add_community(GROUP, managers=[5])
    community.polling.enabled, community.polling.events = True, set(SWITCHED_ON)
    user, key = vk.add_token("user", GROUP), vk.add_token("community", GROUP)
    page = installation.json(
        *("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Район", "--mode", "enforce"),
        *("--policy", "novokuznetsk-59", "--intake", "longpoll", "--user-token", "-", "--community-token", "-"),
        stdin=f"{user}\n{key}\n",
    )
    token = installation.json("token", "create", "--role", "admin", "--name", "Тест")["token"]
    return Scene(vk, installation, service, page["id"], token)


@pytest.fixture
def polled(vk: VkSimulator, installation: Installation, service: Service) -> Scene:
    """A page that is polled."""
    return open_polled_page(vk, installation, service)


def writes(scene: Scene, text: str, author: int = PUBLIC):
    """A citizen writes, and VK keeps the event for whoever asks."""
    comment = scene.vk.post_comment(GROUP, text, author=author)
    assert scene.vk.send_new(comment) == [], "nobody is called"
    return comment


def asked(scene: Scene, times: int = 1) -> bool:
    """Whether VK was asked for events so often."""
    return len(scene.vk.calls_of("a_check")) >= times


def test_a_polled_page_is_moderated_like_any_other(polled: Scene) -> None:
    """A violation is deleted, the echo of the deletion is known for one, thanks stay."""
    wait_until(lambda: asked(polled), what="VK is asked for events")
    writes(polled, THANKS)
    comment = writes(polled, MAT)

    wait_until(lambda: polled.vk.calls_of("wall.deleteComment"), what="VK is asked to delete")
    assert polled.vk.calls_of("wall.deleteComment")[0].params["comment_id"] == str(comment.id)
    metrics = f"{polled.service.url}/metrics"
    wait_until(lambda: 'outcome="echo"' in httpx.get(metrics).text, what="the echo is asked for")
    assert [one["verdict"] for one in polled.decisions()] == ["remove", "keep"]
    assert "dvornik_polled_pages 1.0" in httpx.get(metrics).text
