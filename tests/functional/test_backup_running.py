"""A backup is taken while events stream in, the machine is lost, and the copy goes on elsewhere: nothing else patched."""

import asyncio
import gzip
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.domain.clock import SECOND, SystemClock
from tests.functional import forked
from tests.functional.conftest import Scene
from tests.functional.running import START_SECONDS, Installation, Service, wait_until
from tests.functional.test_crowd import _all, _body, _send
from tests.functional.test_power_cut import _flood

CLIENTS = 4
#: Events that are answered before the copy is begun, and more that come until the machine is lost.
SOME = 80
#: A violation that nobody has sent yet.
NEXT = 90_000


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, scene: Scene, tmp_path: Path) -> Installation:
    """Another machine: an empty data folder and an empty database of the same engine."""
    engine = "sqlite" if scene.installation.database_url.startswith("sqlite") else "postgres"
    database = request.getfixturevalue(f"empty_{engine}_url")
    return Installation(tmp_path / "elsewhere", database, scene.installation.vk_api_url)


@pytest.mark.timeout(240)
def test_a_backup_of_a_busy_service_goes_on_elsewhere(scene: Scene, elsewhere: Installation, tmp_path: Path) -> None:
    """Every event answered before is in it, nothing half; what came later is delivered again and decided once."""
    copy = tmp_path / "copy"
    answered: set[int] = set()
    sent: set[int] = set()
    with flood(scene, answered, sent):
        wait_until(lambda: len(answered) >= SOME, seconds=60)
        before = set(answered)
        made = scene.installation.json("backup", str(copy))
        after = set(sent)
        waited_for_nobody = len(answered) > len(before)
        goal = len(answered) + SOME
        wait_until(lambda: len(answered) >= goal, seconds=60)
        scene.service.kill()
    assert waited_for_nobody
    assert not _holds_a_key(copy, scene.installation.data_dir / "keys")
    assert [Path(path).name for path in made["keep_apart"]] == ["encryption.key", "journal.key"]

    refused = forked.run(("restore", str(copy)), elsewhere.environment(), stdin="", timeout=START_SECONDS)
    assert (refused.returncode, "keys" in refused.stderr) == (1, True)
    shutil.copytree(scene.installation.data_dir / "keys", elsewhere.data_dir / "keys", dirs_exist_ok=True)
    restored = elsewhere.json("restore", str(copy))
    assert (restored["ok"], restored["paused"], restored["unopened"]) == (True, True, 0)

    asked = _acts(scene)
    with elsewhere.serve() as service:
        there = Scene(scene.vk, elsewhere, service, scene.page_id, scene.token)
        decided = _numbers(there)
        assert len(decided) == len(set(decided)) == restored["rows"]["decision"]
        assert before <= set(decided) <= after
        _deliver_again(service, sent)
        assert sorted(_numbers(there)) == sorted(sent)
        assert "all sending is paused" in there.get("/readyz")["warnings"]
        assert _acts(there) == asked
        elsewhere.run("journal", "verify")
        _resumes(there)


@contextmanager
def flood(scene: Scene, answered: set[int], sent: set[int]) -> Iterator[None]:
    """Clients that send one event after another until the block ends, or the service does."""
    stop = threading.Event()
    url = f"{scene.service.url}/callbacks/vk"
    with ThreadPoolExecutor(CLIENTS) as pool:
        starts = [1 + client * 10_000 for client in range(CLIENTS)]
        clients = [pool.submit(_flood, url, start, stop, answered, sent) for start in starts]
        try:
            yield
        finally:
            stop.set()
    for client in clients:
        client.result()


def _numbers(scene: Scene) -> list[int]:
    return [int(decision["comment"]["external_id"]) for decision in _all(scene, "/v1/decisions")]


def _deliver_again(service: Service, sent: set[int]) -> None:
    answers = asyncio.run(_send(f"{service.url}/callbacks/vk", [_body(number) for number in sorted(sent)]))
    assert answers == ["ok"] * len(sent)


def _resumes(scene: Scene) -> None:
    """Whoever has looked lets it go on: a violation that comes now is removed from the page."""
    scene.installation.run("resume")
    body = _body(NEXT)
    # The crowd's comments were written long ago: about those a person is asked.
    body["object"]["date"] = SystemClock().now() // SECOND
    assert httpx.post(f"{scene.service.url}/callbacks/vk", json=body).text == "ok"
    wait_until(lambda: str(NEXT) in _acts(scene), what="it is sent")


def _acts(scene: Scene) -> list[str]:
    """Comments that VK was asked to delete."""
    return [call.params["comment_id"] for call in scene.vk.calls_of("wall.deleteComment")]


def _holds_a_key(copy: Path, keys: Path) -> bool:
    """Whether any file of the copy, also inside of what is packed, holds the bytes of a key."""
    secrets = [key.read_bytes().strip() for key in keys.iterdir()]
    assert len(secrets) == 2
    return any(secret in data for data in _contents(copy) for secret in secrets)


def _contents(folder: Path) -> Iterator[bytes]:
    for file in folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            yield gzip.decompress(data) if file.suffix == ".gz" else data
