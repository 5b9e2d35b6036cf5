"""Reads a day or a moment as people write it on a command line."""

from datetime import UTC, datetime, timedelta

from app.domain.errors import InvalidInputError

_EPOCH = datetime.fromtimestamp(0, UTC)


def instant(given: str | None, option: str) -> int | None:
    """Microseconds of `2026-11-01` (its beginning in UTC) or of a moment of RFC 3339; None for nothing.

    Raises:
        InvalidInputError: it is neither.
    """
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or not given[:4].isdigit() or "-" not in given:
        raise InvalidInputError(option, f"ожидается день вида 2026-11-01 или время вида 2026-11-01T10:00:00Z: {given}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)
