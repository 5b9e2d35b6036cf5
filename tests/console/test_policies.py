"""How strict, tried before it is chosen: levels, previews with their bar, and the switch to enforcing."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.domain.words import Role
from app.pipeline.models import open_model
from app.storage.tables import Decision, Job, PolicyVersion
from app.storage.tables import Page as StoredPage
from model.artefact import DEFAULT_ARTEFACT
from model.scorer import Scorer
from tests.console.browsing import Visitors, check_accessible, visitors
from tests.console.desk import MAT, RUDE_APPEAL, THANKS, Desk, open_desk

POLICY = "novokuznetsk-59"
#: Rude enough for some promise; which of them lie between two levels the model itself tells.
RUDE = ("Ну вы и клоуны", "Паразиты зажравшиеся", "Заткнись уже", "Ну ты и осел", "Вы просто клоуны", "Ну и осёл же ты")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A page that only looks on, with a month of comments."""
    with open_desk(tmp_path_factory.mktemp("office") / "data", mode="shadow") as made:
        yield made


@pytest.fixture
def staff(office: Desk, browser: Browser) -> Iterator[Visitors]:
    """Its people."""
    with visitors(office, browser) as opened:
        yield opened


@pytest.fixture(scope="module")
def doubtful() -> list[str]:
    """Comments that `строго` removes and `обычно` does not."""
    artefact = open_model(DEFAULT_ARTEFACT)
    scorer = Scorer(artefact)
    usual, strict = (artefact.manifest.promises[name].thresholds["insult"] for name in ("1/1000", "1/300"))
    found = [words for words in RUDE if strict <= scorer.score(words).insult < usual]
    assert len(found) >= 2
    return found


