"""Writes what a channel is sent: everything that waits for it in one letter, without a comment and without a name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from app.domain.clock import SECOND
from app.domain.incident_wording import MATTERS, happening, lasted
from app.domain.watching import Letter, Matter
from app.storage.channels import Part
from app.storage.incidents import BEGAN, ENDED
from app.storage.tables import Incident

#: Incidents that one letter tells of in full; the rest is counted.
MOST: Final = 20
#: The longest letter with its subject: messengers take 4,096 units of UTF-16.
LONGEST: Final = 4000
#: The last line, which counts the rest.
_REST: Final = 100
_LONGEST_TITLE: Final = 80


@dataclass(frozen=True, slots=True)
class Place:
    """Where an incident is, in words, and the path of the console's page about it."""

    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a letter says of one incident: its beginning, its end, or both where nobody was told in time."""

    incident: Incident
    parts: frozenset[str]


def told(parts: Sequence[Part]) -> list[Told]:
    """The incidents that waiting messages are about, in the order in which they began."""
    found: dict[int, Told] = {}
    for one in parts:
        known = found.get(one.incident.id)
        found[one.incident.id] = Told(one.incident, (known.parts if known else frozenset()) | {one.part})
    return list(found.values())


def letter(parts: Sequence[Part], places: Mapping[int, Place], *, zone: str, console: str = "") -> Letter:
    """One letter about all of it; `places` of the first `MOST`, `console` is the console's address or ''."""
    everything = told(parts)
    subject = _subject(everything, places)
    paragraphs: list[str] = []
    room = LONGEST - _REST - _units(subject)
    for one in everything[:MOST]:
        paragraph = _paragraph(one, places[one.incident.id], zone, console)
        room -= _units(paragraph) + 2
        if room < 0:
            break
        paragraphs.append(paragraph)
    if rest := len(everything) - len(paragraphs):
        paragraphs.append(f"И ещё событий: {rest}. Все они видны в кабинете.")
    return Letter(subject, "\n\n".join(paragraphs), _key(one.message_id for one in parts))


def _units(text: str) -> int:
    """How long messengers think that it is."""
    return len(text.encode("utf-16-le")) // 2


def _key(messages: Iterable[int]) -> int:
    """One number for exactly these messages: with one more it is another letter, which must not pass for a repeat."""
    named = ",".join(map(str, sorted(messages)))
    return int.from_bytes(blake2b(named.encode(), digest_size=8).digest()) >> 1


def trial(console: str, key: int) -> Letter:
    """What a channel is tried with."""
    text = "Это проверка: сюда будут приходить сообщения о том, что мешает модерации страниц."
    return Letter("Дворник: проверка связи", f"{text}\n{console}".rstrip(), key)


def clean(title: str) -> str:
    """A page's title on one line."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in title).split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1]}…"


def _subject(everything: Iterable[Told], places: Mapping[int, Place]) -> str:
    first, *others = everything
    words = MATTERS[Matter(first.incident.what)]
    line = words.what if BEGAN in first.parts and ENDED not in first.parts else words.over
    more = f" (и ещё {len(others)})" if others else ""
    return f"Дворник: {places[first.incident.id].title}: {line}{more}"


def _paragraph(one: Told, place: Place, zone: str, console: str) -> str:
    incident, words = one.incident, MATTERS[Matter(one.incident.what)]
    since = _when(incident.began_at, zone)
    happened = happening(Matter(incident.what), incident.code)
    link = f"{console}{place.path}" if console else ""
    if ENDED not in one.parts:
        lines = [
            f"{place.title}: {happened}.",
            f"С {since} ({_offset(incident.began_at, zone)}).",
            f"Что делать: {words.do}",
            link,
        ]
    else:
        ended_at = incident.ended_at or incident.seen_at
        span = f"{since} до {_when(ended_at, zone)}"
        lines = [
            f"{place.title}: {words.over}.",
            f"С {span} ({_offset(ended_at, zone)}, {lasted(ended_at - incident.began_at)}): {happened}.",
            link,
        ]
    return "\n".join(line for line in lines if line)


def _when(instant: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(instant / SECOND, ZoneInfo(zone)):%d.%m.%Y %H:%M}"


def _offset(instant: int, zone: str) -> str:
    """Readers of one incident may sit in several time zones and compare their letters."""
    offset = f"{datetime.fromtimestamp(instant / SECOND, ZoneInfo(zone)):%z}"
    return f"UTC{offset[:3]}:{offset[3:]}"
