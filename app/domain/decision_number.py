"""The number that a notice prints: letters and digits that nobody confuses, in groups, with a sign against misprints.

Letters are those that look the same in Russian and in Latin, so either keyboard will do. The last sign follows from
the others and needs no secret: a misprint can be told to anybody without saying which numbers exist.
"""

from typing import Final

#: What a number is written with; a sign's place is its value.
ALPHABET: Final = "0123456789АЕКМНРСТУХ"
BASE: Final = len(ALPHABET)
#: Signs that carry 60 bits, and all signs with the one against misprints.
CARRYING: Final = 14
SIGNS: Final = CARRYING + 1
BITS: Final = 60
#: Numbers that are looked for in one message, and how much of it is looked through.
MOST: Final = 5
_LOOKED_AT: Final = 4_000
_GROUP: Final = 5
_LATIN: Final = str.maketrans("AEKMHPCTYX", "АЕКМНРСТУХ")
#: What is read or typed in place of a digit.
_DIGITS: Final = str.maketrans("ОOQЗILБВB", "000311688")
_GAPS: Final = str.maketrans("", "", " \t-–—−_.\u00a0№#")


def write(value: int) -> str:
    """`1А2С6-АС867-343УМ` for 60 bits."""
    signs = []
    for _ in range(CARRYING):
        value, place = divmod(value, BASE)
        signs.append(place)
    signs.reverse()
    text = "".join(ALPHABET[place] for place in (*signs, _check(signs)))
    return "-".join(text[at : at + _GROUP] for at in range(0, SIGNS, _GROUP))


def read(text: str) -> int | None:
    """The 60 bits of a number however it was typed; None if it is none or holds a misprint."""
    signs = _plain(text)
    if len(signs) != SIGNS or any(sign not in ALPHABET for sign in signs):
        return None
    places = [ALPHABET.index(sign) for sign in signs]
    if _check(places[:-1]) != places[-1]:
        return None
    value = 0
    for place in places[:-1]:
        value = value * BASE + place
    return value if value < 1 << BITS else None


def found_in(text: str) -> list[str]:
    """What may be a number in a message, at most `MOST`, each as it is written; words may look like parts of one."""
    words = text[:_LOOKED_AT].split()
    found: dict[str, None] = {}
    for at in range(len(words)):
        # A number may be typed as one word or as its three groups.
        for size in (1, 3):
            value = read("".join(words[at : at + size]).strip(",;:!?()«»\"'"))
            if value is not None and len(found) < MOST:
                found[write(value)] = None
    return list(found)


def _plain(text: str) -> str:
    if len(text) > 4 * SIGNS:
        return ""
    return text.translate(_GAPS).upper().translate(_LATIN).translate(_DIGITS)


def _check(places: list[int]) -> int:
    """Luhn's sign for this base: every single misprint changes it, and nearly every swap of neighbours."""
    total = 0
    for distance, place in enumerate(reversed(places)):
        value = place * 2 if distance % 2 == 0 else place
        total += value // BASE + value % BASE
    return -total % BASE
