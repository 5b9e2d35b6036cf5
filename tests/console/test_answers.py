"""Answers to residents in a real browser: from the list to the network, by two people, on a desktop and a phone."""

import threading

import pytest
from playwright.sync_api import Page, expect

from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.words import Role
from app.pipeline.administration.accounts import set_post
from app.pipeline.answers import clock
from app.pipeline.configuration import Configuration
from app.settings import Settings
from app.storage.tables import Answer, Appeal, Comment, Journal
from app.wiring import open_artefact
from tests.console.browsing import Visitors, check_accessible
from tests.console.desk import Desk

QUESTION = "Когда отремонтируют дорогу на улице Мира? Третий месяц обещаете, а воз и ныне там."
REPLY = "Здравствуйте! Дорогу на улице Мира отремонтируют до пятницы, работы начались вчера."
SCRIPT = '<script>document.title = "взлом"</script>'


@pytest.fixture
def asked(desk: Desk) -> int:
    """A resident's question whose clock runs; nobody else waits."""
    desk.clear()
    walk(desk)
    desk.sql("DELETE FROM answer")
    desk.sql("UPDATE appeal SET ended = 'not_needed', ended_by = 'test', closed_at = 1 WHERE closed_at IS NULL")
    return waits(desk, f"{QUESTION} {SCRIPT}")


def walk(desk: Desk) -> None:
    """The walk of the clocks looks at what has come since the last one."""
    clock.run(desk.house, Configuration(desk.house, open_artefact(Settings()).manifest), threading.Event())


def waits(desk: Desk, words: str) -> int:
    """A new resident asks, and the walk of the clocks sees it; returns the comment's id."""
    made = desk.comment(words)
    walk(desk)
    [comment] = [one for one in desk.rows(Comment) if one.external_id == str(made.id)]
    return int(comment.id)


def clerk(desk: Desk, people: Visitors, name: str, post: str, path: str, **options: bool) -> Page:
    """Somebody who answers residents; '' = without a post."""
    page = people.visit(Role.RESPONDER, path, name=name, **options)
    set_post(desk.house, name, post, by="cli")
    page.goto(f"/console{path}")
    return page


def test_a_resident_is_answered_by_two_people(desk: Desk, people: Visitors, asked: int) -> None:
    """One drafts, another agrees by a post, the first one publishes and closes; the message stands as text."""
    anna = clerk(desk, people, "Анна Черновик", "", "/answers")
    row = anna.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("осталось")
    check_accessible(anna)
    row.get_by_role("link").click()
    expect(anna.locator("blockquote")).to_contain_text(SCRIPT)
    expect(anna).to_have_title("Сообщение жителя — Дворник")
    anna.get_by_label("Текст ответа").fill(REPLY)
    anna.get_by_role("button", name="Сохранить черновик").click()
    expect(anna.get_by_role("status").first).to_contain_text("Черновик сохранён")
    expect(anna.get_by_text("согласует сотрудник с должностью")).to_be_visible()
    check_accessible(anna)

    pyotr = clerk(desk, people, "Пётр Согласен", "начальник отдела", f"/answers/{asked}")
    pyotr.get_by_role("button", name="Согласовать версию 1").click()
    expect(pyotr.get_by_text("начальник отдела")).to_be_visible()
    anna.reload()
    anna.get_by_role("button", name="Ответ опубликован").click()
    expect(anna.get_by_text("ответ дан", exact=True)).to_be_visible()
    anna.get_by_role("button", name="Закрыть").click()
    expect(anna.get_by_text("Прежние ответы")).to_be_visible()
    check_accessible(anna)
    anna.goto("/console/answers")
    expect(anna.get_by_text("Сейчас никто не ждёт ответа.")).to_be_visible()
    steps = [one.kind for one in desk.rows(Journal) if one.subject_id == asked and one.kind.startswith("answer_")]
    assert steps == ["answer_drafted", "answer_agreed", "answer_published", "answer_closed"]


def test_whoever_reads_an_old_text_loses_nothing_and_agrees_to_nothing(
    desk: Desk, people: Visitors, asked: int
) -> None:
    """Two people at one draft: the second one learns of the change, keeps the typed words and sees the saved ones."""
    anna = clerk(desk, people, "Анна Первая", "", f"/answers/{asked}")
    anna.get_by_label("Текст ответа").fill(REPLY)
    anna.get_by_role("button", name="Сохранить черновик").click()
    pyotr = clerk(desk, people, "Пётр Второй", "глава", f"/answers/{asked}")
    old = pyotr.context.new_page()
    old.goto(f"/console/answers/{asked}")
    anna.get_by_label("Текст ответа").fill(f"{REPLY} Ждите.")
    anna.get_by_role("button", name="Сохранить изменения").click()
    expect(anna.get_by_role("status").first).to_contain_text("Черновик сохранён")

    pyotr.get_by_label("Текст ответа").fill("Своими словами")
    pyotr.get_by_role("button", name="Сохранить изменения").click()
    expect(pyotr.get_by_role("alert")).to_contain_text("версия 2")
    expect(pyotr.get_by_label("Текст ответа")).to_have_value("Своими словами")
    expect(pyotr.locator("blockquote", has_text="Ждите.")).to_be_visible()
    old.get_by_role("button", name="Согласовать версию 1").click()
    expect(old.get_by_text("версия 2, а не 1")).to_be_visible()
    assert [one.state for one in desk.rows(Answer)] == ["draft"]


