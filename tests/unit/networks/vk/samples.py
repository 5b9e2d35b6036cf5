"""Reads the sample callback bodies that the repository carries."""

import json
from pathlib import Path
from typing import Any

from app.domain.events import ConfirmationRequest, Event, Ignored
from app.networks.vk.inbound import parse
from app.networks.vk.verify import decode

FOLDER = Path(__file__).parents[4] / "data" / "samples" / "vk"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def body(name: str) -> bytes:
    """A sample as it came over the wire."""
    return (FOLDER / f"{name}.json").read_bytes()


def read(name: str, retry_counter: str | None = None) -> Event | Ignored | ConfirmationRequest:
    """A sample, translated."""
    return read_body(body(name), retry_counter)


def read_body(raw: bytes, retry_counter: str | None = None) -> Event | Ignored | ConfirmationRequest:
    """A body, translated."""
    return parse(decode(raw), raw=raw, retry_counter=retry_counter)


def event(name: str) -> Event:
    """A sample that must be an event."""
    found = read(name)
    assert isinstance(found, Event)
    return found


def changed(name: str, **fields: Any) -> bytes:
    """A sample with fields of its object set anew; None takes a field away."""
    whole = json.loads(body(name))
    target = whole["object"].get("message", whole["object"])
    for field, value in fields.items():
        if value is None:
            target.pop(field, None)
        else:
            target[field] = value
    return json.dumps(whole).encode()
