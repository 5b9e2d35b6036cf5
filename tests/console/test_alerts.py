"""Who is told, in a real browser: adding, trying and removing channels; what goes on is red at once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from app.domain.watching import Matter
from app.domain.words import Role
from app.pipeline.watching import incidents
from app.storage.tables import AlertChannel
from tests.console.browsing import Visitors, check_accessible
from tests.console.desk import Desk


@pytest.fixture(autouse=True)
def alone(desk: Desk) -> Iterator[None]:
    """No channel and no incident is left behind."""
    yield
    for table in ("alert_message", "alert_channel", "incident"):
        desk.sql(f"DELETE FROM {table}")


def test_a_channel_is_added_tried_and_removed(desk: Desk, people: Visitors) -> None:
    """A wrong address is told beside the form; a letter that is not taken says why; removal forgets the address."""
    page = people.visit(Role.ADMIN, "/alerts")
    check_accessible(page)
    expect(page.locator(".notice.warn")).to_contain_text("Никому не сообщается")
    page.get_by_label("Адрес почты").fill("не адрес")
    page.get_by_role("button", name="Добавить").click()
    expect(page.get_by_role("alert")).to_contain_text("имя@домен")
    assert desk.rows(AlertChannel) == []
    page.get_by_label("Адрес почты").fill("press@adm.example")
    page.get_by_label("Тихие часы с").fill("22:00")
    page.get_by_label("до", exact=True).fill("07:00")
    page.get_by_role("button", name="Добавить").click()
    expect(page.get_by_role("status")).to_contain_text("Канал добавлен: press@adm.example")
    expect(page.get_by_role("heading", name="Почта: press@adm.example")).to_be_visible()
    check_accessible(page)
    page.get_by_role("button", name="Отправить проверочное письмо").click()
    expect(page.get_by_role("alert")).to_contain_text("почтовый сервер не указан")
    page.locator("summary", has_text="Убрать").click()
    page.get_by_role("button", name="Убрать", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Канал убран")
    assert [desk.house.vault.open(one.target_enc) for one in desk.rows(AlertChannel)] == ["{}"]


def test_what_goes_on_is_red_at_once_and_stays_in_the_list(desk: Desk, people: Visitors) -> None:
    """An incident is a red line on the list of pages and on the page itself; after its end only the list tells it."""
    with desk.house.database.write() as session:
        incidents.begin(session, desk.house, Matter.CALLBACK_SERVER, page_id=desk.page_id, code="failed")
    page = people.visit(Role.VIEWER, "/pages")
    line = page.locator(".notice.bad", has_text="Сеть не может передать события: сервер не отвечает сети как надо")
    expect(line).to_be_visible()
    page.goto(f"{desk.url}/pages/{desk.page_id}")
    expect(line).to_be_visible()
    with desk.house.database.write() as session:
        incidents.end(session, desk.house, Matter.CALLBACK_SERVER, page_id=desk.page_id)
    page.reload()
    expect(line).to_have_count(0)
    page.locator("summary", has_text="Происшествия").click()
    expect(page.locator("details li", has_text="Сеть не может передать события")).to_be_visible()
    check_accessible(page)


@pytest.mark.parametrize(("role", "pages"), [(Role.MODERATOR, None), (Role.ADMIN, [7])])
def test_addresses_are_for_administrators_of_everything(
    desk: Desk, people: Visitors, role: Role, pages: list[int] | None
) -> None:
    """Whoever is no administrator, or of some pages only, is shown no channel."""
    limited = None if pages is None else [desk.page_id]
    page = people.visit(role, "/alerts", pages=limited)
    expect(page.locator("body")).to_contain_text("тот, кому открыты все страницы" if limited else "не открыта")
    expect(page.locator("form[action='/console/alerts']")).to_have_count(0)
