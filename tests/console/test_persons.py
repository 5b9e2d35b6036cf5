"""One person's data in a real browser: found, handed over, held, erased; by administrators alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.domain.words import Role
from app.journal.verify import verify
from app.storage.tables import Author, Journal, LegalHold
from tests.console.browsing import Visitors, check_accessible
from tests.console.desk import THANKS, Desk

PERSON = 7_654_321


@pytest.fixture(autouse=True)
def alone(desk: Desk) -> Iterator[None]:
    """Nothing that other tests have left waits."""
    desk.clear()
    yield
    desk.sql("UPDATE legal_hold SET lifted_at = 1 WHERE lifted_at IS NULL")
    desk.clear()


def find(page: Page, typed: str) -> None:
    page.get_by_label("Номер профиля").fill(typed)
    page.get_by_role("button", name="Найти").click()


def author(desk: Desk, number: int) -> Author | None:
    return next((one for one in desk.rows(Author) if one.external_id == str(number)), None)


def test_a_person_is_found_handed_over_and_erased(desk: Desk, people: Visitors) -> None:
    """The whole story: a copied address, the file, the ground, the second thought; nothing is left but the journal."""
    desk.comment(THANKS, author=PERSON)
    page = people.visit(Role.ADMIN, "/persons")
    check_accessible(page)
    find(page, f"https://vk.com/id{PERSON}")
    expect(page.get_by_role("heading", name=str(PERSON))).to_be_visible()
    assert str(PERSON) not in page.url
    expect(page.get_by_text("тексты комментариев: 1")).to_be_visible()
    check_accessible(page)

    with page.expect_download() as download:
        page.get_by_role("button", name="Скачать всё").click()
    told = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [one["revisions"][0]["text"] for one in told["comments"]] == [THANKS]
    assert str(PERSON) not in download.value.suggested_filename

    page.get_by_label("Основание: реквизиты требования").fill("требование вх. № 12")
    page.get_by_label("Понимаю, что вернуть данные будет нельзя").check()
    page.get_by_role("button", name="Стереть навсегда").click()
    expect(page.get_by_role("status")).to_contain_text("Данные стёрты")
    assert author(desk, PERSON) is None
    assert verify(desk.house.database, desk.house.journal_key).problems == []
    told_of = "".join(row.body for row in desk.rows(Journal))
    assert str(PERSON) not in told_of
    assert '"person_exported"' in told_of

    find(page, str(PERSON))
    expect(page.get_by_role("alert")).to_contain_text("ничего не хранится")


def test_an_open_question_forbids_it(desk: Desk, people: Visitors) -> None:
    """While a case is open the page says so and offers no button."""
    desk.case("Иди нахуй, пидорас", author=PERSON)
    page = people.visit(Role.ADMIN, "/persons", phone=True)
    find(page, f"id{PERSON}")
    expect(page.get_by_text("открыт вопрос к модератору")).to_be_visible()
    expect(page.get_by_role("button", name="Стереть навсегда")).to_have_count(0)
    check_accessible(page)


def test_a_short_name_is_no_number(people: Visitors) -> None:
    """A short name of a profile is refused with a reason, and what was typed stays."""
    page = people.visit(Role.ADMIN, "/persons")
    find(page, "vk.com/durov")
    expect(page.get_by_role("alert")).to_contain_text("номер профиля")
    expect(page.get_by_label("Номер профиля")).to_have_value("vk.com/durov")


def test_a_hold_is_set_seen_and_lifted(desk: Desk, people: Visitors) -> None:
    """An administrator holds an author and the page; an auditor sees it and can change nothing."""
    desk.comment(THANKS, author=PERSON)
    page = people.visit(Role.ADMIN, "/persons", name="Вера Право")
    find(page, f"id{PERSON}")
    page.get_by_text("Запретить удаление").click()
    page.get_by_label("Основание: реквизиты запроса").fill("запрос прокуратуры № 5")
    page.get_by_role("button", name="Поставить запрет на автора").click()
    expect(page.get_by_text("запрос прокуратуры № 5")).to_be_visible()
    page.get_by_text("Поставить запрет", exact=True).click()
    page.get_by_label("Основание: реквизиты запроса").first.fill("дело № 6")
    page.get_by_role("button", name="Поставить запрет на страницу").click()
    expect(page.get_by_text("дело № 6")).to_be_visible()
    check_accessible(page)

    auditor = people.visit(Role.AUDITOR, "/persons", phone=True)
    expect(auditor.get_by_text("запрос прокуратуры № 5")).to_be_visible()
    expect(auditor.get_by_text("Вера Право").first).to_be_visible()
    expect(auditor.get_by_role("button")).to_have_count(0)
    check_accessible(auditor)

    page.get_by_text("Снять запрет").first.click()
    page.get_by_role("button", name="Снять", exact=True).first.click()
    expect(page.get_by_role("status")).to_contain_text("Запрет снят")
    assert [one.lifted_by for one in desk.rows(LegalHold) if one.lifted_at and one.lifted_at > 1][-1] == (
        "person:Вера Право"
    )


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.RESPONDER, Role.VIEWER])
def test_others_have_nothing_to_do_here(people: Visitors, role: Role) -> None:
    """No other role is offered the page, nor does it open for them."""
    page = people.visit(role, "/account")
    expect(page.get_by_role("link", name="Персональные данные")).to_have_count(0)
    answer = page.goto("/console/persons")
    assert answer is not None
    assert answer.status == 403
