"""Does the periodic duties, each by one process at a time; one that fails is tried again later and stops no other."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.domain.clock import MINUTE
from app.outbox.backoff import CAP, delay
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.storage import duties as turns
from app.telemetry import ALERTS, DUTIES_DONE, is_worth_telling

#: Renewed every quarter of it: a dead process's duty is taken up soon.
TURN_SECONDS: Final = 60
#: How often it is looked whether some duty's time has come, seconds.
LOOK_SECONDS: Final = 2.0
#: A duty that is late by this much beside its own period is told of.
_PATIENCE: Final = 15 * MINUTE

Run = Callable[[House, Configuration, threading.Event], None]
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Duty:
    """What is to be done again and again: `every` in microseconds from the end of one run to the next.

    `run` works in short transactions, may be repeated at any point, and returns early once its event is set: the
    process stops, or another one has taken the turn.
    """

    name: str
    every: int
    run: Run


class Round:
    """Goes round the duties until it is told to stop."""

    def __init__(
        self,
        house: House,
        configuration: Configuration,
        duties: Sequence[Duty],
        *,
        look_seconds: float = LOOK_SECONDS,
        turn_seconds: int = TURN_SECONDS,
    ) -> None:
        self._house = house
        self._configuration = configuration
        self._duties = {duty.name: duty for duty in duties}
        self._every = {duty.name: duty.every for duty in duties}
        self._look_seconds = look_seconds
        self._turn_seconds = turn_seconds
        #: Duties that failed: how often in a row, and until when this process leaves them alone.
        self._failed: dict[str, tuple[int, int]] = {}

    @property
    def duties(self) -> tuple[Duty, ...]:
        """What it goes round."""
        return tuple(self._duties.values())

    def run(self, stop: threading.Event) -> None:
        """Do what is due, look again, until `stop` is set; what is being done is finished or left at a safe point."""
        outages = 0
        while not stop.is_set():
            try:
                self.once(stop)
                outages = 0
            except Exception as error:  # noqa: BLE001 - a round that ends leaves every duty undone
                outages += 1
                _complain("duties_not_looked_at", error, times=outages)
            stop.wait(self._look_seconds)

    def once(self, stop: threading.Event) -> list[str]:
        """Do every duty that is due, one after another; returns the names of those that were done.

        Raises:
            SQLAlchemyError: the database cannot even tell what is due.
        """
        with self._house.database.read() as session:
            names = turns.due(session, self._every, self._house.clock.now())
        done = []
        for name in names:
            if stop.is_set():
                break
            if not self._rests(name) and self._do(self._duties[name], stop):
                done.append(name)
        return done

    def _rests(self, name: str) -> bool:
        # What lies further ahead than any pause was written before the clock was set back.
        return 0 < self._failed.get(name, (0, 0))[1] - self._house.clock.now() <= CAP

    def _do(self, duty: Duty, stop: threading.Event) -> bool:
        """Take the turn, run, give the turn back; False if somebody was faster or it failed."""
        with self._house.database.write() as session:
            until = turns.take_turn(
                session, duty.name, every=duty.every, now=self._house.clock.now(), seconds=self._turn_seconds
            )
        if until is None:
            return False
        turn = _Turn(self._house, duty.name, until, self._turn_seconds, _Halt(stop))
        try:
            with turn:
                duty.run(self._house, self._configuration, turn.halt)
        except Exception as error:  # noqa: BLE001 - one duty's trouble must not stop the others
            self._leave_alone(duty.name, error)
            turn.give_back(done=False)
            return False
        done = not turn.halt.is_set()
        turn.give_back(done=done)
        self._failed.pop(duty.name, None)
        if done:
            DUTIES_DONE.labels(duty.name).inc()
        return done

    def _leave_alone(self, name: str, error: Exception) -> None:
        times = self._failed.get(name, (0, 0))[0] + 1
        self._failed[name] = times, self._house.clock.now() + delay(times, lambda: 1.0)
        if times == 1:
            ALERTS.labels("duty_failed").inc()
        _complain("duty_failed", error, duty=name, times=times)


class _Halt(threading.Event):
    """Set by itself or by the process that stops; whoever walks asks `is_set` between two portions."""

    def __init__(self, process: threading.Event) -> None:
        super().__init__()
        self._process = process

    def is_set(self) -> bool:
        """Whether to stop walking."""
        return self._process.is_set() or super().is_set()


class _Turn:
    """A duty's turn while it is used: renewed in the background, `halt` is set when somebody else has taken it."""

    def __init__(self, house: House, name: str, until: int, seconds: int, halt: _Halt) -> None:
        self.halt = halt
        self._house = house
        self._name = name
        self._until = until
        self._seconds = seconds
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="dvornik-turn", daemon=True)

    def __enter__(self) -> None:
        self._heart.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._heart.join()

    def give_back(self, *, done: bool) -> None:
        """Let others have it: at once, or after the duty's period if it is done."""
        with self._house.database.write() as session:
            turns.end_turn(session, self._name, self._until, walked_at=self._house.clock.now() if done else None)

    def _beat(self) -> None:
        while not self._ended.wait(self._seconds / 4):
            try:
                with self._house.database.write() as session:
                    until = turns.prolong(session, self._name, self._until, self._seconds)
            except SQLAlchemyError as error:
                _log.warning("turn_not_prolonged", duty=self._name, error=type(error).__name__)
                continue
            if until is None:
                _log.error("turn_lost", duty=self._name)
                self.halt.set()
                return
            self._until = until


def late(session: Session, duties: Sequence[Duty], now: int) -> list[tuple[str, int]]:
    """Duties that were begun some day and are late now, each with the microseconds since it was last done."""
    done = turns.last_done(session, [duty.name for duty in duties])
    ages = ((duty, now - done[duty.name]) for duty in duties if duty.name in done)
    return [(duty.name, age) for duty, age in ages if age > 2 * duty.every + _PATIENCE]


def _complain(what: str, error: Exception, *, times: int, **about: object) -> None:
    if not is_worth_telling(times):
        return
    if isinstance(error, SQLAlchemyError):
        # Its message may hold values of the statement.
        _log.warning(what, error=type(error).__name__, times=times, **about)
    else:
        _log.error(what, exc_info=error, times=times, **about)
