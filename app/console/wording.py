"""How templates say our codes and instants: filters, pure, from the one catalogue of words."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from app.domain.clock import DAY, HOUR, MINUTE, SECOND
from app.domain.russian_numbers import plural, term
from app.domain.wording import ACTIONS, CATEGORIES, REASONS, VERDICTS

MODES: Final[Mapping[str, str]] = {
    "shadow": "только наблюдает",
    "review": "предлагает человеку",
    "enforce": "удаляет сама",
}
STATES: Final[Mapping[str, str]] = {
    "shadow": "не отправляется: режим наблюдения",
    "proposed": "предложено, ждёт человека",
    "pending": "ждёт отправки",
    "sending": "отправляется",
    "manual": "нужно сделать вручную в сети",
    "done": "сделано",
    "failed": "не получилось",
    "cancelled": "отменено",
}
ROLES: Final[Mapping[str, str]] = {
    "viewer": "наблюдатель",
    "responder": "отвечает жителям",
    "moderator": "модератор",
    "auditor": "проверяющий",
    "admin": "администратор",
    "site": "сайт",
}
_MACHINE: Final = "программа"
#: Whoever sits at the server and types a command: no account, but no machine either.
_COMMAND: Final = "команда на сервере"
#: Signs of a text in a list.
_SHORT: Final = 280
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


def when(instant: int | None, zone: str = "") -> str:
    """`12.05.2025 14:30` in a page's time zone (UTC without one); a dash for what has not been."""
    if instant is None:
        return "—"
    there = datetime.fromtimestamp(instant // SECOND, ZoneInfo(zone) if zone else UTC)
    return f"{there:%d.%m.%Y %H:%M}" + ("" if zone else " UTC")


def span(microseconds: int) -> str:
    """A stretch of time in the largest unit that says enough: `3 дн.`, `5 ч`, `12 мин`, `меньше минуты`."""
    if microseconds >= 2 * DAY:
        return f"{microseconds // DAY} дн."
    if microseconds >= HOUR:
        return f"{microseconds // HOUR} ч"
    if microseconds >= MINUTE:
        return f"{microseconds // MINUTE} мин"
    return "меньше минуты"


def counted(number: int, one: str, few: str, many: str) -> str:
    """`5 комментариев`."""
    return f"{number} {plural(number, one, few, many)}"


def person(by: str) -> str:
    """`person:Анна`, `machine`, `cli`, `network:5` as people say it."""
    kind, _, name = by.partition(":")
    if kind == "person":
        return name
    if kind == "network":
        return f"в самой сети ({name})"
    return _COMMAND if by == "cli" else _MACHINE


def marked(text: str | None, spans: Iterable[tuple[int, int]] = ()) -> Markup:
    """A text with these places (start, end) marked; everything is escaped, places that overlap are joined."""
    if text is None:
        return Markup('<span class="muted">Текст удалён по сроку хранения.</span>')
    pieces, at = [], 0
    for start, end in sorted(spans):
        start, end = max(start, at), min(end, len(text))  # noqa: PLW2901 - the part that is not shown yet
        if start < end:
            pieces += [escape(text[at:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
            at = end
    return Markup().join([*pieces, escape(text[at:])])


def shortened(text: str | None) -> str | None:
    """The beginning of a text, on one line."""
    if text is None:
        return None
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[:_SHORT].rstrip() + "…"


def sentence(message: str, zone: str = "") -> str:
    """A message as a sentence of its own, with instants as people write them."""
    message = _INSTANT.sub(lambda found: _told(found[0], zone), message.strip())
    if not message:
        return ""
    return message[0].upper() + message[1:] + ("" if message[-1] in ".!?…" else ".")


def _told(instant: str, zone: str) -> str:
    moment = datetime.fromisoformat(instant)
    return f"{moment.astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M}" if zone else f"{moment:%d.%m.%Y %H:%M} UTC"


def told_by(words: Mapping[str, str]) -> Callable[[str | None], str]:
    """A filter that says a code; a code without words is shown as it is."""
    return lambda code: words.get(str(code), str(code))


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "when": when,
    "span": span,
    "term": term,
    "plural": plural,
    "counted": counted,
    "person": person,
    "marked": marked,
    "sentence": sentence,
    "category": told_by(CATEGORIES),
    "reason": told_by(REASONS),
    "verdict": told_by(VERDICTS),
    "action": told_by(ACTIONS),
    "mode": told_by(MODES),
    "state": told_by(STATES),
    "role": told_by(ROLES),
}
