"""Says of chunks of a lower-case text, its pieces between spaces, which the normaliser might not leave as they are."""

import re
from collections.abc import Set as AbstractSet
from itertools import repeat
from typing import Final

from model.characters import CYRILLIC_ZONES, clean_characters, fix_tokens
from model.chunks import find
from model.disguises import has_pieces, pieces
from model.lemmas import is_known
from model.ordinary import BEFORE, BEHIND, EVEN_WORD, is_ordinary

#: What a chunk demands: nothing; a look at the numbers beside it; also one at the words beside it; the long way.
PLAIN, NUMBER, PIECE, STRANGE = range(4)
#: A chunk may be as long as a text; a longer one than this is always taken the long way.
LONGEST: Final = 48

_RUSSIAN_WORD = re.compile(r"[а-яё]{1,40}\Z").match
_EVEN_WORD = re.compile(rf"{EVEN_WORD}\Z").match
_WORD = re.compile(rf"[{BEFORE}]*([а-яё]+)[{BEHIND}]*\Z").match
_JOINED = re.compile(rf"[{BEFORE}]*[а-яё]+(?:[.,!?)(»«\":;…/–—-]+[а-яё]+)+[{BEHIND}]*\Z").match
_WORDS = re.compile(r"[а-яё]+").findall
# A joint of two words without a sign that ends a word for certain.
_SOFT_JOINT = re.compile(r"[а-яё][.!)(…/-]+[а-яё]").search
_LETTER = re.compile(r"[^\W\d_]").search
_DIGIT = re.compile(r"\d").search
# Numbers that may be more than numbers: contacts, and those that begin like «пи».
_MANY_DIGITS = re.compile(r"(?:\d\D*){7}|@|3[.,]?14").search
_DOUBLE = re.compile(r"([а-яё])\1").search
_TRIPLE = re.compile(r"([а-яё])\1\1").search


def demands(chunks: AbstractSet[str]) -> tuple[set[str], dict[str, int]]:
    """Which chunks without white space demand nothing, and what others do: NUMBER, PIECE or STRANGE.

    At the first strange one it stops: the text goes the long way, and chunks of neither outcome are not judged.
    """
    # Words without doubled letters are four of five, and nothing is ever undone in them.
    plain = set(filter(_EVEN_WORD, chunks))
    found: dict[str, int] = {}
    for chunk in chunks - plain:
        demanded = demand(chunk)
        if demanded:
            found[chunk] = demanded
        else:
            plain.add(chunk)
        if demanded == STRANGE:
            break
    if not pieces().isdisjoint(map(str.strip, plain, repeat(BEFORE + BEHIND))):
        found |= {chunk: PIECE for chunk in plain if chunk.strip(BEFORE + BEHIND) in pieces()}
        plain.difference_update(found)
    return plain, found


def is_plain_word(word: str) -> bool:
    """True for a lower-case Russian word that demands nothing, whatever signs stand around it.

    The signs are those of `BEFORE` and `BEHIND`, and the whole is no longer than LONGEST.
    """
    return bool(_RUSSIAN_WORD(word)) and _stays(word) and word not in pieces()


def demand(chunk: str) -> int:
    """What a chunk without white space demands."""
    if len(chunk) > LONGEST:
        return STRANGE
    word = _WORD(chunk)
    if word is not None:
        words = [word.group(1)]
        stays = _stays(words[0])
    elif _JOINED(chunk):
        words = _WORDS(chunk)
        stays = _stay_apart(chunk, words)
    else:
        return _other(chunk)
    if not stays and _changes(chunk):
        return STRANGE
    return PLAIN if pieces().isdisjoint(words) else PIECE


def _stays(word: str) -> bool:
    """True where the long way would surely not shorten Russian letters."""
    return not _DOUBLE(word) or (is_known(word) and not _TRIPLE(word))


def _stay_apart(chunk: str, words: list[str]) -> bool:
    """True for words with signs between them that surely are neither one word in pieces nor the name of a site."""
    return (
        (not _SOFT_JOINT(chunk) or all(map(is_ordinary, words)))
        and (not _DOUBLE(chunk) or all(map(_stays, words)))
        and CYRILLIC_ZONES.isdisjoint(words)
        # A letter in two signs, or three letters one by one.
        and ")(" not in chunk
        and list(map(len, words)).count(1) < 3
    )


def _changes(chunk: str) -> bool:
    return bool(chunk.lower() != chunk or clean_characters(chunk) or fix_tokens(chunk) or find(chunk))


def _other(chunk: str) -> int:
    # A mention reaches over spaces.
    if "[" in chunk or "*" in chunk:
        return STRANGE
    if not _LETTER(chunk) and not _MANY_DIGITS(chunk):
        return STRANGE if clean_characters(chunk) else NUMBER if _DIGIT(chunk) else PLAIN
    if _changes(chunk):
        return STRANGE
    if has_pieces(chunk):
        return PIECE
    return NUMBER if _DIGIT(chunk) else PLAIN
