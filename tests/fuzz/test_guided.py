"""A search that follows the code's own branches finds no bytes that break a promise."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.effort import EFFORT
from tests.fuzz.targets import SIGNS, TARGETS

ROOT = Path(__file__).parents[2]
#: Inputs in a search of CI and the longest of them, bytes.
SEARCHES = {"vk": (20_000, 4096), "normaliser": (1_200, 120), "doors": (5_000, 1024)}
_PERSON = {"id": 5, "user_id": 5, "name": "Иван"}
#: What the other networks send, cut down to what tells them apart.
_DELIVERIES = [
    {
        "update_id": 1,
        "message": {"message_id": 9, "date": 1790000000, "text": "Где?", "from": _PERSON, "chat": {"id": -7}},
    },
    {
        "update_type": "comment_created",
        "timestamp": 1790000000000,
        "message": {
            "sender": _PERSON,
            "recipient": {"chat_id": -7, "post_id": "p"},
            "body": {"mid": "m", "text": "Где?"},
        },
    },
    {
        "webhookType": "MESSAGE_CREATED",
        "sender": {"user_id": "user:5"},
        "recipient": {"chat_id": "chat:7"},
        "message": {"mid": "m", "text": "Где?", "seq": 2**60},
        "timestamp": 1790000000000,
    },
    {
        "object": "page",
        "entry": [
            {
                "id": "7",
                "changes": [
                    {
                        "field": "feed",
                        "value": {
                            "item": "comment",
                            "verb": "add",
                            "comment_id": "7_9",
                            "post_id": "7_8",
                            "from": _PERSON,
                            "message": "Где?",
                        },
                    }
                ],
            }
        ],
    },
]


def _seeds(name: str, folder: Path) -> None:
    """Real inputs, from which the search sets out."""
    if name == "vk":
        for sample in (ROOT / "data" / "samples" / "vk").glob("*.json"):
            (folder / sample.name).write_bytes(sample.read_bytes())
        return
    if name == "doors":
        for number, told in enumerate(_DELIVERIES):
            (folder / str(number)).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        return
    lines = (ROOT / "data" / "samples" / "comments" / "disguises.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines[:30]):
        text = json.loads(line)["text"]
        (folder / str(number)).write_bytes(bytes(SIGNS.find(sign) if sign in SIGNS else 0x20 for sign in text))


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="no wheel of atheris for this machine")
@pytest.mark.timeout(60 + 600 * EFFORT)
@pytest.mark.parametrize("name", TARGETS)
def test_no_bytes_break_a_promise(name: str, tmp_path: Path) -> None:
    """Many thousands of mutated inputs, each new way through the code kept and mutated on, end in no broken promise."""
    runs, longest = SEARCHES[name]
    _seeds(name, tmp_path)
    seed = 1 if EFFORT == 1 else int.from_bytes(os.urandom(3))
    options = [f"-runs={runs * EFFORT}", f"-max_len={longest}", f"-seed={seed}", "-timeout=5", "-rss_limit_mb=1024"]
    command = [
        # The search counts the peak of its memory from the process that it was forked from, so that is a small shell.
        *("sh", "-c", '"$@"; exit $?', "sh"),
        sys.executable,
        "-m",
        "tests.fuzz.guided",
        name,
        *options,
        f"-artifact_prefix={tmp_path}/",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)

    assert done.returncode == 0, done.stderr[-4000:]
    assert f"Done {runs * EFFORT} runs" in done.stderr
