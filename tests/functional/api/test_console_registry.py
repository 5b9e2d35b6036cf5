"""The register at the desk: shown to readers, kept by administrators, reviewed each quarter, taken away as files."""

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.console.app import create_console
from app.console.shell import COOKIE
from app.domain.words import Role
from app.pipeline.administration.pages import PageChanges, change_page
from app.pipeline.administration.sessions import sign_in_by_token
from app.storage.tables import RegistryEntry
from tests.fakes.yard import Yard

HOSTILE = '<script>alert("1")</script>'


@pytest.fixture
def yard(sqlite_url: str, tmp_path: Path) -> Iterator[Yard]:
    """An installation with its console."""
    made = Yard(sqlite_url, tmp_path)
    made.app.mount("/console", create_console(made.services))
    yield made
    made.close()


class Visitor:
    """Somebody at the desk."""

    def __init__(self, yard: Yard, role: Role) -> None:
        self._client = yard.anonymous
        self._secret = sign_in_by_token(yard.house, yard.token(role, str(role))).secret
        self._headers = {
            "Origin": str(yard.anonymous.base_url).rstrip("/"),
            "Cookie": f"{COOKIE}={self._secret}",
        }

    def open(self, path: str) -> httpx.Response:
        """Look at a page."""
        return self._client.get(f"/console{path}", headers=self._headers)

    def send(self, path: str, **fields: str) -> httpx.Response:
        """Send a form."""
        csrf = hmac.new(self._secret.encode(), b"dvornik console form", hashlib.sha256).hexdigest()
        return self._client.post(f"/console{path}", data={"csrf": csrf, **fields}, headers=self._headers)


def test_what_is_typed_stands_there_and_does_nothing(yard: Yard) -> None:
    """Titles and names are text, on the page and in the table for the site."""
    change_page(yard.house, yard.page, PageChanges(title=HOSTILE), by="cli")
    admin = Visitor(yard, Role.ADMIN)
    [entry] = yard.rows(RegistryEntry)

    sent = admin.send(f"/registry/{entry.id}", organisation=HOSTILE, responsible_name="Иванова И. И.")

    assert sent.status_code == 303
    for path in ("/registry", "/registry/table"):
        shown = admin.open(path).text
        assert "alert(" in shown
        assert "<script>alert" not in shown
    assert "Иванова" in admin.open("/registry").text
    assert "Иванова" not in admin.open("/registry/table").text
    assert "Иванова" not in Visitor(yard, Role.VIEWER).open("/registry").text


def test_the_quarter_is_closed_by_a_button(yard: Yard) -> None:
    """It is said how many lines are due until somebody has looked."""
    moderator = Visitor(yard, Role.MODERATOR)
    assert "не пересмотрено: 1 строка" in moderator.open("/registry").text

    assert moderator.send("/registry/review").status_code == 303

    assert "не пересмотрено" not in moderator.open("/registry").text
    assert Visitor(yard, Role.VIEWER).send("/registry/review").status_code == 403


def test_files_are_taken_away(yard: Yard) -> None:
    """A table for Excel and one for the site."""
    viewer = Visitor(yard, Role.VIEWER)
    for path, name in (("/registry/sheet", "official-pages.csv"), ("/registry/table", "official-pages.html")):
        taken = viewer.open(path)
        assert taken.status_code == 200
        assert name in taken.headers["content-disposition"]
        assert "vk.com/club229000001" in taken.text
