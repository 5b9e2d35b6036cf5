"""The report in a real browser: numbers, charts with words, the file for Excel, the public variant, counting in the back."""

import csv
import io
import json
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from app.domain.clock import day_of
from app.domain.words import Role
from app.pipeline.reports import asking
from app.pipeline.reports.periods import Length, name_of, parse_period
from app.storage.tables import Journal, Page
from tests.console.browsing import Visitors, check_accessible
from tests.console.counter import Counter
from tests.console.desk import MAT, THANKS, Desk


def _month(desk: Desk) -> str:
    return name_of(day_of(desk.house.clock.now(), desk.rows(Page)[0].timezone), Length.MONTH)


def _taken(desk: Desk) -> int:
    return sum(entry.kind == "report_exported" for entry in desk.rows(Journal))


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_report_is_read_by_eye_and_by_ear(desk: Desk, people: Visitors, phone: bool) -> None:
    """A month's numbers stand in tables, charts tell in words what they show, and one walks from period to period."""
    for number in range(6):
        desk.comment(THANKS, author=8_100 + number)
    desk.comment(MAT, author=8_200)
    page = people.visit(Role.VIEWER, "/reports", phone=phone)
    month = parse_period(_month(desk))

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Отчёт: {month.title}")
    row = page.get_by_role("row").filter(has_text="поступило и оценено")
    assert int(row.get_by_role("cell").inner_text()) >= 7
    chart = page.get_by_role("img", name="Комментарии и решения об удалении по дням")
    expect(chart).to_be_visible()
    assert chart.locator("rect").count() > month.after.toordinal() - month.first.toordinal()
    expect(page.get_by_role("img", name="За что решено удалить")).to_contain_text("спам")
    published = page.get_by_role("region", name="Публикации страниц по неделям")
    expect(published.get_by_role("listitem").last).to_be_visible()
    check_accessible(page)
    page.get_by_text("Числа графика по дням").click()
    expect(page.get_by_role("row").filter(has_text=f"{month.first:%d.%m.%Y}")).to_be_visible()
    page.get_by_role("link", name="Квартал").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("квартал")
    page.get_by_role("link", name="Раньше").click()
    page.get_by_role("link", name="Позже").click()
    expect(page.get_by_role("link", name="Позже")).to_have_count(0)
    check_accessible(page)


def test_the_file_for_excel_is_journalled(desk: Desk, people: Visitors) -> None:
    """The button gives a file that Russian Excel opens; the journal says who took which."""
    page = people.visit(Role.AUDITOR, "/reports", name="Ревизор")
    before = _taken(desk)
    with page.expect_download() as download:
        page.get_by_role("link", name="Скачать для Excel").click()
    content = Path(download.value.path()).read_bytes()

    assert download.value.suggested_filename == f"dvornik-{_month(desk)}.csv"
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert ["Раздел", "Показатель", "Значение", "Единица"] in rows
    assert _taken(desk) == before + 1
    entry = [entry for entry in desk.rows(Journal) if entry.kind == "report_exported"][-1]
    assert (json.loads(entry.body)["form"], "Ревизор" in entry.body) == ("csv", False)


def test_the_public_variant_hides_small_counts(desk: Desk, people: Visitors) -> None:
    """With the box ticked a small count is «скрыто», and the page says why."""
    desk.case(MAT, author=8_300)
    page = people.visit(Role.VIEWER, "/reports")
    page.get_by_label("Для публикации").check()
    page.get_by_role("button", name="Показать").click()

    row = page.get_by_role("row").filter(has_text="иное нарушение закона")
    expect(row.get_by_role("cell")).to_have_text("скрыто")
    expect(page.get_by_text("Числа меньше 5 скрыты")).to_be_visible()
    check_accessible(page)


def test_what_is_too_much_is_counted_in_the_background(desk: Desk, people: Visitors) -> None:
    """An order for the worker ends in the same report, without the page being reloaded by hand."""
    page = people.visit(Role.VIEWER, "/reports")
    token = page.context.request.get("/console/account").text().split('name="csrf" value="')[1].split('"')[0]
    form = {"csrf": token, "period": _month(desk)}
    answer = page.context.request.post("/console/reports/order", form=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.ok
    page.goto(answer.url)

    expect(page.get_by_role("row").filter(has_text="поступило и оценено")).to_be_visible(timeout=15_000)
    assert "job=" in page.url


def test_what_is_too_much_is_offered_to_the_worker(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a request would count too long, the page says so and holds the form that orders the work."""
    monkeypatch.setattr(asking, "AT_ONCE_ROWS", -1)
    answer = counter.visitor(Role.VIEWER).get("/reports")

    assert answer.status_code == httpx.codes.OK
    assert "закажите отчёт работой" in answer.text
    assert 'action="/console/reports/order"' in answer.text


def test_what_is_no_period_is_said_in_words(people: Visitors) -> None:
    """A made-up period or page is an error page and not a broken one."""
    page = people.visit(Role.VIEWER, "/reports?period=soon")
    expect(page.get_by_role("main")).to_contain_text("жидается неделя (2026-W47)")
    page.goto("/console/reports?page=7")
    expect(page.get_by_role("heading", name="Здесь ничего нет")).to_be_visible()
