"""Covers somebody else's data in our own copy of a comment, once a person has decided that they stand there.

The digest of each text stays, without its salt: it still tells the text's states apart and gives nobody a way to guess
what was covered. Under a legal hold the copy stays as it is until the hold is lifted, and as long as the verdict may
still be taken back.
"""

from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import update
from sqlmodel import Session, col, select

from app.domain.copies import text_print
from app.domain.events import Segment
from app.domain.judged import judged_text
from app.journal.chain import Entry
from app.pipeline.house import House
from app.review.masking import black_out
from app.storage import erasing
from app.storage.fates import HOLD, Fate, fates, lock_comments
from app.storage.tables import Evidence, RevisionBody, SeenText

#: Fields of a raw event that name it and never hold what people wrote.
_NAMES: Final = frozenset({"event_id", "type", "v", "access_key", "hash"})
_segments: Final = msgspec.json.Decoder(list[tuple[str, str]]).decode


@dataclass(frozen=True, slots=True)
class _Covered:
    """A revision as it is to be stored; `seen` is the text under which its copies are counted."""

    revision_id: int
    text: str | None
    segments: str
    seen: str


def is_to_be_masked(fate: Fate | None, now: int) -> bool:
    """Whether somebody else's data stand in a comment, nobody will take that back any more, and no hold forbids it."""
    if fate is None or fate.personal_data_at is None or HOLD in fate.waits:
        return False
    return fate.personal_data_at <= now


def mask_stored(session: Session, house: House, comment_id: int) -> list[Entry]:
    """Cover the data in every revision, in the evidence and among the texts seen lately, if that is to be done.

    Asked under the comment's lock, so that a verdict that is taken back at this moment counts. Returns what is to be
    journalled, nothing when there was nothing to cover.
    """
    lock_comments(session, [comment_id])
    if not is_to_be_masked(fates(session, [comment_id]).get(comment_id), house.clock.now()):
        return []
    revisions, evidence = _revisions(session, comment_id), _evidence(session, comment_id)
    if not revisions and not evidence:
        return []
    for one in revisions:
        changed = update(RevisionBody).where(col(RevisionBody.revision_id) == one.revision_id)
        session.execute(changed.values(text=one.text, segments_json=one.segments, salt=None))
        _forget_seen(session, house, one.seen)
    for id_, body in evidence.items():
        gone = {"erased_at": house.clock.now()} if body is None else {}
        session.execute(update(Evidence).where(col(Evidence.id) == id_).values(body=body, **gone))
    told = {"revisions": len(revisions), "evidence": len(evidence)}
    return [Entry("text_masked", comment_id, told)]


def is_open(session: Session, comment_id: int) -> bool:
    """Whether anything is left to cover in our copy."""
    return bool(_revisions(session, comment_id) or _evidence(session, comment_id))


def _revisions(session: Session, comment_id: int) -> list[_Covered]:
    ids = [id_ for id_, _ in erasing.of_comments(session, erasing.REVISIONS, [comment_id])]
    found = []
    for body in session.exec(select(RevisionBody).where(col(RevisionBody.revision_id).in_(ids))):
        segments = _segments(body.segments_json)
        text = None if body.text is None else black_out(body.text)
        covered = [(kind, black_out(said)) for kind, said in segments]
        if text != body.text or covered != segments:
            seen = judged_text(body.text or "", [Segment(kind, said) for kind, said in segments])
            found.append(_Covered(body.revision_id, text, msgspec.json.encode(covered).decode(), seen))
    return found


def _evidence(session: Session, comment_id: int) -> dict[int, bytes | None]:
    rows = session.exec(select(Evidence.id, Evidence.body).where(Evidence.comment_id == comment_id))
    covered = {id_: (body, masked_json(body)) for id_, body in rows if body is not None}
    return {id_: after for id_, (before, after) in covered.items() if after != before}


def _forget_seen(session: Session, house: House, text: str) -> None:
    compared = text_print(text)
    if compared is not None:
        number = house.vault.number(compared.folded)
        # Not null: an empty beginning is like no other text.
        session.execute(update(SeenText).where(col(SeenText.text_hash) == number).values(text=""))


def masked_json(body: bytes) -> bytes | None:
    """A raw event with the data covered; None for one that cannot be read, which is safer than keeping it."""
    try:
        value = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    covered = _masked(value)
    return body if covered == value else msgspec.json.encode(covered)


def _masked(value: object) -> object:
    match value:
        case str():
            return black_out(value)
        case list():
            return [_masked(item) for item in value]
        case dict():
            return {key: item if key in _NAMES else _masked(item) for key, item in value.items()}
        case _:
            return value
