"""What VK can do at all: everything but hide a comment, and a deleted message does not come back."""

from typing import Final

from app.domain.abilities import Abilities, BanTerms
from app.domain.words import Kind

_ALL: Final = frozenset(Kind)
ABILITIES: Final = Abilities(
    can_push=_ALL,
    can_delete=_ALL,
    can_hide=frozenset(),
    # For how long after the deletion, VK does not say.
    can_restore=_ALL - {Kind.MESSAGE},
    can_ban=True,
    can_unban=True,
    ban_deletes_messages=False,
    ban_terms=BanTerms(most=365 * 86_400),
)
