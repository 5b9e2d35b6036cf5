"""Reads a rude word out of a token in which every sign may stand for several letters."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from model.lookalikes import GROUP_STARTS, MANY, ONE, SPOKEN
from model.rude_words import COARSE, HARSH, INSULT, TABOO, TIERS, RudeWords, rude_words

# States kept per letter and the price per letter of the word above which a reading is not believed.
_BEAM: Final = 24
_DEAREST: Final = 0.3
_STRETCHED: Final = 0.06
_SEPARATED: Final = 0.1
_SEPARATORS: Final = frozenset("-._~=+|*'`,·•/\\^:;")
# Latin consonants behind which people leave the soft sign out: «blyat».
_SOFT_IN_SPEECH: Final = frozenset("tdlnrszv")
_SOFTENED: Final = 0.15
_STARS: Final = frozenset("*#%")
_LONGEST_GROUP: Final = 4
# Letters with which a token begins that stand for themselves alone.
_SURE_START = re.compile(r"(?:([а-щъэюя])(?!\1))*").match
_READABLE: Final = _SEPARATORS.union("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", ONE, *MANY, *SPOKEN)
# A word that nobody says is believed less than a common one, a mild one less than a strong one.
_OF_SECTION: Final = {TABOO: 0.0, INSULT: 0.12, COARSE: 0.25, HARSH: 0.45}
_OF_TIER: Final = (0.2, 0.0, -0.05)


class Reading(NamedTuple):
    """A word of the list and what it costs to believe in it."""

    price: float
    word: str
    section: int
    #: What its letters alone cost.
    cost: float


def _priced(words: RudeWords, word: str, price: float) -> Reading:
    section, tier = divmod(words.kinds[word], TIERS)
    return Reading(price + _OF_SECTION[section] + _OF_TIER[tier], word, section, price)


def _meanings(raw: str, at: int, *, spoken: bool) -> Iterator[tuple[int, str, float]]:
    """What stands at a place: how many signs, which letters, at what price."""
    sign = raw[at]
    one, many = (SPOKEN, SPOKEN) if spoken else (ONE, MANY)
    if "а" <= sign <= "я":
        yield 1, sign, 0.0
    elif sign == "ё":
        yield 1, "е", 0.0
    for letters, price in one.get(sign, ()):
        yield 1, letters, price
        if sign in _SOFT_IN_SPEECH:
            yield 1, letters + "ь", price + _SOFTENED
    if spoken or sign in GROUP_STARTS:
        for size in range(2, _LONGEST_GROUP + 1):
            for letters, price in many.get(raw[at : at + size], ()) if at + size <= len(raw) else ():
                yield size, letters, price
    if sign in _SEPARATORS:
        yield 1, "", _SEPARATED


def read(raw: str, *, spoken: bool = False) -> Reading | None:
    """The most plausible word of the list that a lower-case token draws, spells or spreads; None when there is none.

    `spoken` reads Latin letters by their sound.

    Work is bounded by the length of the token: at most _BEAM beginnings are followed from each sign.
    """
    words = rude_words()
    sure = "" if spoken else _SURE_START(raw).group()  # type: ignore[union-attr]
    if not _READABLE.issuperset(raw) or (sure and words.below(words.root, sure) is None):
        return None
    layers: list[dict[str, tuple[float, tuple[int, int]]]] = [{} for _ in range(len(raw) + _LONGEST_GROUP + 1)]
    layers[0][""] = (0.0, words.root)
    for at, sign in enumerate(raw):
        states = layers[at]
        if not states:
            continue
        best = states.items()
        if len(states) > _BEAM:
            best = sorted(states.items(), key=lambda state: (state[1][0] - 0.1 * len(state[0]), state[0]))[:_BEAM]  # type: ignore[assignment]
        meanings = list(_meanings(raw, at, spoken=spoken))
        again = at > 0 and raw[at - 1] == sign
        for prefix, (price, node) in best:
            for size, letters, more in meanings:
                below = words.below(node, prefix + letters) if letters else node
                if below is not None:
                    _keep(layers[at + size], prefix + letters, price + more, below)
            if prefix and (again or any(letters == prefix[-1] for _, letters, _ in meanings)):
                _keep(layers[at + 1], prefix, price + _STRETCHED, node)
    ends = [(word, price) for word, (price, _) in layers[len(raw)].items()]
    if spoken:
        ends += [(word + "ь", price + _SOFTENED) for word, price in ends]
    found = [
        _priced(words, word, price) for word, price in ends if word in words.kinds and price <= _DEAREST * len(word)
    ]
    return min(found, default=None)


def _keep(layer: dict[str, tuple[float, tuple[int, int]]], prefix: str, price: float, node: tuple[int, int]) -> None:
    known = layer.get(prefix)
    if known is None or price < known[0]:
        layer[prefix] = (price, node)


def _slot(sign: str) -> str:
    if "а" <= sign <= "я":
        return sign
    return "е" if sign == "ё" else "".join(letters for letters, _ in ONE.get(sign, ()))


def _fits(word: str, slots: list[str], places: list[tuple[int, int]]) -> bool:
    return all(word[at] in slots[number] for number, at in places)


def _begin(words: RudeWords, slots: list[str]) -> bool:
    """False where letters that can only stand for themselves begin no word of the list."""
    letters = "".join(slots)
    return len(letters) != len(slots) or words.below(words.root, letters) is not None


#: How much longer or shorter than its mask a word may be.
_OFF: Final = (0, 1, -1, 2, -2, 3)
_OFF_PRICE: Final = 0.2
ALPHABET: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюя"


def unmask(raw: str, stars: frozenset[str] = _STARS, *, exact: bool = False) -> Reading | None:
    """The most plausible word of the list behind a token in which stars stand for letters; None when there is none.

    With `exact` every star is one letter; else one run of stars may stand for a few more or fewer.
    """
    words = rude_words()
    slots = ["" if sign in stars else _slot(sign) for sign in raw]
    hidden = [number for number, sign in enumerate(raw) if sign in stars]
    shown = [number for number in range(len(raw)) if number not in hidden]
    if not hidden or any(not slots[number] for number in shown) or not _begin(words, slots[: hidden[0]]):
        return None
    firsts, lasts = slots[0] or "-", slots[-1] or "-"
    if firsts == lasts == "-":
        return None
    one_run = hidden[-1] - hidden[0] + 1 == len(hidden)
    found: list[Reading] = []
    for off in _OFF if one_run and not exact and len(hidden) > 1 else (0,):
        length = len(raw) + off
        if length - len(shown) < 1:
            continue
        places = [(number, number if number < hidden[0] or not off else number + off) for number in shown]
        price = _OFF_PRICE * abs(off)
        if found and min(found).price < price:
            break
        for word in words.of_length(firsts, lasts, length):
            if _fits(word, slots, places):
                reading = _priced(words, word, price)
                if reading.section <= COARSE or (len(word) > 4 and len(shown) * 5 >= len(word) * 3):
                    found.append(reading)
    return min(found, default=None)
