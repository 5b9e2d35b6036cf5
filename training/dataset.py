"""Reads labelled texts from a folder, refuses what is not fit for training, and joins near-duplicates into clusters."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from model.labels import CATEGORIES
from model.normalise import normalise
from model.tokens import forms
from training.errors import DataError

FEWEST_ROWS: Final = 20
KINDS: Final = ("comment", "reply", "appeal", "post", "official_reply", "official_post")
LICENCES: Final = {
    "toxic.jsonl": "ok_*: CC BY-NC-SA 4.0 (as others state it); russe_detox: OpenRAIL++; 2ch_pikabu: not verified",
    "municipal.jsonl": "MIT repositories; appeals: none stated",
    "spam.jsonl": "MIT or none stated",
    "spam_other_lang.jsonl": "MIT or none stated",
}


@dataclass(slots=True)
class Row:
    """One text; a label is None where its file says nothing about it."""

    text: str
    source: str
    kind: str
    toxic: bool | None = None
    spam: bool | None = None
    types: tuple[str, ...] | None = None
    appeal: bool | None = None
    words: tuple[str, ...] = ()
    cluster: int = -1

    @property
    def digest(self) -> str:
        """SHA-256 of the words: the same for texts that read the same."""
        return hashlib.sha256(" ".join(self.words).encode()).hexdigest()


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        stream = path.open(encoding="utf-8")
    except OSError as error:
        raise DataError(path, f"cannot be read ({error.strerror})") from error
    with stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError as error:
                raise DataError(path, f"not JSON: {error}", number) from error
            if not isinstance(value, dict):
                raise DataError(path, f"found {type(value).__name__}, expected an object", number)
            text = value.get("text")
            if not isinstance(text, str):
                raise DataError(path, "field 'text' is missing or no string", number)
            yield number, value


def _flag(path: Path, number: int, value: dict[str, Any], name: str) -> bool:
    if name not in value:
        raise DataError(path, f"field {name!r} is missing", number)
    if value[name] not in (0, 1):
        raise DataError(path, f"unknown label {name} = {value[name]!r}, expected 0 or 1", number)
    return bool(value[name])


def _source(path: Path, number: int, value: dict[str, Any]) -> str:
    source = value.get("source")
    if not isinstance(source, str) or not source:
        raise DataError(path, "field 'source' is missing or empty", number)
    return source


def _toxic(path: Path, number: int, value: dict[str, Any]) -> Row:
    flag = _flag(path, number, value, "toxic")
    return Row(value["text"], _source(path, number, value), "comment", toxic=flag)


def _spam(path: Path, number: int, value: dict[str, Any]) -> Row:
    return Row(value["text"], _source(path, number, value), "chat", spam=_flag(path, number, value, "spam"))


def _municipal(path: Path, number: int, value: dict[str, Any]) -> Row:
    kind = value.get("kind")
    if kind not in KINDS:
        raise DataError(path, f"unknown kind {kind!r}, expected one of {', '.join(KINDS)}", number)
    return Row(value["text"], _source(path, number, value), kind, toxic=False, spam=False)


def _labelled(path: Path, number: int, value: dict[str, Any]) -> Row:
    labels = value.get("labels")
    if not isinstance(labels, list):
        raise DataError(path, "field 'labels' is missing or no list", number)
    for label in labels:
        if label not in CATEGORIES:
            raise DataError(path, f"unknown label {label!r}, expected some of {', '.join(CATEGORIES)}", number)
    appeal = value.get("appeal")
    if appeal not in (None, True, False):
        raise DataError(path, f"appeal = {appeal!r}, expected true, false or nothing", number)
    types = tuple(label for label in labels if label != "spam")
    source = f"labels/{value.get('source', 'people')}"
    return Row(value["text"], source, "comment", bool(types), "spam" in labels, types, appeal)


def _read(path: Path, parse: Callable[[Path, int, dict[str, Any]], Row], *, classes: str | None) -> list[Row]:
    rows = [parse(path, number, value) for number, value in _lines(path)]
    if len(rows) < FEWEST_ROWS:
        raise DataError(path, f"{len(rows)} rows, expected at least {FEWEST_ROWS}")
    if classes and len({getattr(row, classes) for row in rows}) < 2:
        raise DataError(path, f"one class only: every row has {classes} = {int(getattr(rows[0], classes))}")
    return rows


def read_folder(folder: Path, labels: Path | None = None) -> list[Row]:
    """All rows of a data folder (toxic.jsonl, municipal.jsonl, spam.jsonl and, where there is one, spam_other_lang.jsonl),
    with people's labels behind them; words and clusters filled, exact repetitions inside one source dropped.

    Raises DataError.
    """
    rows = _read(folder / "toxic.jsonl", _toxic, classes="toxic")
    rows += _read(folder / "municipal.jsonl", _municipal, classes=None)
    rows += _read(folder / "spam.jsonl", _spam, classes="spam")
    if (folder / "spam_other_lang.jsonl").exists():
        rows += _read(folder / "spam_other_lang.jsonl", _spam, classes=None)
    if labels is not None:
        rows += _read(labels, _labelled, classes=None)
    seen = set()
    kept = []
    for row in rows:
        row.words = tuple(forms(normalise(row.text).text))
        key = (row.source, row.toxic, row.spam, row.words)
        if row.words and key not in seen:
            seen.add(key)
            kept.append(row)
    join_clusters(kept)
    return kept


def file_digests(folder: Path, labels: Path | None = None) -> dict[str, str]:
    """SHA-256 of every data file that training reads."""
    paths = [p for name in LICENCES if (p := folder / name).exists()] + ([labels] if labels else [])
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def _keys(words: tuple[str, ...]) -> list[str]:
    """Two texts that share a key are copies of one template."""
    letters = [w for w in words if w.strip("0") and w[0] not in "<@"]
    if len(letters) < 6:
        return ["exact " + " ".join(letters)]
    grams = sorted({hashlib.md5(" ".join(letters[i : i + 4]).encode()).hexdigest()[:16] for i in range(len(letters) - 3)})
    smallest = grams[:3]
    if len(smallest) < 3:
        return ["grams " + " ".join(smallest)]
    a, b, c = smallest
    return [f"grams {a} {b}", f"grams {a} {c}", f"grams {b} {c}"]


def join_clusters(rows: list[Row]) -> None:
    """Number the near-duplicate clusters: texts that share two of their three smallest hashes of four words."""
    parent = list(range(len(rows)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        for key in _keys(row.words):
            parent[root(number)] = root(first.setdefault(key, number))
    for number, row in enumerate(rows):
        row.cluster = root(number)
