"""First half of the normaliser: characters, and the things that become one fixed token."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from model.lookalikes import exotic
from model.offsets import Edit

_ODD = re.compile(r"[^\t\n -~А-Яа-яЁё«»—–…№“”„]+")
_DROPPED = frozenset({"Cf", "Mn", "Me", "Cc", "Cs", "Co", "Cn"})
_WHOLE = frozenset("йЙёЁїЇўЎ")

_ZONES = (
    r"com|ru|рф|su|net|org|info|biz|io|me|cc|ly|gg|online|site|website|shop|store|top|xyz|club|pro|vip|app|link|life|ltd|"
    r"uk|tk|ml|by|kz|ua|рус|москва|дети|tv|to|ai|bot|space|fun|live|icu|bet|win|casino"
)
#: Those that Russian words may be mistaken for.
CYRILLIC_ZONES: Final = frozenset(re.findall(r"[а-я]+", _ZONES))
_FIXED = re.compile(
    rf"""
    (?P<link>(?:https?://|tg://|www\.)[^\s<>]*[^\s<>,.;:!?)»"']
        |(?<![\w@.\-])(?!г\.)(?:[a-zа-яё0-9][a-zа-яё0-9\-]{{0,62}}\.){{1,4}}(?:{_ZONES})(?![\w\-])(?:[/?\#][^\s<>]*)?)
    |(?P<club>\[(?:club|public)\d{{1,20}}\|[^\]\n]{{0,100}}\]|\*(?:club|public)\d{{1,20}}[ ]?\([^)\n]{{0,100}}\))
    |(?P<user>\[id\d{{1,20}}\|[^\]\n]{{0,100}}\]|\*id\d{{1,20}}[ ]?\([^)\n]{{0,100}}\))
    |(?P<nick>(?<![\w@.])@[a-z0-9_]{{2,64}}\b)
    |(?P<email>(?<![\w.+\-])[\w.+\-]{{1,64}}@[\w\-]{{1,63}}(?:\.[\w\-]{{1,63}}){{1,4}})
    |(?P<card>(?<!\d)(?:\d{{4}}[ \-]?){{3}}\d{{4}}(?!\d))
    |(?P<phone>(?<![\w+])\+?[78][ (\-]{{0,2}}\d{{3}}[ )\-]{{0,3}}\d{{3}}[ \-]{{0,2}}\d{{2}}[ \-]{{0,2}}\d{{2}}(?!\d)
        |(?<![\d\-])9\d{{9}}(?!\d)|(?<![\d\-])\d{{3}}-\d{{2}}-\d{{2}}(?![\d\-]))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MAY_BE_FIXED = re.compile(r"[@/\[*]|\d{2}|\w\.\w").search
#: True where numbers with a space between them may be one: a phone, a card.
numbers_may_join = re.compile(r"\d[ ()-]{0,2} [ ()-]{0,2}\d").search
_SPACE = re.compile(r"[ \n\t]").search
_MESSENGER = re.compile(
    r"(?:https?://)?(?:www\.)?(?:t\.me|telegram\.me|telegram\.dog|tg\.me|wa\.me|tglink|chat\.whatsapp\.com|viber\.)|tg://",
    re.IGNORECASE,
).match
# Pages of the networks and of the state: an official answer is full of them.
_PAGE = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?(?:vk\.com|vk\.ru|ok\.ru|max\.ru|(?:[a-z0-9-]{1,40}\.){0,3}(?:gosuslugi\.ru|gov\.ru|gov\.spb\.ru|mos\.ru|mosreg\.ru))"
    r"(?![\w.-])",
    re.IGNORECASE,
).match
_TOKENS = {"club": "@club", "user": "@user", "nick": "<nick>", "email": "<email>", "card": "<card>", "phone": "<phone>"}


@lru_cache(maxsize=4096)
def _plain_char(char: str) -> str:
    category = unicodedata.category(char)
    if category in _DROPPED:
        return ""
    if category in ("Zs", "Zl", "Zp"):
        return " "
    if category[0] == "L":
        if char not in _WHOLE and unicodedata.decomposition(char):
            char = unicodedata.normalize("NFD", char)[0]
        return exotic(char)
    return exotic(char) if category == "So" else char


