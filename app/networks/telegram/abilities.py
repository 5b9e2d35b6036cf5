"""What Telegram can do at all: delete for two days, ban for ever with all that was written, mute for a term."""

from typing import Final

from app.domain.abilities import NOTHING, Abilities, BanTerms
from app.domain.clock import HOUR
from app.domain.words import Kind

#: Comments stand in the discussion group; messages are dialogues with the bot.
_ALL: Final = frozenset({Kind.WALL, Kind.MESSAGE})
#: Seconds; Telegram takes a term outside of these for no term at all.
SHORTEST_TERM: Final = 30
LONGEST_TERM: Final = 366 * 86_400
ABILITIES: Final = Abilities(
    can_push=_ALL,
    can_delete=_ALL,
    can_hide=NOTHING,
    can_restore=NOTHING,
    can_ban=True,
    can_unban=True,
    ban_deletes_messages=True,
    term_only_mutes=True,
    ban_terms=BanTerms(least=SHORTEST_TERM, most=LONGEST_TERM),
    delete_within=48 * HOUR,
)
