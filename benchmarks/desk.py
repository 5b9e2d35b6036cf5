"""The moderators' desk with 10,000 open questions: a page of the queue, one question, and a month's report."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

import httpx
from fastapi import FastAPI
from sqlalchemy import insert, text

from app.api.routes import include_api
from app.console.app import create_console
from app.console.shell import COOKIE
from app.domain.clock import DAY, MINUTE, day_of
from app.domain.events import Act, CommentRef, Event, Written
from app.domain.states import CaseState
from app.domain.words import Kind
from app.pipeline.administration.sessions import sign_in_by_token
from app.pipeline.record.batch import record
from app.pipeline.record.items import Item
from app.pipeline.reports.periods import Length, name_of
from app.storage.session import migrate
from app.storage.tables import Decision, ReviewCase
from benchmarks.machine import QUIET, Watch
from benchmarks.pairs import spread
from benchmarks.sections import Aim, Material, Section, Verdict, range_of
from tests.fakes.serving import Serving
from tests.fakes.yard import Yard

OPEN: Final = 10_000
AUTHORS: Final = 1_500
DECISIONS: Final = 180_000
REQUESTS: Final = 40
#: What a page of the desk may take, in milliseconds.
PAGE_MS: Final = 100.0
_BATCH: Final = 200
_GROUP: Final = "229000001"


@dataclass(frozen=True, slots=True)
class Timed:
    """One kind of request: milliseconds, and what others took of the processor meanwhile."""

    name: str
    ms: dict[str, float]
    foreign_cores: float
    is_report: bool = False


def measure(material: Material) -> list[Section]:
    """One client asks again and again; the server is in this process, over real sockets, on SQLite on disk."""
    folder = material.folder / "desk"
    folder.mkdir()
    url = f"sqlite:///{folder / 'desk.sqlite3'}"
    migrate(url)
    yard = Yard(url, folder)
    try:
        began = perf_counter()
        _open_cases(yard, material.texts)
        _decide_much(yard)
        seeded = perf_counter() - began
        timed = _ask(yard)
    finally:
        yard.close()
    data: dict[str, Any] = {
        "open": OPEN,
        "decisions": DECISIONS,
        "seeded_s": seeded,
        "requests": {one.name: {**one.ms, "foreign_cores": one.foreign_cores} for one in timed},
    }
    return [
        Section(
            "The desk: 10,000 open questions",
            [
                (
                    f"{OPEN:,} open questions by {AUTHORS:,} authors on one page, {DECISIONS:,} decisions in a month, "
                    f"SQLite; made in {seeded:.0f} s."
                ),
                f"{REQUESTS} requests one after another (the report: 3), whole answers over HTTP.",
            ],
            ["request", "ms", "others' cores"],
            [[one.name, range_of(one.ms, 1), f"{one.foreign_cores:.2f}"] for one in timed],
            data,
            [_aim(one) for one in timed if not one.is_report],
        )
    ]


def _aim(one: Timed) -> Aim:
    median, quiet = one.ms["median"], one.foreign_cores < QUIET
    verdict = Verdict.of(held=median <= PAGE_MS, quiet=quiet)
    return Aim(f"the desk: {one.name}, ms", f"≤ {PAGE_MS:g}", f"{median:.1f}" if quiet else "", verdict)


def _open_cases(yard: Yard, texts: list[str]) -> None:
    """The way of all comments, in groups: each opens a question, most of them with a history behind it."""
    with yard.house.database.read() as session:
        config = yard.configuration.current(session).pages["vk", _GROUP]
    for first in range(0, OPEN, _BATCH):
        items = [_item(yard, config, number, texts[number % len(texts)]) for number in range(first, first + _BATCH)]
        with yard.house.database.transact() as transaction:
            record(transaction, yard.house, yard.configuration, items, yard.model_id)
    asked = sum(case.state == CaseState.OPEN for case in yard.rows(ReviewCase))
    assert asked == OPEN, f"{asked} questions are open"


def _item(yard: Yard, config: Any, number: int, words: str) -> Item:
    yard.clock.advance(1_000)
    ending = ("Когда почините дорогу, дебил?", "убью", "убью, дебил")[number % 3]
    body = Written(
        Act.NEW,
        CommentRef(Kind.WALL, "", str(number + 1)),
        str(20_000 + number % AUTHORS),
        f"{words} {number} {ending}",
        post=str(number % 50),
        thread_root=str(number - number % 7) if number % 7 else "",
        written_at=yard.clock.now(),
    )
    judgement = yard.moderator.judge(body.text, policy=config.policy)
    event = Event("vk", _GROUP, "wall_reply_new", f"bench:{number}", body, b"{}")
    return Item(event, config.id, yard.clock.now(), judgement)


def _decide_much(yard: Yard) -> None:
    """Decisions of a month as they lie in the table; no comments behind them."""
    with yard.house.database.read() as session:
        pattern = session.execute(text("SELECT policy_version_id FROM decision LIMIT 1")).scalar_one()
    # From the eleventh of a month on, so that the month holds all of them.
    yard.clock.advance(20 * DAY)
    rows = []
    for number in range(DECISIONS):
        yard.clock.advance(MINUTE // 10)
        rows.append(
            {
                "id": yard.house.ids(),
                "comment_id": number + 1,
                "revision_id": number + 1,
                "page_id": yard.page,
                "verdict": "remove" if number % 50 == 0 else "keep",
                "categories_json": '["insult"]' if number % 50 == 0 else "[]",
                "reasons_json": "[]",
                "clauses_json": "[]",
                "mode": "enforce",
                "policy_version_id": pattern,
                "decided_by": "machine",
                "decided_at": yard.clock.now(),
            }
        )
        if len(rows) == 5_000:
            with yard.house.database.write() as session:
                session.execute(insert(Decision), rows)
            rows = []


def _ask(yard: Yard) -> list[Timed]:
    app = FastAPI(openapi_url=None)
    include_api(app)
    app.state.services = yard.services
    app.mount("/console", create_console(yard.services))
    serving = Serving(app)
    token = yard.token("moderator", "anna")
    secret = sign_in_by_token(yard.house, token).secret
    cases = [case.id for case in yard.rows(ReviewCase)][:: OPEN // REQUESTS]
    zone = "Europe/Moscow"
    month = name_of(day_of(yard.clock.now() - DAY, zone), Length.MONTH)
    try:
        with httpx.Client(base_url=serving.url, timeout=60) as client:
            bearer = {"Authorization": f"Bearer {token}"}
            cookie = {"Cookie": f"{COOKIE}={secret}"}
            return [
                _timed("GET /v1/review (50 of them)", lambda _: client.get("/v1/review", headers=bearer)),
                _timed(
                    "GET /v1/review?page_id=…&category=threat",
                    lambda _: client.get(
                        "/v1/review", headers=bearer, params={"page_id": str(yard.page), "category": "threat"}
                    ),
                ),
                _timed(
                    "GET /v1/review/{case_id}",
                    lambda at: client.get(f"/v1/review/{cases[at % len(cases)]}", headers=bearer),
                ),
                _timed("console: the list of the queue", lambda _: client.get("/console/queue/list", headers=cookie)),
                _timed(
                    "console: one question",
                    lambda at: client.get(f"/console/queue/{cases[at % len(cases)]}", headers=cookie),
                ),
                _timed(
                    f"GET /v1/reports/{{month}} ({DECISIONS:,} decisions)",
                    lambda _: _report(client, month, bearer),
                    times=3,
                ),
            ]
    finally:
        serving.stop()


def _report(client: httpx.Client, month: str, headers: dict[str, str]) -> httpx.Response:
    answer = client.get(f"/v1/reports/{month}", headers=headers)
    [counted] = [cell["value"] for cell in answer.json()["sections"][0]["cells"] if cell["key"] == "comments"]
    assert counted == DECISIONS, f"{counted} are counted"
    return answer


def _timed(name: str, ask: Callable[[int], httpx.Response], *, times: int = REQUESTS) -> Timed:
    ask(0).raise_for_status()
    watch, taken = Watch(), []
    for number in range(times):
        start = perf_counter()
        answer = ask(number)
        taken.append(1000 * (perf_counter() - start))
        assert answer.status_code == httpx.codes.OK, answer.text[:300]
    return Timed(name, spread(taken), watch.foreign(), is_report=times != REQUESTS)
