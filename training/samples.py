"""Reads the comments that were written and labelled for this project, and tells which of them are never trained on."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from model.labels import CATEGORIES
from training.errors import DataError

FIELDS: Final = ("id", "text", "labels", "appeal", "why")
_BESIDE: Final = Path(__file__).parent / "samples"
_REPOSITORY: Final = Path(__file__).parents[1] / "data" / "samples" / "comments"
# A wheel carries the samples beside this module; a checkout keeps them with the other samples.
FOLDER: Final = _BESIDE if _BESIDE.is_dir() else _REPOSITORY


@dataclass(frozen=True, slots=True)
class Sample:
    """One written comment; `why` says what makes it hard, empty where nothing does."""

    id: str
    group: str
    text: str
    labels: tuple[str, ...]
    appeal: bool
    why: str


def held_out(sample_id: str) -> bool:
    """True for the third of the samples that is only measured: it depends on nothing but the id."""
    return int(hashlib.sha256(sample_id.encode()).hexdigest()[:8], 16) % 3 == 0


def read_samples(folder: Path = FOLDER) -> list[Sample]:
    """All samples of a folder's `<group>.jsonl` files, by file name and then in the order of the lines.

    Raises DataError: a field that is missing, unknown or of the wrong kind, an id that does not belong to its file,
    an id or a text that was there before.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise DataError(folder, "no *.jsonl here, expected a file of samples for each group")
    ids: dict[str, str] = {}
    texts: dict[str, str] = {}
    samples = []
    for path in files:
        for number, value in _objects(path):
            sample = _sample(path, number, value)
            here = f"{path.name}:{number}"
            plain = " ".join(sample.text.casefold().split())
            for seen, key, name in ((ids, sample.id, "id"), (texts, plain, "text")):
                if key in seen:
                    raise DataError(path, f"{name} repeats the one in {seen[key]}, expected one of its own", number)
                seen[key] = here
            samples.append(sample)
    return samples


def _objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(path, f"cannot be read ({error})") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise DataError(path, f"not JSON: {error}", number) from error
        if not isinstance(value, dict):
            raise DataError(path, f"found {type(value).__name__}, expected an object", number)
        yield number, value


def _sample(path: Path, number: int, value: dict[str, Any]) -> Sample:
    value = {"why": ""} | value
    if set(value) != set(FIELDS):
        wrong = ", ".join(sorted(set(value) ^ set(FIELDS)))
        raise DataError(path, f"missing or unknown: {wrong}; expected exactly {', '.join(FIELDS)}", number)
    for name in ("id", "text", "why"):
        if not isinstance(value[name], str):
            raise DataError(path, f"{name} = {value[name]!r}, expected a string", number)
    if not re.fullmatch(re.escape(path.stem) + r"-\d{3,4}", value["id"]):
        raise DataError(path, f"id = {value['id']!r}, expected {path.stem}-001 or another number", number)
    if not value["text"].strip():
        raise DataError(path, "text is empty, expected a comment", number)
    if not isinstance(value["appeal"], bool):
        raise DataError(path, f"appeal = {value['appeal']!r}, expected true or false", number)
    labels = value["labels"]
    if not isinstance(labels, list) or any(label not in CATEGORIES for label in labels):
        raise DataError(path, f"labels = {labels!r}, expected a list of some of {', '.join(CATEGORIES)}", number)
    if len(set(labels)) < len(labels):
        raise DataError(path, f"labels = {labels!r}, expected each at most once", number)
    return Sample(value["id"], path.stem, value["text"], tuple(labels), value["appeal"], value["why"].strip())
