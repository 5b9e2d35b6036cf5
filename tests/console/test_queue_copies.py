"""One removal for all who say the same: in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from app.domain.words import Role
from app.storage.tables import Action, Decision, ReviewCase
from tests.console.browsing import Visitors, check_accessible
from tests.console.desk import Desk

SAME = "Так говорят все, кто там бывал, и я говорю то же самое каждый божий день"
COLD = "Когда дадут отопление на улице Садовой? Третий день без тепла, дома маленькие дети!"


@pytest.fixture(autouse=True)
def _empty_queue(desk: Desk) -> Iterator[None]:
    """Every test finds its own questions only."""
    desk.clear()
    yield
    desk.clear()


def raid(desk: Desk, words: str) -> int:
    """Seven people say it; the one question about them."""
    for _ in range(7):
        desk.comment(words)
    [case] = [one.id for one in desk.rows(ReviewCase) if one.state == "open"]
    return int(case)


def test_a_raid_goes_by_one_decision_and_comes_back_by_one_button(desk: Desk, people: Visitors) -> None:
    """The question tells how many; the list shows the words; then all go, and within ten minutes all come back."""
    case = raid(desk, SAME)
    page = people.visit(Role.MODERATOR, f"/queue/{case}", name="Анна Набеговна")
    check_accessible(page)
    page.get_by_role("button", name="Удалить все копии: 7").click()
    expect(page.get_by_role("alert")).to_contain_text("за что удалить")
    page.get_by_role("checkbox", name="спам").check()
    page.get_by_role("button", name="Удалить все копии: 7").click()
    expect(page.get_by_role("heading", name="Одно решение на все копии")).to_be_visible()
    expect(page.get_by_text("Слово в слово: 7 комментариев")).to_be_visible()
    expect(page.get_by_text(SAME)).to_have_count(1)
    check_accessible(page)
    assert desk.row(ReviewCase, case).state == "claimed"

    page.get_by_role("button", name=re.compile("^Удалить 7")).click()
    expect(page.get_by_role("status")).to_contain_text("Будет удалено: 7 комментариев")
    check_accessible(page)
    decided = [one.id for one in desk.rows(Decision) if one.decided_by == "person:Анна Набеговна"]
    ordered = [one for one in desk.rows(Action) if one.decision_id in decided]
    assert [(one.kind, one.state) for one in ordered] == [("delete_comment", "pending")] * 7
    # Sent again, the same page tells the same.
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("Будет удалено: 7 комментариев")
    # Whoever has left the page finds the button on the question's own.
    page.get_by_role("link", name="странице вопроса").click()
    expect(page.get_by_text("Вместе с копиями вы удаляете 7 комментариев")).to_be_visible()
    check_accessible(page)
    page.get_by_role("button", name="Отменить всё").click()
    expect(page.get_by_role("heading", name="Отменено: 7")).to_be_visible()
    assert {one.state for one in desk.rows(Action) if one.decision_id in decided} == {"cancelled"}
    page.get_by_role("link", name="В очередь").click()
    expect(page.get_by_role("button", name="Удалить все копии: 7")).to_be_visible()


def test_a_wave_of_residents_has_no_such_button(desk: Desk, people: Visitors) -> None:
    """The question says why all are looked at one by one, on a phone too."""
    case = raid(desk, COLD)
    phone = people.visit(Role.MODERATOR, f"/queue/{case}", phone=True)
    expect(phone.get_by_text("волна жалоб выглядит так же, как набег")).to_be_visible()
    expect(phone.get_by_role("button", name="Удалить все копии")).to_have_count(0)
    check_accessible(phone)
