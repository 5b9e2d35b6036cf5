"""Takes out of a text what points at a person, so that the text may be kept, trained on and shown to others.

What a regular expression cannot know stays: names, and addresses without a flat.
"""

import re
from collections.abc import Callable
from typing import Final

from app.review.numbers import find_numbers

EMAIL: Final = "[почта]"
PLATE: Final = "[госномер]"
FLAT: Final = "[квартира]"
#: The same nickname is the same person throughout one text, and nobody in another text.
PERSON: Final = "[лицо {}]"
BAR: Final = "█"

_PERSON: Final = re.compile(r"\[лицо (\d{1,6})\]")
_EMAIL: Final = re.compile(
    r"(?i)(?<![\w.+-])[\w.+-]{1,64}(?:@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
    r"|[ ]?(?:@|[(\[]?(?:собака|at|dog)[)\]]?)[ ]?(?:mail|bk|inbox|list|yandex|ya|gmail|rambler)"
    r"[ ]?(?:\.|точка)[ ]?(?:ru|com|ру|ком)(?!\w))"
)
#: VK writes a mention as `[id1|Имя]`, as `@id1 (Имя)` or as `*id1 (Имя)`.
_MENTION: Final = re.compile(r"\[(id\d{1,12})(?::[^|\]\n]{0,40})?\|[^\]\n]{0,100}\]")
_SHOWN_MENTION: Final = re.compile(r"(?<!\w)[@*](id\d{1,12}|[a-z][\w.]{1,31})[ ]?\([^()\n]{1,60}\)", re.IGNORECASE)
_BARE_ID: Final = re.compile(r"(?<![\w/.-])(id\d{3,12})(?!\w)", re.IGNORECASE)
_NICK: Final = re.compile(r"(?<![\w@/.])@([^\W\d][\w.]{1,31})(?<![.])")
_PROFILE: Final = re.compile(
    r"(?<![\w.-])((?:https?://)?(?:www\.|m\.)?"
    r"(?:vk\.com|vk\.ru|ok\.ru|odnoklassniki\.ru|t\.me|telegram\.me|max\.ru|wa\.me|instagram\.com|facebook\.com|fb\.com"
    r"|tiktok\.com|youtube\.com)/)"
    r"(?!(?:wall-|club\d|public\d|event\d|photo-|video-|topic-|albums?-|market-|clip-|doc-|poll-|@-|app\d|feed|search|away|group/"
    r"|video/|live/|watch|shorts/|joinchat|\+[A-Za-z]))"
    r"((?:profile/|u/)?@?\+?[A-Za-z0-9_.-]{0,64}[A-Za-z0-9_-])(?:[?/][^\s<>\"]{0,200})?",
    re.IGNORECASE,
)
_LETTERS: Final = "АВЕКМНОРСТУХABEKMHOPCTYX"
_PLATE: Final = re.compile(
    rf"(?<!\w)(?:(?i:[{_LETTERS}]\d{{3}}[{_LETTERS}]{{2}})|[{_LETTERS}][ ]\d{{3}}[ ]?[{_LETTERS}]{{2}})"
    r"(?:[ ]?\d{2,3}(?!\d)(?:[ ]?(?:RUS|rus))?)?(?!\w)"
)
_NUMBER: Final = r"\d{1,4}(?!\d|[.,]\d)"
_NO_UNIT: Final = (
    r"(?!\s?[-–—]\s?\d)(?!\s{0,2}(?:м(?!\w)|м[2²]|кв(?!\.?\s?№?\s?\d)|метр|км|тыс|млн|руб|%|°|год|лет|г\.))"
)
_FLATS: Final = (
    # Most people write «Ленина 5 кв 12»; «3 кв. 2024» is a quarter of a year.
    re.compile(rf"(?i)(?<![^\W\d])кв\.?\s?№?\s?(?!20\d\d(?!\d)){_NUMBER}{_NO_UNIT}"),
    re.compile(rf"(?i)(?<!\w)квартир\w{{0,3}}\s?№\s?{_NUMBER}"),
    re.compile(rf"(?i)(?<=\d[,\s])\s?квартир\w{{0,3}}\s?{_NUMBER}(?!\s?\w)"),
)
#: «ул. Ленина 45-17» is a flat, «ул. Ленина 5-12» may be a row of houses.
_HOUSE_AND_FLAT: Final = re.compile(
    r"(?<!\w)(?i:ул|улица|улице|пр|просп|проспект|пер|переулок|б-р|мкр)\.?\s?[А-ЯЁ][\w-]{2,30},?\s?"
    r"(?:д\.?\s?)?(\d{1,3})[а-я]?\s?-\s?(\d{1,4})(?!\d)"
)


#: Makes what stands instead, of the mask and the words that it replaces.
_Put = Callable[[str, str], str]


def mask(text: str) -> str:
    """The text without phones, e-mails, cards, documents, car plates, flats and nicknames.

    Masking a masked text changes nothing.
    """
    return _settled(text, lambda mask, _: mask)


def black_out(text: str) -> str:
    """The same with a black bar as long as what it covers, so that places counted in the text stay right."""
    return _settled(text, lambda _, words: BAR * len(words))


def _settled(text: str, put: _Put) -> str:
    while (masked := _once(text, put)) != text:
        text = masked
    return text


def _once(text: str, put: _Put) -> str:
    text = _EMAIL.sub(lambda match: put(EMAIL, match[0]), text)
    text = _mask_people(text, put)
    for found in reversed(find_numbers(text)):
        text = text[: found.start] + put(found.mask, text[found.start : found.end]) + text[found.end :]
    text = _PLATE.sub(lambda match: put(PLATE, match[0]), text)
    text = _HOUSE_AND_FLAT.sub(lambda match: _without_flat(match, put), text)
    for pattern in _FLATS:
        text = pattern.sub(lambda match: put(FLAT, match[0]), text)
    return text


def _mask_people(text: str, put: _Put) -> str:
    people: dict[str, int] = {}
    first = max((int(number) for number in _PERSON.findall(text)), default=0) + 1

    def person(nick: str, words: str) -> str:
        key = nick.lower().removeprefix("profile/").lstrip("@")
        return put(PERSON.format(people.setdefault(key, first + len(people))), words)

    for pattern in (_MENTION, _SHOWN_MENTION):
        text = pattern.sub(lambda match: person(match[1], match[0]), text)
    text = _PROFILE.sub(lambda match: match[1] + person(match[2], match[0][len(match[1]) :]), text)
    for pattern in (_NICK, _BARE_ID):
        text = pattern.sub(lambda match: person(match[1], match[0]), text)
    return text


def _without_flat(match: re.Match[str], put: _Put) -> str:
    if int(match[2]) >= int(match[1]):
        return match[0]
    start = match.start(2) - match.start()
    return match[0][:start] + put(FLAT, match[2])
