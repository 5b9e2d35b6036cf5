"""Finds messages that belong together: pictures sent at once are one album, and each is a comment of its own."""

from typing import Final

import msgspec
from sqlmodel import Session, col, select

from app.domain.clock import HOUR
from app.domain.ids import first_id_at
from app.storage.tables import Comment, RevisionBody

#: So an attachment is named that says which album a message is of.
ALBUM: Final = "album:"
#: The messages of an album come at once; when one was lost, the network tries again for a while.
_APART: Final = HOUR
#: No network has larger ones.
_MOST: Final = 20
_names = msgspec.json.Decoder(list[str]).decode


def rest_of_album(session: Session, comment: Comment) -> list[Comment]:
    """The other messages of the comment's album: same page, place and author; in the order of their ids."""
    if comment.revision_id is None or comment.author_id is None:
        return []
    body = session.get(RevisionBody, comment.revision_id)
    albums = [one for one in _names(body.attachments_json) if one.startswith(ALBUM)] if body else []
    if not albums:
        return []
    query = (
        select(Comment)
        .join(RevisionBody, col(RevisionBody.revision_id) == col(Comment.revision_id))
        .where(
            col(Comment.author_id) == comment.author_id,
            col(Comment.page_id) == comment.page_id,
            col(Comment.kind) == comment.kind,
            col(Comment.scope) == comment.scope,
            col(Comment.id) != comment.id,
            col(Comment.id).between(
                first_id_at(comment.received_at - _APART), first_id_at(comment.received_at + _APART)
            ),
            col(RevisionBody.attachments_json).contains(msgspec.json.encode(albums[0]).decode(), autoescape=True),
        )
    )
    return list(session.exec(query.order_by(col(Comment.id)).limit(_MOST)))
