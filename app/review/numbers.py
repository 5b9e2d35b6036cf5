"""Finds the numbers in a text that belong to a person: phones, bank cards, documents.

Digits are read in groups, as people write them («8 (923) 123-45-67»): what a number is follows from its groups and its
check digits, so dates, prices, schedules and house numbers stay as they are.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

PHONE: Final = "[телефон]"
CARD: Final = "[карта]"
PASSPORT: Final = "[паспорт]"
SNILS: Final = "[СНИЛС]"
INN: Final = "[ИНН]"
BANK_ACCOUNT: Final = "[счёт]"

#: No number of a person is longer, in digits; more groups than `_MANY` have only those that are read digit by digit.
_LONGEST: Final = 25
_MANY: Final = 6
_BY_DIGITS: Final = frozenset({10, 11})
#: A keycap emoji is a digit with these behind it.
_KEYCAP: Final = "\ufe0f\u20e3"
_GROUP: Final = re.compile(r"\d+")
#: What may stand between two groups of one number.
_BETWEEN: Final = re.compile(r"[ \t\u00a0\u2009\u202f\-‐‑‒–—−.()_/*~•·№\u200b-\u200d\u2060\ufeff\ufe0f\u20e3]{1,4}")
_PLAIN: Final = re.compile(r"[\s\-‐‑‒–—−.]+")
_SPACES: Final = re.compile(r"[\s№]+")
_HYPHENS: Final = re.compile(r"\s?[\-‐‑‒–—−]\s?")
#: How far back a word that names the number is looked for, in characters.
_BEFORE: Final = 24
_SAYS_PHONE: Final = re.compile(
    r"(?i)(?<![\w\[])(?:тел(?:ефон\w*)?|т\.|моб\w*|сот(?:овый|\.)|(?:по|пере)?звон\w*|what?s?app|в[ао][тц]сап\w*|вайбер\w*"
    r"|viber|смс|sms)\W{0,5}\+?\(?$"
)
_SAYS_INN: Final = re.compile(r"(?i)(?<![\w\[])инн\W{0,5}$")
_SAYS_SNILS: Final = re.compile(r"(?i)(?<![\w\[])снилс\w*\W{0,5}$")
_SAYS_PASSPORT: Final = re.compile(r"(?i)(?<![\w\[])(?:паспорт|сери[яию])\w*[^\d\n]{0,12}$")
#: «серия 3205 номер 123456»: words between the groups.
_PASSPORT_IN_WORDS: Final = re.compile(
    r"(?i)(?<![\w\[])(?:паспорт|сери[яию])(?!\w{4})[^\d\n]{0,20}(\d{2}[ \t]?\d{2}[^\d\n]{1,12}\d{6})(?!\d)"
)
#: Groups of a card as it is printed or read aloud.
_CARD_GROUPS: Final = frozenset({(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (8, 8), *((4, 4, 4, 4, n) for n in (1, 2, 3))})
#: How the bank accounts of people begin.
_ACCOUNTS: Final = ("408", "423")
#: Abroad, but written here every day.
_COUNTRIES: Final = re.compile(r"(?:375|380|37[0-4]|99[2-68]|77|1|4\d|9\d)\d{8,10}")


@dataclass(frozen=True, slots=True)
class Found:
    """A person's number in a text: where, and what is to stand there instead."""

    start: int
    end: int
    mask: str


def find_numbers(text: str) -> list[Found]:
    """All numbers of persons, in order, none over another."""
    found = [Found(*match.span(1), PASSPORT) for match in _PASSPORT_IN_WORDS.finditer(text)]
    taken = {place for one in found for place in range(one.start, one.end)}
    for chain in _chains(text):
        at = 0
        while at < len(chain):
            one, groups = _longest(text, chain[at:])
            if one and one.start not in taken and one.end - 1 not in taken:
                found.append(one)
            at += groups
    return sorted(found, key=lambda one: one.start)


def _chains(text: str) -> Iterator[list[tuple[int, int]]]:
    """Groups of digits that may belong together, as places in the text."""
    chain: list[tuple[int, int]] = []
    for match in _GROUP.finditer(text):
        if chain and not _BETWEEN.fullmatch(text, chain[-1][1], match.start()):
            yield chain
            chain = []
        chain.append(match.span())
    if chain:
        yield chain


def _longest(text: str, chain: Sequence[tuple[int, int]]) -> tuple[Found | None, int]:
    """The longest number that begins with the first group, and how many groups are dealt with."""
    best: tuple[Found | None, int] = None, 1
    length = 0
    start = chain[0][0]
    before = text[max(0, start - _BEFORE) : start]
    groups: list[str] = []
    between: list[str] = []
    for count, (first, last) in enumerate(chain, 1):
        length += last - first
        if length > _LONGEST or count > max(_BY_DIGITS):
            break
        groups.append(_ascii(text[first:last]))
        if count > 1:
            between.append(text[chain[count - 2][1] : first])
        if length < 5 or (count > _MANY and length not in _BY_DIGITS):
            continue
        mask = _what(groups, between, before)
        if mask:
            end = last + len(text[last : last + 2]) - len(text[last : last + 2].lstrip(_KEYCAP))
            best = Found(start - _opening(before, between, mask), end, mask), count
    return best


def _ascii(group: str) -> str:
    return "".join(str(unicodedata.decimal(digit)) for digit in group)


def _opening(before: str, between: Sequence[str], mask: str) -> int:
    """Signs before the first digit that belong to the number: a plus, a bracket that is closed inside."""
    if mask != PHONE:
        return 0
    signs = 0
    if before.endswith("(") and any(")" in one for one in between):
        signs += 1
    rest = before[: len(before) - signs]
    if rest.endswith("+"):
        signs += 1
    return signs


