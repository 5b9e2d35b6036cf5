"""A form of the console that is too long is answered as people read it, however it comes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.console.app import create_console
from app.console.shell import COOKIE
from app.domain.words import Role
from app.pipeline.administration.sessions import sign_in_by_token
from tests.fakes.yard import BODY_LIMIT, Yard

FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


@pytest.fixture
def yard(sqlite_url: str, tmp_path: Path) -> Iterator[Yard]:
    """An installation with its console."""
    made = Yard(sqlite_url, tmp_path)
    made.app.mount("/console", create_console(made.services))
    yield made
    made.close()


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "in pieces"])
@pytest.mark.parametrize("signed", [True, False], ids=["signed in", "signed out"])
def test_a_form_has_its_limit(yard: Yard, *, declared: bool, signed: bool) -> None:
    """Over the limit it is 413: a page in Russian with the console's headers, also for whose session has ended."""
    secret = sign_in_by_token(yard.house, yard.token(Role.VIEWER)).secret if signed else "gone"
    whole = b"text=" + b"a" * BODY_LIMIT

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(whole), 10_000):
            yield whole[start : start + 10_000]

    headers = {**FORM, "Cookie": f"{COOKIE}={secret}"}
    answer = yard.anonymous.post("/console/check", content=whole if declared else pieces(), headers=headers)
    short = yard.anonymous.post("/console/check", content=b"text=a", headers=headers)

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Слишком длинный текст" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert short.status_code == (403 if signed else 401)
