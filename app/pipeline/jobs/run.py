"""Carries long work on beside the worker's sending: one job at a time, each for a turn, under a lease."""

import secrets
import threading
from collections.abc import Mapping
from typing import Final

import msgspec
import structlog
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    MultipleResultsFound,
    NoResultFound,
    ProgrammingError,
    SQLAlchemyError,
)

from app.domain.errors import DvornikError
from app.domain.states import JobState
from app.pipeline.jobs.kinds import KINDS
from app.pipeline.jobs.step import Progress, Step, Tools
from app.storage import jobs
from app.storage.tables import Job
from app.telemetry import is_worth_telling

#: A step takes a second at the most, so a lease of this length ends only with its worker.
LEASE_SECONDS: Final = 30
#: Steps in a row before another job gets its turn.
TURN: Final = 10
#: Between two steps the routes that take events have the processor.
_BREATH_SECONDS: Final = 0.02
#: After a failure of the database.
_OUTAGE_SECONDS: Final = 5.0
_BROKEN: Final = "сбой программы: подробности в журнале сервера"

#: Errors of the program and not of the database's day.
_FAULTS: Final = (DataError, IntegrityError, MultipleResultsFound, NoResultFound, ProgrammingError)

_log = structlog.get_logger()


class JobRunner:
    """Works until it is told to stop; any number of processes may run one."""

    name = "jobs"

    def __init__(
        self,
        tools: Tools,
        *,
        kinds: Mapping[str, Step] = KINDS,
        poll_seconds: float = 1.0,
        lease_seconds: int = LEASE_SECONDS,
    ) -> None:
        self._tools = tools
        self._kinds = kinds
        self._poll = poll_seconds
        self._lease = lease_seconds

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set; the step at hand is finished and written down first."""
        outages = 0
        while not stop.is_set():
            try:
                worked = self.turn(stop)
                outages = 0
            except SQLAlchemyError as error:
                outages += 1
                if is_worth_telling(outages):
                    # Its message may hold values of the statement.
                    about = {"error": type(error).__name__, "room": self.name, "times": outages}
                    _log.warning("database_does_not_answer", **about)
                stop.wait(_OUTAGE_SECONDS)
                continue
            if not worked:
                stop.wait(self._poll)

    def turn(self, stop: threading.Event) -> bool:
        """Some steps of one job; False when there is none to do."""
        owner = secrets.token_hex(8)
        job = self._claim(owner)
        if job is None:
            return False
        for _ in range(TURN):
            if not self._step(job, owner):
                return True
            if stop.wait(_BREATH_SECONDS):
                break
        self._save(job, owner, seconds=0)
        return True

    def _claim(self, owner: str) -> Job | None:
        kinds = list(self._kinds)
        database = self._tools.house.database
        # Looked for without the write lock, so that an idle worker never stands in the writer's way.
        with database.read() as session:
            found = jobs.free_job(session, kinds)
        if found is None:
            return None
        with database.write() as session:
            return jobs.take(session, found, owner, seconds=self._lease, kinds=kinds)

    def _step(self, job: Job, owner: str) -> bool:
        """Do one step and write it down; False when there is no more to do, or the job is not ours any more."""
        try:
            progress = self._kinds[job.kind](self._tools, job)
        except _FAULTS as error:
            # Asked again, the database would say the same; its message may hold values of the statement.
            _log.error("job_broke", job=job.id, kind=job.kind, error=type(error).__name__)
            return self._end(job, owner, JobState.FAILED, error=_BROKEN)
        except SQLAlchemyError:
            raise
        except DvornikError as error:
            return self._end(job, owner, JobState.FAILED, error=str(error))
        except Exception as error:  # noqa: BLE001 - a job that breaks must end, else it breaks every worker in turn
            _log.error("job_broke", job=job.id, kind=job.kind, exc_info=error)
            return self._end(job, owner, JobState.FAILED, error=_BROKEN)
        _note(job, progress)
        if progress.ended:
            return self._end(job, owner, JobState.DONE)
        return self._save(job, owner, seconds=self._lease)

    def _end(self, job: Job, owner: str, state: JobState, *, error: str = "") -> bool:
        self._save(job, owner, seconds=0, state=state, error=error, ended_at=self._tools.house.clock.now())
        return False

    def _save(self, job: Job, owner: str, *, seconds: int, **columns: object) -> bool:
        kept = {name: getattr(job, name) for name in ("done", "total", "position", "result_json")}
        with self._tools.house.database.write() as session:
            return jobs.save(session, job.id, owner, seconds=seconds, **kept, **columns)


def _note(job: Job, progress: Progress) -> None:
    job.done, job.total, job.position = progress.done, progress.total, progress.position
    job.result_json = msgspec.json.encode(progress.result).decode()
