"""What VK can do at all: everything but hide a comment, and a deleted message does not come back."""

from typing import Final

from app.domain.ports import Abilities
from app.domain.words import Kind

_ALL: Final = frozenset(Kind)
ABILITIES: Final = Abilities(
    delete=_ALL,
    hide=frozenset(),
    # For how long after the deletion, VK does not say.
    restore=_ALL - {Kind.MESSAGE},
    ban=True,
    unban=True,
    ban_deletes_messages=False,
)
