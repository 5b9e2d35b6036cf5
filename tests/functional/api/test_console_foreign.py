"""The console tells a person of other pages nothing: every route of its table, with ids of a foreign page."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.console.access import CONSOLE_ACCESS
from app.console.app import create_console
from app.console.shell import COOKIE
from app.domain.words import Role
from app.pipeline.administration.sessions import sign_in_by_token
from app.pipeline.jobs import orders
from tests.fakes.yard import Yard

#: What a route of the records is asked about; ids of other kinds are tested where those things are made.
NAMED = ("decision_id", "page_id", "action_id", "job_id")
ROUTES = sorted(route for route in CONSOLE_ACCESS if any(f"{{{name}}}" in route for name in NAMED))


@pytest.fixture
def yard(sqlite_url: str, tmp_path: Path) -> Iterator[Yard]:
    """An installation with its console."""
    made = Yard(sqlite_url, tmp_path)
    made.app.mount("/console", create_console(made.services))
    yield made
    made.close()


def _form(secret: str) -> dict[str, str]:
    """What every form holds, and a value for every field that some route asks for."""
    csrf = hmac.new(secret.encode(), b"dvornik console form", hashlib.sha256).hexdigest()
    return {"csrf": csrf, "reason": "Ошибка", "mode": "review", "was": "enforce", "level": "strict", "version": "1"}


def test_foreign_ids_look_like_ids_that_are_not_there(yard: Yard) -> None:
    """For an administrator of one page every id of another answers 404, read or changed, as an unknown one does."""
    foreign = yard.add_page("229000002", "enforce")
    decision = yard.comment("Ты дебил", page="229000002")
    action = yard.action_of(decision, "ban_author").id
    job = orders.start(yard.house, "preview", {"pages": [foreign]}, who=yard.person("somebody"), page_id=foreign)
    ids = dict(zip(NAMED, (decision, foreign, action, job), strict=True))
    secret = sign_in_by_token(yard.house, yard.token(Role.ADMIN, "limited", [yard.page])).secret
    at = str(yard.anonymous.base_url)
    headers = {"Origin": at.rstrip("/"), "Cookie": f"{COOKIE}={secret}"}
    assert ROUTES

    for route in ROUTES:
        method, path = route.split(" ")
        for known in (ids, dict.fromkeys(NAMED, 2**62)):
            where = re.sub(r"\{(\w+)\}", lambda match, known=known: str(known[match[1]]), path)
            form = _form(secret) if method == "POST" else None
            answer = yard.anonymous.request(method, f"/console{where}", data=form, headers=headers)

            assert answer.status_code == 404, (route, answer.text[-600:])
            assert "Ты дебил" not in answer.text
    # The same person finds the same kind of thing on their own page.
    own = yard.comment("Ты дебил")
    assert yard.anonymous.get(f"/console/decisions/{own}", headers=headers).status_code == 200
    assert yard.anonymous.get(f"/console/pages/{yard.page}", headers=headers).status_code == 200