def _what(groups: Sequence[str], between: Sequence[str], before: str) -> str:
    """What these groups together are, '' for an ordinary number."""
    size = sum(len(group) for group in groups)
    if _is_phone(groups, between, before):
        return PHONE
    if 13 <= size <= 19:
        return CARD if _is_card(groups, between) else ""
    if size == 11:
        return SNILS if _is_snils(groups, before) else ""
    if size in {10, 12} and _is_inn(groups, before):
        return INN
    if size == 10 and _is_passport(groups, between, before):
        return PASSPORT
    return BANK_ACCOUNT if size in {20, 25} and groups[0].startswith(_ACCOUNTS) and len(groups) == 1 else ""


# --------------------------------------------------------------------------------------------------------------- phones


def _is_phone(groups: Sequence[str], between: Sequence[str], before: str) -> bool:
    digits = "".join(groups)
    sizes = [len(group) for group in groups]
    if before.rstrip("( ").endswith("+") and _is_abroad(groups):
        return True
    if len(digits) == 11 and digits[0] in "78" and digits[1] in "3456789":
        return _with_prefix(digits, sizes)
    if len(digits) == 10:
        return _without_prefix(digits, sizes, between, before)
    if sizes == [3, 2, 2] and all(_HYPHENS.fullmatch(one) for one in between):
        return True
    return 5 <= len(digits) <= 7 and bool(_SAYS_PHONE.search(before))


def _is_abroad(groups: Sequence[str]) -> bool:
    digits = "".join(groups)
    if digits[0] == "7":
        return len(digits) == 11
    return len(groups[0]) != 2 and bool(_COUNTRIES.fullmatch(digits))


def _with_prefix(digits: str, sizes: Sequence[int]) -> bool:
    if len(sizes) == 1 or sizes[0] >= 4 or set(sizes) == {1}:
        return sizes[0] != 2 and _tail_fits(sizes[1:])
    if sizes[0] != 1:
        return False
    if set(sizes[1:]) == {2}:
        return digits[1] == "9"
    return sizes[1] >= 3 and _tail_fits(sizes[2:])


def _without_prefix(digits: str, sizes: Sequence[int], between: Sequence[str], before: str) -> bool:
    if digits[0] == "9" and (sizes[0] == 3 or sizes[0] >= 6):
        return _tail_fits(sizes[1:])
    if digits[0] not in "348" or not 3 <= sizes[0] <= 5:
        return False
    if before.endswith("(") and ")" in between[0]:
        return True
    return sizes[0] >= 4 and len(sizes) >= 3 and all(_HYPHENS.fullmatch(one) for one in between[1:])


def _tail_fits(sizes: Sequence[int]) -> bool:
    """Whether people read a number out like this; a lone digit between others is a price («… 000 8 500»)."""
    return set(sizes) <= {1} or 1 not in sizes[1:-1]


# ------------------------------------------------------------------------------------------------------------ documents


def _is_card(groups: Sequence[str], between: Sequence[str]) -> bool:
    digits = "".join(groups)
    if len(groups) == 1 or not luhn_fits(digits):
        return len(groups) == 1 and luhn_fits(digits)
    known = tuple(len(group) for group in groups) in _CARD_GROUPS
    return known and _is_issued(digits) and all(_PLAIN.fullmatch(one) for one in between)


def _is_issued(digits: str) -> bool:
    """Whether cards begin like this; four years in a row do not."""
    first = int(digits[:4])
    return (
        2200 <= first <= 2204 or 2221 <= first <= 2720 or digits[:2] in {"34", "37", "86", "91"} or digits[0] in "456"
    )


def luhn_fits(digits: str) -> bool:
    """Whether the last digit of a card's number is right."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_snils(groups: Sequence[str], before: str) -> bool:
    digits = "".join(groups)
    written_so = len(groups) == 1 or [len(group) for group in groups] in ([3, 3, 3, 2], [9, 2])
    return bool(_SAYS_SNILS.search(before)) or (written_so and snils_fits(digits))


def snils_fits(digits: str) -> bool:
    """Whether the last two digits of a СНИЛС (11 digits) are right."""
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(digits[:9])) % 101
    return int(digits[9:]) == total % 100


def _is_inn(groups: Sequence[str], before: str) -> bool:
    digits = "".join(groups)
    return bool(_SAYS_INN.search(before)) or (len(groups) == 1 and inn_fits(digits))


def inn_fits(digits: str) -> bool:
    """Whether the check digits of an ИНН (10 or 12 digits) are right."""
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    checked = (9,) if len(digits) == 10 else (10, 11)
    for place in checked:
        total = sum(int(digit) * weight for digit, weight in zip(digits, weights[11 - place :], strict=False))
        if total % 11 % 10 != int(digits[place]):
            return False
    return True


def _is_passport(groups: Sequence[str], between: Sequence[str], before: str) -> bool:
    if _SAYS_PASSPORT.search(before):
        return True
    written_so = [len(group) for group in groups] in ([4, 6], [2, 2, 6])
    # «11 11 202111.11.2021»: a date that ran into the next one.
    if len(groups) == 3 and groups[0] <= "31" and groups[1] <= "12" and groups[2].startswith(("19", "20")):
        return False
    # The last two digits of a series are a year of printing.
    year = "".join(groups)[2:4]
    printed = year >= "97" or year <= "35"
    return written_so and printed and all(_SPACES.fullmatch(one) for one in between)
