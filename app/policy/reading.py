"""Reads tables of a policy file so strictly that a slip of the pen is refused with its place and what belongs there."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from app.domain.errors import PolicyError

E = TypeVar("E", bound=StrEnum)


def load(source: str, *, file: str) -> "Table":
    """The whole file as a table.

    Raises:
        PolicyError: it is not TOML; the message holds line and column.
    """
    try:
        source.encode()
        # Windows editors put a mark before the first letter.
        return Table(file, "", tomllib.loads(source.removeprefix("\ufeff")))
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"{file}: not a TOML file: {error}") from error


class Table:
    """One table and its place in the file; `close` refuses whatever nobody asked for."""

    def __init__(self, file: str, path: str, values: Mapping[str, object]) -> None:
        self.file = file
        self.path = path
        self._values = values
        self._known: set[str] = set()

    def at(self, key: str) -> str:
        """The key's path from the top of the file."""
        return f"{self.path}.{key}" if self.path else key

    def refuse(self, key: str, expected: str, found: object = None) -> PolicyError:
        """The error for a key; `found` is shown as Python writes it."""
        tail = "" if found is None else f", found {found!r}"
        return PolicyError(f"{self.file}: {self.at(key)}: expected {expected}{tail}")

    def has(self, key: str) -> bool:
        """Whether the file names the key; asking makes it a known one."""
        self._known.add(key)
        return key in self._values

    def take(self, key: str, expected: str) -> object:
        """The raw value of a key that must be there."""
        if not self.has(key):
            raise PolicyError(f"{self.file}: {self.at(key)}: missing, expected {expected}")
        return self._values[key]

    def text(self, key: str, expected: str = "a text") -> str:
        """A text that says something, without the spaces around it."""
        value = self.take(key, expected)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(key, expected, value)
        return value.strip()

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number between two bounds, both allowed."""
        expected = f"a whole number from {low} to {high}"
        value = self.take(key, expected)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.refuse(key, expected, value)
        return value

    def day(self, key: str) -> date:
        """A date, written without quotes."""
        value = self.take(key, "a date such as 2023-05-23")
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.refuse(key, "a date such as 2023-05-23, without quotes", value)
        return value

    def texts(self, key: str, expected: str) -> tuple[str, ...]:
        """A list of texts, each at most once."""
        value = self.take(key, expected)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refuse(key, expected, value)
        if len(set(value)) != len(value):
            raise self.refuse(key, "each entry once", value)
        return tuple(value)

    def choice(self, key: str, kind: type[E]) -> E:
        """One word of a closed vocabulary."""
        expected = one_of(kind)
        value = self.text(key, expected)
        if value not in list(kind):
            raise self.refuse(key, expected, value)
        return kind(value)

    def choices(self, key: str, kind: type[E], allowed: Collection[E]) -> tuple[E, ...]:
        """A list of words of a closed vocabulary, in the file's order."""
        expected = f"a list of {one_of(allowed)}"
        values = self.texts(key, expected)
        for value in values:
            if value not in allowed:
                raise self.refuse(key, expected, value)
        return tuple(kind(value) for value in values)

    def table(self, key: str) -> "Table":
        """A table inside this one."""
        value = self.take(key, f"a table [{self.at(key)}]")
        if not isinstance(value, dict):
            raise self.refuse(key, f"a table [{self.at(key)}]", value)
        return Table(self.file, self.at(key), value)

    def close(self) -> None:
        """Refuse keys that no rule has asked for.

        Raises:
            PolicyError: names the first of them and all that may stand here.
        """
        for key in self._values:
            if key not in self._known:
                raise PolicyError(f"{self.file}: {self.at(key)}: unknown key, expected {one_of(sorted(self._known))}")


def one_of(words: Iterable[str]) -> str:
    """`one of a, b, c`, as errors and refusals list a vocabulary."""
    return "one of " + ", ".join(str(word) for word in words)
