"""Objections and dossiers in a real browser: typed in, decided, answered, printed."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.domain.words import ActionKind, Role
from app.pipeline.administration.accounts import authenticate
from app.pipeline.decision_number import number_of
from app.pipeline.overrule.actions import confirm
from app.storage.tables import Action, Decision, Journal, Objection
from tests.console.browsing import Visitors, check_accessible
from tests.console.desk import MAT, Desk

HOSTILE = '<script>document.title = "взлом"</script> Верните! <img src=x onerror=alert(1)>'
ONE = re.compile(r"/console/objections/\d+$")


@pytest.fixture(autouse=True)
def _empty_queue(desk: Desk) -> Iterator[None]:
    """Every test finds its own questions only."""
    desk.clear()
    yield
    desk.clear()


def removal(desk: Desk, words: str = MAT) -> Decision:
    """A removal that the machine has just decided on."""
    desk.comment(words)
    decision: Decision = max(desk.rows(Decision), key=lambda row: row.id)
    assert decision.verdict == "remove"
    return decision


def copied(page: Page) -> str:
    """What lies in the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return str(page.evaluate("() => navigator.clipboard.readText()"))


def newest(desk: Desk) -> Objection:
    """The objection that came last."""
    return max(desk.rows(Objection), key=lambda row: row.id)


