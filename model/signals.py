"""Signs of adverts and of complaints: kinds of words a text holds, their pairs, and the look of the original text."""

import re
from collections.abc import Callable, Sequence
from itertools import combinations
from math import log1p
from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.normalise import Undone
from model.signal_words import ADVERTS, COMPLAINTS

_PATTERNS: Final = {kind: "|".join(words.split()) for kind, words in (ADVERTS | COMPLAINTS).items()}
KINDS: Final = tuple(_PATTERNS)
_ADVERT_KINDS: Final = (1 << len(ADVERTS)) - 1
_MATCHERS = tuple(re.compile(rf"(?:{p})").match for p in _PATTERNS.values())


def _by_first_letter() -> dict[str, Callable[[str], re.Match[str] | None]]:
    """Letter -> what matches tokens of any kind that begin with it; "" for the beginnings without a letter."""
    beginnings: dict[str, list[str]] = {"": []}
    for pattern in " ".join((ADVERTS | COMPLAINTS).values()).split():
        beginnings.setdefault(pattern[0] if pattern[0].isalpha() else "", []).append(pattern)
    return {letter: re.compile("|".join(found)).match for letter, found in beginnings.items()}


# Most tokens are of no kind, and one look at the beginnings with their letter tells.
_ANY: Final = _by_first_letter()
_PAIRS: Final = (
    *combinations(range(len(ADVERTS)), 2),
    *combinations(range(len(ADVERTS), len(KINDS)), 2),
)
_NUMBER: Final = {pair: len(KINDS) + number for number, pair in enumerate(_PAIRS)}
_MOST_KINDS: Final = 6
MEASURES: Final = ("emoji", "capitals", "digits", "lines", "plus", "exclamations", "disguises", "length")
WORD_SIGNALS: Final = (
    *KINDS,
    *(f"{KINDS[a]}+{KINDS[b]}" for a, b in _PAIRS),
    *(f"adverts>={n}" for n in range(1, _MOST_KINDS + 1)),
)
SIGNALS: Final = (*WORD_SIGNALS, *MEASURES)

_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]").findall
#: Whatever is counted.
_TELLING = re.compile("[\n!+0-9A-ZА-ЯЁ\u2600-\U0010ffff]").findall
_CAPITALS = re.compile("[A-ZА-ЯЁ]").findall
_DIGITS = re.compile("[0-9]").findall


def kinds_of(token: str) -> int:
    """Bit mask of the kinds of signal words that a token form belongs to."""
    letter = token[:1]
    beginning = _ANY.get(letter if letter.isalpha() else "")
    if beginning is None or not beginning(token):
        return 0
    mask = 0
    for bit, match in enumerate(_MATCHERS):
        if match(token):
            mask |= 1 << bit
    return mask


def word_signals(mask: int) -> list[int]:
    """Numbers of the word signals (into SIGNALS) that a text with these kinds of words has; each has value 1."""
    present = [bit for bit in range(mask.bit_length()) if mask >> bit & 1]
    paired = [_NUMBER[pair] for pair in combinations(present, 2) if pair in _NUMBER]
    first = len(KINDS) + len(_PAIRS)
    adverts = (mask & _ADVERT_KINDS).bit_count()
    return present + paired + [first + i for i in range(min(adverts, _MOST_KINDS))]


def _classes() -> NDArray[np.uint8]:
    """By code point: the place of its class in what is counted, 0 for the rest."""
    classes = np.zeros(_LAST_EMOJI + 2, dtype=np.uint8)
    for number, counted in enumerate(_COUNTED, 1):
        for first, last in counted:
            classes[ord(first) : ord(last) + 1] = number
    return classes


#: Emoji, capitals, digits, line feeds, plus signs, exclamation marks.
_COUNTED: Final = (
    (("\u2600", "\u27bf"), ("\u2b00", "\u2bff"), ("\U0001f000", "\U0001faff")),
    (("A", "Z"), ("А", "Я"), ("Ё", "Ё")),
    (("0", "9"),),
    (("\n", "\n"),),
    (("+", "+"),),
    (("!", "!"),),
)
_LAST_EMOJI: Final = 0x1FAFF
_CLASSES: Final = _classes()


def measures_of_many(texts: Sequence[str], undone: Sequence[Undone]) -> NDArray[np.float64]:
    """(texts, MEASURES), each row as `measures` gives it up to the last bits."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    # What lies behind the last emoji is of no class, as the last place of the table.
    classes = _CLASSES.take(points, mode="clip")
    telling = np.flatnonzero(classes)
    sizes = np.array(list(map(len, texts)))
    owners = np.repeat(np.arange(sizes.size), sizes)[telling]
    width = len(_COUNTED) + 1
    counts = np.bincount(owners * width + classes[telling], minlength=sizes.size * width).reshape(-1, width)[:, 1:]
    sizes = np.maximum(sizes, 1)
    found = np.empty((sizes.size, len(MEASURES)))
    found[:, [0, 3, 5]] = np.log1p(counts[:, [0, 3, 5]]) / 3
    found[:, 1:3] = counts[:, 1:3] / sizes[:, None]
    found[:, 4] = counts[:, 4] > 0
    found[:, 6] = np.log1p([one.hidden + one.drawn for one in undone]) / 3
    found[:, 7] = np.log1p(sizes) / 8
    return found


def measures(text: str, undone: Undone) -> tuple[float, ...]:
    """The look of the original text, each value between 0 and about 1, in the order of MEASURES."""
    size = len(text) or 1
    disguises = undone.hidden + undone.drawn
    disguised = log1p(disguises) / 3 if disguises else 0.0
    # Few characters tell anything, and one look finds them.
    telling = "".join(_TELLING(text))
    if not telling:
        return (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, disguised, log1p(size) / 8)
    emoji, lines, exclamations = len(_EMOJI(telling)), telling.count("\n"), telling.count("!")
    return (
        log1p(emoji) / 3 if emoji else 0.0,
        len(_CAPITALS(telling)) / size,
        len(_DIGITS(telling)) / size,
        log1p(lines) / 3 if lines else 0.0,
        1.0 if "+" in telling else 0.0,
        log1p(exclamations) / 3 if exclamations else 0.0,
        disguised,
        log1p(size) / 8,
    )
