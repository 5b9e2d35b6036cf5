"""The journal and a decision's page in a real browser: found, read, taken back."""

import re

import msgspec
import pytest
from playwright.sync_api import expect
from sqlmodel import select

from app.domain.words import Role
from app.pipeline.administration.pages import NewPage, add_page
from app.storage.tables import Action, Author, Comment, Decision, Journal
from tests.console.browsing import Visitors, check_accessible
from tests.console.desk import MAT, RUDE_APPEAL, THANKS, Desk

SCRIPT = '<script>document.title = "взлом"</script> https://example.ru/скидки'


def newest(desk: Desk) -> Decision:
    """The decision that was taken last."""
    return max(desk.rows(Decision), key=lambda row: row.id)


def another_page(desk: Desk) -> int:
    """A page that nobody has written to."""
    new = NewPage("vk", "229000077", "Соседний район", policy="novokuznetsk-59", secret="s")
    return add_page(desk.house, new, by="cli").id


def looked_for(desk: Desk) -> list[Journal]:
    """The journal's entries about searches for persons."""
    return [row for row in desk.rows(Journal) if row.kind == "author_looked_for"]


def test_what_was_decided_is_found_again(desk: Desk, people: Visitors) -> None:
    """Words, verdict, category, decider and days narrow the list; what does not fit is not in it."""
    desk.comment(f"{MAT}, журнальный")
    desk.comment(f"{THANKS} Журнальное спасибо")
    page = people.visit(Role.AUDITOR, "/journal")
    page.get_by_label("Слова в тексте").fill("ЖУРНАЛЬН")
    page.get_by_role("button", name="Найти").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Журнальное спасибо")
    check_accessible(page)

    page.get_by_text("Условия", exact=True).click()
    check_accessible(page)
    page.locator("select[name=category]").select_option("obscenity")
    page.locator("select[name=by]").select_option("machine")
    page.locator("select[name=verdict]").select_option("remove")
    page.get_by_role("button", name="Найти").click()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("нецензурная брань")

    page.get_by_label("По какой день").fill("2020-01-31")
    page.get_by_role("button", name="Найти").click()
    expect(page.get_by_text("Ничего не нашлось")).to_be_visible()
    page.get_by_role("link", name="Сбросить").click()
    expect(page).to_have_url(re.compile("/journal$"))


def test_a_long_list_goes_on_where_it_ended(desk: Desk, people: Visitors) -> None:
    """The next page begins with the next older decision, with the same search; none is shown twice or left out."""
    for number in range(32):
        desk.comment(f"Листаем {number:02}")
    page = people.visit(Role.VIEWER, "/journal?words=листаем")
    seen = page.locator("tbody .quote").all_inner_texts()
    page.get_by_role("link", name="Дальше").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    seen += page.locator("tbody .quote").all_inner_texts()
    assert seen == [f"Листаем {number:02}" for number in reversed(range(32))]


def test_looking_for_a_person_is_written_down(desk: Desk, people: Visitors) -> None:
    """Who looks for an author leaves a trace without the author's number; who may not look has no field for it."""
    author = desk.comment("Ищем человека").author
    before = len(looked_for(desk))
    page = people.visit(Role.MODERATOR, "/journal", name="Мария Ищущая")
    page.get_by_text("Условия", exact=True).click()
    page.get_by_label("Автор: номер в сети").fill(str(author))
    page.get_by_role("button", name="Найти").click()
    expect(page.locator("tbody tr")).to_have_count(1)

    [entry] = looked_for(desk)[before:]
    body = msgspec.json.decode(entry.body)
    assert str(author) not in entry.body
    assert desk.row(Author, entry.subject_id).external_id == str(author)
    assert body["by"].startswith("person:")
    viewer = people.visit(Role.VIEWER, "/journal")
    expect(viewer.get_by_label("Автор: номер в сети")).to_have_count(0)
    refused = viewer.goto(f"/console/journal?author={author}")
    assert refused is not None
    assert refused.status == 403
    assert len(looked_for(desk)) == before + 1


@pytest.mark.parametrize(
    "query", ["page=1", "verdict=yes", "since=завтра", "before=x", "by=nobody", "until=9999-12-31"]
)
def test_a_search_that_cannot_be_is_refused_in_words(people: Visitors, query: str) -> None:
    """A mangled address is a page that says so, never a fault or the whole list."""
    page = people.visit(Role.AUDITOR, "/account")
    answer = page.goto(f"/console/journal?{query}")
    assert answer is not None
    assert answer.status == 400
    expect(page.get_by_role("heading", name="Так не получится")).to_be_visible()