def test_the_nearest_term_comes_first_on_a_phone(desk: Desk, people: Visitors, asked: int) -> None:
    """On 360 px the list is cards; who waits too long stands first and in words, and a clock is stopped by touch."""
    late = waits(desk, "Почему на Садовой третий день нет воды? Когда дадут воду в дома?")
    desk.sql("UPDATE appeal SET due_at = due_at - :ago WHERE comment_id = :id", ago=30 * DAY, id=late)
    phone = people.visit(Role.RESPONDER, "/answers", phone=True)
    expect(phone.locator("tbody tr").first).to_contain_text("просрочено на")
    expect(phone.get_by_text("Срок ответа прошёл: 1 сообщение жителя.")).to_be_visible()
    check_accessible(phone)
    phone.locator("tbody tr").first.get_by_role("link").tap()
    expect(phone.get_by_role("heading", name="Сообщение жителя")).to_be_visible()
    check_accessible(phone)
    phone.get_by_role("button", name="Ответ не нужен").tap()
    expect(phone.locator("tbody tr")).to_have_count(1)
    assert desk.row(Appeal, late).ended == "not_needed"
    phone.goto(f"/console/answers/{late}")
    phone.get_by_role("button", name="Житель ждёт ответа").tap()
    expect(phone.get_by_role("button", name="Ответ дан иначе")).to_be_visible()
    assert "зарегистрирован" not in phone.content()


def test_a_viewer_looks_and_changes_nothing(desk: Desk, people: Visitors, asked: int) -> None:
    """Who may only look sees the list and the message without a form; private words are not shown."""
    desk.sql("UPDATE comment SET private = TRUE WHERE id = :id", id=asked)
    viewer = people.visit(Role.VIEWER, "/answers")
    viewer.get_by_role("link", name="Личное сообщение").click()
    expect(viewer.get_by_text("его читают те, кто отвечает жителям")).to_be_visible()
    assert viewer.locator("main form").count() == 0
    assert "Мира" not in viewer.content()
    check_accessible(viewer)


def test_the_week_s_posts_stand_beside_the_norm(desk: Desk, people: Visitors) -> None:
    """What came out, what the act advises, and what is lacking; the week before is one touch away."""
    now = desk.house.clock.now()
    desk.sql("DELETE FROM post WHERE published_at IS NOT NULL")
    columns = "id, page_id, external_id, attachments_json, url, published_at, received_at"
    for number, at in enumerate((now - MINUTE, now - 7 * DAY, now - 7 * DAY - HOUR)):
        desk.sql(
            f"INSERT INTO post ({columns}) VALUES (:id, :page, :name, '[]', '', :at, :at)",
            id=desk.house.ids(),
            page=desk.page_id,
            name=f"norm{number}",
            at=at,
        )
    page = people.visit(Role.VIEWER, "/answers/norms")
    row = page.locator("tbody tr", has_text="Администрация района")
    expect(row).to_contain_text("осталось опубликовать 6")
    expect(row).to_contain_text("рекомендация")
    check_accessible(page)
    page.get_by_role("link", name="Предыдущая неделя").click()
    expect(row).to_contain_text("меньше, чем рекомендовано, на")
    page.get_by_role("link", name="Следующая неделя").click()
    expect(row).to_contain_text("осталось опубликовать 6")


def test_the_office_s_answers_are_found_by_state(desk: Desk, people: Visitors, asked: int) -> None:
    """Drafts that wait for agreement are one filter away."""
    anna = clerk(desk, people, "Анна Список", "", f"/answers/{asked}")
    anna.get_by_label("Текст ответа").fill(REPLY)
    anna.get_by_role("button", name="Сохранить черновик").click()
    anna.get_by_role("link", name="Ждут ответа").first.click()
    anna.get_by_role("link", name="Все ответы").click()
    check_accessible(anna)
    anna.get_by_label("Состояние").select_option("draft")
    anna.get_by_role("button", name="Показать").click()
    expect(anna.locator("tbody tr")).to_contain_text("Дорогу на улице Мира")
    anna.get_by_label("Состояние").select_option("published")
    anna.get_by_role("button", name="Показать").click()
    expect(anna.get_by_text("Ответов в этом состоянии нет.")).to_be_visible()
