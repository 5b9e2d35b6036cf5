"""People's browsers: signed in without typing, watched for violations, closed at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from app.console.shell import COOKIE
from app.domain.words import Role
from tests.console.desk import Desk

DESKTOP: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 900}}
PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
#: The least side of what a finger must meet, CSS pixels.
TOUCH = 44
_AXE: Final = Axe()


@dataclass
class Visitors:
    """Opens browsers and remembers what they complained of; an answer of 4xx is no complaint."""

    desk: Desk
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def visit(
        self,
        role: Role | str | None = Role.MODERATOR,
        path: str = "/",
        *,
        name: str = "",
        pages: list[int] | None = None,
        phone: bool = False,
        scripts: bool = True,
    ) -> Page:
        """A page of somebody's browser at a path of the console; role None = nobody is signed in."""
        context = self.browser.new_context(
            base_url=self.desk.service.url,
            locale="ru-RU",
            timezone_id="Asia/Novokuznetsk",
            java_script_enabled=scripts,
            **(PHONE if phone else DESKTOP),
        )
        context.set_default_timeout(10_000)
        self._contexts.append(context)
        if role is not None:
            secret = self.desk.session(role, name, pages)
            context.add_cookies([{"name": COOKIE, "value": secret, "url": f"{self.desk.url}/"}])
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"/console{path}")
        return page

    def close(self) -> None:
        """Close every browser."""
        for context in self._contexts:
            context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)


@contextmanager
def visitors(desk: Desk, browser: Browser) -> Iterator[Visitors]:
    """People at one desk; a page that broke the policy of contents or a script that failed fails the test."""
    people = Visitors(desk, browser)
    try:
        yield people
    finally:
        people.close()
    assert people.complaints == []


def check_accessible(page: Page) -> None:
    """The page has no violation that axe can find, nothing wider than the screen, and can be touched.

    Raises:
        AssertionError: with what was found and where.
    """
    found = _AXE.run(page).response["violations"]
    told = [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found]
    assert told == [], page.url
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than the screen"
    assert _too_small(page) == [], page.url


def _too_small(page: Page) -> list[str]:
    """Buttons, fields and links that stand alone and are too small for a finger; links inside sentences are not."""
    small: list[str] = page.evaluate(
        """(least) => [...document.querySelectorAll(
            ".button, button, summary, select, textarea, nav a, .choice, .tick, input:not([type=hidden])")]
          .filter((one) => !(one.matches("input") && one.closest(".choice, .tick")))
          .map((one) => [one, one.getBoundingClientRect()])
          .filter(([one, box]) => box.width && box.height && getComputedStyle(one).visibility !== "hidden")
          .filter(([, box]) => box.height < least - 0.5 || box.width < least - 0.5)
          .map(([one, box]) => `${one.outerHTML.slice(0, 120)}: ${box.width} × ${box.height}`)""",
        TOUCH,
    )
    return small
