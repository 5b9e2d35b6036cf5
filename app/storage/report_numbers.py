"""Reads what reports count, a bounded slice at a time; each call is short enough for one reading transaction."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from sqlalchemy import select, tuple_
from sqlmodel import Session, col

from app.storage.objections import asks_about_objection
from app.storage.tables import Action, Appeal, Decision, Journal, Label, Objection, Page, ReviewCase
from app.storage.walk import Found, Rows, Statement, first_id, last_id, stretch

#: Rows of one slice.
SIZE: Final = 5_000
#: The journal's word for a reason that stood in for a second person.
ABSENT: Final = "second_person_absent"
#: Ids asked for in one statement.
_AT_ONCE: Final = 1_000


def report_pages(session: Session, pages: Collection[int] | None) -> list[Page]:
    """The pages that a report may be about, removed ones among them: what they did is not undone by removing them."""
    statement = select(Page).order_by(col(Page.created_at), col(Page.id))
    if pages is not None:
        statement = statement.where(col(Page.id).in_(pages))
    return list(session.scalars(statement))


def calendars(session: Session, pages: Collection[int]) -> list[tuple[int, str, str]]:
    """Pages, each with its working hours as they are stored, and its time zone."""
    statement = select(col(Page.id), col(Page.calendar_json), col(Page.timezone)).where(col(Page.id).in_(pages))
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def decisions(session: Session, pages: Sequence[int], since: int, until: int, before: int | None) -> Rows:
    """Id, verdict, categories, mode, by whom, when, and what it supersedes; newest first, ids under `before`."""
    statement: Statement = select(
        col(Decision.id),
        col(Decision.verdict),
        col(Decision.categories_json),
        col(Decision.mode),
        col(Decision.decided_by),
        col(Decision.decided_at),
        col(Decision.supersedes),
    ).where(col(Decision.id) >= first_id(since), col(Decision.id) < last_id(until))
    return session.execute(stretch(Decision, statement, pages, before, SIZE)).all()


def earlier_decisions(session: Session, ids: Iterable[int]) -> dict[int, Found]:
    """Decisions that others have superseded: id → id, verdict, categories, by whom and when."""
    found: dict[int, Found] = {}
    wanted = sorted(set(ids))
    for at in range(0, len(wanted), _AT_ONCE):
        statement: Statement = select(
            col(Decision.id),
            col(Decision.verdict),
            col(Decision.categories_json),
            col(Decision.decided_by),
            col(Decision.decided_at),
        ).where(col(Decision.id).in_(wanted[at : at + _AT_ONCE]))
        found |= {row[0]: row for row in session.execute(statement)}
    return found


def actions(session: Session, pages: Sequence[int], since: int, until: int, before: int | None) -> Rows:
    """Actions of these pages, newest first.

    Columns: id, state, kind, outcome, term of a ban, when it was ordered, about which comment, by whom, confirmed by
    whom, and the mode of its decision.
    """
    statement: Statement = (
        select(
            col(Action.id),
            col(Action.state),
            col(Action.kind),
            col(Action.outcome),
            col(Action.ban_seconds),
            col(Action.created_at),
            col(Action.comment_id),
            col(Action.ordered_by),
            col(Action.confirmed_by),
            col(Decision.mode),
        )
        .join(Decision, col(Decision.id) == col(Action.decision_id))
        .where(col(Action.id) >= first_id(since), col(Action.id) < last_id(until))
    )
    return session.execute(stretch(Action, statement, pages, before, SIZE)).all()


def objections(
    session: Session, pages: Sequence[int], since: int, until: int, before: int | None
) -> list[tuple[Objection, ReviewCase | None]]:
    """Objections and the questions that are put to people about them; newest first."""
    statement = (
        select(Objection, ReviewCase)
        .outerjoin(ReviewCase, asks_about_objection())
        .where(
            col(Objection.page_id).in_(pages),
            col(Objection.id) >= first_id(since),
            col(Objection.id) < (last_id(until) if before is None else before),
        )
        .order_by(col(Objection.id).desc())
        .limit(SIZE)
    )
    return [(objection, case) for objection, case in session.execute(statement)]


def appeals(session: Session, pages: Sequence[int], since: int, until: int, after: tuple[int, int] | None) -> Rows:
    """When a resident asked, the comment, when an answer is due, when it came, how the waiting ended, and the page."""
    place = tuple_(col(Appeal.asked_at), col(Appeal.comment_id))
    statement = (
        select(
            col(Appeal.asked_at),
            col(Appeal.comment_id),
            col(Appeal.due_at),
            col(Appeal.answered_at),
            col(Appeal.ended),
            col(Appeal.page_id),
        )
        .where(
            col(Appeal.page_id).in_(pages),
            col(Appeal.asked_at) >= since,
            col(Appeal.asked_at) < until,
        )
        .order_by(col(Appeal.asked_at), col(Appeal.comment_id))
        .limit(SIZE)
    )
    if after is not None:
        statement = statement.where(place > tuple_(*after))
    return session.execute(statement).all()


def labels(session: Session, pages: Sequence[int], since: int, until: int, before: int | None) -> Rows:
    """Id, how it came to a person, the person's verdict, the machine's, and when; newest first."""
    statement = (
        select(
            col(Label.id),
            col(Label.source),
            col(Label.verdict),
            col(Label.machine_verdict),
            col(Label.labelled_at),
        )
        .where(
            col(Label.page_id).in_(pages),
            col(Label.id) >= first_id(since),
            col(Label.id) < (last_id(until) if before is None else before),
        )
        .order_by(col(Label.id).desc())
        .limit(SIZE)
    )
    return session.execute(statement).all()


def absences(session: Session, comments: Iterable[int], since: int, until: int) -> int:
    """How often a written reason stood in for a second person about these comments in [since, until)."""
    wanted = sorted(set(comments))
    found = 0
    for at in range(0, len(wanted), _AT_ONCE):
        statement = select(col(Journal.at)).where(
            col(Journal.subject_id).in_(wanted[at : at + _AT_ONCE]), col(Journal.kind) == ABSENT
        )
        found += sum(since <= moment < until for moment in session.scalars(statement))
    return found