def test_an_objection_from_the_telephone_to_the_answer(desk: Desk, people: Visitors) -> None:
    """Typed in by its number, decided in the queue, answered with the prepared words, which can be copied."""
    decision = removal(desk)
    page = people.visit(Role.MODERATOR, "/objections", name="Анна Ответова")
    page.get_by_role("link", name="Записать возражение").click()
    check_accessible(page)
    page.get_by_label("Номер решения").fill("00000-00000-00001")
    page.get_by_label("Что сказал житель").fill(HOSTILE)
    page.get_by_role("button", name="Записать").click()
    expect(page.get_by_role("alert")).to_contain_text("такого решения нет")
    expect(page.get_by_label("Что сказал житель")).to_have_value(HOSTILE)
    number = number_of(desk.house, decision.id)
    page.get_by_label("Номер решения").fill(number.lower().replace("-", " "))
    page.get_by_role("button", name="Записать").click()
    page.wait_for_url(ONE)
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    expect(page).to_have_title(re.compile("^Возражение от"))
    expect(page.get_by_text("осталось 29 дн.")).to_be_visible()
    expect(page.get_by_text("Текст появится, когда человек решит")).to_be_visible()
    check_accessible(page)

    page.goto(f"/console/objections/new?decision={number}")
    page.get_by_label("Что сказал житель").fill("И ещё: это была цитата")
    page.get_by_role("button", name="Записать").click()
    expect(page.get_by_text("слова добавлены к нему")).to_be_visible()
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    expect(page.get_by_text("И ещё: это была цитата")).to_be_visible()
    check_accessible(page)

    page.get_by_role("link", name="Решить: оставить или удалить").click()
    page.wait_for_url(re.compile(r"/console/queue/\d+"))
    expect(page.get_by_role("button", name="Оставить")).to_be_enabled()
    page.get_by_role("button", name="Оставить").click()
    page.wait_for_url(re.compile(r"undo="))
    page.goto(f"/console/objections/{newest(desk).id}")
    reply = page.get_by_label("Отправьте этот текст жителю")
    expect(reply).to_have_value(re.compile(f"Мы проверили решение {number} .* отменили его"))
    check_accessible(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reply.locator("xpath=ancestor::form").get_by_role("button", name="Скопировать").click()
    expect(reply.locator("xpath=ancestor::form").get_by_role("status")).to_have_text("Скопировано.")
    assert copied(page) == reply.input_value()

    page.get_by_role("button", name="Ответ отправлен").click()
    expect(page.get_by_text("Ответ записан, возражение закрыто.")).to_be_visible()
    row = newest(desk)
    assert (row.state, row.outcome, row.answered_by) == ("answered", "reversed", "person:Анна Ответова")
    expect(page.get_by_text("решение отменено, ответ дан")).to_be_visible()
    check_accessible(page)


def test_the_list_on_a_phone_shows_what_presses(desk: Desk, people: Visitors) -> None:
    """Terms that are over or near stand in red above the list; it fits a phone and filters without scripts."""
    decision = removal(desk, "Все вы там мрази и уроды, сдохните")
    page = people.visit(Role.RESPONDER, f"/objections/new?decision={number_of(desk.house, decision.id)}", phone=True)
    check_accessible(page)
    page.get_by_label("Что сказал житель").fill("Верните")
    page.get_by_role("button", name="Записать").click()
    page.wait_for_url(ONE)
    check_accessible(page)
    expect(page.get_by_role("link", name="Решить: оставить или удалить")).to_have_count(0)
    desk.sql("UPDATE objection SET due_at = received_at WHERE id = :id", id=newest(desk).id)
    page.goto("/console/objections?state=open")
    expect(page.get_by_text(re.compile("Срок ответа прошёл или кончается"))).to_be_visible()
    expect(page.locator("tbody tr").first).to_contain_text("просрочено")
    check_accessible(page)


def test_a_dossier_is_read_printed_and_downloaded(desk: Desk, people: Visitors) -> None:
    """From a decision's page to the dossier, posts in place of names at first, the archive with what was stored."""
    decision = removal(desk, f"{MAT} дело")
    [proposed] = [
        one for one in desk.rows(Action) if one.decision_id == decision.id and one.kind == ActionKind.DELETE_COMMENT
    ]
    confirm(desk.house, proposed.id, who=authenticate(desk.house, desk.token(Role.MODERATOR)))
    page = people.visit(Role.AUDITOR, f"/decisions/{decision.id}", name="Вера Проверкина")
    page.get_by_role("link", name="Дело для печати").click()
    number = number_of(desk.house, decision.id)
    expect(page.get_by_role("heading", name=f"Дело о решении {number}")).to_be_visible()
    expect(page.get_by_text("Для чтения вне учреждения")).to_be_visible()
    expect(page.get_by_text("Записи журнала об этом комментарии целы")).to_be_visible()
    expect(page.locator("#notice-blocked")).to_have_count(0)
    expect(page.locator("#notice-deleted")).to_contain_text(f"«возражение» и номер {number}")
    check_accessible(page)
    expect(page.get_by_role("button", name="Напечатать")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Напечатать")).to_be_hidden()
    expect(page.locator("header.top")).to_be_hidden()
    page.emulate_media(media="screen")

    with page.expect_download() as waiting:
        page.get_by_role("link", name="Скачать дело с доказательствами").click()
    assert waiting.value.suggested_filename == f"delo-{decision.id}.zip"
    with zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes())) as archive:
        assert archive.read("text/1.txt").decode() == f"{MAT} дело"
        assert json.loads(archive.read("dossier.json"))["outside"] is True
    opened = [json.loads(one.body) for one in desk.rows(Journal) if one.kind == "dossier_opened"]
    assert [(one["form"], one["outside"]) for one in opened[-2:]] == [("page", True), ("archive", True)]
    page.get_by_role("link", name="С именами, для своих").click()
    expect(page.get_by_text("Для чтения внутри учреждения")).to_be_visible()


def test_a_viewer_opens_neither(people: Visitors, desk: Desk) -> None:
    """Who may only look at decisions is shown no door to objections or dossiers."""
    decision = removal(desk, f"{MAT}, не для всех")
    page = people.visit(Role.VIEWER, f"/decisions/{decision.id}")

    expect(page.get_by_role("link", name="Дело для печати")).to_have_count(0)
    expect(page.get_by_role("link", name="Возражения")).to_have_count(0)
    for path in (f"/decisions/{decision.id}/dossier", "/objections"):
        answer = page.goto(f"/console{path}")
        assert answer is not None
        assert answer.status == 403
