"""Keeps what stands before it is gone for good: the words, whose they are, where and when, and what was decided."""

from typing import Any, Final

import msgspec
from sqlmodel import Session, col, select

from app.domain.clock import rfc3339
from app.domain.ids import IdSource
from app.storage.tables import Author, Comment, Decision, Evidence, Page, RevisionBody

#: The raw event of the network, and a copy made of what we hold.
EVENT: Final = "event"
COPY: Final = "copy"
_json = msgspec.json.Encoder(order="deterministic")


def keep_copy(session: Session, ids: IdSource, comment: Comment, at: int) -> bool:
    """Store a copy of the comment's newest words as evidence; False if they are kept already, or there are none.

    Private messages are left alone: nobody removes them from here.
    """
    if comment.private or comment.revision_id is None or _is_kept(session, comment):
        return False
    body = session.get(RevisionBody, comment.revision_id)
    if body is None or body.erased_at is not None:
        return False
    row = Evidence(
        id=ids(),
        comment_id=comment.id,
        decision_id=comment.decision_id,
        kind=COPY,
        body=_json.encode(_told(session, comment, body)),
        received_at=at,
    )
    session.add(row)
    return True


def _is_kept(session: Session, comment: Comment) -> bool:
    """Whether evidence hangs on a decision about these very words."""
    query = (
        select(Evidence.id)
        .join(Decision, col(Decision.id) == col(Evidence.decision_id))
        .where(
            Evidence.comment_id == comment.id,
            col(Evidence.kind).in_((EVENT, COPY)),
            col(Evidence.body).is_not(None),
            Decision.revision_id == comment.revision_id,
        )
    )
    return session.exec(query.limit(1)).first() is not None


def _told(session: Session, comment: Comment, body: RevisionBody) -> dict[str, Any]:
    page = session.get_one(Page, comment.page_id)
    author = session.get(Author, comment.author_id) if comment.author_id is not None else None
    decision = session.get(Decision, comment.decision_id) if comment.decision_id is not None else None
    return {
        "network": page.network,
        "page": page.external_id,
        "kind": comment.kind,
        "scope": comment.scope,
        "external_id": comment.external_id,
        "post": comment.post_external_id,
        "url": comment.url,
        "author": author.external_id if author else None,
        "written_at": None if comment.written_at is None else rfc3339(comment.written_at),
        "received_at": rfc3339(comment.received_at),
        "text": body.text,
        "segments": msgspec.Raw(body.segments_json.encode()),
        "attachments": msgspec.Raw(body.attachments_json.encode()),
        "decision": None if decision is None else _decided(decision),
    }


def _decided(decision: Decision) -> dict[str, Any]:
    return {
        "id": str(decision.id),
        "verdict": decision.verdict,
        "categories": msgspec.Raw(decision.categories_json.encode()),
        "decided_by": decision.decided_by,
        "model": decision.model_version_id,
    }