# Letters in squares of which a pair is a flag; only a pair that is no flag spells something.
_SQUARES = re.compile("[\U0001f1e6-\U0001f1ff]+")
_STATES: Final = (
    "RU UA BY KZ UZ TJ KG AM AZ GE MD LV LT EE US GB DE FR IT ES PL CZ CN JP KR KP IN IL TR SY IR IQ BR CU RS EU "
    "FI SE NO NL BE CH AT GR BG RO HU SK HR ME EG AE TH VN CA AU MN AB"
)
_FLAGS: Final = frozenset(_STATES.split())


def _squares(match: re.Match[str]) -> str:
    letters = "".join(chr(ord(c) - 0x1F1E6 + ord("A")) for c in match.group())
    flags = len(letters) % 2 == 0 and all(letters[i : i + 2] in _FLAGS for i in range(0, len(letters), 2))
    return match.group() if flags else letters


# What a few drawings say about somebody.
_DRAWINGS: Final = {
    "\U0001f595": "<finger>",
    "\U0001f921": "<clown>",
    "\U0001f4a9": "<dung>",
    "\U0001f92e": "<vomit>",
    "\U0001f437": "<swine>",
    "\U0001f416": "<swine>",
    "\U0001f43d": "<swine>",
    "\U0001f92c": "<abuse>",
}


def _clean(piece: str) -> str:
    piece = _SQUARES.sub(_squares, piece)
    composed = unicodedata.normalize("NFKC", piece)
    return "".join(c if " " <= c <= "~" else _DRAWINGS.get(c) or _plain_char(c) for c in composed)


def clean_characters(text: str) -> list[Edit]:
    """Compatibility forms composed, invisible and combining signs dropped, drawn letters replaced by plain ones."""
    edits: list[Edit] = []
    for match in _ODD.finditer(text):
        start, end = match.span()
        # A mark belongs to the letter before it: «и» + breve is «й».
        if start > (edits[-1].end if edits else 0) and unicodedata.category(text[start])[0] == "M":
            start -= 1
        piece = text[start:end]
        new = _clean(piece)
        if new != piece:
            edits.append(Edit(start, end, new))
    return edits


_STRESSED = re.compile("[аеёиоуыэюя]\u0301\\Z", re.IGNORECASE).match


def is_ordinary_writing(piece: str) -> bool:
    """True for a stressed vowel and for letters of other languages («ӑ», «ö», «і»), which hide nothing."""
    return bool(_STRESSED(piece)) or all(
        c in "іІ" or _plain_char(c) == c or unicodedata.decomposition(c)[:1] not in ("", "<") for c in piece
    )


def _fixed(text: str) -> Iterator[re.Match[str]]:
    if "[" in text or "*" in text or numbers_may_join(text):
        yield from _FIXED.finditer(text)
        return
    # Nothing else reaches over white space.
    at = 0
    while found := _MAY_BE_FIXED(text, at):
        start = max(text.rfind(space, at, found.start()) for space in " \n\t") + 1
        end = _SPACE(text, found.end())
        at = end.start() if end else len(text)
        yield from _FIXED.finditer(text, start, at)


def fix_tokens(text: str) -> list[Edit]:
    """Links, messengers, e-mails, phones, bank cards and mentions become one fixed token each."""
    if not _MAY_BE_FIXED(text):
        return []
    edits = []
    for match in _fixed(text):
        kind = str(match.lastgroup)
        found = match.group()
        if kind == "nick" and found.lower() in ("@user", "@club"):
            continue
        new = _TOKENS.get(kind) or ("<chat>" if _MESSENGER(found) else "<page>" if _PAGE(found) else "<link>")
        edits.append(Edit(match.start(), match.end(), new))
    return edits


def lower(text: str) -> list[Edit]:
    """Lower case, one edit for the whole text where no letter changes its length."""
    small = text.lower()
    if small == text:
        return []
    if len(small) == len(text):
        return [Edit(0, len(text), small)]
    return [Edit(i, i + 1, c.lower()) for i, c in enumerate(text) if c.lower() != c]
