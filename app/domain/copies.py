"""What is compared when texts are said to be copies: a text without its looks, and whether it asks to be contacted."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

#: A shorter text («спасибо», «согласен», «+») is nobody's copy, unless it holds a contact.
FEWEST_WORDS: Final = 5
FEWEST_LETTERS: Final = 25
_WORD: Final = re.compile(r"\w+")
_CYRILLIC: Final = re.compile("[а-я]")
#: Latin letters and the Cyrillic ones that they stand for in a Russian text.
_LOOKS: Final = tuple(zip("abcehkmoptxy", "авсенкмортху", strict=True))
#: Signs that nobody sees and strokes over letters: they would tear words apart.
_UNSEEN: Final = re.compile("[\u00ad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
#: Without any of these there is no disguise in a composed text.
_DISGUISED: Final = re.compile(f"[abcehkmoptxy{_UNSEEN.pattern[1:-1]}]")
#: Without any of these there is neither a contact nor a disguise: most comments.
_UNUSUAL: Final = re.compile(f"[][0-9a-z@{_UNSEEN.pattern[1:-1]}]|\\.рф")
#: How VK writes a name that was clicked; the same advert is addressed to a hundred people.
_MENTION: Final = re.compile(r"\[(?:id|club|public|event)\d{1,20}\|[^\]\n]{0,100}\]")
_NICK: Final = re.compile(r"@\w{4}")
_DOMAIN: Final = re.compile(r"\.(?:ru|рф|com|me|org|net|su|info|shop|site|store|online|xyz|club|pro|biz)\b")
_PHONE: Final = re.compile(r"\d(?:[\s()–-]{0,3}\d){9,14}(?!\d)")


@dataclass(frozen=True, slots=True)
class TextPrint:
    """A text's words in small letters with one space between them; `contact`: it holds a link, a phone or a nick."""

    folded: str
    contact: bool


def text_print(text: str) -> TextPrint | None:
    """What the text is compared by; None for one that is too short to be anybody's copy.

    Case, punctuation, emoji, unseen signs, ё, look-alike Latin letters and the people addressed make no difference.
    """
    small, contact = text.casefold(), False
    if _UNUSUAL.search(small):
        small = _MENTION.sub(" ", small)
        contact = _has_contact(small)
        small = _plain(small)
    words = _WORD.findall(small.replace("ё", "е"))
    folded = " ".join(words)
    long_enough = len(words) >= FEWEST_WORDS or len(folded) - len(words) + 1 >= FEWEST_LETTERS
    if not words or not (contact or long_enough):
        return None
    return TextPrint(folded, contact)


def _plain(small: str) -> str:
    """Without unseen signs and look-alike letters."""
    small = unicodedata.normalize("NFC", small)
    if _DISGUISED.search(small):
        small = _UNSEEN.sub("", small)
        if _CYRILLIC.search(small):
            # A look at each letter of a translation table costs more than these twelve together.
            for latin, cyrillic in _LOOKS:
                small = small.replace(latin, cyrillic)
    return small


def _has_contact(small: str) -> bool:
    if "://" in small or ("@" in small and _NICK.search(small)):
        return True
    return bool(_DOMAIN.search(small) or _PHONE.search(small))
