"""Connecting a page from the console: what it says, whom it shows, and who may."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from app.domain.connecting import Connector
from app.domain.ports import Right
from app.domain.words import ActionKind, Role
from app.networks.vk.connecting import VkConnector
from app.pipeline.administration.pages import PageChanges, change_page
from app.storage.tables import Action
from tests.console.browsing import Visitors, check_accessible
from tests.console.counter import Counter
from tests.console.desk import GROUP, Desk
from tests.simulators.vk import VkSimulator


@pytest.fixture
def vk(counter: Counter) -> Iterator[VkSimulator]:
    """A simulated VK with the counter's page and a key to it."""
    with VkSimulator() as simulator:
        simulator.add_community(GROUP)

        def connector() -> Connector:
            return VkConnector(simulator.base_url, http=httpx.Client(verify=False))  # noqa: S501

        counter.console.state.services = replace(counter.services, connectors={"vk": connector})
        token = simulator.add_token("community", GROUP)
        change_page(counter.house, counter.page, PageChanges(community_token=token), by="cli")
        yield simulator


def test_an_administrator_connects_the_page(counter: Counter, vk: VkSimulator) -> None:
    """The other way is chosen with a button, connecting says what was done, and words of others stay words."""
    vk.state.communities[GROUP].bans[911_222_333] = {
        "admin_id": 5,
        "date": 1_700_000_000,
        "reason": 0,
        "end_date": 0,
        "comment": "<script>alert(1)</script>",
    }
    who = counter.visitor(Role.ADMIN)
    path = f"/pages/{counter.page}"
    assert "Подключение" in who.get(path).text
    lacking = who.post(f"{path}/connect")
    assert lacking.status_code == 200
    assert "Страница ещё не подключена" in lacking.text
    assert "Не сказано, по какому адресу" in lacking.text

    assert who.post(f"{path}/intake", intake="longpoll").status_code == 303
    assert "Дворник забирает сам" in who.get(f"{path}/connect").text
    connected = who.post(f"{path}/connect")
    assert "Страница подключена" in connected.text
    assert "Long Poll API включён" in connected.text
    assert "https://vk.com/id911222333" in connected.text
    assert "<script>alert" not in connected.text
    assert "id911222333" in who.post(f"{path}/blacklist").text
    assert "id911222333" not in who.get(f"{path}/connect").text


def test_what_no_key_could_do_stays_with_people(counter: Counter) -> None:
    """Where a page's keys are shown it is told that a new one does not send what waits for hands, and where that is."""
    path = f"/pages/{counter.page}"
    who = counter.visitor(Role.ADMIN)
    action = counter.action_of(counter.comment("Ты дебил"), "delete_comment")
    assert "сделают вручную" not in who.get(f"{path}/connect").text
    counter.change(Action, action.id, state="manual", last_error="no_capable_token")
    shown = who.get(f"{path}/connect").text
    assert f'/console{path}#manual">Ждут, что их сделают вручную</a>: 1.' in shown
    assert "С новым ключом программа этих действий не повторит" in who.get(path).text


def test_a_task_for_somebodys_hands_says_where_and_what(counter: Counter) -> None:
    """The page shows what to do, the ground, and the way to the comment and to its author."""
    decision = counter.comment("Ты дебил")
    for kind in ("delete_comment", "ban_author"):
        counter.change(Action, counter.action_of(decision, kind).id, state="manual", last_error="not_offered")
    shown = counter.visitor(Role.MODERATOR).get(f"/pages/{counter.page}").text

    assert "Откройте комментарий и удалите его." in shown
    assert "Заблокируйте автора на странице на " in shown
    assert "Основание: " in shown
    assert 'href="https://vk.com/id15170"' in shown
    assert 'href="https://vk.com/wall-' in shown
    assert "сеть разрешает это только вручную" in shown


def test_what_each_key_may_do_is_shown_on_request(counter: Counter) -> None:
    """The self-test's answers stand there in words, with what the rules order in vain."""
    counter.network.rights = (
        Right(ActionKind.DELETE_COMMENT, None),
        Right(ActionKind.BAN_AUTHOR, False, "no_rights"),
    )
    who, path = counter.visitor(Role.ADMIN), f"/pages/{counter.page}"
    assert "Проверить, что могут ключи" in who.get(f"{path}/connect").text
    shown = who.post(f"{path}/check").text

    assert "удалить комментарий: покажет первая попытка" in shown
    assert "заблокировать автора: не может (no_rights)" in shown
    assert "Правила велят заблокировать автора" in shown


def test_nobody_else_sees_or_does_it(counter: Counter, vk: VkSimulator) -> None:
    """Moderators are offered no button and refused, and an administrator of other pages finds none."""
    path = f"/pages/{counter.page}"
    moderator = counter.visitor(Role.MODERATOR)
    assert "Подключение" not in moderator.get(path).text
    foreign = counter.visitor(Role.ADMIN, "foreign", pages=[counter.add_page("229000002", "shadow")])
    for who, status in ((moderator, 403), (foreign, 404)):
        assert who.get(f"{path}/connect").status_code == status
        for action in ("connect", "check", "blacklist", "intake"):
            assert who.post(f"{path}/{action}", intake="longpoll").status_code == status
    assert vk.calls == []


def test_the_page_can_be_read_by_everybody(desk: Desk, people: Visitors) -> None:
    """In a browser, against the running service: what is missing stands in a notice, and axe finds nothing."""
    desk.vk.state.communities[GROUP].bans[911_222_444] = {
        "admin_id": 5,
        "date": 1_700_000_000,
        "reason": 0,
        "comment": "",
        "end_date": 0,
    }
    page = people.visit(Role.ADMIN, f"/pages/{desk.page_id}/connect")
    check_accessible(page)
    page.get_by_role("button", name="Подключить").click()
    page.locator(".notice.bad").filter(has_text="Не сказано, по какому адресу").wait_for()
    page.get_by_role("link", name="id911222444").wait_for()
    check_accessible(page)
    desk.vk.state.communities[GROUP].bans.clear()
