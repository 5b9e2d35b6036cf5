"""The console over plain HTTP on a house whose clock the test turns: quick, for what needs no browser."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.console.app import create_console
from app.console.shell import COOKIE, CSRF_FIELD
from app.domain.words import Role
from app.pipeline.administration.sessions import sign_in_by_token
from tests.fakes.yard import Yard

OURS = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Visitor:
    """Somebody's browser, reduced to its cookie; forms are sent with the token that stands in their pages."""

    client: httpx.Client

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Ask for a page."""
        return self.client.get(f"/console{path}", **more)

    def csrf(self) -> str:
        """The token of this session's forms."""
        found = re.search(f'name="{CSRF_FIELD}" value="([0-9a-f]+)"', self.get("/account").text)
        assert found is not None
        return found[1]

    def post(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form of ours."""
        return self.client.post(f"/console{path}", data={CSRF_FIELD: self.csrf(), **fields}, headers=OURS)


class Counter(Yard):
    """An installation with its console."""

    def __init__(self, url: str, folder: Path) -> None:
        super().__init__(url, folder)
        self.console = create_console(self.services)
        self.app.mount("/console", self.console)

    def visitor(self, role: Role | str, name: str = "", pages: list[int] | None = None) -> Visitor:
        """Somebody who is signed in."""
        secret = sign_in_by_token(self.house, self.token(role, name, pages)).secret
        client = self._connect({})
        client.cookies.set(COOKIE, secret, domain="127.0.0.1", path="/console")
        return Visitor(client)

    def stranger(self) -> httpx.Client:
        """A browser in which nobody is signed in."""
        return self._connect({})
