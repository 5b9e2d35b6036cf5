"""What tests of the console get: one service for all of them, Debian's Chromium, and people in front of it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from app.domain.words import Role
from tests.console.browsing import Visitors, visitors
from tests.console.counter import Counter
from tests.console.desk import Desk, open_desk

CHROMIUM = Path("/usr/bin/chromium")
#: No sandbox inside a container; and nothing that a browser does for itself reaches out of this machine.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The service that all tests of the console share; its page proposes and a person decides."""
    with open_desk(tmp_path_factory.mktemp("desk") / "data") as made:
        yield made


@pytest.fixture
def counter(sqlite_url: str, tmp_path: Path) -> Iterator[Counter]:
    """An installation with its console over plain HTTP, whose clock the test turns."""
    made = Counter(sqlite_url, tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without one CI fails and other runs skip aloud."""
    if not CHROMIUM.exists():
        missing = f"no Chromium at {CHROMIUM}: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    # Of this package, not of the session: while Playwright runs, no other test may run a loop in this thread.
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def people(desk: Desk, browser: Browser) -> Iterator[Visitors]:
    """Opens browsers for people of any role; fails the test if a page broke the policy of contents."""
    with visitors(desk, browser) as opened:
        yield opened


@pytest.fixture
def page(people: Visitors) -> Page:
    """A moderator's desktop browser."""
    return people.visit(Role.MODERATOR)


@pytest.fixture
def phone(people: Visitors) -> Page:
    """A moderator's phone, 360 px wide."""
    return people.visit(Role.MODERATOR, phone=True)
