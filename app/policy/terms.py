"""Reads how long a category's bans last."""

import re
from itertools import pairwise
from typing import Final

from app.policy.reading import Table

#: The longest dated ban that the networks take, seconds.
LONGEST_BAN: Final = 365 * 86_400
_SECONDS: Final = {"h": 3600, "d": 86_400}
_TERM: Final = re.compile(r"([1-9][0-9]{0,4})([hd])")


def read_ladder(table: Table, *, may_ban: bool, asked: bool) -> tuple[int, ...]:
    """The terms of bans in seconds, each at least as long as the one before; empty where none is `asked` for.

    Raises:
        PolicyError: it is missing, is no list of terms, or stands where nobody may be banned.
    """
    if not asked:
        if table.has("ladder"):
            raise table.refuse_presence("ladder", "в actions нет ban_author")
        return ()
    if not may_ban:
        raise table.refuse(
            "actions", "список без ban_author, раз в файле нет таблицы [bans] с пунктом, который разрешает блокировки"
        )
    expected = 'список сроков, например ["1d", "3d", "7d"], от "1h" до "365d" (навсегда блокируют двое людей)'
    value = table.take("ladder", expected)
    if not isinstance(value, list) or not value:
        raise table.refuse("ladder", expected, value)
    terms = []
    for item in value:
        match = _TERM.fullmatch(item) if isinstance(item, str) else None
        seconds = int(match[1]) * _SECONDS[match[2]] if match else 0
        if not 0 < seconds <= LONGEST_BAN:
            raise table.refuse("ladder", expected, item)
        terms.append(seconds)
    if any(later < earlier for earlier, later in pairwise(terms)):
        raise table.refuse("ladder", "список сроков, в котором каждый не короче предыдущего", value)
    return tuple(terms)
