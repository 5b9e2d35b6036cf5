"""Writes words of a text in disguise, as people do who hope to pass a filter; for measuring, never for training."""

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

KINDS: Final = ("homoglyph", "spaced", "dots", "repeat", "mask", "translit", "leet", "combining", "zero_width")

_TWINS: Final = (
    dict(zip("аеорсухкмтнвАВЕКМНОРСТУХ", "aeopcyxkmthbABEKMHOPCTYX", strict=True)),
    dict(zip("аеорсух", "aeopcyx", strict=True)),
    dict(zip("аеорсухиі", "aeopcyxuі", strict=True)) | {"п": "n", "г": "r", "т": "t", "м": "m", "к": "k"},
    dict(zip("аеоркнтм", "ᴀᴇᴏᴩᴋʜᴛᴍ", strict=True)),
)
_LEET: Final = (
    {"о": "0", "з": "3", "ч": "4", "а": "@", "б": "6", "и": "1", "в": "8"},
    {"о": "0", "е": "3", "а": "4", "и": "1", "б": "6", "т": "7", "с": "$", "я": "9"},
    {"а": "@", "о": "0", "с": "$", "и": "!", "е": "€"},
    {"з": "3", "ч": "4", "б": "6", "в": "8", "о": "0"},
    {"а": "@", "у": "y", "х": "x", "о": "0", "и": "u", "е": "e", "к": "k", "р": "p"},
    {"д": "g", "и": "u", "а": "@", "з": "3", "г": "r", "т": "7"},
)
_LETTERS: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_LATIN: Final = (
    "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch  y  e yu ya",
    "a b v g d e yo zh z i j k l m n o p r s t u f h c ch sh shch ' y ' e yu ya",
    "a b v g d e e j z i i k l m n o p r s t u f x c ch sh sh  i  e u ya",
    "a b w g d e jo zh z i y k l m n o p r s t u f h ts ch sh sch  y  e ju ja",
)
_MASKS: Final = "***##._"
_DOTS: Final = "...-_*·"
_SPACES: Final = (" ", " ", " ", "  ")
_MARKS: Final = "\u0336\u0335\u0338\u0332\u0301\u0323\u0331\u035f"
_INVISIBLE: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


def _swap(word: str, table: dict[str, str], rng: random.Random) -> str:
    """Most of the letters that the table knows, at least one of them."""
    able = [n for n, c in enumerate(word) if c.lower() in table]
    if not able:
        return word
    chosen = set(rng.sample(able, rng.randint((len(able) + 1) // 2, len(able))))
    return "".join(table[c.lower()] if n in chosen else c for n, c in enumerate(word))


def _first_that_changes(word: str, tables: Sequence[dict[str, str]], rng: random.Random) -> str:
    for table in rng.sample(tables, len(tables)):
        written = _swap(word, table, rng)
        if written != word:
            return written
    return word


def _homoglyph(word: str, rng: random.Random) -> str:
    return _first_that_changes(word, _TWINS, rng)


def _leet(word: str, rng: random.Random) -> str:
    if word.lower().startswith("пи") and rng.random() < 0.1:
        return "3.14" + word[2:]
    return _first_that_changes(word, _LEET, rng)


def _spaced(word: str, rng: random.Random) -> str:
    if len(word) > 3 and rng.random() < 0.15:
        at = rng.randint(2, len(word) - 2)
        return f"{word[:at]} {word[at:]}"
    return rng.choice(_SPACES).join(word)


def _dots(word: str, rng: random.Random) -> str:
    if rng.random() < 0.8:
        return rng.choice(_DOTS).join(word)
    return "".join(c + (rng.choice(_DOTS) if n + 1 < len(word) else "") for n, c in enumerate(word))


def _repeat(word: str, rng: random.Random) -> str:
    if rng.random() < 0.3:
        return "".join(c * 2 for c in word)
    held = set(rng.sample(range(len(word)), rng.randint(1, max(1, len(word) // 2))))
    return "".join(c * rng.randint(2, 6) if n in held else c for n, c in enumerate(word))


def _mask(word: str, rng: random.Random) -> str:
    if len(word) < 3:
        return word
    sign = rng.choice(_MASKS)
    inner = list(range(1, len(word) - 1))
    # A dot or a line for a single letter; stars for any number of them.
    most = len(inner) if sign in "*#" else min(2, len(inner))
    start = rng.randrange(len(inner))
    hidden = set(inner[start : start + rng.randint(1, min(most, 4 if rng.random() < 0.8 else most))])
    return "".join(sign if n in hidden else c for n, c in enumerate(word))


def _translit(word: str, rng: random.Random) -> str:
    table = dict(zip(_LETTERS, rng.choice(_LATIN).split(" "), strict=True))
    return "".join(table.get(c.lower(), c) for c in word)


def _between(word: str, signs: str, rng: random.Random) -> str:
    dense = rng.random() < 0.5
    return "".join(c + (rng.choice(signs) if dense or rng.random() < 0.5 or not n else "") for n, c in enumerate(word))


_WRITERS: Final[dict[str, Callable[[str, random.Random], str]]] = {
    "homoglyph": _homoglyph,
    "spaced": _spaced,
    "dots": _dots,
    "repeat": _repeat,
    "mask": _mask,
    "translit": _translit,
    "leet": _leet,
    "combining": lambda word, rng: _between(word, _MARKS, rng),
    "zero_width": lambda word, rng: _between(word, _INVISIBLE, rng),
}


def disguise(text: str, kind: str, words: Sequence[str], rng: random.Random) -> str:
    """The text with every occurrence of the words disguised in one way; the rest stays as written.

    Raises ValueError for an unknown kind.
    """
    if kind not in _WRITERS:
        raise ValueError(f"unknown disguise {kind!r}, expected one of {', '.join(KINDS)}")
    if not words:
        return text
    listed = "|".join(sorted(map(re.escape, set(words)), key=lambda word: (-len(word), word)))
    pattern = re.compile(rf"(?<![^\W_])(?:{listed})(?![^\W_])")
    write = _WRITERS[kind]
    return pattern.sub(lambda match: write(match.group(), rng), text)
