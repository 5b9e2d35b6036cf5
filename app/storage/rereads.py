"""Gaps in pages' deliveries: when they are told of, how far reading them again has got, what came of it."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain.ids import IdSource
from app.domain.states import CommentState
from app.domain.watching import Matter
from app.domain.words import IntakeKind, Kind
from app.storage.bulk import Bulk
from app.storage.tables import Comment, Decision, DutyCursor, Incident, Page, Reread, RevisionBody, SeenEvent, Watch
from app.storage.walk import first_id

#: A gap that nobody has begun to read yet.
WAITING: Final = "waiting"
READING: Final = "reading"
DONE: Final = "done"
#: Read but for what the network never answered about.
PARTLY: Final = "partly"
#: No key of the page may read it.
FAILED: Final = "failed"
#: Troubles after which a page may have missed what its network gave up telling.
_DEAF: Final = (Matter.SILENCE.value, Matter.CALLBACK_SERVER.value)


def open_gap(session: Session, ids: IdSource, page_id: int, *, from_at: int, to_at: int, code: str, at: int) -> None:
    """Have what was written on a page in a span of time read again; one that waits already grows over it."""
    query = select(Reread).where(Reread.page_id == page_id, Reread.state == WAITING, col(Reread.ended_at).is_(None))
    known = session.exec(query.order_by(col(Reread.id)).limit(1).with_for_update()).first()
    if known is not None:
        known.from_at, known.to_at = min(known.from_at, from_at), max(known.to_at, to_at)
        return
    row = Reread(id=ids(), page_id=page_id, from_at=from_at, to_at=to_at, state=WAITING, code=code, created_at=at)
    session.add(row)


def open_gaps(session: Session) -> list[Reread]:
    """What is to be read, the oldest first."""
    return list(session.exec(select(Reread).where(col(Reread.ended_at).is_(None)).order_by(col(Reread.id))))


def lock_gap(session: Session, gap_id: int) -> Reread | None:
    """A gap that is still to be read, locked."""
    gap = session.get(Reread, gap_id, with_for_update=True, populate_existing=True)
    return None if gap is None or gap.ended_at is not None else gap


def newest_gaps(session: Session, pages: Collection[int], *, since: int) -> dict[int, Reread]:
    """The newest gap of each page that is open or was closed after that instant."""
    query = select(Reread).where(
        col(Reread.page_id).in_(pages), col(Reread.ended_at).is_(None) | (col(Reread.ended_at) >= since)
    )
    return {gap.page_id: gap for gap in session.exec(query.order_by(col(Reread.id)))}


def deaf_times(session: Session, *, after: int, until: int) -> list[Incident]:
    """Incidents of pages that did not hear their network, ended after one instant and up to another."""
    query = select(Incident).where(
        col(Incident.what).in_(_DEAF),
        Incident.page_id != 0,
        col(Incident.ended_at) > after,
        col(Incident.ended_at) <= until,
    )
    return list(session.exec(query.order_by(col(Incident.id))))


def silence_limit(session: Session, page_id: int) -> int | None:
    """For how long a page may hear nothing before it counts as silent, if that is known; microseconds."""
    return session.exec(select(Watch.silence_limit).where(Watch.page_id == page_id)).first()


def last_sign_of_life(session: Session) -> int | None:
    """When any process of this installation last did something that all of them do all the time; None for a new one."""
    event = session.exec(select(SeenEvent.received_at).order_by(col(SeenEvent.received_at).desc()).limit(1)).first()
    duty = session.exec(select(func.max(DutyCursor.walked_at))).one()
    return max((at for at in (event, duty) if at is not None), default=None)


def called_pages(session: Session) -> list[Page]:
    """Pages that their network calls."""
    query = select(Page).where(col(Page.removed_at).is_(None), Page.intake == IntakeKind.CALLBACK.value)
    return list(session.exec(query.order_by(col(Page.id))))


def commented_posts(session: Session, page_id: int, *, since: int, limit: int) -> list[str]:
    """Posts of a page with comments that were decided on since an instant, the last commented first."""
    post, newest = col(Comment.post_external_id), func.max(Decision.id)
    query = (
        select(post)
        .join(Decision, col(Decision.comment_id) == Comment.id)
        .where(Decision.page_id == page_id, Decision.id >= first_id(since), Comment.kind == Kind.WALL.value, post != "")
        .group_by(post)
        .order_by(newest.desc())
        .limit(limit)
    )
    return list(session.exec(query))


def standing_texts(session: Session, page_id: int, kind: str, scope: str, *, since: int) -> list[str]:
    """Texts of one place, by their ids there, that were written since an instant and are visible as far as we know."""
    query = select(Comment.external_id).where(
        Comment.page_id == page_id,
        Comment.kind == kind,
        Comment.scope == scope,
        Comment.state == CommentState.VISIBLE.value,
        col(Comment.written_at) >= since,
    )
    return list(session.exec(query))


def known_texts(
    session: Session, page_id: int, keys: Collection[tuple[str, str, str]]
) -> dict[tuple[str, str, str], tuple[str, str | None]]:
    """State and newest words (None where erased or never told) of those of these comments that are known.

    A key is kind, scope and external id.
    """
    bulk = Bulk.of(session)
    wanted = [(page_id, *key) for key in sorted(keys)]
    columns = ("kind", "scope", "external_id", "state", "revision_id")
    rows = bulk.match(Comment, ("page_id", "kind", "scope", "external_id"), wanted, columns)
    revisions = sorted({(row[4],) for row in rows if row[4]})
    texts = dict(bulk.match(RevisionBody, ("revision_id",), revisions, ("revision_id", "text"), order="revision_id"))
    return {(kind, scope, name): (state, texts.get(revision)) for kind, scope, name, state, revision in rows}
