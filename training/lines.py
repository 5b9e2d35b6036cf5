"""Reads files of JSON objects, one a line, and names the line of whatever is wrong."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from model.labels import CATEGORIES
from training.errors import DataError


def objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file with the numbers of their lines; each has a string `text`. Raises DataError."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise DataError(path, f"cannot be read ({error.strerror})") from error
    with stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line.decode())
            except UnicodeDecodeError as error:
                raise DataError(path, f"not UTF-8: {error}", number) from error
            except (ValueError, RecursionError) as error:
                raise DataError(path, f"not JSON: {error}", number) from error
            if not isinstance(value, dict):
                raise DataError(path, f"found {type(value).__name__}, expected an object", number)
            text = value.get("text")
            if not isinstance(text, str):
                raise DataError(path, "field 'text' is missing or no string", number)
            yield number, value


def labels_of(path: Path, number: int, value: dict[str, Any]) -> tuple[tuple[str, ...], bool | None]:
    """Categories that a person named, and whether the text is an appeal. Raises DataError."""
    labels = value.get("labels")
    if not isinstance(labels, list):
        raise DataError(path, "field 'labels' is missing or no list", number)
    for label in labels:
        if label not in CATEGORIES:
            raise DataError(path, f"unknown label {label!r}, expected some of {', '.join(CATEGORIES)}", number)
    appeal = value.get("appeal")
    if appeal not in (None, True, False):
        raise DataError(path, f"appeal = {appeal!r}, expected true, false or nothing", number)
    return tuple(labels), appeal
