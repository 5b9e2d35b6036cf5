"""What Facebook can do: hide and show again, delete for good, block without a term. Instagram blocks nobody.

Posts of visitors are told of and left to people: no document says that a page may delete them by the API.
"""

from typing import Final

from app.domain.abilities import Abilities, BanTerms
from app.domain.words import Kind

_COMMENTS: Final = frozenset({Kind.WALL})
ABILITIES: Final = Abilities(
    can_push=frozenset({Kind.WALL, Kind.POST}),
    can_delete=_COMMENTS,
    can_hide=_COMMENTS,
    can_restore=frozenset(),
    can_ban=True,
    can_unban=True,
    ban_deletes_messages=False,
    ban_terms=BanTerms(dated=False),
)
