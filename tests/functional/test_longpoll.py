"""Pages that nothing can call: the real service asks VK for their events, decides, acts, loses nothing when killed."""

from pathlib import Path

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import select

from app.storage.session import Database
from app.storage.tables import Poll
from tests.functional.conftest import GROUP, MAT, PUBLIC, THANKS, Scene
from tests.functional.running import Installation, Service, wait_until
from tests.functional.test_worker_killed import worker
from tests.simulators.vk import Comment, VkSimulator
from tests.simulators.vk_connecting import EVENTS as SWITCHED_ON


def open_polled_page(vk: VkSimulator, installation: Installation, service: Service, group: int = GROUP) -> Scene:
    """A page that is polled, on both sides, with a community's key for asking and a person's for deleting."""
    page, token = add_polled_page(vk, installation, group)
    return Scene(vk, installation, service, page, token)


def add_polled_page(vk: VkSimulator, installation: Installation, group: int = GROUP) -> tuple[str, str]:
    """The same for a service that is yet to be started: the page's number, an administrator's token."""
    community = vk.add_community(group, managers=[5])
    community.polling.enabled, community.polling.events = True, set(SWITCHED_ON)
    user, key = vk.add_token("user", group), vk.add_token("community", group)
    page = installation.json(
        *("page", "add", "--network", "vk", "--external-id", str(group), "--title", "Район", "--mode", "enforce"),
        *("--policy", "novokuznetsk-59", "--intake", "longpoll", "--user-token", "-", "--community-token", "-"),
        stdin=f"{user}\n{key}\n",
    )
    return page["id"], installation.json("token", "create", "--role", "admin", "--name", "Тест")["token"]


def writes(scene: Scene, text: str, author: int = PUBLIC, group: int = GROUP) -> Comment:
    """A citizen writes, and VK keeps the event for whoever asks."""
    comment = scene.vk.post_comment(group, text, author=author)
    assert scene.vk.send_new(comment) == [], "nobody is called"
    return comment


def is_asked(scene: Scene) -> bool:
    """Whether VK was asked for events."""
    return bool(scene.vk.calls_of("a_check"))


@pytest.mark.timeout(180)
def test_a_polled_page_is_moderated_and_a_kill_loses_and_repeats_nothing(
    vk: VkSimulator, sqlite_url: str, tmp_path: Path
) -> None:
    """Thanks stay, a violation goes; then the power fails while VK's answer is on its way."""
    installation = Installation(tmp_path / "data", sqlite_url, vk.base_url)
    page, token = add_polled_page(vk, installation)
    with installation.serve() as service:
        _killed(vk, Scene(vk, installation, service, page, token))


def _killed(vk: VkSimulator, polled: Scene) -> None:
    metrics = f"{polled.service.url}/metrics"
    wait_until(lambda: is_asked(polled), what="VK is asked for events")
    comment = writes(polled, MAT)
    wait_until(lambda: vk.calls_of("wall.deleteComment"), what="VK is asked to delete")
    assert vk.calls_of("wall.deleteComment")[0].params["comment_id"] == str(comment.id)
    wait_until(lambda: 'outcome="echo"' in httpx.get(metrics).text, what="the echo is asked for")
    assert "dvornik_polled_pages 1.0" in httpx.get(metrics).text

    vk.slow_answers(60)
    vk.fail_next("a_check", "slow")
    writes(polled, f"{THANKS} 0")
    wait_until(lambda: not vk.state.prepared["a_check"], what="a slow answer is on its way", seconds=40)
    writes(polled, f"{THANKS} 1")
    polled.service.kill()
    writes(polled, f"{MAT}!", author=PUBLIC + 1)
    database = Database(polled.installation.database_url)
    let_leases_run_out(database)
    database.dispose()
    polled.service.start()

    wait_until(lambda: len(vk.calls_of("wall.deleteComment")) == 2, what="the last comment is deleted", seconds=90)
    texts = [one["comment"]["text"] for one in polled.decisions()]
    assert sorted(texts) == sorted([MAT, f"{THANKS} 0", f"{THANKS} 1", f"{MAT}!"])
    assert len(vk.calls_of("groups.getLongPollServer")) == 1, "the session outlives its process"
    polled.installation.run("journal", "verify")


@pytest.mark.timeout(180)
def test_two_processes_share_the_pages_and_one_takes_over(vk: VkSimulator, postgres_url: str, tmp_path: Path) -> None:
    """Each asks for its share; what a killed worker held is asked for by the other, from where it stood."""
    installation = Installation(tmp_path / "data", postgres_url, vk.base_url)
    first, second = (add_polled_page(vk, installation, group) for group in (GROUP, GROUP + 1))
    with installation.serve() as service:
        _two_processes(*(Scene(vk, installation, service, *page) for page in (first, second)))


def _two_processes(scene: Scene, other: Scene) -> None:
    vk, installation = scene.vk, scene.installation
    database = Database(installation.database_url)
    with worker(installation) as second:
        wait_until(lambda: len(owners(database)) == 2, what="each process holds a page", seconds=60)
        for group in (GROUP, GROUP + 1):
            wait_until(lambda group=group: str(group) in polled_groups(vk), what="each page is asked for")
            writes(scene, THANKS, group=group)
        wait_until(lambda: len(scene.decisions()) == len(other.decisions()) == 1)
        second.kill()
        second.wait(timeout=60)
    for group in (GROUP, GROUP + 1):
        writes(scene, f"{THANKS} ещё раз", group=group)
    let_leases_run_out(database)
    wait_until(lambda: len(scene.decisions()) == len(other.decisions()) == 2, what="both are heard", seconds=60)
    wait_until(lambda: len(owners(database)) == 1, what="one asks for both")
    database.dispose()


def let_leases_run_out(database: Database) -> None:
    """As if whoever was killed had died half a minute ago."""
    with database.write() as session:
        session.exec(update(Poll).values(lease_until=0))


def owners(database: Database) -> set[str]:
    """Who asks for the pages."""
    with database.read() as session:
        return {owner for owner in session.exec(select(Poll.lease_owner)) if owner}


def polled_groups(vk: VkSimulator) -> set[str]:
    """Communities whose sessions were opened."""
    return {call.params["group_id"] for call in vk.calls_of("groups.getLongPollServer")}
