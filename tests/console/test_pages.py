"""The pages in a real browser: what stands still is red, the red button, and what waits for a person's hand."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.domain.clock import DAY
from app.domain.words import Role
from app.storage.tables import Action, Comment, Note
from app.storage.tables import Page as StoredPage
from tests.console.browsing import Visitors, check_accessible
from tests.console.desk import MAT, Desk


@pytest.fixture(autouse=True)
def alone(desk: Desk) -> Iterator[None]:
    """Nothing that other tests have left waits on the page."""
    desk.sql("UPDATE action SET state = 'cancelled' WHERE state NOT IN ('done', 'failed', 'sending')")
    yield
    desk.sql("UPDATE action SET state = 'cancelled' WHERE state NOT IN ('done', 'failed', 'sending')")


def removal(desk: Desk, words: str) -> dict[str, Action]:
    """The actions that a comment draws, by kind."""
    desk.comment(words)
    newest = max(row.decision_id for row in desk.rows(Action))
    return {row.kind: row for row in desk.rows(Action) if row.decision_id == newest}


def card(page: Page, desk: Desk) -> str:
    """The words of the page's card."""
    title = desk.row(StoredPage, desk.page_id).title
    return page.locator("section.card").filter(has=page.get_by_role("link", name=title)).inner_text()


def test_what_stands_still_and_what_has_no_ground_is_red(desk: Desk, people: Visitors) -> None:
    """A dead key, deliveries that fail and terms without an order are each said in a line of their own."""
    page = people.visit(Role.VIEWER, "/pages")
    assert "сроки блокировок предложены программой" in card(page, desk)
    assert "больше не действует" not in card(page, desk)
    check_accessible(page)
    now = desk.house.clock.now()
    own = desk.row(StoredPage, desk.page_id).connection_id
    desk.sql("UPDATE credential SET dead_at = :at, dead_code = '5' WHERE connection_id = :own", at=now, own=own)
    desk.sql(
        "UPDATE connection SET trouble_began_at = :began, trouble_at = :at, trouble_code = 'unreachable'"
        " WHERE id = :own",
        began=now - DAY,
        at=now,
        own=own,
    )
    page.reload()
    expect(page.locator(".notice.bad").filter(has_text="Ключ руководителя больше не действует")).to_be_visible()
    expect(page.locator(".notice.bad").filter(has_text="Отправка в сеть не идёт: сеть не отвечает")).to_be_visible()
    desk.sql("UPDATE credential SET dead_at = NULL, dead_code = ''")
    desk.sql("UPDATE connection SET trouble_began_at = NULL, trouble_at = NULL, trouble_code = ''")


def test_the_red_button_stops_and_lets_go_again(desk: Desk, people: Visitors) -> None:
    """A moderator stops one page with one touch and sees who did it; everything is stopped and resumed by an admin."""
    page = people.visit(Role.MODERATOR, "/pages", name="Ольга Стоп", phone=True)
    page.get_by_role("button", name="Остановить отправку на странице Администрация района").click()
    expect(page.locator(".notice.bad").filter(has_text="Ольга Стоп")).to_be_visible()
    assert desk.row(StoredPage, desk.page_id).paused_by == "person:Ольга Стоп"
    check_accessible(page)
    page.get_by_role("button", name="Возобновить отправку").click()
    expect(page.get_by_text("Отправка снова идёт.")).to_be_visible()
    assert desk.row(StoredPage, desk.page_id).paused_at is None

    admin = people.visit(Role.ADMIN, "/pages")
    admin.get_by_role("button", name="Остановить отправку везде").click()
    expect(admin.get_by_role("alert")).to_contain_text("Отправка остановлена на всех страницах")
    admin.get_by_role("button", name="Возобновить отправку везде").click()
    expect(admin.get_by_role("button", name="Остановить отправку везде")).to_be_visible()