def test_a_decision_tells_its_whole_story(desk: Desk, people: Visitors) -> None:
    """Text with its telling words marked, scores beside thresholds, clause, actions; nothing of a comment is HTML."""
    desk.comment(MAT)
    decision = newest(desk)
    page = people.visit(Role.AUDITOR, f"/decisions/{decision.id}")
    expect(page.locator("#words + .quote mark").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("п. 2.5 Порядка")
    table = page.get_by_role("table", name="Оценки и пороги, которые действовали тогда")
    expect(table.get_by_role("row").filter(has_text="нецензурная брань")).to_contain_text("достаточно, чтобы удалить")
    basis = msgspec.json.decode(decision.basis_json)
    threshold = f"{basis['remove']['obscenity'] * 100:.1f} %".replace(".", ",")
    expect(table.get_by_role("row").filter(has_text="нецензурная брань")).to_contain_text(threshold)
    expect(page.get_by_role("link", name="Дело для печати")).to_be_visible()
    expect(page.get_by_role("link", name="Скачать доказательства")).to_be_visible()
    # What was only proposed is told to nobody.
    expect(page.get_by_role("heading", name="Что сказать автору")).to_have_count(0)
    desk.sql("UPDATE action SET state = 'done' WHERE decision_id = :id", id=decision.id)
    page.reload()
    told = page.locator("section").filter(has=page.get_by_role("heading", name="Что сказать автору"))
    expect(told).to_contain_text("п. 2.5")
    expect(told).not_to_contain_text(MAT)
    expect(page.get_by_role("link", name="Отменить решение")).to_have_count(0)
    check_accessible(page)

    desk.comment(SCRIPT)
    page.goto(f"/console/decisions/{newest(desk).id}")
    expect(page.locator(".quote").first).to_contain_text(SCRIPT)
    assert "взлом" not in page.title()
    assert page.locator(".quote a").count() == 0
    check_accessible(page)


def test_a_removal_is_taken_back_after_saying_what_can_be(desk: Desk, people: Visitors) -> None:
    """The question says what will happen; the answer is a new decision, and what was not sent is cancelled."""
    desk.comment(f"{MAT}!!")
    decision = newest(desk)
    page = people.visit(Role.MODERATOR, f"/decisions/{decision.id}", phone=True)
    check_accessible(page)
    page.get_by_role("link", name="Отменить решение").click()
    expect(page.get_by_role("heading", name="Отменить решение?")).to_be_visible()
    expect(page.locator("main")).to_contain_text("ещё не отправлено, отменится")
    expect(page.locator("main")).not_to_contain_text("это уже сделано")
    check_accessible(page)
    page.get_by_label("Почему решение неверно").fill("Это цитата из песни")
    page.get_by_role("button", name="Отменить решение").click()

    expect(page.get_by_text("Решение отменено.")).to_be_visible()
    expect(page.get_by_role("heading", name="оставить")).to_be_visible()
    check_accessible(page)
    assert desk.row(Comment, decision.comment_id).decision_id != decision.id
    with desk.house.database.read() as session:
        states = set(session.exec(select(Action.state).where(Action.decision_id == decision.id)))
    assert states == {"cancelled"}
    page.goto(f"/console/decisions/{decision.id}")
    expect(page.get_by_text("Это решение заменено.")).to_be_visible()
    expect(page.get_by_role("link", name="Отменить решение")).to_have_count(0)


def test_decisions_of_other_pages_are_not_there(desk: Desk, people: Visitors) -> None:
    """For a person of other pages a decision answers as one that never was, read or reversed."""
    desk.comment(RUDE_APPEAL)
    decision = newest(desk)
    page = people.visit(Role.ADMIN, "/account", pages=[another_page(desk)])
    for number in (decision.id, 2**62):
        for path in (f"/decisions/{number}", f"/decisions/{number}/reverse"):
            answer = page.goto(f"/console{path}")
            assert answer is not None
            assert answer.status == 404
    page.goto("/console/journal")
    expect(page.get_by_text("Решений пока нет")).to_be_visible()


def test_the_search_is_one_key_away(desk: Desk, people: Visitors) -> None:
    """The key `/` leads to the search from any page of the records, and is a sign like others inside a field."""
    desk.comment("Под косую черту")
    page = people.visit(Role.AUDITOR, f"/decisions/{newest(desk).id}")
    page.keyboard.press("Slash")
    field = page.get_by_label("Слова в тексте")
    expect(field).to_be_focused()
    page.keyboard.type("косую/")
    expect(field).to_have_value("косую/")
    field.fill("косую")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("h1").click()
    page.keyboard.press("Slash")
    expect(field).to_be_focused()


def test_what_cannot_come_back_is_said_before_the_first_touch(desk: Desk, people: Visitors) -> None:
    """A sent removal is promised back where the network can restore it, and nowhere else."""
    desk.comment(f"{MAT} насовсем")
    decision = newest(desk)
    desk.sql("UPDATE action SET state = 'done' WHERE decision_id = :id AND kind = 'delete_comment'", id=decision.id)
    page = people.visit(Role.MODERATOR, f"/decisions/{decision.id}/reverse")
    expect(page.locator("main")).to_contain_text("Программа попросит сеть: вернуть комментарий")
    # The network gives no message back.
    desk.sql("UPDATE comment SET kind = 'message' WHERE id = :id", id=decision.comment_id)
    page.reload()
    expect(page.locator("main")).to_contain_text("Вернуть нельзя")
    check_accessible(page)
