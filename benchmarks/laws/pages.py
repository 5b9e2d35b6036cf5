"""Callbacks against pages: a region's thousands of pages cost nobody anything, nor does a change of one of them."""

import sqlite3
import statistics
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import update
from sqlmodel import col

from app.pipeline.configuration import Configuration
from app.settings import Settings
from app.storage.nodes import bump_config
from app.storage.tables import Page
from app.wiring import open_artefact, open_house
from benchmarks.client import GROUP
from benchmarks.law import Law
from benchmarks.laws.places import (
    CONNECTIONS,
    SECONDS,
    all_serving,
    copied,
    file_of,
    memory_or,
    recorded,
    take_turns,
)
from benchmarks.laws.rotation import ratios, spreads
from benchmarks.sections import Material, Verdict
from benchmarks.servers import loading
from tests.functional.running import Installation

SIZES: Final = (1, 50, 500, 5_000)
ROUNDS: Final = 3
AT_LEAST: Final = 0.9
#: How long a changed configuration may hold the writer up, ms of its thread's processor time.
STALL: Final = 50.0
RELOADS: Final = 9


def measure(material: Material) -> Law:
    """A service on each number of pages; one page is heard, the others stand beside it."""
    with loading(material.texts_file) as load, memory_or(material.folder / "pages") as folder:
        base = recorded(folder / "base", load)
        installations = []
        for size in SIZES:
            installations.append(copied(base, file_of(folder / "base"), folder / str(size)))
            _add_pages(file_of(folder / str(size)), size - 1)
        stalls = [_stall(one) for one in installations]
        with all_serving(installations) as services:
            turns = take_turns(load, services, rounds=ROUNDS)
    shares, quiet = ratios(turns, "rate")
    told = ", ".join(f"{stall:.1f}" for stall in stalls)
    return Law(
        "Pages",
        "pages",
        "answers/s",
        [float(size) for size in SIZES],
        {"callbacks": spreads(turns, "rate")},
        f"with 5,000 pages no fewer than {AT_LEAST:g} of the answers a second with one; a change of a page holds the "
        f"writer up for {STALL:g} ms at most",
        f"{shares[-1]:.2f}; with 50 and 500: {shares[0]:.2f} and {shares[1]:.2f}; a change costs {told} ms",
        Verdict.of(held=shares[-1] >= AT_LEAST and stalls[-1] <= STALL, quiet=quiet),
        [
            f"SQLite, {CONNECTIONS} connections, windows of {SECONDS:g} s, services in turns; one page is written to.",
            "A change: what a process that knows all pages does when one of them has changed (processor time).",
        ],
        data={"ratios": shares, "change_ms": stalls, "server_cpu_us": spreads(turns, "cpu_us")},
    )


def _add_pages(path: Path, number: int) -> None:
    """More pages like the one that is there, with secrets of their own key and five managers each."""
    with closing(sqlite3.connect(path)) as database, database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(page)")]
        made = {
            "id": "b.id + c.n",
            "external_id": "CAST(300000000 + c.n AS TEXT)",
            "managers_json": """'["1","2","3","4",' || '"' || c.n || '"]'""",
        }
        values = ", ".join(made.get(column, f"b.{column}") for column in columns)
        copy = (
            f"INSERT INTO page ({', '.join(columns)}) SELECT {values} FROM numbers c CROSS JOIN page b WHERE b.id = ?"  # noqa: S608
        )
        [first] = database.execute("SELECT id FROM page").fetchone()
        database.execute("CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY)")
        database.executemany("INSERT INTO numbers VALUES (?)", [(place,) for place in range(1, number + 1)])
        database.execute(copy, (first,))


def _stall(installation: Installation) -> float:
    """Milliseconds of processor time that reading a changed page takes in a process that knew them all."""
    settings = Settings(data_dir=installation.data_dir, database_url=installation.database_url)
    house = open_house(settings)
    configuration = Configuration(house, open_artefact(settings).manifest)
    took = []
    try:
        for number in range(RELOADS):
            with house.database.write() as session:
                changed = update(Page).where(col(Page.external_id) == str(GROUP)).values(confirmation=f"c{number:07}")
                session.execute(changed)
                bump_config(session)
            with house.database.read() as session:
                began = time.thread_time()
                configuration.current(session)
                took.append(1e3 * (time.thread_time() - began))
    finally:
        house.database.dispose()
    return statistics.median(took[1:])
