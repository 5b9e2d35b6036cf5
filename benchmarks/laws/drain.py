"""How fast the outbox is drained against the time that the network takes for an answer: one connection, and eight."""

import threading
import time
from pathlib import Path
from typing import Final

from app.pipeline.administration.pages import NewPage, add_page
from app.pipeline.administration.policies import ensure_presets
from app.settings import Settings
from app.storage.session import migrate
from app.wiring import client_factories, open_house
from app.worker import Worker
from benchmarks.law import Law
from benchmarks.laws.places import memory_or
from benchmarks.machine import QUIET, Watch
from benchmarks.sections import Material, Verdict
from benchmarks.texts import POLICY
from tests.fakes.world import World
from tests.simulators.vk import VkSimulator
from tests.simulators.vk_state import RATES

LATENCIES_MS: Final = (1, 10, 50, 200)
CONNECTIONS: Final = (1, 8)
#: More than a connection can do in that time.
ORDERED: Final = 40
#: How long each measurement lasts, seconds; the first answers do not count.
LASTS: Final = 1.6
BEGINS: Final = 0.4
GROUP: Final = 240_000_000
#: Of what the network allows, or of what its answers take one after another, whichever is less.
AT_LEAST: Final = 0.8
LIMIT: Final = RATES["community"]


def measure(material: Material) -> Law:
    """One worker, real HTTP to a simulated VK that enforces its rates; every connection has more to do than it can."""
    found: dict[int, list[float]] = {number: [] for number in CONNECTIONS}
    watch = Watch()
    with memory_or(material.folder / "drain") as folder:
        for latency in LATENCIES_MS:
            for number in CONNECTIONS:
                found[number].append(_drained(folder / f"{number}-{latency}", latency / 1000, number))
    quiet = watch.foreign() < QUIET
    possible = [min(LIMIT, 1000 / latency) for latency in LATENCIES_MS]
    shares = {
        number: [rate / (most * number) for rate, most in zip(found[number], possible, strict=True)]
        for number in CONNECTIONS
    }
    least = min(min(of_all) for of_all in shares.values())
    told = "; ".join(
        f"{number} connection{'s' if number > 1 else ''}: {', '.join(f'{share:.2f}' for share in shares[number])}"
        for number in CONNECTIONS
    )
    limits = {f"possible with {number}": [most * number for most in possible] for number in CONNECTIONS}
    return Law(
        "Draining the outbox",
        "answer time, ms",
        "actions/s",
        [float(latency) for latency in LATENCIES_MS],
        {
            name: [{"median": rate, "least": rate, "largest": rate} for rate in rates]
            for name, rates in {**{f"drained over {n}": rates for n, rates in found.items()}, **limits}.items()
        },
        f"at least {AT_LEAST:g} of what the network allows a key ({LIMIT} calls a second, one after another)",
        told,
        Verdict.of(held=least >= AT_LEAST, quiet=quiet),
        ["SQLite; deletions of wall comments with communities' keys; one worker process, one key a connection."],
        log_y=True,
        data={"shares": {str(number): of_all for number, of_all in shares.items()}},
    )


def _drained(folder: Path, latency: float, connections: int) -> float:
    """Actions that are done in a second."""
    folder.mkdir(parents=True)
    url = f"sqlite:///{folder / 'drain.sqlite3'}"
    migrate(url)
    with VkSimulator() as vk:
        house = open_house(settings := Settings(data_dir=folder, database_url=url, vk_api_url=vk.base_url))
        try:
            ensure_presets(house)
            world = World.inside(house, tokens=0)
            for number in range(connections):
                _order(world, vk, GROUP + number)
            vk.slow_answers(latency)
            vk.fail_next("wall.deleteComment", *["slow"] * (connections * ORDERED))
            return _rate(Worker(house, client_factories(settings, house), poll_seconds=0.05), vk)
        finally:
            house.database.dispose()


def _order(world: World, vk: VkSimulator, group: int) -> None:
    """A page with a key of its own and comments that are to be deleted."""
    vk.add_community(group)
    key = vk.add_token("community", group, can_moderate=True)
    new = NewPage("vk", str(group), "Измерение", policy=POLICY, mode="enforce", community_token=key)
    page = int(add_page(world.house, new, by="cli").id)
    for _ in range(ORDERED):
        there = vk.post_comment(group, "Реклама")
        comment = world.add_comment(page, external_id=str(there.id), post_external_id=str(there.thing))
        world.add_action(comment)


def _rate(worker: Worker, vk: VkSimulator) -> float:
    """Deletions a second after the first ones; every answer must be the network's yes."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        time.sleep(BEGINS)
        began, first = time.monotonic(), len(vk.calls_of("wall.deleteComment"))
        time.sleep(LASTS - BEGINS)
        calls, lasted = vk.calls_of("wall.deleteComment"), time.monotonic() - began
    finally:
        stop.set()
        worker.wake()
        thread.join()
    refused = [call.error for call in calls if call.error not in {None, "slow"}]
    assert not refused, f"the simulated network refused: {refused[:3]}"
    return (len(calls) - first) / lasted
