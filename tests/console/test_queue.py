"""The queue in a real browser: one question from the callback to the network, by keys and by touch."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.domain.words import Role
from app.storage.tables import Action, Decision, Note, ReviewCase
from tests.console.browsing import Visitors, check_accessible
from tests.console.desk import MAT, RUDE_APPEAL, Desk

#: Turns the direction of whatever follows it, unless it is kept apart.
TURNED = "\u202e"
ALERT = f'{TURNED}<script>alert("!")</script> да вы идиоты <img src=x onerror=alert(2)> https://spam.example/x'
QUESTION = re.compile(r"/console/queue/\d+")
DONE = re.compile(r"/console/queue/done")


@pytest.fixture(autouse=True)
def _empty_queue(desk: Desk) -> Iterator[None]:
    """Every test finds its own questions only."""
    desk.clear()
    yield
    desk.clear()


def _decision_of(desk: Desk, case: int) -> Decision:
    """What a person decided about the case's comment, the newest."""
    comment = desk.row(ReviewCase, case).comment_id
    return max((one for one in desk.rows(Decision) if one.comment_id == comment), key=lambda one: one.id)


def _actions(desk: Desk, decision: Decision) -> dict[str, Action]:
    return {one.kind: one for one in desk.rows(Action) if one.decision_id == decision.id}


def _case_shown(page: Page) -> int:
    found = QUESTION.search(page.url)
    assert found is not None, page.url
    return int(found[0].rpartition("/")[2])


def test_a_case_by_keyboard_alone(desk: Desk, people: Visitors) -> None:
    """Read, look at the next and back, choose grounds and a ban, write a note, delete, take it back, delete again."""
    first, second = desk.case(MAT), desk.case("Вы там совсем дебилы?")
    page = people.visit(Role.MODERATOR, "/queue", name="Анна Клавишина")
    shown = _case_shown(page)
    assert shown in {first, second}
    check_accessible(page)
    keys = page.keyboard
    keys.press("j")
    page.wait_for_url(lambda url: QUESTION.search(url) is not None and str(shown) not in url.partition("?")[0])
    keys.press("k")
    page.wait_for_url(re.compile(f"/console/queue/{shown}"))
    keys.press("Shift+Slash")
    expect(page.get_by_role("dialog")).to_be_visible()
    check_accessible(page)
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    spam = page.get_by_role("checkbox", name="спам")
    keys.press("1")
    expect(spam).to_be_checked()
    keys.press("1")
    expect(spam).not_to_be_checked()
    keys.press("b")
    expect(page.get_by_role("checkbox", name="Заблокировать")).to_be_checked()
    keys.press("n")
    keys.type("Уже было вчера: d b u")
    keys.press("Escape")
    expect(page.get_by_role("button", name="Удалить")).to_be_enabled()
    keys.press("d")
    page.wait_for_url(re.compile(r"undo="))
    made = _decision_of(desk, shown)
    assert (made.verdict, made.decided_by) == ("remove", "person:Анна Клавишина")
    assert {kind: (one.state, one.waiting_for) for kind, one in _actions(desk, made).items()} == {
        "delete_comment": ("pending", "undo_window"),
        "ban_author": ("pending", "undo_window"),
    }
    assert "Уже было вчера: d b u" in [note.text for note in desk.rows(Note)]

    keys.press("u")
    expect(page.get_by_text("Отменено, ничего не отправлено")).to_be_visible()
    assert {one.state for one in _actions(desk, made).values()} == {"cancelled"}
    again = _case_shown(page)
    assert desk.row(ReviewCase, again).comment_id == desk.row(ReviewCase, shown).comment_id
    expect(page.get_by_role("button", name="Удалить")).to_be_enabled()
    # The button stands there before the script that hears the keys.
    page.wait_for_load_state()
    keys.press("d")
    page.wait_for_url(re.compile(r"undo="))
    assert _decision_of(desk, again).verdict == "remove"


def test_a_case_by_touch_and_without_scripts(desk: Desk, people: Visitors) -> None:
    """One touch keeps, one undoes, one removes; everything is within 360 px and works when scripts do not."""
    case = desk.case(RUDE_APPEAL)
    phone = people.visit(Role.MODERATOR, "/queue", phone=True, scripts=False)
    phone.get_by_role("button", name="Оставить").tap()
    phone.wait_for_url(DONE)
    assert _decision_of(desk, case).verdict == "keep"
    phone.get_by_role("button", name="Отменить").tap()
    phone.wait_for_url(QUESTION)
    reopened = _case_shown(phone)
    phone.get_by_text("нецензурная брань", exact=True).tap()
    phone.get_by_role("button", name="Удалить").tap()
    phone.wait_for_url(DONE)

    removed = _decision_of(desk, reopened)
    assert removed.verdict == "remove"
    assert "2.5" in removed.clauses_json
    assert "obscenity" in removed.categories_json


