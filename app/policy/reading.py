"""Reads tables of a policy file so strictly that a slip of the pen is refused with its place and what belongs there."""

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeVar

from app.domain.errors import PolicyError

E = TypeVar("E", bound=StrEnum)
#: A longer value is cut where an error shows it.
SHOWN: Final = 100
_PLACE: Final = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
#: What tomllib says of a file, by the beginning of its message; what is not listed is told by its place alone.
_SLIPS: Final[Mapping[str, str]] = {
    "Cannot overwrite": "ключ уже есть выше",
    "Duplicate inline": "ключ уже есть выше",
    "Cannot declare": "таблица уже есть выше",
    "Expected '='": "после ключа нужен знак =",
    "Expected newline": "после значения нужна новая строка",
    "Expected ']": "не закрыта скобка ]",
    "Unclosed": "не закрыта скобка",
    "Unterminated": "не закрыты кавычки",
    "Illegal": "лишний знак или перенос строки внутри кавычек",
    "Unescaped": "знак \\ в кавычках пишется дважды",
    "Invalid date": "такой даты нет",
    "Invalid value": "значение не читается; текст пишется в кавычках",
    "Invalid initial": "ключ не читается; он пишется латинскими буквами",
    "Invalid statement": "строка не похожа на «ключ = значение»; ключи пишутся латинскими буквами",
}


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
        raise PolicyError(f"{file}: {_slip(str(error))}") from error


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
        """The error for a key whose value is not `expected`, a noun in the nominative."""
        tail = "" if found is None else f", найдено {shown(found)}"
        return PolicyError(f"{self.file}: {self.at(key)}: ожидается {expected}{tail}")

    def refuse_presence(self, key: str, why: str) -> PolicyError:
        """The error for a key that must not stand there at all."""
        found = shown(self._values.get(key))
        return PolicyError(f"{self.file}: {self.at(key)}: ожидается, что ключа здесь нет: {why}; найдено {found}")

    def refuse_all(self, expected: str) -> PolicyError:
        """The error for a table that lacks something as a whole."""
        return PolicyError(f"{self.file}: {self.path}: ожидается {expected}, а в файле этого нет")

    def has(self, key: str) -> bool:
        """Whether the file names the key; asking makes it a known one."""
        self._known.add(key)
        return key in self._values

    def take(self, key: str, expected: str) -> object:
        """The raw value of a key that must be there."""
        if not self.has(key):
            raise PolicyError(f"{self.file}: {self.at(key)}: ожидается {expected}, а в файле этого нет")
        return self._values[key]

    def text(self, key: str, expected: str = "непустой текст в кавычках") -> str:
        """A text that says something, without the spaces around it."""
        value = self.take(key, expected)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(key, expected, value)
        return value.strip()

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number between two bounds, both allowed."""
        expected = f"целое число от {low} до {high}"
        value = self.take(key, expected)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.refuse(key, expected, value)
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        expected = "true или false без кавычек"
        value = self.take(key, expected)
        if not isinstance(value, bool):
            raise self.refuse(key, expected, value)
        return value

    def day(self, key: str) -> date:
        """A date, written without quotes."""
        expected = "дата без кавычек, например 2023-05-23"
        value = self.take(key, expected)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.refuse(key, expected, value)
        return value

    def texts(self, key: str, expected: str) -> tuple[str, ...]:
        """A list of texts, each at most once."""
        value = self.take(key, expected)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refuse(key, expected, value)
        if len(set(value)) != len(value):
            raise self.refuse(key, "список без повторов", value)
        return tuple(value)

    def choice(self, key: str, kind: type[E]) -> E:
        """One word of a closed vocabulary."""
        expected = f"одно из слов ({listed(kind)})"
        value = self.text(key, expected)
        if value not in list(kind):
            raise self.refuse(key, expected, value)
        return kind(value)

    def choices(self, key: str, kind: type[E], allowed: Collection[E]) -> tuple[E, ...]:
        """A list of words of a closed vocabulary, in the file's order."""
        expected = f"список из слов ({listed(allowed)})"
        values = self.texts(key, expected)
        for value in values:
            if value not in allowed:
                raise self.refuse(key, expected, value)
        return tuple(kind(value) for value in values)

    def table(self, key: str) -> "Table":
        """A table inside this one."""
        expected = f"таблица [{self.at(key)}]"
        value = self.take(key, expected)
        if not isinstance(value, dict):
            raise self.refuse(key, expected, value)
        return Table(self.file, self.at(key), value)

    def close(self) -> None:
        """Refuse keys that no rule has asked for.

        Raises:
            PolicyError: names the first of them and all that may stand here.
        """
        for key in self._values:
            if key not in self._known:
                known = listed(sorted(self._known))
                raise PolicyError(f"{self.file}: {self.at(key)}: ожидается один из ключей ({known}), такого ключа нет")


def listed(words: Iterable[str]) -> str:
    """Words with commas between them."""
    return ", ".join(str(word) for word in words)


def shown(value: object) -> str:
    """A value about as the file writes it."""
    if isinstance(value, dict):
        return "таблица"
    try:
        as_json = isinstance(value, str | bool | list)
        written = json.dumps(value, ensure_ascii=False, default=str) if as_json else str(value)
    except (ValueError, RecursionError):
        # A hexadecimal number may have more digits than Python writes in decimal.
        return "значение, которое слишком длинно, чтобы его показать"
    return written if len(written) <= SHOWN else f"{written[:SHOWN]}…"


def _slip(message: str) -> str:
    """What is wrong with a file that is no TOML, with line and column where they are known."""
    match = _PLACE.fullmatch(message)
    if match is None:
        return "ожидается файл TOML в кодировке UTF-8, а этот не читается"
    what = next((ours for theirs, ours in _SLIPS.items() if match[1].startswith(theirs)), "здесь ошибка")
    place = f"строка {match[2]}, столбец {match[3]}" if match[2] else "конец файла"
    return f"{place}: ожидается файл TOML, а этот не читается: {what}"
