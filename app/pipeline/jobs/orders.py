"""People ask for long work, look how far it has got, and stop it: one transaction each."""

from collections.abc import Mapping
from typing import Final

import msgspec

from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.principals import Principal
from app.domain.states import UNFINISHED_JOBS, JobState
from app.journal.chain import Entry, append
from app.pipeline.house import House
from app.pipeline.jobs.kinds import KINDS
from app.storage import jobs
from app.storage.tables import Job

#: Unfinished jobs that one person may have.
AT_ONCE: Final = 4
_encode: Final = msgspec.json.Encoder(order="sorted").encode


def start(house: House, kind: str, params: Mapping[str, object], *, who: Principal, page_id: int | None = None) -> int:
    """Ask for a job and return its id; one that was asked the very same and has not ended is not begun twice.

    `params` must be JSON-able; its `pages` say whose job it is, without them it is about the whole installation.

    Raises:
        InvalidInputError: there is no such kind.
        NotFoundError: it is about pages that this person may not touch.
        ConflictError: this person waits for too many jobs already.
    """
    if kind not in KINDS:
        raise InvalidInputError("kind", f"ожидается одно из: {', '.join(sorted(KINDS))}")
    params_json = _encode(dict(params)).decode()
    if not jobs.is_within(params_json, who.pages):
        raise NotFoundError("страницы нет")
    with house.database.write() as session:
        waiting = jobs.unfinished(session, who.by)
        for one in waiting:
            if (one.kind, one.params_json) == (kind, params_json):
                return one.id
        if len(waiting) >= AT_ONCE:
            raise ConflictError(f"вы уже ждёте итогов, их {len(waiting)}: дождитесь или остановите что-то из них")
        at, job_id = house.clock.now(), house.ids()
        state = JobState.WAITING.value
        row = Job(
            id=job_id, kind=kind, page_id=page_id, params_json=params_json, state=state, asked_by=who.by, created_at=at
        )
        session.add(row)
        session.flush()
        append(session, house.journal_key, [_entry("job_started", row, who)], at)
    return job_id


def show(house: House, job_id: int, *, who: Principal) -> Job:
    """A job as it stands.

    Raises:
        NotFoundError: there is no such job, or it is about pages that this person may not touch.
    """
    with house.database.read() as session:
        job = jobs.read_job(session, job_id)
    return _visible(job, job_id, who)


def cancel(house: House, job_id: int, *, who: Principal) -> Job:
    """Stop a job that has not ended, whoever asked for it; what it has found so far stays to be read.

    Raises:
        NotFoundError: there is no such job, or not for this person.
        ConflictError: it has ended.
    """
    with house.database.write() as session:
        job = _visible(jobs.read_job(session, job_id, lock=True), job_id, who)
        if job.state not in UNFINISHED_JOBS:
            raise ConflictError(f"работа {job_id} уже закончена")
        at = house.clock.now()
        job.state, job.ended_at = JobState.CANCELLED.value, at
        session.add(job)
        append(session, house.journal_key, [_entry("job_cancelled", job, who)], at)
    return job


def _visible(job: Job | None, job_id: int, who: Principal) -> Job:
    if job is None or not jobs.is_within(job.params_json, who.pages):
        raise NotFoundError(f"работы {job_id} нет")
    return job


def _entry(kind: str, job: Job, who: Principal) -> Entry:
    return Entry(kind, job.page_id, {"job": job.id, "job_kind": job.kind, "by": who.signed})
