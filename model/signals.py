"""Signs of adverts and of complaints: kinds of words a text holds, their pairs, and the look of the original text."""

import re
from collections.abc import Callable
from itertools import combinations
from math import log1p
from typing import Final

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
