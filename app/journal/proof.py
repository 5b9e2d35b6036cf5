"""Shows single entries of the journal with their place in the chain, and whether each still fits there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.journal.verify import fault
from app.storage.tables import ChainHead, Journal
from app.storage.vault import JournalKey

#: Entries about one subject that are shown; what happened since is in the journal's export.
MOST: Final = 500
WHOLE: Final = "whole"
#: Signed with a key that is not at hand here, so that nothing can be said of it.
OTHER_KEY: Final = "other_key"
PREDECESSOR_MISSING: Final = "predecessor_missing"
BEHIND_HEAD: Final = "entry_behind_head"


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry and what a check of its place says: `whole`, or a code of what is wrong."""

    entry: Journal
    check: str


def entries_about(session: Session, key: JournalKey, subject_id: int) -> tuple[Proven, ...]:
    """The first `MOST` entries about a subject in the order in which they were written, each checked.

    An entry is checked against its predecessor in the chain. That nothing was cut off behind the last one, and that the
    whole chain is sound, only `verify` says.
    """
    before = aliased(Journal)
    previous = and_(col(before.chain) == col(Journal.chain), col(before.seq) == col(Journal.seq) - 1)
    query = (
        select(Journal, before.mac, ChainHead.seq)
        .outerjoin(before, previous)
        .outerjoin(ChainHead, col(ChainHead.chain) == col(Journal.chain))
        .where(col(Journal.subject_id) == subject_id)
        .order_by(col(Journal.at), col(Journal.chain), col(Journal.seq))
        .limit(MOST)
    )
    return tuple(Proven(entry, _check(key, entry, mac, head)) for entry, mac, head in session.exec(query))


def are_whole(proven: Sequence[Proven]) -> bool:
    """Whether every entry was checked and fits."""
    return all(one.check == WHOLE for one in proven)


def _check(key: JournalKey, entry: Journal, previous: str | None, head: int | None) -> str:
    if head is None or entry.seq > head:
        return BEHIND_HEAD
    if entry.seq == 1:
        previous = ""
    wrong = fault({key.id: key}, entry, previous)
    if wrong:
        return wrong
    if previous is None:
        return PREDECESSOR_MISSING
    return WHOLE if entry.key_id == key.id else OTHER_KEY