def test_a_level_is_tried_on_a_month_and_then_chosen(office: Desk, staff: Visitors, doubtful: list[str]) -> None:
    """The preview tells how many would go and how many of these people had kept; choosing makes a new version."""
    for words in (*doubtful, MAT, RUDE_APPEAL, THANKS):
        office.comment(words)
    kept = min(row.comment_id for row in office.rows(Decision))
    office.sql("UPDATE comment SET restored_revision_id = revision_id WHERE id = :id", id=kept)
    page = staff.visit(Role.ADMIN, "/policies", name="Админ Строгий", phone=True)
    check_accessible(page)
    page.get_by_role("link", name="Новокузнецкий муниципальный район").click()
    expect(page.locator("main")).to_contain_text("Строгость: обычно")
    careful = page.locator("section").filter(has=page.get_by_role("heading", name="Осторожно"))
    expect(careful).to_contain_text("Сейчас недоступно")
    strict = page.locator("section").filter(has=page.get_by_role("heading", name="Строго"))
    expect(strict).to_contain_text("Из 300 чистых комментариев")
    check_accessible(page)
    strict.get_by_role("button", name="Примерить").click()

    expect(page.get_by_role("heading", name="Итог")).to_be_visible()
    facts = page.locator("dl.facts")
    expect(facts).to_contain_text(f"{len(doubtful) + 3} ")
    expect(page.locator(".big").nth(0)).to_have_text(str(len(doubtful) + 1))
    expect(page.locator(".big").nth(1)).to_have_text("1")
    expect(page.get_by_role("heading", name="Люди оставили, а программа удалила бы")).to_be_visible()
    for words in (*doubtful, MAT):
        expect(page.get_by_text(words, exact=True)).to_be_visible()
    assert page.get_by_text(THANKS).count() == 0
    check_accessible(page)
    preview = page.url
    page.get_by_role("button", name="Применить «строго»").click()

    expect(page.get_by_text("Новый уровень действует")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Строгость: строго")
    newest = max((row for row in office.rows(PolicyVersion) if row.name == POLICY), key=lambda row: row.version)
    assert (newest.version, newest.created_by) == (2, "person:Админ Строгий")
    assert "# Сроки ниже — предложение, не из акта." in newest.source
    office.comment(f"{doubtful[0]}!")
    assert max(office.rows(Decision), key=lambda row: row.id).policy_version_id == newest.id

    page.goto(preview)
    page.get_by_role("button", name="Применить").click()
    expect(page.get_by_role("heading", name="Сейчас это невозможно")).to_be_visible()
    expect(page.locator("main")).to_contain_text("теперь действует версия 2")
    check_accessible(page)


def _held_back(office: Desk, page: Page) -> int:
    """A preview that some other worker seems to carry on."""
    page.goto(f"/console/policies/{POLICY}")
    page.get_by_role("button", name="Примерить").first.click()
    expect(page.get_by_role("heading", name="Итог")).to_be_visible()
    number = max(row.id for row in office.rows(Job))
    office.sql(
        "UPDATE job SET state = 'running', lease_owner = 'другой', lease_until = :far, ended_at = NULL, done = total / 4,"
        " position = 0, result_json = 'null' WHERE id = :id",
        far=2**62,
        id=number,
    )
    return number


def test_the_bar_moves_and_the_end_appears_by_itself(office: Desk, staff: Visitors) -> None:
    """While a preview runs its bar follows; when it has ended the page shows the result without being asked."""
    page = staff.visit(Role.MODERATOR, "/policies")
    number = _held_back(office, page)
    page.reload()
    bar = page.locator("progress")
    expect(bar).to_be_visible()
    expect(bar).to_have_js_property("value", office.row(Job, number).total // 4)
    check_accessible(page)
    office.sql("UPDATE job SET done = total / 2 WHERE id = :id", id=number)
    expect(bar).to_have_js_property("value", office.row(Job, number).total // 2)
    expect(page.get_by_text("Пройдено 50 %.")).to_be_visible()
    # The other worker has died.
    office.sql("UPDATE job SET lease_until = 0 WHERE id = :id", id=number)
    expect(page.get_by_role("heading", name="Итог")).to_be_visible()
    expect(page.get_by_role("button", name="Применить")).to_have_count(0)


def test_a_preview_is_stopped(office: Desk, staff: Visitors) -> None:
    """Stopping ends it at once, and nobody takes half a result for a whole one."""
    page = staff.visit(Role.ADMIN, "/policies")
    number = _held_back(office, page)
    page.reload()
    page.get_by_role("button", name="Остановить").click()
    expect(page.get_by_text("итог неполный")).to_be_visible()
    expect(page.get_by_role("button", name="Применить")).to_have_count(0)
    assert office.row(Job, number).state == "cancelled"


def test_enforcing_begins_with_a_look_at_the_last_week(office: Desk, staff: Visitors) -> None:
    """The switch shows what would have been removed; without that look it is refused, towards the milder it is not."""
    office.comment(MAT)
    page = staff.visit(Role.ADMIN, f"/pages/{office.page_id}")
    expect(page.get_by_role("button", name="Включить")).to_have_count(0)
    csrf = page.locator("main input[name=csrf]").first.input_value()
    blind = {"csrf": csrf, "mode": "enforce", "was": "shadow"}
    answer = page.request.post(
        f"/console/pages/{office.page_id}/mode", form=blind, headers={"Origin": office.service.url}
    )
    assert answer.status == 409
    assert office.row(StoredPage, office.page_id).mode == "shadow"

    page.get_by_role("button", name="Показать, что было бы удалено").click()
    expect(page.get_by_role("heading", name="Итог")).to_be_visible()
    expect(page.get_by_text(MAT, exact=True).first).to_be_visible()
    check_accessible(page)
    page.get_by_role("button", name="Включить: удаляет сама").click()
    expect(page.get_by_text("Режим страницы изменён.")).to_be_visible()
    assert office.row(StoredPage, office.page_id).mode == "enforce"

    page.get_by_role("button", name="Перейти в режим «только наблюдает»").click()
    expect(page.get_by_text("Режим страницы изменён.")).to_be_visible()
    assert office.row(StoredPage, office.page_id).mode == "shadow"


def test_somebody_else_s_pages_are_neither_tried_nor_changed(office: Desk, staff: Visitors) -> None:
    """A moderator tries and does not choose; a viewer reads; a preview of foreign pages is not there."""
    moderator = staff.visit(Role.MODERATOR, f"/policies/{POLICY}")
    assert moderator.get_by_role("button", name="Примерить").count() >= 1
    viewer = staff.visit(Role.VIEWER, f"/policies/{POLICY}")
    assert viewer.locator("main form").count() == 0
    for number in (1, 2**62):
        answer = viewer.goto(f"/console/previews/{number}")
        assert answer is not None
        assert answer.status == 404
