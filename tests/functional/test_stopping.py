"""The service is asked to end while it works: what it answered stays, and it does end."""

import os
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.functional.conftest import Scene
from tests.functional.running import Service, wait_until
from tests.functional.test_crowd import _all, _body

HALF_A_REQUEST = b"POST /callbacks/vk HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"


def _stopping(service: Service) -> bool:
    return "Shutting down" in service.log.read_text()


def test_a_second_ctrl_c_ends_it_at_once(scene: Scene) -> None:
    """A caller that never sends the rest of its request is waited for; a second Ctrl-C stops the wait and the worker."""
    with socket.create_connection(("127.0.0.1", scene.service.port)) as caller:
        caller.sendall(HALF_A_REQUEST)
        os.kill(scene.service.pid, signal.SIGINT)
        wait_until(lambda: _stopping(scene.service), what="the first Ctrl-C is heard")
        assert scene.service.interrupt(seconds=15) is not None


@pytest.mark.timeout(120)
def test_what_is_in_flight_is_taken_or_refused_cleanly(scene: Scene) -> None:
    """Events that arrive while it stops are `ok` and on disk, or told to come again, or meet a closed port."""
    scene.installation.run("pause")
    answers: list[tuple[int, int, str]] = []
    url = f"{scene.service.url}/callbacks/vk"
    stop = threading.Event()

    def flood(start: int) -> None:
        number = start
        with httpx.Client(timeout=30) as http:
            while not stop.is_set():
                try:
                    answer = http.post(url, json=_body(number))
                except httpx.TransportError:
                    return
                answers.append((number, answer.status_code, answer.text))
                number += 1

    with ThreadPoolExecutor(8) as clients:
        for client in range(8):
            clients.submit(flood, 1 + client * 10_000)
        wait_until(lambda: len(answers) >= 100, what="it takes events")
        scene.service.stop()
        stop.set()
    scene.service.start()

    taken = {number for number, status, text in answers if (status, text) == (200, "ok")}
    others = {status for _, status, text in answers if (status, text) != (200, "ok")}
    decided = {int(decision["comment"]["external_id"]) for decision in _all(scene, "/v1/decisions")}
    assert taken <= decided
    assert others <= {503}
