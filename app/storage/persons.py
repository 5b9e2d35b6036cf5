"""Everything that is held about one author, read by comments; and what points at them beside their words."""

from collections.abc import Collection, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import func, or_, select, text, update
from sqlmodel import Session, SQLModel, col

from app.domain.states import UNFINISHED, ActionState, CaseState
from app.domain.words import ActionKind
from app.storage.fates import ACTION, ANSWER, APPEAL, CASE, HOLD, OBJECTION, UNWRITTEN
from app.storage.holds import AUTHOR, COMMENT, PAGE
from app.storage.tables import (
    Action,
    Answer,
    Appeal,
    Campaign,
    CampaignComment,
    Comment,
    LegalHold,
    Objection,
    ReviewCase,
    SeenText,
)

_T = TypeVar("_T", bound=SQLModel)
_STRETCH: Final = 1_000


def comments_of(
    session: Session, author_id: int, *, after: int, limit: int, pages: Collection[int] | None
) -> list[int]:
    """The next comments of an author, ids over `after`; `pages` None = everywhere."""
    query = select(col(Comment.id)).where(col(Comment.author_id) == author_id, col(Comment.id) > after)
    if pages is not None:
        query = query.where(col(Comment.page_id).in_(pages))
    return list(session.scalars(query.order_by(col(Comment.id)).limit(limit)))


def rows_of(session: Session, table: type[_T], comments: Collection[int]) -> list[_T]:
    """Rows of a table that name a comment, in the order of their ids."""
    columns: Any = table
    key = columns.id if hasattr(table, "id") else columns.comment_id
    return list(session.scalars(select(table).where(columns.comment_id.in_(comments)).order_by(key)))


def bodies_of(session: Session, table: type[_T], key: str, ids: Collection[int]) -> dict[int, _T]:
    """Rows by their key."""
    column = getattr(table, key)
    return {getattr(row, key): row for row in session.scalars(select(table).where(column.in_(ids)))}


# ------------------------------------------------------------------------------------------------------ what holds them


def waiting(session: Session, author_id: int) -> dict[str, int]:
    """What is open about an author's comments, counted; an empty answer: nothing holds an erasure."""
    theirs = col(Comment.author_id) == author_id
    counts = {
        HOLD: _holds(session, author_id),
        CASE: _count(session, ReviewCase, theirs, col(ReviewCase.state) != CaseState.CLOSED.value)
        + _shared_cases(session, author_id),
        OBJECTION: _count(session, Objection, theirs, col(Objection.answered_at).is_(None)),
        ACTION: _count(session, Action, theirs, col(Action.state).in_([state.value for state in UNFINISHED])),
        APPEAL: _count(session, Appeal, theirs, col(Appeal.closed_at).is_(None)),
        ANSWER: _count(session, Answer, theirs, col(Answer.state).in_(UNWRITTEN)),
    }
    return {why: count for why, count in counts.items() if count}


def _count(session: Session, table: Any, *conditions: Any) -> int:
    query = select(func.count()).select_from(Comment).join(table, table.comment_id == col(Comment.id))
    return int(session.execute(query.where(*conditions)).scalar_one())


def _shared_cases(session: Session, author_id: int) -> int:
    """Cases about somebody else's comment that ask for this author's copies, too."""
    query = (
        select(func.count(col(ReviewCase.id).distinct()))
        .select_from(Comment)
        .join(CampaignComment, col(CampaignComment.comment_id) == col(Comment.id))
        .join(Campaign, col(Campaign.id) == col(CampaignComment.campaign_id))
        .join(ReviewCase, col(ReviewCase.id) == col(Campaign.case_id))
        .where(
            col(Comment.author_id) == author_id,
            col(ReviewCase.state) != CaseState.CLOSED.value,
            col(ReviewCase.comment_id) != col(Comment.id),
        )
    )
    return int(session.execute(query).scalar_one())


def _holds(session: Session, author_id: int) -> int:
    theirs = select(col(Comment.id)).where(col(Comment.author_id) == author_id)
    pages = select(col(Comment.page_id)).where(col(Comment.author_id) == author_id)
    scope, subject = col(LegalHold.scope), col(LegalHold.subject_id)
    query = (
        select(func.count())
        .select_from(LegalHold)
        .where(
            col(LegalHold.lifted_at).is_(None),
            or_(
                (scope == AUTHOR) & (subject == author_id),
                (scope == PAGE) & subject.in_(pages),
                (scope == COMMENT) & subject.in_(theirs),
            ),
        )
    )
    return int(session.execute(query).scalar_one())


def standing_bans(session: Session, author_id: int, now: int) -> int:
    """Bans that we have sent and that hold in the network, as far as we know."""
    query = (
        select(func.count())
        .select_from(Action)
        .where(
            col(Action.author_id) == author_id,
            col(Action.kind) == ActionKind.BAN_AUTHOR.value,
            col(Action.state) == ActionState.DONE.value,
            or_(col(Action.ban_until).is_(None), col(Action.ban_until) > now),
        )
    )
    return int(session.execute(query).scalar_one())


# ------------------------------------------------------------------------------------------ what points at them besides

#: A private dialogue is found by the other side's own id on the network.
_DIALOGUE: Final = text(
    "UPDATE comment SET scope = 'erased:' || CAST(id AS TEXT), url = '', thread_root = '' WHERE id = :id"
    " AND private = :yes AND scope NOT LIKE 'erased:%'"
)


def dialogues(session: Session, comments: Collection[int]) -> int:
    """How many of these comments are private messages that still tell who the other side is."""
    query = select(func.count()).where(
        col(Comment.id).in_(comments), col(Comment.private).is_(True), col(Comment.scope).not_like("erased:%")
    )
    return int(session.execute(query).scalar_one())


def cut_dialogues(session: Session, comments: Sequence[int]) -> int:
    """Take the person's network id out of private messages; returns how many there were."""
    done = 0
    for id_ in sorted(comments):
        changed = session.connection().execute(_DIALOGUE, {"id": id_, "yes": True}).rowcount
        if changed:
            session.execute(update(Appeal).where(col(Appeal.comment_id) == id_).values(thread=""))
        done += changed
    return done


def seen_texts(session: Session, *, after: int) -> tuple[list[tuple[int, str]], bool]:
    """A stretch of the texts that were seen lately, with their occurrences as JSON; whether there are more."""
    query = select(col(SeenText.id), col(SeenText.seen_json)).where(col(SeenText.id) > after)
    rows = [(id_, seen) for id_, seen in session.execute(query.order_by(col(SeenText.id)).limit(_STRETCH))]
    return rows, len(rows) == _STRETCH


def lock_seen_text(session: Session, text_id: int) -> SeenText | None:
    """One text, held until the transaction ends; None if it was forgotten meanwhile."""
    return session.get(SeenText, text_id, with_for_update=True, populate_existing=True)


def this_writer(session: Session) -> int | None:
    """The number of the present transaction; None where one writes after another (SQLite)."""
    return _number(session, "SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")


def oldest_writer(session: Session) -> int | None:
    """Every transaction under this number has ended; None where one writes after another (SQLite)."""
    return _number(session, "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)")


def _number(session: Session, query: str) -> int | None:
    if session.get_bind().dialect.name != "postgresql":
        return None
    return int(session.execute(text(query)).scalar_one())
