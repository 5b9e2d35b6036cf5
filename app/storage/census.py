"""Counts of what waits, for those who watch over the service: a few queries over small indexes, no names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, literal_column
from sqlmodel import Session, col, func, select

from app.domain.states import ActionState
from app.storage.objections import IS_UNANSWERED
from app.storage.tables import Action, Incident, Objection, Page, ReviewCase
from app.storage.unjudged import count_waiting

#: Literals, because a partial index serves only a condition that the planner can read.
_UNSENT: Final[ColumnElement[bool]] = literal_column("action.state IN ('pending', 'sending')")
_LEFT_OPEN: Final[ColumnElement[bool]] = literal_column(
    "action.state IN ('proposed', 'pending', 'sending', 'manual', 'failed')"
)
_OPEN_CASE: Final[ColumnElement[bool]] = literal_column("review_case.state <> 'closed'")


@dataclass(frozen=True, slots=True)
class Census:
    """What there is at one moment; instants in microseconds."""

    #: Actions that are to be sent, by what holds them back ('' = nothing), and when the oldest was ordered.
    unsent: Mapping[str, int]
    oldest_at: int | None
    #: Actions that people have to confirm (`proposed`) or to do themselves (`manual`).
    for_people: Mapping[str, int]
    cases: int
    unjudged: int
    objections: int
    late_objections: int
    incidents: Mapping[str, int]
    #: Pages in use by mode.
    pages: Mapping[str, int]


def take_census(session: Session, now: int) -> Census:
    """Count everything once."""
    unsent = session.exec(
        select(Action.waiting_for, func.count(), func.min(Action.created_at))
        .where(_UNSENT)
        .group_by(col(Action.waiting_for))
    ).all()
    people = (ActionState.PROPOSED.value, ActionState.MANUAL.value)
    left = session.exec(
        select(Action.state, func.count()).where(_LEFT_OPEN, col(Action.state).in_(people)).group_by(col(Action.state))
    ).all()
    objections = select(func.count()).select_from(Objection).where(IS_UNANSWERED)
    incidents = select(Incident.what, func.count()).where(col(Incident.ended_at).is_(None)).group_by(Incident.what)
    pages = select(Page.mode, func.count()).where(col(Page.removed_at).is_(None)).group_by(Page.mode)
    return Census(
        unsent={reason or "": number for reason, number, _ in unsent},
        oldest_at=min((oldest for *_, oldest in unsent), default=None),
        for_people=dict(left),
        cases=session.exec(select(func.count()).select_from(ReviewCase).where(_OPEN_CASE)).one(),
        unjudged=count_waiting(session),
        objections=session.exec(objections).one(),
        late_objections=session.exec(objections.where(col(Objection.due_at) < now)).one(),
        incidents=dict(session.exec(incidents).all()),
        pages=dict(session.exec(pages).all()),
    )
