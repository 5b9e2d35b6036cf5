"""Who reads what of an objection: words that came as a private message stay with those who read messages."""

from collections.abc import Iterable

from app.domain.principals import Principal
from app.domain.words import Role
from app.pipeline.objections.opening import Channel
from app.storage.tables import Note, Objection


def reads_words(objection: Objection, who: Principal) -> bool:
    """Whether this person sees an objection's words and its answer; a viewer sees none: people leave addresses in them.

    The objection to a public comment may itself have come privately, so the comment says nothing about it.
    """
    return who.role is not Role.VIEWER and (objection.channel != Channel.MESSAGE or who.reads_private)


def readable_notes(notes: Iterable[Note], who: Principal) -> tuple[Note, ...]:
    """The notes that this person sees; one without an account holds more words of an objection, private ones too."""
    if who.role is Role.VIEWER:
        return ()
    return tuple(one for one in notes if who.reads_private or one.account_id is not None)