def test_the_removal_reaches_the_network(desk: Desk, people: Visitors) -> None:
    """What a person removed is deleted in the network once it can no longer be taken back; then undo says what was sent."""
    case = desk.case(MAT)
    page = people.visit(Role.MODERATOR, "/queue")
    page.get_by_role("button", name="Удалить").click()
    page.wait_for_url(DONE)
    made = _decision_of(desk, case)
    desk.sql("UPDATE action SET due_at = 0 WHERE decision_id = :decision", decision=made.id)
    before = len(desk.vk.calls_of("wall.deleteComment"))
    assert desk.vk.wait_for(lambda: len(desk.vk.calls_of("wall.deleteComment")) > before, timeout=20)
    page.get_by_role("button", name="Отменить").click()

    expect(page.get_by_role("heading", name="Сейчас это невозможно")).to_be_visible()
    expect(page.get_by_text("уже отправлено")).to_be_visible()
    check_accessible(page)


def test_two_moderators_do_not_decide_one_case(desk: Desk, people: Visitors) -> None:
    """Who comes second sees who looks at it, gets the other question, and learns what was decided if still answering."""
    case = desk.case(RUDE_APPEAL)
    anna = people.visit(Role.MODERATOR, "/queue", name="Анна Первая")
    boris = people.visit(Role.MODERATOR, "/queue", name="Борис Второй")
    expect(boris.get_by_role("heading", name="Вопросов нет")).to_be_visible()
    check_accessible(boris)
    boris.goto(f"/console/queue/{case}")
    expect(boris.get_by_text("Вопрос сейчас смотрит Анна Первая")).to_be_visible()
    expect(boris.get_by_role("button", name="Удалить")).to_have_count(0)
    check_accessible(boris)

    # The lease ends while Anna thinks; Boris decides, and Anna answers too late.
    desk.sql("UPDATE review_case SET claimed_until = 0 WHERE id = :case", case=case)
    boris.reload()
    boris.get_by_role("button", name="Оставить").click()
    boris.wait_for_url(DONE)
    anna.locator("summary", has_text="Заметка").click()
    anna.get_by_label("Для своих").fill("Моё мнение")
    anna.get_by_role("button", name="Удалить").click()

    expect(anna.get_by_role("heading", name="Вопрос закрыт")).to_be_visible()
    expect(anna.get_by_text("Комментарий оставлен, решил(а) Борис Второй")).to_be_visible()
    expect(anna.get_by_text("Моё мнение")).to_be_visible()
    check_accessible(anna)


def test_a_text_that_changed_is_read_again(desk: Desk, people: Visitors) -> None:
    """An edit under the moderator's eyes refuses the verdict, shows the new text and keeps the note."""
    comment = desk.comment(RUDE_APPEAL)
    page = people.visit(Role.MODERATOR, "/queue")
    page.locator("summary", has_text="Заметка").click()
    page.get_by_label("Для своих").fill("Важная мысль")
    assert desk.vk.send_edit(comment, "Когда же вы почините дорогу, дебилы и идиоты?")[-1].accepted
    page.get_by_role("button", name="Удалить").click()

    expect(page.get_by_role("alert")).to_contain_text("Автор изменил комментарий")
    expect(page.locator(".words")).to_have_text("Когда же вы почините дорогу, дебилы и идиоты?")
    expect(page.get_by_label("Для своих")).to_have_value("Важная мысль")
    page.get_by_role("button", name="Оставить").click()
    page.wait_for_url(DONE)
    assert "Важная мысль" in [note.text for note in desk.rows(Note)]


def test_a_comment_is_words_and_never_markup(desk: Desk, people: Visitors) -> None:
    """Scripts, pictures and links of a comment stand there as their letters; nothing of them is loaded or clickable."""
    desk.case(ALERT)
    page = people.visit(Role.MODERATOR, "/queue")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: people.complaints.append(dialog.message))
    page.reload()

    words = page.locator(".words")
    assert words.inner_text() == ALERT
    assert words.evaluate("one => getComputedStyle(one).unicodeBidi") in {"isolate", "plaintext"}
    assert page.locator("main img, main script").count() == 0
    assert page.locator(".words a").count() == 0
    assert [url for url in asked if not url.startswith(desk.service.url)] == []


