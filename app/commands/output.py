"""How commands speak: data as JSON or as lines for people, warnings and errors on standard error."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.domain.clock import SECOND, rfc3339

#: What JSON lets stand and a terminal obeys: control signs of eight bits, and those that turn or break a line.
_MOVING = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
#: A number above it is not exact in every reader of JSON.
_EXACT = 2**53


def as_json(value: object) -> None:
    """Print data: ids as strings, instants as they were given."""
    print(_MOVING.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=2)))


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def plain(fields: Mapping[str, object]) -> dict[str, object]:
    """A row for JSON: ids become strings, `*_at` and `*_until` instants RFC 3339, sets lists."""
    return {name: _plain(name, value) for name, value in fields.items()}


def _plain(name: str, value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        if name.endswith(("_at", "_until")):
            return rfc3339(value)
        return str(value) if name == "id" or name.endswith("_id") or value > _EXACT else value
    if isinstance(value, frozenset):
        return [str(item) for item in sorted(value)]
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, tuple | list):
        return [_plain("", item) for item in value]
    return value


def moment(instant: int | None, zone: str = "") -> str:
    """`12.05.2025 14:30` in a time zone (UTC without one); a dash for what has not been."""
    if instant is None:
        return "—"
    there = datetime.fromtimestamp(instant / SECOND, ZoneInfo(zone) if zone else UTC)
    return f"{there:%d.%m.%Y %H:%M}" + ("" if zone else " UTC")


def percent(share: float) -> str:
    """`97,4 %` of a share 0…1."""
    return f"{share * 100:.1f} %".replace(".", ",")


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as they need to be."""
    lines = [[visible(str(cell)) for cell in row] for row in [header, *rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def visible(text: str) -> str:
    """Text that cannot move a terminal's cursor or change its colours."""
    return "".join(character if character.isprintable() else "·" for character in text)


def tell(message: str) -> None:
    """A line on standard error."""
    print(visible(message), file=sys.stderr)


def progress(what: str) -> Callable[[float], None]:
    """Shows on a terminal how far something has got, 0…1; the line is cleared at the end."""
    terminal = sys.stderr.isatty()

    def show(share: float) -> None:
        if terminal:
            sys.stderr.write(f"\r{what}: {share:.0%}\033[K" if share < 1 else "\r\033[K")
            sys.stderr.flush()

    return show


def warn(warnings: Iterable[str]) -> None:
    """What a person should know although the command has worked."""
    for warning in warnings:
        tell(f"Внимание: {warning}")
