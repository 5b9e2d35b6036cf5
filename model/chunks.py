"""Looks at one piece of text between two spaces: which of its words are drawn, spread, stretched or masked."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from model.drawn import number_and_unit, undraw, unmix
from model.lemmas import is_known
from model.lookalikes import MANY
from model.ordinary import LATIN, SHORT, is_ordinary
from model.readings import ALPHABET, Reading, read, unmask
from model.rude_words import COARSE, HARSH, INSULT, TABOO, TIERS, rude_words

#: A longer word is only mapped sign by sign.
LONGEST: Final = 64
_LONGEST_SPREAD: Final = 40
_SHORTEST_MASK: Final = 3
#: Letters of an ordinary word behind one star, at least.
_SHORTEST_GUESS: Final = 4
#: So many single letters in a row are a word even when nobody knows it.
_SURELY_ONE: Final = 6
_FIXED = re.compile(r"<[a-z]{4,6}>|@(?:user|club)")
# Ends of a word for certain; the rest of the signs may belong to a disguise.
_HARD = re.compile(r'["«»„“”;?№—–]+|,(?!\d)|(?<!\d),|:(?!\d)')
_EDGE_SIGNS: Final = "!()[]{}<>/\\|.,:…_+=~^&·•'`-"
_SOFT = re.compile(r"[^!()\[\]{}<>/\\|.,:…_+=~^&·•'`-]+")
_SEPARATORS = re.compile(r"[-._~=+|'`,·•/\\^:!()…]+")
_RUSSIAN = re.compile(r"[а-яё]+\Z").match
_CYRILLIC = re.compile(r"[а-яё]")
_LATIN = re.compile(r"[a-z]")
_STARS = re.compile(r"[*#%]+")
#: Three signs that people write for the first syllable of one word.
_PI: Final = ("3.14", "3,14")
# Three letters or more, each behind one sign.
_SINGLES = re.compile(r"(?<![^\W_])[^\W_](?:[-._~=+|'`,·•/\\^:*][^\W_]){2,}(?![^\W_])")
_RUN = re.compile(r"([^\W\d_])\1+")
_HELD = re.compile(r"([^\W\d_])\1\1+")
_LONG_RUN = re.compile(r"([^\W\d_])\1\1").search
_DOUBLE = re.compile(r"([^\W\d_])\1").search


class Found(NamedTuple):
    """One word to rewrite: the kind of its disguise, its span in the chunk, the word itself."""

    kind: str
    start: int
    end: int
    new: str


def find(chunk: str) -> tuple[Found, ...]:
    """What is to be rewritten in a lower-case chunk without white space, in order, no two overlapping."""
    # A chunk may be as long as a text; such are not kept.
    return _kept(chunk) if len(chunk) <= LONGEST else _found(chunk)


def _found(chunk: str) -> tuple[Found, ...]:
    if "<" not in chunk and "@" not in chunk:
        return tuple(_between(chunk, 0, len(chunk)))
    found: list[Found] = []
    at = 0
    for fixed in _FIXED.finditer(chunk):
        found += _between(chunk, at, fixed.start())
        at = fixed.end()
    found += _between(chunk, at, len(chunk))
    return tuple(found)


_kept = lru_cache(maxsize=16_384)(_found)


def _between(chunk: str, start: int, end: int) -> Iterator[Found]:
    at = start
    for border in _HARD.finditer(chunk, start, end):
        yield from _part(chunk, at, border.start())
        at = border.end()
    yield from _part(chunk, at, end)


def _part(chunk: str, start: int, end: int) -> Iterator[Found]:
    start, end = _trimmed(chunk, start, end)
    core = chunk[start:end]
    if len(core) < 2:
        return
    singles = _SINGLES.search(core) if len(core) <= LONGEST else None
    if singles and singles.group() != core:
        joined = _singles(singles.group())
        if joined is not None:
            yield from _part(chunk, start, start + singles.start())
            yield Found("spread", start + singles.start(), start + singles.end(), joined)
            yield from _part(chunk, start + singles.end(), end)
            return
    if len(core) <= LONGEST:
        found = _word(core)
        if found is not None:
            yield Found(found[0], start, end, found[1])
            return
    if not _SEPARATORS.search(core) and len(core) <= LONGEST:
        return
    for piece in _SOFT.finditer(chunk, start, end):
        left, right = _trimmed(chunk, piece.start(), piece.end())
        word = chunk[left:right]
        found = _word(word) if len(word) <= LONGEST else _long(word)
        if found is not None:
            yield Found(found[0], left, right, found[1])


def _trimmed(chunk: str, start: int, end: int) -> tuple[int, int]:
    """Punctuation and emphasis around a word left out, unless it draws a letter: «}{уй»."""
    core = chunk[start:end].lstrip(_EDGE_SIGNS)
    left = end - len(core)
    right = left + len(core.rstrip(_EDGE_SIGNS))
    for size in (3, 2):
        if left - size >= start and chunk[left - size : left] in MANY:
            left -= size
            break
    stars = _STARS.match(chunk, left, right)
    tail = _STARS.search(chunk, max(left, right - 1), right)
    if stars and (tail or stars.group()[0] != "*"):
        left = stars.end()
    if tail:
        first = right
        while first > left and chunk[first - 1] in "*#%":
            first -= 1
        if stars or right - first < 2 or first - left > 4:
            right = first
    return left, max(left, right)


def _word(core: str) -> tuple[str, str] | None:
    """The kind of disguise and the word behind it; None for an ordinary one."""
    if _RUSSIAN(core) or len(core) < 2:
        return _shortened(core)
    if _SINGLES.fullmatch(core):
        word = _singles(core)
        return ("spread", word) if word is not None else None
    if _STARS.search(core):
        return _masked(core)
    if _SEPARATORS.search(core) and not core.startswith(_PI):
        return _spread(core)
    word = undraw(core)
    if word is None or word == core:
        return None
    again = _shortened(word) if _RUSSIAN(word) else None
    return "drawn", again[1] if again else word


def _shortened(word: str) -> tuple[str, str] | None:
    """Letters that are held: three or more of a kind, or doubled ones that hide a word of the list."""
    if not _DOUBLE(word):
        return None
    if len(set(word)) == 1:
        # «ммм», «ооо»: a sigh or a form of ownership.
        return ("stretched", word[:3]) if len(word) > 3 else None
    once = _RUN.sub(r"\1", word)
    if not _LONG_RUN(word):
        if is_known(word) or _is_rude(word) or len(once) < 3:
            return None
        doubled = len(word) - len(once)
        if _is_rude(once) or (doubled * 2 >= len(once) > 3 and is_known(once)):
            return "stretched", once
        found = read(word) if doubled > 1 else None
        return ("stretched", found.word) if found is not None else None
    return _let_go(word, once)


def _let_go(word: str, once: str) -> tuple[str, str] | None:
    """One letter for three or more, two where only that is a word."""
    shorter = _HELD.sub(r"\1", word)
    if len(shorter) < 3 and shorter not in SHORT:
        return None
    for guess in (shorter, _HELD.sub(r"\1\1", word), once):
        if _is_rude(guess) or is_known(guess):
            return "stretched", guess
    found = read(word)
    return "stretched", found.word if found is not None else shorter


def _is_mask(core: str) -> bool:
    """True for letters with stars among them; not for a footnote, a product, a percentage or a tag."""
    bare = _STARS.sub("", core)
    shown, hidden = len(bare), len(core) - len(bare)
    if len(core) < _SHORTEST_MASK or _SEPARATORS.search(core) or not any(c.isalpha() for c in bare):
        return False
    if any(c.isdigit() for c in bare) and (number_and_unit(bare) or not _CYRILLIC.search(bare)):
        return False
    if core[0] in "*#%":
        return shown > 2 and not is_known(core[1:]) and not is_known(bare)
    if shown == 1:
        return bare == "х"
    return shown > 2 or hidden <= 2 * shown or core[-1] not in "*#%"


def _masked(core: str) -> tuple[str, str] | None:
    """The word behind stars: «п**ц», «м#дак»."""
    if not _is_mask(core):
        return None
    found = unmask(core)
    if found is not None:
        return "masked", found.word
    hidden = sum(sign in "*#%" for sign in core)
    word = _only_word(core) if hidden == 1 and len(core) > _SHORTEST_GUESS else None
    return ("masked", word) if word is not None else None


def _only_word(core: str) -> str | None:
    """The one dictionary word behind one star; None when several fit."""
    at = next(number for number, sign in enumerate(core) if sign in "*#%")
    if at in (0, len(core) - 1) or not _RUSSIAN(core[:at] + core[at + 1 :]):
        return None
    fitting = [word for c in ALPHABET if is_known(word := core[:at] + c + core[at + 1 :])]
    return fitting[0] if len(fitting) == 1 else None


def _spread(core: str) -> tuple[str, str] | None:
    """Separators inside one word: «х.у.й», «д-е-б-и-л», «пиз.дец», or a dot in place of a letter: «п.зда»."""
    core = core.replace("…", "...")
    pieces = [piece for piece in _SEPARATORS.split(core) if piece]
    if len(core) > _LONGEST_SPREAD or not pieces or not _may_be_one(pieces):
        return None
    longest = max(map(len, pieces))
    kinds = set(_SEPARATORS.findall(core))
    if len(kinds) == 1 or longest <= 2:
        found = read(core)
        if found is not None and found.section <= COARSE and _plausible(pieces, found):
            return "spread", found.word
    return _dotted(core, pieces, kinds.pop()) if len(pieces) == 2 and len(kinds) == 1 else None


def _may_be_one(pieces: list[str]) -> bool:
    """False where the pieces are words, numbers or abbreviations that stand side by side."""
    longest = max(map(len, pieces))
    if not any(c.isalpha() for piece in pieces for c in piece) or (longest > 1 and pieces[0].isdigit()):
        return False
    if (longest > 1 or len(pieces) <= 2) and all(is_ordinary(piece) or piece.isdigit() for piece in pieces):
        return False
    return not any(len(piece) > 2 and _is_rude(piece) for piece in pieces)


def _singles(run: str) -> str | None:
    """The word behind single letters with a sign between each two: «х.у.й», «т*в-а*р*и»; abbreviations stay."""
    letters = run[::2]
    found = read(letters)
    digits = sum(c.isdigit() for c in letters)
    if digits * 2 >= len(letters):
        return None
    if found is not None and len(found.word) > 2 and found.section <= COARSE and _speaks(letters, found):
        return found.word
    word = undraw(letters) or letters
    if len(letters) < 4 or not _RUSSIAN(word):
        return None
    return word if is_known(word) or word in rude_words().kinds or len(word) > _SURELY_ONE else None


def _speaks(letters: str, found: Reading) -> bool:
    return bool(_CYRILLIC.search(letters)) or found.section <= INSULT


def _plausible(pieces: list[str], found: Reading) -> bool:
    letters = sum(len(piece) for piece in pieces)
    digits = sum(c.isdigit() for piece in pieces for c in piece)
    if digits * 2 >= letters:
        return False
    latin = all(not _CYRILLIC.search(piece) for piece in pieces)
    if latin and (len(found.word) < 4 or any(piece in LATIN for piece in pieces)):
        return len(pieces) > 2 and max(map(len, pieces)) == 1 and found.section <= INSULT
    return len(found.word) > 2 and (found.section <= INSULT or len(pieces) > 3 or max(map(len, pieces)) > 1)


def _dotted(core: str, pieces: list[str], signs: str) -> tuple[str, str] | None:
    """«п.зда», «п...ц», «п__а»: signs that stand for letters between two pieces of which one is no word."""
    if not _RUSSIAN("".join(pieces)) or signs[0] not in "._-":
        return None
    found = unmask(core, frozenset(signs), exact=len(signs) == 1)
    if found is None:
        return None
    long = len(signs) == 1 and len(found.word) > _SHORTEST_GUESS + 1
    if found.section > (HARSH if long else COARSE if signs == "_" else INSULT):
        return None
    tier = rude_words().kinds[found.word] % TIERS
    if len(found.word) == 3:
        return ("masked", found.word) if found.section == TABOO and tier > 1 else None
    return ("masked", found.word) if len(signs) == 1 or tier else None


def _is_rude(word: str) -> bool:
    section = rude_words().section(word.replace("ё", "е"))
    return section is not None and section <= COARSE


def _long(word: str) -> tuple[str, str] | None:
    """A word too long to be searched: sign by sign where it mixes alphabets, held letters once."""
    new = word
    if _LATIN.search(word) and _CYRILLIC.search(word):
        new = unmix(word) or word
    if _LONG_RUN(new):
        new = _HELD.sub(r"\1", new)
    return ("drawn", new) if new != word else None
