"""Finds words that somebody drew, stretched, masked or wrote in pieces, in the whole of a lower-case text."""

import re
from bisect import bisect_left
from functools import cache
from typing import Final

from model.chunks import find
from model.drawn import undraw
from model.lemmas import is_known
from model.offsets import Edit
from model.ordinary import EVEN_WORD, SHORT, is_ordinary
from model.readings import read
from model.rude_words import INSULT, TABOO, rude_words

_NO_EVEN_WORD = re.compile(rf"(?<!\S)(?!{EVEN_WORD}(?!\S))\S+")
# One separator throughout: spaces, or a sign between spaces.
_SPREAD = re.compile(
    r"(?<![^\W_])[^\W_](?P<s>[ ]{1,3}|\n|[ ]?[.,_*·•|/~+=–—-][ ]|[ ][.,_*·•|/~+=–—-])[^\W_@]"
    r"(?:(?P=s)[^\W_])+(?![^\W_])"
)
# Three single letters one by one. The first look has no more than a literal to search for.
_GAP: Final = r"(?:[ ]{1,3}|[ ]?(?:[^\w\s]|_)[ ]|[ ](?:[^\w\s]|_))"
_MAY_SPREAD = re.compile(rf" (?:[^\w\s]|_)?[^\W_]{_GAP}[^\W_](?![^\W_])").search
_SPREADS = re.compile(rf"(?<![^\W_])[^\W_]{_GAP}[^\W_]{_GAP}[^\W_](?![^\W_])").search
_SHORT_WORD = re.compile(r"(?<![^\s«\"(])[а-яё]{1,6}(?![\w*#@$-])")
_PIECE = re.compile(r"(?<!\S)[«\"(]?([а-яё]{1,6})(?=( ))")
_PIECES_END = re.compile(r"[ ]([а-яё]{1,8})(?![^\W_*#@$-])")
LONGEST_PIECE: Final = 6
_SHORT_LETTERS = re.compile(r"(?<![^\W_])[а-яё]{1,6}(?![^\W_])")
#: Where the fourth of some pieces begins behind the first, at most.
_REACH: Final = LONGEST_PIECE + 8 + 8 + 3
#: One letter that is a word.
_LETTER_WORDS: Final = frozenset("иаявксоу")
_MOST_SPREAD: Final = 40
_SURELY_ONE: Final = 6
_LISTED: Final = 4
_LONGEST_IN_ROW: Final = 16
#: Letters that a word of a row has on average, at least.
_PER_WORD: Final = 2.5


def rewrite_chunks(text: str) -> list[tuple[str, Edit]]:
    """Words to rewrite inside the pieces between white space, each with the kind of its disguise."""
    edits = []
    for match in _NO_EVEN_WORD.finditer(text):
        at = match.start()
        edits += [(kind, Edit(at + start, at + end, new)) for kind, start, end, new in find(match.group())]
    return edits


def _is_word(letters: str) -> bool:
    word = undraw(letters) or letters
    if word in rude_words().kinds or (len(word) > 3 and is_known(word)):
        return True
    found = read(letters)
    return found is not None and found.section <= INSULT


def _inner_word(letters: str) -> tuple[int, int] | None:
    """How many letters to skip at both ends so that the rest is one word: «я с у к а»; None when there is none."""
    for skipped in ((0, 0), (1, 0), (0, 1), (1, 1)):
        kept = letters[skipped[0] : len(letters) - skipped[1]]
        if len(kept) > 2 and _is_word(kept):
            return skipped
    return (0, 0) if len(letters) > _SURELY_ONE else None


