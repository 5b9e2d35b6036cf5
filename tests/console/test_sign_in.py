"""Coming in and going out: a key or a link becomes a session, which ends when it should."""

from playwright.sync_api import expect

from app.domain.words import Role
from app.pipeline.administration.sessions import make_link
from tests.console.browsing import Visitors, check_accessible
from tests.console.desk import Desk


def test_a_key_opens_the_desk_and_signing_out_closes_it(desk: Desk, people: Visitors) -> None:
    """Whoever pastes a key is led to the page that was asked for; after signing out the page asks again."""
    page = people.visit(None, "/account")
    check_accessible(page)
    page.get_by_label("Ваш ключ").fill(desk.token(Role.MODERATOR, "Анна Ключева"))
    page.get_by_role("button", name="Войти").click()

    expect(page.get_by_role("heading", name="Анна Ключева")).to_be_visible()
    check_accessible(page)
    page.get_by_role("button", name="Выйти", exact=True).click()
    expect(page.get_by_text("Вы вышли.")).to_be_visible()
    page.goto("/console/account")
    expect(page.get_by_label("Ваш ключ")).to_be_visible()
    assert page.evaluate("document.cookie") == ""


def test_a_link_waits_for_its_reader_and_works_once(desk: Desk, people: Visitors) -> None:
    """Looking at a link does not use it up; its button does, on a phone without scripts too; then it is spent."""
    desk.token(Role.MODERATOR, "Вера Ссылкина")
    secret = make_link(desk.house, name="Вера Ссылкина", by="cli").secret
    check_accessible(people.visit(None, f"/enter/{secret}", phone=True))
    reader = people.visit(None, f"/enter/{secret}", phone=True, scripts=False)
    reader.get_by_role("button", name="Войти").click()
    reader.goto("/console/account")
    expect(reader.get_by_role("heading", name="Вера Ссылкина")).to_be_visible()

    late = people.visit(None, f"/enter/{secret}")
    late.get_by_role("button", name="Войти").click()
    expect(late.get_by_text("уже использована")).to_be_visible()
