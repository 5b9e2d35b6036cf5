"""Queries over long work: which job is free, who holds it, how far it has got."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlmodel import Session, col

from app.domain.states import UNFINISHED_JOBS, JobState
from app.storage.outbox import database_now
from app.storage.tables import Job
from app.storage.walk import Found, Rows, Slice, Statement, newest, stretch

_UNFINISHED: Final = tuple(sorted(state.value for state in UNFINISHED_JOBS))


class _Pages(msgspec.Struct):
    """What is read of a job's parameters to tell who may see it; null = it is about the whole installation."""

    pages: list[int] | None = None


def pages_of(params_json: str) -> list[int] | None:
    """The pages that a job is about; None = every page."""
    return msgspec.json.decode(params_json, type=_Pages).pages


def free_job(session: Session, kinds: Sequence[str]) -> int | None:
    """A job of these kinds that nobody works on: the one that has rested longest."""
    query = select(col(Job.id)).where(_is_free(session, kinds)).order_by(col(Job.lease_until), col(Job.id)).limit(1)
    return session.scalars(query).first()


def take(session: Session, job_id: int, owner: str, *, seconds: int, kinds: Sequence[str]) -> Job | None:
    """Lease a job if it is still free."""
    query = select(Job).where(col(Job.id) == job_id, _is_free(session, kinds)).with_for_update(skip_locked=True)
    job = session.scalars(query).first()
    if job is None or not save(session, job_id, None, seconds=seconds, lease_owner=owner, state=JobState.RUNNING):
        return None
    session.refresh(job)
    return job


def save(session: Session, job_id: int, owner: str | None, *, seconds: int, **columns: object) -> bool:
    """Write how far a job has got and hold it for `seconds` more; False if it is not this owner's, or was cancelled.

    `owner` None = whoever holds it, for a caller that has just found it free.
    """
    mine = and_(col(Job.id) == job_id, col(Job.state).in_(_UNFINISHED))
    if owner is not None:
        mine = and_(mine, col(Job.lease_owner) == owner)
    until = database_now(session) + seconds * 1_000_000
    changed = update(Job).where(mine).values(lease_until=until, **columns).returning(col(Job.id))
    result: Any = session.execute(changed, execution_options={"synchronize_session": False})
    return result.first() is not None


def _is_free(session: Session, kinds: Sequence[str]) -> ColumnElement[bool]:
    return and_(
        col(Job.kind).in_(kinds),
        or_(
            col(Job.state) == JobState.WAITING.value,
            and_(col(Job.state) == JobState.RUNNING.value, col(Job.lease_until) <= database_now(session)),
        ),
    )


def read_job(session: Session, job_id: int, *, lock: bool = False) -> Job | None:
    """One job; `lock` holds it until the transaction ends."""
    query = select(Job).where(col(Job.id) == job_id)
    return session.scalars(query.with_for_update() if lock else query).first()


def unfinished(session: Session, asked_by: str) -> list[Job]:
    """What this person has asked for and what has not ended."""
    query = select(Job).where(col(Job.state).in_(_UNFINISHED), col(Job.asked_by) == asked_by).order_by(col(Job.id))
    return list(session.scalars(query))


def done_jobs(session: Session, kind: str, page_id: int, *, since: int) -> list[Job]:
    """Jobs of a kind that were asked about one page and have come to their end since an instant."""
    query = select(Job).where(
        col(Job.page_id) == page_id,
        col(Job.kind) == kind,
        col(Job.state) == JobState.DONE.value,
        col(Job.ended_at) >= since,
    )
    return list(session.scalars(query.order_by(col(Job.id))))


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs: about these pages alone (None: all jobs), asked about one page, of a kind, in a state."""

    pages: frozenset[int] | None = None
    page_id: int | None = None
    kind: str | None = None
    state: str | None = None


def list_jobs(session: Session, wanted: JobFilter, *, before: int | None, limit: int) -> tuple[list[Job], int | None]:
    """Newest first, and where the next page of the list begins."""
    asked = (wanted.page_id, wanted.kind, wanted.state)

    def read(position: int | None, size: int) -> Rows:
        statement: Statement = select(
            col(Job.id), col(Job.params_json), col(Job.page_id), col(Job.kind), col(Job.state)
        )
        return session.execute(stretch(Job, statement, None, position, size)).all()

    def keep(row: Found) -> bool:
        as_asked = all(one is None or one == has for one, has in zip(asked, row[2:], strict=True))
        return as_asked and is_within(row[1], wanted.pages)

    chooses = wanted.pages is not None or any(one is not None for one in asked)
    found: Slice = newest(read, keep=keep if chooses else None, before=before, limit=limit)
    rows = {job.id: job for job in session.scalars(select(Job).where(col(Job.id).in_(found.ids)))}
    return [rows[one] for one in found.ids if one in rows], found.next_before


def is_within(params_json: str, pages: frozenset[int] | None) -> bool:
    """Whether a job is about nothing but these pages (None = every page)."""
    if pages is None:
        return True
    about = pages_of(params_json)
    return about is not None and pages.issuperset(about)
