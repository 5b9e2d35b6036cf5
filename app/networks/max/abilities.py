"""What MAX can do at all: comments and messages of group chats go for good, authors are blocked for ever."""

from typing import Final

from app.domain.abilities import NOTHING, Abilities, BanTerms
from app.domain.words import Kind

#: In a dialogue a bot deletes nothing but its own words.
_DELETABLE: Final = frozenset({Kind.WALL, Kind.DISCUSSION})
ABILITIES: Final = Abilities(
    can_push=_DELETABLE | {Kind.MESSAGE},
    can_delete=_DELETABLE,
    can_hide=NOTHING,
    can_restore=NOTHING,
    can_ban=True,
    # No method is documented.
    can_unban=False,
    ban_deletes_messages=False,
    ban_terms=BanTerms(dated=False),
)
