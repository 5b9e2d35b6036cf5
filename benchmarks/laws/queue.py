"""A page of the review queue against the questions that wait, over the API and in the console, at its head and deep."""

from time import perf_counter
from typing import Final

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from app.api.fields import write_place
from app.api.routes import include_api
from app.console.app import create_console
from app.console.shell import COOKIE
from app.domain.words import Role
from app.pipeline.administration.sessions import sign_in_by_token
from app.storage.session import migrate
from app.storage.tables import Author, Comment, ReviewCase
from benchmarks.law import Law
from benchmarks.machine import QUIET, Watch
from benchmarks.pairs import spread
from benchmarks.sections import Material, Verdict
from tests.fakes.questions import COPIED
from tests.fakes.serving import Serving
from tests.fakes.yard import Yard

SIZES: Final = (100, 1_000, 10_000, 100_000)
REQUESTS: Final = 12
#: A page of the longest queue may take so many times what one of the shortest takes.
AT_MOST: Final = 1.5
#: How far copies lie apart: more than all ids of the one that is copied.
_APART: Final = 1 << 24


def measure(material: Material) -> Law:
    """One client asks one page after another; the server is in this process, on SQLite on disk."""
    folder = material.folder / "queue"
    folder.mkdir()
    url = f"sqlite:///{folder / 'queue.sqlite3'}"
    migrate(url)
    yard = Yard(url, folder)
    watch = Watch()
    try:
        yard.comment("Когда почините дорогу, дебил?")
        took = _at_all_sizes(yard)
    finally:
        yard.close()
    quiet = watch.foreign() < QUIET
    growth = {name: spreads[-1]["median"] / spreads[0]["median"] for name, spreads in took.items()}
    return Law(
        "Review queue",
        "open questions",
        "ms a page of 50",
        [float(size) for size in SIZES],
        took,
        f"a page of {SIZES[-1]:,} takes at most {AT_MOST:g} times as long as one of {SIZES[0]}",
        "; ".join(f"{name} {times:.2f}" for name, times in growth.items()),
        Verdict.of(held=max(growth.values()) <= AT_MOST, quiet=quiet),
        [f"SQLite, {REQUESTS} requests each, whole answers over HTTP; *deep* goes on behind the middle of the queue."],
        data={"growth": growth},
    )


def _at_all_sizes(yard: Yard) -> dict[str, list[dict[str, float]]]:
    app = FastAPI(openapi_url=None)
    include_api(app)
    app.state.services = yard.services
    app.mount("/console", create_console(yard.services))
    serving = Serving(app)
    token = yard.token(Role.MODERATOR, "anna")
    headers = {
        "Authorization": f"Bearer {token}",
        "Cookie": f"{COOKIE}={sign_in_by_token(yard.house, token).secret}",
    }
    took: dict[str, list[dict[str, float]]] = {}
    try:
        with httpx.Client(base_url=serving.url, headers=headers, timeout=60) as client:
            for size, before in zip(SIZES, (1, *SIZES), strict=False):
                _grow(yard, before, size)
                for name, path in _pages(yard).items():
                    took.setdefault(name, []).append(_timed(client, path))
    finally:
        serving.stop()
    return took


def _pages(yard: Yard) -> dict[str, str]:
    with yard.house.database.read() as session:
        half = "(SELECT count(*) / 2 FROM review_case)"
        query = f"SELECT rank, id FROM review_case ORDER BY rank, id LIMIT 1 OFFSET {half}"  # noqa: S608 - ours
        rank, number = session.execute(text(query)).one()
    return {
        "API": "/v1/review",
        "API, deep": f"/v1/review?cursor={write_place((rank, number))}",
        "console": "/console/queue/list",
        "console, one question": f"/console/queue/{number}",
        "console, deep": f"/console/queue/list?after={rank}-{number}",
    }


def _grow(yard: Yard, first: int, last: int) -> None:
    """Copies of the one question, numbered from `first` up to `last`."""
    with yard.house.database.write() as session:
        for table, new in COPIED.items():
            name, columns = table.__tablename__, list(table.model_fields)
            made = {column: f"b.{column} + c.n * {_APART}" for column in new}
            if table is Author:
                made["external_id"] = "'copy' || c.n"
            if table is Comment:
                made["external_id"] = "'copy' || c.n"
            if table is ReviewCase:
                made["rank"] = "b.rank + c.n"
            values = ", ".join(made.get(column, f"b.{column}") for column in columns)
            session.execute(
                text(
                    f"WITH RECURSIVE c(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM c WHERE n + 1 < {last})"  # noqa: S608
                    f" INSERT INTO {name} ({', '.join(columns)}) SELECT {values} FROM c CROSS JOIN"
                    f" (SELECT * FROM {name} ORDER BY {new[0]} LIMIT 1) b"
                )
            )


def _timed(client: httpx.Client, path: str) -> dict[str, float]:
    client.get(path).raise_for_status()
    taken = []
    for _ in range(REQUESTS):
        start = perf_counter()
        answer = client.get(path)
        taken.append(1e3 * (perf_counter() - start))
        assert answer.status_code == httpx.codes.OK, answer.text[:300]
    return spread(taken)
