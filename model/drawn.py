"""The word behind foreign letters, digits and signs of one token."""

import re
from collections.abc import Iterator
from typing import Final

from model.lemmas import is_known
from model.lookalikes import CYRILLIC_TWINS, LATIN_SOUNDS, LATIN_TWINS, OTHER_SIGNS, SIGNS, SPOKEN, TRUE_TWINS
from model.ordinary import LATIN, is_ordinary
from model.readings import ALPHABET, read, unmask
from model.rude_words import COARSE, HARSH, INSULT, TABOO, TIERS, rude_words

_CYRILLIC = re.compile(r"[а-яё]")
_LATIN = re.compile(r"[a-z]")
_SIGN = re.compile(r"[0-9@$€!|]")
_LATIN_WORD = re.compile(r"[a-z][a-z0-9@$!]*[a-z0-9]\Z").match
number_and_unit = re.compile(r"(?:\d+[.,]?\d*[a-zа-яё]{1,4}|[a-zа-яё]{1,2}\d+[a-zа-яё]?|\d+[xх]\d+.*)\Z").match
_TWO_DIGITS = re.compile(r"\d\d").search
_SHORT_TABOO: Final = frozenset({"хуй", "хуи", "хуя", "бля", "лох", "чмо", "хер"})
_RUSSIAN_LETTERS: Final = frozenset(ALPHABET)
_MEANT: Final = _RUSSIAN_LETTERS.union("ё", LATIN_SOUNDS, SIGNS, *OTHER_SIGNS)
#: Price up to which a reading needs no other support.
_SURE: Final = 0.35
#: What the letters of a Latin word may cost, and how much beside: taboo, common, other; short rare ones nothing.
_PER_LETTER: Final = 0.06
_BESIDE: Final = (0.45, 0.15, 0.12)
_SHORT_AND_RARE: Final = 6
_SHORTEST_SPOKEN: Final = 5
# Roots that no other word has, for forms that the list lacks.
_ROOT = re.compile(
    r"п[ие]зд|п[ие]д[оа]р|^(?:за|на|по|до|о|ни)?ху(?:[йя]|е[влнтс])"
    r"|^(?:за|на|вы|у|от|по|про|до|раз|съ|долбо)?еб(?:а[лнтш]|ну|л[аио])"
    r"|бляд|мудак|мудач|г[ао]вно|г[ао]ндон|сволоч|дебил|ублюд"
).search
# The same for words in Latin letters; other languages have words with the other roots: «huelga», «debilidad».
_SPELT_ROOT = re.compile(
    r"п[ие]зд|п[ие]д[оа]р|^(?:на|по|до|о|ни)ху[йя]|^(?:за|вы|долбо)еб(?:а[лнтш]|ну|л[аио])"
    r"|бляд|мудак|мудач|г[ао]вно|г[ао]ндон|сволоч|ублюд"
).search
_RUSSIAN_SPELLING = re.compile(
    r"zh|kh|shch|ya|yu|ja|ju|iy$|yy$|yj$|ij$|stv|vsk|ogo$|omu$|ymi$|nyh$|ykh$|tsa$|ovat|avat"
).search
_BY_SOUND = re.compile("|".join(sorted((k for k in SPOKEN if k.isalpha()), key=lambda k: (-len(k), k))))
_PI: Final = ("3.14", "3,14", "314")
_ZERO_INSIDE = re.compile(r"[а-яё]+0[а-яё]+\Z").match
#: Signs that hide whatever letter people like.
_ANY_LETTER: Final = frozenset("@$€")
_LATIN_BEFORE_RUSSIAN = re.compile(r"[a-z]{2,}([а-яё]{3,})\Z").match
#: A longer unknown word with a sign inside is a name and a place: «музей@город».
_AT_MOST: Final = 9
#: A number with the end of an ordinal or a measure behind it is shorter than this.
_ORDINAL: Final = 6


def _fully_russian(word: str) -> bool:
    return _RUSSIAN_LETTERS.issuperset(word.replace("ё", "е"))


def _tables(core: str) -> Iterator[str]:
    """The token read letter by letter with each of the tables, where that gives Russian letters only."""
    if not _MEANT.issuperset(core):
        return
    for signs in (SIGNS, *OTHER_SIGNS):
        for letters in (LATIN_TWINS, LATIN_SOUNDS):
            word = "".join(signs.get(c, letters.get(c, c)) for c in core)
            if _fully_russian(word):
                yield word