def test_a_session_that_ends_in_mid_case_loses_nothing(desk: Desk, people: Visitors) -> None:
    """The form comes back after signing in again, and does what it said."""
    case = desk.case(RUDE_APPEAL)
    token = desk.token(Role.MODERATOR, "Вера Поздняя")
    page = people.visit(Role.MODERATOR, "/queue", name="Вера Поздняя")
    page.locator("summary", has_text="Заметка").click()
    page.get_by_label("Для своих").fill("Длинная мысль, которую жалко потерять")
    desk.sql("UPDATE desk_session SET ended_at = 1 WHERE ended_at IS NULL")
    page.get_by_role("button", name="Оставить").click()
    expect(page.get_by_text("Сеанс закончился")).to_be_visible()
    check_accessible(page)
    page.get_by_label("Ваш ключ").fill(token)
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_text("Длинная мысль, которую жалко потерять")).to_be_visible()
    check_accessible(page)
    page.get_by_role("button", name="Отправить").click()

    page.wait_for_url(DONE)
    assert _decision_of(desk, case).verdict == "keep"
    assert "Длинная мысль, которую жалко потерять" in [note.text for note in desk.rows(Note)]


def test_what_is_wrong_is_said_where_it_was_typed(desk: Desk, people: Visitors) -> None:
    """A removal without grounds is refused in Russian, and nothing that was typed is lost."""
    desk.case(RUDE_APPEAL)
    page = people.visit(Role.MODERATOR, "/queue")
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.locator("summary", has_text="Нарушение закона").click()
    page.get_by_label("Закон или кодекс").fill("КоАП РФ")
    page.get_by_role("button", name="Удалить").click()

    expect(page.get_by_role("alert")).to_contain_text("Ожидается, чей это закон")
    expect(page.get_by_label("Закон или кодекс")).to_have_value("КоАП РФ")
    check_accessible(page)


def test_a_second_touch_does_not_answer_the_next_case(desk: Desk, people: Visitors) -> None:
    """A double click on «Оставить» answers one question: the next one's buttons wait a moment."""
    first, second = desk.case(RUDE_APPEAL), desk.case("Когда уберёте мусор, идиоты?")
    page = people.visit(Role.MODERATOR, "/queue")
    page.get_by_role("button", name="Оставить").dblclick()
    page.wait_for_url(re.compile(r"undo="))

    assert sorted(desk.row(ReviewCase, one).state for one in (first, second)) == ["claimed", "closed"]


def test_skipping_and_handing_over(desk: Desk, people: Visitors) -> None:
    """A skipped question comes last; one that was handed over names whom, and stays open for them."""
    first, second = desk.case(RUDE_APPEAL), desk.case("Когда уберёте мусор, идиоты?")
    desk.token(Role.MODERATOR, "Галина Сменная")
    page = people.visit(Role.MODERATOR, "/queue")
    skipped = _case_shown(page)
    page.keyboard.press("s")
    expect(page.get_by_text("Вопрос отложен в конец")).to_be_visible()
    assert _case_shown(page) == ({first, second} - {skipped}).pop()
    handed = _case_shown(page)
    page.locator("summary", has_text="Передать коллеге").click()
    page.get_by_label("Кому").select_option("Галина Сменная")
    page.get_by_label("Что сказать").fill("Это по вашей части")
    page.get_by_role("button", name="Передать").click()
    expect(page.get_by_text("Вопрос передан: Галина Сменная")).to_be_visible()

    row = desk.row(ReviewCase, handed)
    assert (row.state, row.assigned_to) == ("open", "person:Галина Сменная")


def test_the_queue_fits_a_phone(desk: Desk, people: Visitors, tmp_path: Path) -> None:
    """Every page of the queue at 360 px: nothing is wider, everything can be touched, and there is a picture of it."""
    desk.case(ALERT)
    desk.case(MAT)
    phone = people.visit(Role.MODERATOR, "/queue", phone=True)
    for path in (phone.url, "/console/queue/list", "/console/queue/bans", "/console/queue/done", "/console/account"):
        phone.goto(path)
        check_accessible(phone)
        picture = tmp_path / f"{re.sub(r'[^a-z]+', '-', path)}.png"
        phone.screenshot(path=picture, full_page=True)
        assert picture.stat().st_size > 5_000
    phone.goto("/console/queue")
    phone.get_by_text("Меню").tap()
    expect(phone.get_by_role("link", name="Очередь")).to_be_visible()
    check_accessible(phone)
