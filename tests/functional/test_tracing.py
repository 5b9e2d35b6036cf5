"""OpenTelemetry: a real collector gets spans where they are switched on, nothing where not, and never a person."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fakes.artefact import write_artefact
from tests.functional.conftest import GROUP, SECRET
from tests.functional.running import START_SECONDS, Installation, Service, wait_until

pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra `telemetry` is not installed")

from tests.simulators.otlp import Collector

AUTHOR = 7_391_846_205
#: A person's id, words, a guest's host and browser, and what a caller sends along for other tracers.
MARKS = [str(AUTHOR), "МеткаСлов", "markquery", "markhost", "markagent", "markstate", "markbaggage", "marktoken"]
STRANGE = {
    "Host": "markhost.example",
    "User-Agent": "markagent",
    "Authorization": "Bearer marktoken",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "tracestate": "vendor=markstate",
    "baggage": "who=markbaggage",
}


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Who takes spans."""
    made = Collector()
    yield made
    made.close()


def use(service: Service) -> None:
    """A callback with words, requests with a person's id in path and query, one that is wrong, one of the console."""
    comment = {"id": 1, "from_id": AUTHOR, "text": "МеткаСлов", "post_id": 1, "owner_id": -GROUP, "date": 1}
    event = {"type": "wall_reply_new", "event_id": "e", "v": "5.199", "object": comment, "group_id": GROUP}
    with httpx.Client(base_url=service.url, timeout=30, headers=STRANGE) as client:
        assert client.post("/callbacks/vk", json={**event, "secret": SECRET}).text == "ok"
        assert client.get(f"/v1/decisions/{AUTHOR}", params={"q": "markquery"}).status_code == 401
        assert client.get(f"/no/such/{AUTHOR}?q=markquery").status_code == 404
        assert client.get("/console/persons", params={"person": AUTHOR}).status_code == 401
        assert client.get("/metrics").status_code == 200


@pytest.fixture
def place(sqlite_url: str, tmp_path: Path, collector: Collector) -> Installation:
    """An installation with a small model whose environment names the collector."""
    write_artefact(tmp_path / "model")
    (tmp_path / "data").mkdir()
    extra = {"DVORNIK_MODEL": str(tmp_path / "model"), "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    made = Installation(tmp_path / "data", sqlite_url, "http://127.0.0.1:9/", extra)
    add = ("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Район", "--secret", "-")
    made.run(*add, "--confirmation", "c0ffee", "--user-token", "-", stdin=f"{SECRET}\nkey\n")
    return made


def test_spans_of_requests_without_persons(place: Installation, collector: Collector) -> None:
    """Callback, API and console make spans named by templates, in the caller's trace; what is sent names nobody."""
    place.extra = {**place.extra, "DVORNIK_OPENTELEMETRY": "true", "OTEL_BSP_SCHEDULE_DELAY": "200"}
    with place.serve() as service:
        use(service)
        wait_until(lambda: len({span.name for span in collector.spans}) >= 4, what="spans arrive")
        assert service.stop() == -signal.SIGTERM
    names = {span.name for span in collector.spans}
    assert {"POST /callbacks/vk", "GET"} <= names
    assert any(name.startswith("GET /v1/decisions/{") for name in names), names
    assert any(name.startswith("GET /console/persons") for name in names), names
    assert not any("metrics" in name or "readyz" in name for name in names)
    [callback] = [span for span in collector.spans if span.name == "POST /callbacks/vk"]
    assert callback.trace_id.hex() == STRANGE["traceparent"].split("-")[1]
    assert {one.key: one.value.int_value for one in callback.attributes}["http.response.status_code"] == 200
    assert "http.server.request.duration" in collector.text, "metrics are sent at the end at the latest"
    assert 'string_value: "dvornik"' in collector.text
    assert [mark for mark in MARKS if mark in collector.text] == []


def test_nothing_is_sent_unless_it_is_switched_on(place: Installation, collector: Collector) -> None:
    """The variables of OpenTelemetry alone send nothing, not even FastAPI's own."""
    place.extra = {**place.extra, "FASTAPI_OTEL_AUTO_CONFIGURE": "true", "OTEL_BSP_SCHEDULE_DELAY": "50"}
    with place.serve() as service:
        use(service)
        assert service.stop() == -signal.SIGTERM
    assert collector.requests == []


def test_the_missing_extra_is_named(place: Installation) -> None:
    """Without its libraries the service says what to install, in one line, instead of starting without them."""
    without = "import sys\nsys.modules['opentelemetry.sdk.trace'] = None\nfrom app.cli import main\nsys.exit(main())\n"
    done = subprocess.run(
        [sys.executable, "-c", without, "serve", "--port", "0"],
        env={**place.environment(), "DVORNIK_OPENTELEMETRY": "true"},
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert done.returncode == 1, done.stderr
    assert len(told) == 1, done.stderr
    assert "DVORNIK_OPENTELEMETRY=true" in told[0]
    assert "dvornik[telemetry]" in told[0]
    assert all(json.loads(line) for line in done.stderr.splitlines() if line.startswith("{"))