def _in_words(letters: str) -> str:
    """«дебилимразь» as «дебил и мразь»; letters that are no row of words stay together."""
    if len(letters) <= _SURELY_ONE or _is_word(letters):
        return letters
    read_as = undraw(letters) or letters
    # The cheapest way to write the first n letters, for each n.
    best: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())]
    for end in range(1, len(read_as) + 1):
        ways = []
        for start in range(max(0, end - _LONGEST_IN_ROW), end):
            before, word = best[start], read_as[start:end]
            if before is not None and (is_ordinary(word) or word.replace("ё", "е") in rude_words().kinds):
                ways.append((before[0] + (1.0 if len(word) > 1 else 1.5), (*before[1], word)))
        best.append(min(ways, default=None))
    row = best[-1]
    return " ".join(row[1]) if row is not None and row[0] * _PER_WORD <= len(letters) else letters


def spreads(text: str) -> bool:
    """True when letters stand one by one in a text of one line, so that join_spread may find something."""
    return bool(_MAY_SPREAD(text) and _SPREADS(text))


def join_spread(text: str) -> list[Edit]:
    """Words written letter by letter with spaces between; initials and abbreviations stay apart."""
    edits: list[Edit] = []
    if not spreads(text.replace("\n", " ")):
        return edits
    for match in _SPREAD.finditer(text):
        step = len(match.group("s")) + 1
        letters = match.group()[::step]
        digits = sum(c.isdigit() for c in letters)
        if digits * 2 >= len(letters) or len(letters) > _MOST_SPREAD:
            continue
        skipped = _inner_word(letters)
        # «буквы е, б, у», «в 3 б у окна»: so few letters with commas or numbers among them stand for themselves.
        if skipped is None or (len(letters) - sum(skipped) <= _LISTED and ("," in match.group("s") or digits)):
            continue
        start, end = match.start() + skipped[0] * step, match.end() - skipped[1] * step
        edits.append(Edit(start, end, _in_words(text[start:end:step])))
    return edits


@cache
def pieces() -> frozenset[str]:
    """Pieces of rude words that are no words themselves: «пиз», «су»; only to these may a neighbour belong."""
    listed = rude_words().kinds
    # «бля» is the beginning of a word and one by itself.
    return frozenset(
        piece
        for piece in rude_words().pieces(LONGEST_PIECE)
        if piece not in SHORT and not (piece in listed and len(piece) > 2) and not is_ordinary(piece)
    )


def has_pieces(text: str) -> bool:
    """True when a piece of a rude word stands by itself, so that join_pieces may find something."""
    return not pieces().isdisjoint(_SHORT_WORD.findall(text))


def join_pieces(text: str) -> list[Edit]:
    """«су ка», «пиз да»: two or three neighbours that make a rude word and are not words themselves."""
    edits: list[Edit] = []
    listed = pieces()
    places = [word.start() for word in _SHORT_LETTERS.finditer(text) if word.group() in listed]
    if not places:
        return edits
    at = 0
    for match in _PIECE.finditer(text, max(0, places[0] - _REACH)):
        start, end = match.span(1)
        # A word without a piece among the next ones begins nothing.
        piece = bisect_left(places, start)
        if piece == len(places):
            break
        if start < at or places[piece] > start + _REACH:
            continue
        found = _joined(text, start, end)
        if found is not None:
            edits.append(found)
            at = found.end
    return edits if edits and has_pieces(text) else []


def _joined(text: str, start: int, end: int) -> Edit | None:
    words = rude_words()
    parts = [text[start:end]]
    best = None
    for _ in range(3):
        match = _PIECES_END.match(text, end)
        if match is None:
            break
        parts.append(match.group(1))
        end = match.end(1)
        word = "".join(parts).replace("ё", "е")
        section = words.section(word)
        if section is None or section > INSULT or (len(word) < 4 and section != TABOO):
            continue
        if any(len(piece) > 2 and words.section(piece) is not None for piece in parts):
            continue
        # «уеб и пк»: behind an abbreviation a letter that is a word is that word.
        if parts[-1] in _LETTER_WORDS:
            continue
        if not pieces().isdisjoint(parts):
            best = Edit(start, end, "".join(parts))
    return best
