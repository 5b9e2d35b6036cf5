"""Second half of the normaliser: letters of words that somebody drew, spread, stretched or masked."""

import re
from functools import lru_cache

from model.lemmas import is_known
from model.lexicon import MASKABLE, is_obscene, is_rude
from model.lookalikes import CYRILLIC_TWINS, LATIN_SOUNDS, LATIN_TWINS, SIGNS, TRANSLIT, TRUE_TWINS
from model.offsets import Edit

_LONGEST = 40
_SPREAD = re.compile(
    r"(?<![^\W_])[^\W\d_](?P<s>[ .,_*·•|/~+=\n-]|[ ]{2,3})[^\W\d_](?:(?P=s)[^\W\d_])+(?![^\W_])", re.IGNORECASE
)
_MAY_BE_MIXED = re.compile(r"[a-z0-9@$€]").search
_WORD = re.compile(r"<[a-z]{4,5}>|@(?:user|club)\b|[@$]?[^\W_]+(?:[@$€][^\W_]+)*")
_CYRILLIC = re.compile(r"[а-яё]")
_LATIN = re.compile(r"[a-z]")
_SIGN = re.compile(r"[0-9@$€]")
_TRIPLE = re.compile(r"([^\W\d_])\1\1").search
_LETTERS = re.compile(r"[^\W\d_]+")
_RUN = re.compile(r"([^\W\d_])\1\1+")
_MASKED = re.compile(r"(?<![^\W_*#%])[а-яё]{1,6}[*#%]{1,8}[а-яё]{1,8}(?:[*#%]{1,4}[а-яё]{1,4})?(?![^\W_*#%])")
_DOTTED = re.compile(r"(?<![^\W_.])[а-яё]{1,6}(?:\.{2,8}|…)[а-яё]{1,8}(?![^\W_])")
_STARS = re.compile(r"[*#%.…]+")


def translit(word: str) -> str:
    """A Latin word read as Russian, letter by letter."""
    out: list[str] = []
    at = 0
    while at < len(word):
        for latin, cyrillic in TRANSLIT:
            if word.startswith(latin, at):
                out.append(cyrillic)
                at += len(latin)
                break
        else:
            out.append(word[at])
            at += 1
    return "".join(out)


def _drawn(word: str) -> str:
    """Latin letters of a word that holds both alphabets, replaced by what they draw."""
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
    return word


def _signs(word: str) -> str:
    """Digits and signs among Cyrillic letters, replaced where the result is a word."""
    mapped = "".join(SIGNS.get(c, c) for c in word)
    if _SIGN.search(mapped):
        return word
    signs = len(_SIGN.findall(word))
    if not any(c.isdigit() for c in word[1:-1]) and len(mapped) < 3:
        return word
    if is_rude(mapped) and len(mapped) > signs + 1:
        return mapped
    if word[0] not in "@$" and not any(c.isdigit() for c in word):
        # A sign may hide any letter: «бл@дь».
        hidden = _behind(re.sub(r"[@$€]", "*", word))
        if hidden is not None:
            return hidden
    if word[-1].isdigit() or signs * 2 >= len(word):
        return word
    ordinal = word[0].isdigit() and len(word) < 5
    inside = not any(c.isdigit() for c in word)
    return mapped if (is_known(mapped) and not ordinal) or (inside and len(word) > 3 and word[0] not in "@$") else word


@lru_cache(maxsize=8192)
def undraw(word: str) -> str:
    """The Russian word that a lower-case token with foreign letters or signs stands for; itself when it is none."""
    if len(word) > _LONGEST:
        return word
    if not _CYRILLIC.search(word):
        if not _LATIN.search(word):
            return word
        drawn = "".join(LATIN_TWINS.get(c, SIGNS.get(c, c)) for c in word)
        if set(_LATIN.findall(word)) <= TRUE_TWINS and is_rude(drawn) and len(word) > 2:
            return drawn
        spoken = translit("".join({"0": "o", "@": "a", "$": "s"}.get(c, c) for c in word))
        return spoken if (is_obscene(spoken) and len(word) > 2) or (is_rude(spoken) and len(word) > 3) else word
    if _LATIN.search(word):
        word = _drawn(word)
    return _signs(word) if _SIGN.search(word) else word


def draw_back(text: str) -> list[Edit]:
    """Words written with foreign letters, digits or signs."""
    if not _MAY_BE_MIXED(text):
        return []
    edits = []
    for match in _WORD.finditer(text):
        word = match.group()
        if word.isalpha() and not word.isascii() and not _LATIN.search(word):
            continue
        if word[0] == "<" or word in ("@user", "@club"):
            continue
        new = undraw(word)
        if new != word:
            edits.append(Edit(match.start(), match.end(), new))
    return edits


def _is_word(letters: str) -> bool:
    word = undraw(letters)
    return is_rude(word) or (len(word) > 3 and is_known(word))


def _inner_word(letters: str) -> tuple[int, int] | None:
    """How many letters to skip at both ends so that the rest is one word: «я с у к а»; None when there is none."""
    for skipped in ((0, 0), (1, 0), (0, 1), (1, 1)):
        kept = letters[skipped[0] : len(letters) - skipped[1]]
        if len(kept) > 2 and _is_word(kept):
            return skipped
    return (0, 0) if len(letters) > 6 else None


def join_spread(text: str) -> list[Edit]:
    """Words written letter by letter with one separator; initials and abbreviations stay apart."""
    edits = []
    for match in _SPREAD.finditer(text):
        step = len(match.group("s")) + 1
        skipped = _inner_word(match.group()[::step].lower())
        if skipped is not None:
            start, end = match.start() + skipped[0] * step, match.end() - skipped[1] * step
            edits.append(Edit(start, end, text[start:end:step]))
    return edits


def shorten(text: str) -> list[Edit]:
    """Letters repeated three times or more: one remains, two where only that is a word."""
    if not _TRIPLE(text):
        return []
    edits = []
    for match in _LETTERS.finditer(text):
        word = match.group()
        if not _TRIPLE(word):
            continue
        once, twice = _RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word)
        better = not is_known(once) and not is_rude(once) and is_known(twice)
        edits.append(Edit(match.start(), match.end(), twice if better else once))
    return edits


@lru_cache(maxsize=2048)
def _behind(mask: str) -> str | None:
    parts = [re.escape(p) for p in _STARS.split(mask)]
    runs = [len(r) for r in _STARS.findall(mask)]
    for exact in (True, False):
        pattern = parts[0]
        for run, part in zip(runs, parts[1:], strict=True):
            pattern += (f".{{{run}}}" if exact else ".{1,5}") + part
        for word in MASKABLE:
            if re.fullmatch(pattern, word):
                return word
    return None


def unmask(text: str) -> list[Edit]:
    """Words with stars in place of letters, where a rude word fits."""
    edits = []
    if "*" in text or "#" in text or "%" in text:
        for match in _MASKED.finditer(text):
            word = _behind(match.group())
            if word is not None:
                edits.append(Edit(match.start(), match.end(), word))
    elif ".." in text or "…" in text:
        # Dots between words are ordinary, so only taboo words are read out of them.
        for match in _DOTTED.finditer(text):
            word = _behind(match.group())
            if word is not None and is_obscene(word):
                edits.append(Edit(match.start(), match.end(), word))
    return edits
