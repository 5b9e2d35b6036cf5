"""`kill -9` at random moments: what was answered `ok` is there, nothing is decided twice, no action hurts twice."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.functional.conftest import MAT, Scene
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


@pytest.mark.timeout(300)
def test_a_kill_around_the_call_repeats_it_harmlessly(scene: Scene) -> None:
    """VK is slow, the service dies while VK deletes; the next start asks again and finds the comment gone."""
    scene.vk.slow_answers(0.5)
    comments = [scene.comment(MAT, author=2_000_000 + number) for number in range(3)]
    wait_until(lambda: scene.vk.calls_of("wall.deleteComment"), what="VK is asked")
    scene.service.kill()
    scene.vk.slow_answers(0)
    scene.service.start()

    def ended() -> bool:
        actions = [a for a in _all(scene, "/v1/actions") if a["kind"] == "delete_comment"]
        return {action["state"] for action in actions} == {"done"}

    # The dead process's lease must run out before another may send with its token.
    wait_until(ended, seconds=150)
    assert {call.params["comment_id"] for call in scene.vk.calls_of("wall.deleteComment")} == {
        str(comment.id) for comment in comments
    }
    assert scene.vk.calls_of("groups.ban") == []
    scene.installation.run("journal", "verify")