def test_proposed_bans_are_confirmed_or_declined(desk: Desk, people: Visitors) -> None:
    """Each proposal stands with its comment and clause; declining asks why and keeps the words."""
    first, second = removal(desk, f"{MAT} раз"), removal(desk, f"{MAT} два")
    page = people.visit(Role.MODERATOR, f"/pages/{desk.page_id}", name="Инна Судья")
    cards = page.locator("article")
    expect(cards).to_have_count(4)
    bans = cards.filter(has=page.get_by_role("heading", name="Заблокировать автора на 1 день"))
    expect(bans.first).to_contain_text("п. 2.5 Порядка")
    check_accessible(page)

    bans.filter(has_text="раз").get_by_text("Отклонить", exact=False).first.click()
    bans.filter(has_text="раз").get_by_label("Почему").fill("Первый раз, поговорим")
    check_accessible(page)
    bans.filter(has_text="раз").locator("form[action$=cancel]").get_by_role("button").click()
    expect(page.get_by_text("Отклонено.")).to_be_visible()
    declined = desk.row(Action, first["ban_author"].id)
    assert (declined.state, declined.ended_by) == ("cancelled", "person:Инна Судья")
    assert [note.text for note in desk.rows(Note) if note.action_id == declined.id] == ["Первый раз, поговорим"]

    asked = bans.filter(has_text="два")
    expect(asked.locator("form[action$=confirm]")).to_have_count(0)
    expect(asked.get_by_role("link", name="Сначала ответить на вопрос о комментарии")).to_be_visible()
    removals = cards.filter(has=page.get_by_role("heading", name="Удалить комментарий"))
    removals.filter(has_text="два").locator("form[action$=confirm]").get_by_role("button").click()
    expect(page.get_by_text("Подтверждено.")).to_be_visible()
    asked.locator("form[action$=confirm]").get_by_role("button").click()
    expect(page.get_by_text("Подтверждено.")).to_be_visible()
    assert desk.row(Action, second["ban_author"].id).confirmed_by == "person:Инна Судья"


def test_what_is_done_by_hand_is_ticked_off(desk: Desk, people: Visitors) -> None:
    """What the program cannot do has a link to the place and a button; once pressed, the comment counts as removed."""
    action = removal(desk, f"{MAT} руками")["delete_comment"]
    desk.sql("UPDATE action SET state = 'manual', last_error = '15' WHERE id = :id", id=action.id)
    page = people.visit(Role.MODERATOR, f"/pages/{desk.page_id}", name="Пётр Рукодел")
    manual = page.locator("article").filter(has=page.locator("form[action$=done]"))
    expect(manual).to_contain_text("руками")
    link = manual.get_by_role("link", name="Открыть в сети")
    expect(link).to_have_attribute("href", desk.row(Comment, action.comment_id).url)
    expect(link).to_have_attribute("rel", "noreferrer noopener")
    check_accessible(page)
    manual.get_by_role("button", name="Сделано").click()

    expect(page.get_by_text("Отмечено: сделано вручную.")).to_be_visible()
    done = desk.row(Action, action.id)
    assert (done.state, done.outcome, done.ended_by) == ("done", "acted", "person:Пётр Рукодел")
    assert desk.row(Comment, action.comment_id).state == "removed"
    answer = page.request.post(f"/console/actions/{action.id}/done", form={"csrf": ""})
    assert answer.status == 403


def test_who_may_not_act_sees_no_buttons(desk: Desk, people: Visitors) -> None:
    """A viewer reads the same page without a single form; a person of other pages finds nothing at all."""
    removal(desk, f"{MAT} молча")
    page = people.visit(Role.VIEWER, f"/pages/{desk.page_id}")
    expect(page.locator("article")).to_have_count(2)
    assert page.locator("main form").count() == 0
    for number in (desk.page_id + 1, 2**62):
        answer = page.goto(f"/console/pages/{number}")
        assert answer is not None
        assert answer.status == 404
