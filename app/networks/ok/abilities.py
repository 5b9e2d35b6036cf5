"""What OK can do: hide and restore nothing, ban by a deletion only, and delete where it has allowed that at all."""

from typing import Final

from app.domain.abilities import NOTHING, Abilities, BanTerms
from app.domain.words import Kind

#: Surfaces of a group that are commented on; messages to it are private.
COMMENTS: Final = frozenset({Kind.WALL, Kind.PHOTO, Kind.VIDEO})


def abilities(*, deletes: bool) -> Abilities:
    """`deletes`: this installation's application may call the methods that delete."""
    return Abilities(
        can_push=frozenset({Kind.MESSAGE}),
        can_delete=COMMENTS if deletes else NOTHING,
        can_hide=NOTHING,
        can_restore=NOTHING,
        # A ban alone nobody can order by a call.
        can_ban=False,
        can_unban=False,
        ban_deletes_messages=False,
        ban_terms=BanTerms(dated=False),
        bans_by_deleting=deletes,
    )