def undraw(core: str) -> str | None:
    """The word behind foreign letters, digits and signs; None where there is none."""
    cyrillic = bool(_CYRILLIC.search(core))
    if core.startswith(_PI):
        return _with_pi(core)
    if number_and_unit(core) and not (cyrillic and len(core) > 7):
        return _with_number(core)
    if not cyrillic:
        return _latin(core) if _LATIN_WORD(core) else None
    listed = rude_words().kinds
    tried = list(dict.fromkeys(_tables(core)))
    signs = len(_SIGN.findall(core))
    edges = core[0].isdigit() + 2 * core[-1].isdigit()
    trusted = signs == 0 or (signs * 2 < len(core) and (not edges or (edges == 1 and len(core) > _ORDINAL)))
    for word in tried:
        if word.replace("ё", "е") in listed or (trusted and len(word) > 2 and is_known(word)):
            return word
    found = read(core)
    if (
        found is not None
        and (found.section < HARSH or len(found.word) > 4)
        and (signs * 2 <= len(core) or (signs * 5 <= 3 * len(core) and found.section <= INSULT and not edges))
    ):
        return found.word
    return _unknown(core, tried, trusted=trusted)


def _unknown(core: str, tried: list[str], *, trusted: bool) -> str | None:
    """A word that neither the dictionary nor the list knows."""
    rooted = next(filter(_ROOT, tried), None)
    if rooted is not None:
        return rooted
    hidden = core[0] not in _ANY_LETTER and not _ANY_LETTER.isdisjoint(core)
    any_letter = unmask(core, _ANY_LETTER, exact=True) if hidden else None
    if any_letter is not None and any_letter.section <= COARSE:
        return any_letter.word
    digits = sum(c.isdigit() for c in core)
    if _LATIN.search(core):
        joined = _LATIN_BEFORE_RUSSIAN(core)
        if "@" in core or _TWO_DIGITS(core) or (joined and is_known(joined.group(1))):
            return None
        return tried[0] if digits and trusted and tried and len(core) > _ORDINAL else unmix(core)
    return tried[0] if trusted and not digits and tried and core[0] not in "@$" and 3 < len(core) <= _AT_MOST else None


def _with_number(core: str) -> str | None:
    """«бл9», «4мо»: a digit beside a few letters is a letter only in a short word of the list."""
    if _TWO_DIGITS(core):
        return None
    found = read(core)
    if found is not None and found.section <= COARSE and len(found.word) > 2 and found.price <= _SURE:
        return found.word
    # A zero between two letters is no number.
    whole = core.replace("0", "о")
    return whole if _ZERO_INSIDE(core) and is_known(whole) else None


def _with_pi(core: str) -> str | None:
    """«3.14здец», «3.14др»: the number is the first syllable unless a measure stands behind it."""
    rest = core[4:] if core[1] in ".," else core[3:]
    found = read(core)
    if found is not None and found.section <= INSULT:
        return found.word
    word = "пи" + (undraw(rest) or rest)
    return word if len(rest) > 1 and _fully_russian(word) and not is_ordinary(rest) else None


def _latin(core: str) -> str | None:
    """A word in Latin letters alone that spells or draws one of the list; brands and English words stay."""
    if core in LATIN or len(core) < 3 or core[-1].isdigit() or sum(c.isdigit() for c in core) * 2 >= len(core):
        return None
    found = read(core, spoken=True)
    if found is None:
        word = _by_sound(core)
        return word if _SPELT_ROOT(word) and _fully_russian(word) else _sounds_russian(core, word)
    if len(found.word) < 4:
        return found.word if found.word in _SHORT_TABOO else None
    if found.section == HARSH and len(found.word) < 5:
        return None
    if found.section == TABOO:
        beside = _BESIDE[0]
    elif rude_words().kinds[found.word] % TIERS:
        beside = _BESIDE[1]
    else:
        beside = _BESIDE[2] if len(found.word) > _SHORT_AND_RARE else 0.0
    return found.word if found.cost <= _PER_LETTER * len(found.word) + beside else None


def _by_sound(core: str) -> str:
    return _BY_SOUND.sub(lambda match: SPOKEN[match.group()][0][0], core)


def _sounds_russian(core: str, word: str) -> str | None:
    """A dictionary word in a spelling that no other language has: «grazhdane»."""
    if len(core) < _SHORTEST_SPOKEN or not core.isalpha() or not _RUSSIAN_SPELLING(core):
        return None
    return word if _fully_russian(word) and is_known(word) else None


def unmix(word: str) -> str | None:
    """A word of both alphabets that no list knows: the smaller part is the drawn one."""
    latin, cyrillic = set(_LATIN.findall(word)), set(_CYRILLIC.findall(word))
    count_latin, count_cyrillic = len(_LATIN.findall(word)), len(_CYRILLIC.findall(word))
    if latin <= LATIN_TWINS.keys():
        if count_latin > 2 * count_cyrillic and cyrillic <= CYRILLIC_TWINS.keys() and not latin <= TRUE_TWINS:
            return "".join(CYRILLIC_TWINS.get(c, c) for c in word)
        return "".join(LATIN_TWINS.get(c, c) if c not in "0123456789" else c for c in word)
    if cyrillic <= CYRILLIC_TWINS.keys() and count_latin > count_cyrillic:
        return "".join(CYRILLIC_TWINS.get(c, c) for c in word)
    if count_cyrillic >= count_latin:
        return "".join(LATIN_SOUNDS.get(c, c) if c.isalpha() else c for c in word)
    return None
