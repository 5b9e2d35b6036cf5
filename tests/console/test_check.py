"""Trying a text in a real browser: verdict, scores beside thresholds, words, clause, and nothing stored."""

from playwright.sync_api import Page, expect

from app.domain.words import Role
from app.storage.tables import Comment, Decision
from tests.console.browsing import Visitors, check_accessible
from tests.console.desk import MAT, THANKS, Desk


def try_text(page: Page, words: str, policy: str = "novokuznetsk-59") -> None:
    """Paste and press."""
    page.get_by_label("Текст комментария").fill(words)
    page.get_by_label("Правила").select_option(policy)
    page.get_by_role("button", name="Проверить").click()


def test_a_text_is_judged_and_nothing_is_kept(desk: Desk, people: Visitors) -> None:
    """The answer shows what would happen and why; the text stays in the form, and no table learns of it."""
    before = len(desk.rows(Comment)), len(desk.rows(Decision))
    page = people.visit(Role.VIEWER, "/check")
    check_accessible(page)
    try_text(page, f"{MAT}\n<b>жирно</b>")

    expect(page.get_by_role("heading", name="Решение: удалить")).to_be_visible()
    answer = page.get_by_role("status")
    expect(answer.locator("mark").first).to_be_visible()
    expect(answer).to_contain_text("<b>жирно</b>")
    expect(answer).to_contain_text("п. 2.5 Порядка")
    expect(answer).to_contain_text("удалить комментарий, заблокировать автора на 1 день")
    expect(answer).to_contain_text("решение было бы")
    row = page.get_by_role("row").filter(has_text="нецензурная брань")
    expect(row).to_contain_text("достаточно, чтобы удалить")
    expect(page.get_by_label("Текст комментария")).to_have_value(f"{MAT}\n<b>жирно</b>")
    check_accessible(page)
    assert (len(desk.rows(Comment)), len(desk.rows(Decision))) == before


def test_the_sample_says_that_a_person_confirms(people: Visitors) -> None:
    """Rules without an act never remove by themselves, and the answer says so."""
    page = people.visit(Role.MODERATOR, "/check", phone=True)
    try_text(page, MAT, "default")
    expect(page.get_by_role("status")).to_contain_text("каждое подтверждает человек")
    check_accessible(page)
    try_text(page, THANKS, "default")
    expect(page.get_by_role("heading", name="Решение: оставить")).to_be_visible()


def test_an_empty_text_and_an_unknown_policy_are_refused_in_words(people: Visitors) -> None:
    """What cannot be judged is said; nothing typed is lost."""
    page = people.visit(Role.VIEWER, "/check")
    try_text(page, "   ")
    expect(page.get_by_role("alert")).to_contain_text("Вставьте текст")
    page.evaluate("() => { document.querySelector('select option').value = 'нет таких' }")
    page.get_by_label("Правила").select_option(index=0)
    page.get_by_label("Текст комментария").fill("Привет")
    page.get_by_role("button", name="Проверить").click()
    expect(page.get_by_role("heading", name="Так не получится")).to_be_visible()
