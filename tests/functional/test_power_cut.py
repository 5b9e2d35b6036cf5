"""`kill -9` at random moments: what was answered `ok` is there, and nothing is decided twice."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.functional.conftest import Scene
from tests.functional.running import wait_until
from tests.functional.test_crowd import _all, _body

ROUNDS = 4


def _flood(url: str, start: int, stop: threading.Event, answered: set[int], sent: set[int]) -> None:
    """Send new events one after another until the service is gone."""
    number = start
    with httpx.Client(timeout=10) as http:
        while not stop.is_set():
            sent.add(number)
            try:
                if http.post(url, json=_body(number)).text == "ok":
                    answered.add(number)
            except httpx.TransportError:
                return
            number += 1


@pytest.mark.timeout(300)
def test_no_event_that_was_answered_is_lost_by_a_kill(scene: Scene) -> None:
    """The kill falls before, inside and after commits; afterwards every event is sent again, as VK does."""
    scene.installation.run("pause")
    answered: set[int] = set()
    sent: set[int] = set()
    dice = random.Random(11)
    for round_number in range(ROUNDS):
        stop = threading.Event()
        url = f"{scene.service.url}/callbacks/vk"
        before = len(answered)
        with ThreadPoolExecutor(8) as clients:
            for client in range(8):
                clients.submit(_flood, url, 1 + (round_number * 8 + client) * 10_000, stop, answered, sent)
            goal = before + dice.randint(20, 120)
            wait_until(lambda goal=goal: len(answered) >= goal, seconds=60)
            scene.service.kill()
            stop.set()
        scene.service.start()

    decided = {int(decision["comment"]["external_id"]) for decision in _all(scene, "/v1/decisions")}
    assert answered <= decided

    with httpx.Client(timeout=30) as http:
        for number in sorted(sent):
            assert http.post(f"{scene.service.url}/callbacks/vk", json=_body(number)).text == "ok"
    decisions = _all(scene, "/v1/decisions")
    assert sorted(int(d["comment"]["external_id"]) for d in decisions) == sorted(sent)
    scene.installation.run("journal", "verify")
