"""Reads JSON that a network sent, and single fields out of it, whatever stands there."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

import msgspec

from app.domain.errors import PayloadRejectedError

JsonObject = Mapping[str, Any]

INT64_MIN: Final = -(2**63)
INT64_MAX: Final = 2**63 - 1
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_decode: Final = msgspec.json.Decoder(Any).decode


def read_json(body: bytes) -> Any:
    """What a body says; lone surrogates, which the fast reader refuses, are cleaned.

    They are refused nowhere else in the house, so a comment must not be lost for one broken emoji.

    Raises:
        PayloadRejectedError: this is no JSON in UTF-8, or one that is nested too deeply.
    """
    try:
        return _decode(body)
    except RecursionError:
        raise PayloadRejectedError("body", "JSON that is not nested so deeply") from None
    except ValueError:
        return _lenient(body)


def clean(text: str) -> str:
    """The text with NUL and lone surrogates, which databases refuse, replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def text_of(source: JsonObject, name: str) -> str:
    """A clean string, '' when there is none."""
    value = source.get(name)
    return clean(value) if isinstance(value, str) else ""


def integer(value: object) -> int | None:
    """A 64-bit integer, also one written as a decimal string; None for anything else."""
    if type(value) is not int:
        # True is an integer to Python and none to a network.
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            return None
        value = int(value)
    return value if INT64_MIN <= value <= INT64_MAX else None


def id_of(source: JsonObject, *names: str) -> str:
    """The first of these fields that holds a 64-bit integer other than 0, as a string; '' when none does."""
    for name in names:
        value = integer(source.get(name))
        if value:
            return str(value)
    return ""


def required_id(source: JsonObject, where: str, *names: str) -> str:
    """As `id_of`.

    Raises:
        PayloadRejectedError: none of the fields holds an id.
    """
    found = id_of(source, *names)
    if not found:
        raise PayloadRejectedError(f"{where}.{names[0]}", "a 64-bit integer other than 0")
    return found


def object_of(value: object) -> JsonObject:
    """A JSON object, an empty one when something else stands there."""
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> list[JsonObject]:
    """The JSON objects of an array, anything else left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _lenient(body: bytes) -> Any:
    try:
        return _cleaned(json.loads(body.decode("utf-8"), parse_constant=_no_constant))
    except RecursionError:
        raise PayloadRejectedError("body", "JSON that is not nested so deeply") from None
    except ValueError:
        raise PayloadRejectedError("body", "JSON in UTF-8") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(name): _cleaned(item) for name, item in value.items()}
    return value
