"""Many questions at once, and bans that wait for a name: in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from app.domain.words import Role
from app.storage.tables import Action, Decision, ReviewCase
from tests.console.browsing import Visitors, check_accessible
from tests.console.desk import MAT, Desk

RUDE = ("Вы там совсем дебилы?", "Глава идиот и бездарь", "Какие же вы тупые скоты")


@pytest.fixture(autouse=True)
def _empty_queue(desk: Desk) -> Iterator[None]:
    """Every test finds its own questions only."""
    desk.clear()
    yield
    desk.clear()


@pytest.fixture
def enforcing(desk: Desk) -> Iterator[None]:
    """The page's machine removes by itself for one test."""
    desk.set_mode("enforce")
    yield
    desk.set_mode("review")


def test_one_answer_for_many_cases_after_a_list_of_what_would_happen(desk: Desk, people: Visitors) -> None:
    """Mark by keys, see the list with what cannot be done, confirm, and call it all back within ten minutes."""
    cases = [desk.case(words) for words in RUDE]
    page = people.visit(Role.MODERATOR, "/queue/list", name="Анна Списочная")
    keys = page.keyboard
    for key in "jxjxkjj":
        keys.press(key)
    expect(page.locator("input[name=case]:checked")).to_have_count(2)
    page.get_by_label("Отметить все").check()
    expect(page.locator("input[name=case]:checked")).to_have_count(3)
    page.get_by_role("checkbox", name="оскорбление").check()
    check_accessible(page)
    # While the list is looked at, a colleague opens one of the questions.
    people.visit(Role.MODERATOR, f"/queue/{cases[0]}", name="Борис Быстрый")
    page.get_by_role("button", name="Удалить отмеченные").click()
    expect(page.get_by_role("heading", name="Что произойдёт")).to_be_visible()
    expect(page.get_by_text("2 комментария из 3")).to_be_visible()
    expect(page.get_by_text("сейчас смотрит Борис Быстрый")).to_be_visible()
    check_accessible(page)
    assert {desk.row(ReviewCase, case).state for case in cases} == {"open", "claimed"}

    page.get_by_role("button", name=re.compile("Удалить 2")).click()
    expect(page.get_by_text("Будет удалено: 2 комментария")).to_be_visible()
    check_accessible(page)
    assert [desk.row(ReviewCase, case).ended for case in cases] == [None, "removed", "removed"]
    decided = [one.id for one in desk.rows(Decision) if one.decided_by == "person:Анна Списочная"]
    ordered = [one for one in desk.rows(Action) if one.decision_id in decided]
    assert {(one.kind, one.state, one.waiting_for) for one in ordered} == {
        ("delete_comment", "pending", "undo_window"),
        # Nobody was asked about the bans: they wait as they did.
        ("ban_author", "proposed", None),
    }
    page.get_by_role("button", name="Отменить всё").click()
    expect(page.get_by_role("heading", name="Отменено: 2")).to_be_visible()
    check_accessible(page)
    assert {one.state for one in desk.rows(Action) if one.decision_id in decided} == {"cancelled"}


def test_many_without_grounds_are_refused(desk: Desk, people: Visitors) -> None:
    """Nothing marked, or a removal without grounds, is said on the list itself, on a phone too."""
    desk.case(RUDE[0])
    phone = people.visit(Role.MODERATOR, "/queue/list", phone=True)
    phone.get_by_role("button", name="Оставить отмеченные").tap()
    expect(phone.get_by_role("alert")).to_contain_text("вопросов")
    phone.get_by_label("Отметить вопрос 1").check()
    phone.get_by_role("button", name="Удалить отмеченные").tap()
    expect(phone.get_by_role("alert")).to_contain_text("Отметьте, за что удалить")
    check_accessible(phone)


def test_a_list_is_walked_by_keys(desk: Desk, people: Visitors) -> None:
    """`j` picks, `o` opens what was picked; the filters keep to their questions."""
    desk.case(RUDE[0])
    desk.case(RUDE[1])
    page = people.visit(Role.MODERATOR, "/queue/list")
    page.locator("summary", has_text="Условия").click()
    page.get_by_role("combobox", name="Нарушение").select_option("spam")
    page.get_by_role("button", name="Показать").click()
    expect(page.get_by_text("Вопросов с такими условиями нет")).to_be_visible()
    page.goto("/console/queue/list")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("[data-row]").nth(1).locator(".excerpt").inner_text()
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/console/queue/\d+"))

    assert page.locator(".words").inner_text() == second


def test_a_proposed_ban_is_confirmed_or_declined_by_name(desk: Desk, enforcing: None, people: Visitors) -> None:
    """Where the machine removes by itself its bans wait here; one goes out with another term, one is declined."""
    for _ in range(2):
        desk.comment(MAT)
        desk.forget()
    page = people.visit(Role.MODERATOR, "/queue/bans", name="Анна Ответственная")
    check_accessible(page)
    first = page.get_by_role("region", name="Блокировка 1")
    first.get_by_label("Срок").select_option("7")
    first.get_by_role("button", name="Заблокировать").click()
    expect(page.get_by_text("Блокировка подтверждена")).to_be_visible()
    second = page.get_by_role("region", name="Блокировка 1")
    second.get_by_label("Почему не нужно").fill("Первый раз, достаточно удаления")
    second.get_by_role("button", name="Не блокировать").click()
    expect(page.get_by_text("Блокировка отклонена")).to_be_visible()

    bans = [
        one
        for one in desk.rows(Action)
        if one.kind == "ban_author" and "Анна Ответственная" in f"{one.confirmed_by}{one.ended_by}"
    ]
    assert {one.ban_seconds for one in bans if one.confirmed_by} == {7 * 86_400}
    assert [one.state for one in bans if not one.confirmed_by] == ["cancelled"]
