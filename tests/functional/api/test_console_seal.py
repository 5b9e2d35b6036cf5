"""The console tells those who see every page when the journal was sealed, and cries out when it departs from a seal."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.console.app import create_console
from app.console.shell import COOKIE
from app.domain.words import Role
from app.pipeline.administration.sealing import seal_daily
from app.pipeline.administration.sessions import sign_in_by_token
from tests.fakes.yard import Yard


@pytest.fixture
def yard(sqlite_url: str, tmp_path: Path) -> Iterator[Yard]:
    """An installation with its console."""
    made = Yard(sqlite_url, tmp_path)
    made.app.mount("/console", create_console(made.services))
    yield made
    made.close()


def _seen(yard: Yard, path: str, name: str, pages: list[int] | None = None) -> str:
    secret = sign_in_by_token(yard.house, yard.token(Role.AUDITOR, name, pages)).secret
    answer = yard.anonymous.get(path, headers={"Cookie": f"{COOKIE}={secret}"})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_console_tells_of_the_seal(yard: Yard) -> None:
    """None yet, then its time, then an alert on journal and pages; a person of one page is told nothing of the whole."""
    assert "печатей журнала пока нет" in _seen(yard, "/console/journal", "first")
    seal_daily(yard.services.settings.data_dir)(yard.house, yard.configuration, threading.Event())
    sealed = _seen(yard, "/console/journal", "second")
    assert "Последняя печать журнала" in sealed
    assert "расходится" not in sealed
    assert "расходится" not in _seen(yard, "/console/pages", "third")

    with yard.house.database.write() as session:
        session.execute(text("DROP TRIGGER journal_no_update"))
        session.execute(text("UPDATE journal SET mac = 'x'"))
    for path in ("/console/journal", "/console/pages"):
        assert "Журнал расходится с печатью" in _seen(yard, path, f"whole {path}")
        assert "печат" not in _seen(yard, path, f"limited {path}", [yard.page])
