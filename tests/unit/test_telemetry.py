"""The log is for one kind of reader at a time."""

import json
import os
import re
import subprocess
import sys

import pytest

from app.telemetry import is_worth_telling

COUNTING = """
import os, sys
from app import telemetry
telemetry.EVENTS.labels("vk", "stored").inc()
telemetry.QUEUE.set(5)
if sys.argv[1] == "die":
    os.kill(os.getpid(), 9)
from prometheus_client import generate_latest
print(generate_latest(telemetry.everything()).decode())
"""
LOGS = """
import logging, structlog, sys
from app.telemetry import set_up_logging
set_up_logging(sys.argv[1], "INFO")
structlog.get_logger().info("ours", page=1)
logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
logging.getLogger("httpx").info("GET https://example.test/?hush")
secret = "hush"
try:
    try:
        int(secret)
    except ValueError as cause:
        raise LookupError(secret) from cause
except LookupError as error:
    structlog.get_logger().error("broke", exc_info=error)
    logging.getLogger("uvicorn.error").error("broke too", exc_info=error)
    logging.getLogger("asyncio").error("Task exception was never retrieved\\nexception=%r", error)
"""


def _lines(log_format: str) -> list[str]:
    command = [sys.executable, "-W", "error", "-c", LOGS, log_format]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stderr.splitlines()


def test_every_line_for_machines_is_json() -> None:
    """Libraries' lines and tracebacks too: each has level, time and event."""
    told = [json.loads(line) for line in _lines("json")]

    assert [line["event"] for line in told[:4]] == ["ours", "Started server process [7]", "broke", "broke too"]
    assert told[4]["event"] == "Task exception was never retrieved"
    assert all({"level", "timestamp"} <= line.keys() for line in told)
    for line in told[2:4]:
        assert re.search(
            r"line 11, in <module>\nValueError\n\nwhich led to:\n.*line 13.*\nLookupError\n$",
            line["exception"],
            re.DOTALL,
        )


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_no_values(log_format: str) -> None:
    """Neither the values of variables nor an exception's message: both may be a comment or a key."""
    told = "\n".join(_lines(log_format))

    assert "LookupError" in told
    assert "hush" not in told


def test_what_a_killed_process_counted_stays_counted(tmp_path) -> None:
    """Its events are in the sum for good; what waited in it waits no more."""
    told = [
        subprocess.run(
            [sys.executable, "-c", COUNTING, fate],
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=fate == "tell",
        )
        for fate in ("die", "tell")
    ]

    assert told[0].returncode == -9
    assert 'dvornik_events_total{network="vk",outcome="stored"} 2.0' in told[1].stdout
    assert "dvornik_writer_queue_events 5.0" in told[1].stdout
    assert len(list(tmp_path.glob("gauge_livesum_*.db"))) == 1


def test_what_goes_wrong_on_and_on_is_told_more_and_more_seldom() -> None:
    """Of a day of looks every two seconds there remain sixteen lines, the first of them at once."""
    told = [times for times in range(1, 43_201) if is_worth_telling(times)]
    assert told == [2**power for power in range(16)]
