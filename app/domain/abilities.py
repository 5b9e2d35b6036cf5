"""What a network can do at all, whoever's token it is; what a token of it may do is learned by asking."""

from dataclasses import dataclass
from typing import Final

from app.domain.words import ActionKind, Kind

NOTHING: Final = frozenset[Kind]()


@dataclass(frozen=True, slots=True)
class BanTerms:
    """For how long a network bans: seconds, both ends included; `dated` False = for ever only.

    Outside the limits a dated ban would mean something else, mostly for ever.
    """

    dated: bool = True
    least: int = 0
    most: int | None = None

    def holds(self, seconds: int) -> bool:
        """Whether the network itself ends a ban after so many seconds."""
        return self.dated and self.least <= seconds and (self.most is None or seconds <= self.most)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What can be done on a network, by kind of comment where that matters.

    Whether something is still possible in a single case, only the network knows.
    """

    #: Kinds whose comments the network tells of by itself; the others are asked for.
    can_push: frozenset[Kind]
    can_delete: frozenset[Kind]
    can_hide: frozenset[Kind]
    #: Deleted comments come back; hidden ones do wherever they can be hidden.
    can_restore: frozenset[Kind]
    can_ban: bool
    can_unban: bool
    #: A ban deletes what its author has written in the chat.
    ban_deletes_messages: bool
    #: A ban with a term only takes the right to write: what was written stays.
    term_only_mutes: bool = False
    ban_terms: BanTerms = BanTerms()
    #: A ban comes only together with the deletion of a comment.
    bans_by_deleting: bool = False
    #: Comments older than this (microseconds) are perhaps not deleted any more; None = age does not matter.
    delete_within: int | None = None

    def can(self, what: ActionKind, comment: Kind) -> bool:
        """Whether the network knows such an action on a comment of this kind, or on its author."""
        if what is ActionKind.BAN_AUTHOR:
            return self.can_ban
        if what is ActionKind.UNBAN_AUTHOR:
            return self.can_unban
        by_kind = {
            ActionKind.DELETE_COMMENT: self.can_delete,
            ActionKind.HIDE_COMMENT: self.can_hide,
            ActionKind.RESTORE_COMMENT: self.can_restore | self.can_hide,
        }
        return comment in by_kind[what]

    def can_undo(self, what: ActionKind, comment: Kind) -> bool:
        """Whether the network takes back what it did by such an action."""
        if what is ActionKind.BAN_AUTHOR:
            return self.can_unban
        if what is ActionKind.HIDE_COMMENT:
            return comment in self.can_hide
        return what is ActionKind.DELETE_COMMENT and comment in self.can_restore
