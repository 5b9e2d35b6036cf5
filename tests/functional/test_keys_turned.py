"""Encryption keys are turned over under running processes: no event is refused, no action waits, nobody restarts."""

import itertools
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from sqlmodel import Session

from app.storage import sealed
from app.storage.sealed import Sealed
from tests.functional.conftest import GROUP, MAT, PUBLIC, SECRET, Scene
from tests.functional.forked import Forked
from tests.functional.running import START_SECONDS, Installation, wait_until


class Knocking:
    """Sends events to services without a pause, and counts what they answer."""

    def __init__(self, urls: list[str]) -> None:
        self.answers: Counter[tuple[int, str]] = Counter()
        self._urls = urls
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._knock)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Knock until the block ends."""
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join()

    def more(self) -> None:
        """Wait until every service has answered a few times more."""
        before = self.answers.total()
        wait_until(lambda: self.answers.total() >= before + 10 * len(self._urls), what="services answer")

    def _knock(self) -> None:
        body = {"type": "like_add", "group_id": GROUP, "secret": SECRET, "object": {"liker_id": 1}}
        with httpx.Client(timeout=30) as client:
            while not self._stop.is_set():
                for url in self._urls:
                    answer = client.post(f"{url}/callbacks/vk", json=body)
                    self.answers[answer.status_code, answer.text] += 1


def deleted(scene: Scene, author: int) -> None:
    """A comment comes in, and its deletion goes out with a token that the worker has opened."""
    before = len(scene.vk.calls_of("wall.deleteComment"))
    scene.comment(MAT, author=author)
    wait_until(lambda: len(scene.vk.calls_of("wall.deleteComment")) == before + 1, what="VK is asked to delete")


def power_cut() -> None:
    """Sealing anew ends in the middle of its third transaction."""
    works, calls = sealed.exchange, itertools.count(1)

    def exchange(session: Session, was: Sealed, value: str) -> bool:
        changed = works(session, was, value)
        if next(calls) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return changed

    sealed.exchange = exchange


def kill_a_turn(installation: Installation) -> None:
    """Begin to seal anew in a process that is killed half-way."""
    nowhere = Path(os.devnull)
    killed = Forked(
        ("keys", "rotate"), installation.environment(), stdin=nowhere, stdout=nowhere, stderr=nowhere, fault=power_cut
    )
    assert killed.wait(START_SECONDS) == -signal.SIGKILL


def test_keys_are_turned_while_two_processes_work(scene: Scene, installation: Installation) -> None:
    """A new key comes, everything is sealed anew, the old key goes: both processes follow without a restart.

    A turn that is killed half-way leaves values of both keys, which open all the same; the next one goes on.
    """
    file = installation.data_dir / "keys" / "encryption.key"
    old = file.read_bytes()
    with installation.serve() as other:
        knocking = Knocking([scene.service.url, other.url])
        with knocking.going_on():
            deleted(scene, PUBLIC)
            if not installation.database_url.startswith("sqlite"):
                assert installation.json("keys", "rotate")["step"] == "added"
            kill_a_turn(installation)
            deleted(scene, PUBLIC + 1)
            turned = installation.json("keys", "rotate")
            assert (turned["step"], turned["unopened"]) == ("resealed", {})
            assert turned["values"] >= 1, "the turn that was killed has left something"
            knocking.more()
            deleted(scene, PUBLIC + 2)
            assert len(installation.json("keys", "retire")["retired"]) == 1
            knocking.more()
            token = scene.vk.add_token("user", GROUP, user_id=900_000_007)
            headers = {"Authorization": f"Bearer {scene.token}"}
            changed = httpx.patch(
                f"{other.url}/v1/pages/{scene.page_id}", json={"user_token": token}, headers=headers, timeout=30
            )
            assert changed.status_code == httpx.codes.OK, changed.text
            deleted(scene, PUBLIC + 3)
        assert set(knocking.answers) == {(200, "ok")}, knocking.answers
        # Not killed: a lease that it still holds would keep the last deletion waiting until it runs out.
        assert other.stop() == -signal.SIGTERM

    assert old not in file.read_bytes()
    shown = installation.json("keys", "show")
    assert list(shown["values"]) == [turned["key"]]
    assert not shown["unopened"]
    scene.service.stop()
    scene.service.start()
    deleted(scene, PUBLIC + 4)
    assert installation.json("journal", "verify")["ok"]
