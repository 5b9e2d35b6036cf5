"""What is seen before anything is touched: the words, why they are here, and the answers, whatever was written."""

import pytest
from playwright.sync_api import Locator, Page

from app.console.access import SECTIONS
from app.domain.words import Role
from app.storage.tables import ReviewCase
from tests.console.browsing import Visitors, check_accessible
from tests.console.desk import RUDE_APPEAL, Desk

#: As much as VK lets anybody write.
LONGEST = 16_000


def _is_seen(part: Locator) -> bool:
    """Whether a part stands within the window without scrolling."""
    inside: bool = part.evaluate(
        """(one) => { const box = one.getBoundingClientRect();
            return box.height > 0 && box.top >= 0 && box.bottom <= window.innerHeight + 1; }"""
    )
    return inside


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "laptop"])
def test_a_comment_of_any_length_leaves_room_for_the_answer(desk: Desk, people: Visitors, *, phone: bool) -> None:
    """16,000 characters scroll in their own frame; the reason and both answers stand beside them at once."""
    desk.clear()
    line = "Почините наконец дорогу, дебилы! "
    words = line * (LONGEST // len(line) - 1) + "Конец"
    case = desk.case(words)
    page = people.visit(Role.MODERATOR, f"/queue/{case}", phone=phone)
    if not phone:
        page.set_viewport_size({"width": 1200, "height": 850})

    for part in (".why", "button[value=keep]", "button[value=remove]"):
        assert _is_seen(page.locator(part)), part
    assert page.locator(".words").inner_text().endswith("Конец")
    check_accessible(page)


def test_the_first_telling_word_of_a_long_text_is_in_sight(desk: Desk, people: Visitors) -> None:
    """Nobody has to look for what the program has found."""
    page = people.visit(Role.MODERATOR, f"/queue/{desk.case('Мы ждём. ' * 400 + 'Ты дебил, убью ' * 3)}", phone=True)
    assert page.locator(".words mark").count() > 0
    seen = page.locator(".words").evaluate(
        """(frame) => { const mark = frame.querySelector("mark").getBoundingClientRect();
            const box = frame.getBoundingClientRect(); return mark.top >= box.top && mark.bottom <= box.bottom; }"""
    )
    assert seen


def test_removing_without_a_ground_asks_for_one(desk: Desk, page: Page) -> None:
    """The key `d` with nothing ticked removes nothing and says in plain words what is missing."""
    desk.clear()
    case = desk.case(RUDE_APPEAL)
    page.goto(f"/console/queue/{case}")
    while page.locator("input[name=category]:checked").count():
        page.locator("input[name=category]:checked").first.uncheck()
    page.locator("button[value=remove]:enabled").wait_for()
    page.keyboard.press("d")
    page.locator("[role=alert]").wait_for()

    assert page.locator("[role=alert]").inner_text() == (
        "Отметьте, за что удалить: нарушение из списка или нарушение закона."
    )
    assert desk.row(ReviewCase, case).state == "claimed"


def test_every_section_fits_a_phone(desk: Desk, people: Visitors) -> None:
    """Each page of the menu, what stands behind it, and a dossier: 360 px wide, and nothing that axe finds."""
    desk.clear()
    case = desk.row(ReviewCase, desk.case(RUDE_APPEAL))
    behind = ("/queue/list", "/queue/done", "/answers/made", "/answers/norms", f"/answers/{case.comment_id}")
    phone = people.visit(Role.ADMIN, f"/decisions/{case.decision_id}/dossier", phone=True)
    check_accessible(phone)
    for path in (*(section.path for section in SECTIONS), *behind):
        answer = phone.goto(f"/console{path}")
        assert answer is not None
        assert answer.status == 200, path
        check_accessible(phone)
