"""`/metrics` of several processes, of a worker that has no web server, and of a service whose database is gone."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from prometheus_client.mmap_dict import MmapedDict

from tests.fakes.artefact import write_artefact
from tests.functional import forked
from tests.functional.conftest import GROUP, SECRET
from tests.functional.forked import Forked
from tests.functional.running import DVORNIK, START_SECONDS, Installation, free_port, wait_until


@pytest.fixture
def place(sqlite_url: str, tmp_path: Path) -> Installation:
    """An installation with a small model, and a folder for temporary files that is looked into."""
    write_artefact(tmp_path / "model")
    (tmp_path / "temporary").mkdir()
    (tmp_path / "data").mkdir()
    extra = {"DVORNIK_MODEL": str(tmp_path / "model"), "TMPDIR": str(tmp_path / "temporary")}
    made = Installation(tmp_path / "data", sqlite_url, "http://127.0.0.1:9/", extra)
    add = ("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Район", "--secret", "-")
    made.run(*add, "--confirmation", "c0ffee", "--user-token", "-", stdin=f"{SECRET}\nkey\n")
    return made


@contextmanager
def running(place: Installation, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the installed script, which gets its TERM at the end and must obey."""
    with (place.data_dir / "log").open("ab") as log:
        process = subprocess.Popen([DVORNIK, *arguments], env=place.environment(), stdout=log, stderr=log)
    try:
        yield process
        process.terminate()
        process.wait(timeout=START_SECONDS)
    finally:
        process.kill()
        process.wait()


def get(url: str, path: str, **headers: str) -> tuple[int, str]:
    """Status and text; httpx would spend more on its TLS than the service on its answer."""
    with closing(HTTPConnection(url.removeprefix("http://"), timeout=30)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def figures(url: str) -> dict[str, float]:
    """The samples of `/metrics`; what is not said is 0."""
    status, text = get(url, "/metrics")
    assert status == httpx.codes.OK
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    names = [name for name, _, _ in lines]
    assert len(names) == len(set(names)), "a sample is told twice"
    return {name: float(value) for name, _, value in lines}


def tell(port: int, number: int) -> None:
    """One event over a connection of its own, so that any of the processes may take it."""
    comment = {"id": number, "from_id": 7_000_001, "text": "Спасибо", "post_id": 1, "owner_id": -GROUP, "date": 1}
    event = {"type": "wall_reply_new", "event_id": f"e{number}", "v": "5.199", "object": comment}
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST", "/callbacks/vk", json.dumps({**event, "group_id": GROUP, "secret": SECRET}))
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"ok")


def is_up(url: str) -> bool:
    """Whether it answers that it is ready."""
    try:
        return get(url, "/readyz")[0] == httpx.codes.OK
    except OSError:
        return False


def counted(folder: Path) -> dict[int, float]:
    """Stored events by process, as each of them has noted them."""
    found = {}
    for file in folder.glob("*/counter_*.db"):
        values = MmapedDict.read_all_values_from_file(str(file))
        stored = [value for key, value, *_ in values if json.loads(key)[2] == {"network": "vk", "outcome": "decided"}]
        found[int(file.stem.rpartition("_")[2])] = sum(stored)
    return found


EVENTS = 'dvornik_events_total{network="vk",outcome="decided"}'


@pytest.mark.timeout(180)
def test_several_processes_are_summed(place: Installation, tmp_path: Path) -> None:
    """`--workers 2` starts both over one SQLite file; whichever answers tells of both, and in the end no file is left."""
    folder = tmp_path / "temporary"
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(place, "serve", "--port", str(port), "--workers", "2"):
        wait_until(lambda: is_up(url) and len(counted(folder)) == 2, seconds=START_SECONDS, what="both are up")
        sent = 0
        with ThreadPoolExecutor(16) as at_once:
            # One that rests would get all: only when it is busy does the other have its turn.
            while not all(counted(folder).values()):
                assert sent < 2000, counted(folder)
                list(at_once.map(partial(tell, port), range(sent + 1, sent + 65)))
                sent += 64
        seen = figures(url)
        assert seen[EVENTS] == sent
        assert seen["dvornik_commit_batch_events_sum"] == sent
        assert seen['dvornik_decision_seconds_count{intake="callback"}'] == sent
        assert seen["dvornik_writer_queue_events"] == 0
        assert seen['dvornik_pages{mode="shadow"}'] == 1
        assert "server" not in httpx.get(f"{url}/healthz").headers
    assert list(folder.iterdir()) == []


@pytest.mark.timeout(180)
def test_a_worker_answers_on_its_own_port(place: Installation) -> None:
    """`--metrics-port` tells on loopback what the worker counts and what waits; the worker ends as it should."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = place.data_dir / "log"
    options = ("worker", "--metrics-port", str(port))
    worker = Forked(options, place.environment(), stdin=Path(os.devnull), stdout=log, stderr=log)
    try:

        def told() -> bool:
            assert worker.poll() is None, log.read_text()
            try:
                return figures(url).get("dvornik_database_up") == 1
            except OSError:
                return False

        wait_until(told, seconds=START_SECONDS, what="the worker is counted")
        seen = figures(url)
        assert seen['dvornik_pages{mode="shadow"}'] == 1
        assert seen['dvornik_outbox_actions{waiting_for="turn"}'] == 0
        busy = forked.run(options, place.environment(), stdin="", timeout=START_SECONDS)
        assert busy.returncode == 1
        assert busy.stderr.startswith(f"Ошибка: --metrics-host 127.0.0.1 --metrics-port {port}: ожидается свободный")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(START_SECONDS) == 0, log.read_text()
    finally:
        if worker.poll() is None:
            worker.send_signal(signal.SIGKILL)
            worker.wait(START_SECONDS)


def test_metrics_need_no_database(place: Installation) -> None:
    """Where the database is broken they are told as quickly as ever, and that it is broken."""
    with place.serve() as service:
        tell(service.port, 1)
        wait_until(lambda: figures(service.url).get("dvornik_database_up") == 1, what="it is counted")
        with closing(sqlite3.connect(place.database_url.removeprefix("sqlite:///"))) as database:
            database.execute("ALTER TABLE api_token RENAME TO gone")
            database.execute("ALTER TABLE page RENAME TO gone_too")
        assert get(service.url, "/v1/decisions", Authorization="Bearer dv_x")[0] == 503
        took = []
        for _ in range(20):
            start = time.perf_counter()
            seen = figures(service.url)
            took.append(time.perf_counter() - start)
        assert seen[EVENTS] == 1
        assert seen['dvornik_http_errors_total{area="api",status="503"}'] == 1
    # The quickest: others share the machine.
    assert min(took) < 0.05, took
    assert re.search("token_cache_lookups_total", "".join(seen))
