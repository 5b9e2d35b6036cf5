"""Counts what waits in the database every few seconds, so that a scrape asks no database and fails with none."""

import threading
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Final

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app.domain.clock import SECOND, Clock
from app.domain.states import ActionState, WaitingFor
from app.domain.watching import Matter
from app.domain.words import Mode
from app.storage.census import Census, take_census
from app.storage.session import Database
from app.telemetry import MEMORIES, is_worth_telling

#: How often it is counted, seconds.
EVERY: Final = 10.0
#: Figures older than this are nobody's, microseconds.
STALE: Final = 60 * SECOND
#: Counting takes at most this share of the time: the more waits, the seldomer it is counted.
_SHARE: Final = 0.05

_log = structlog.get_logger()


class Counting(Collector):
    """What was counted last, told to Prometheus; every process counts for itself and tells the same."""

    def __init__(self, clock: Clock, model: str) -> None:
        self._clock = clock
        self._versions = {"version": version("dvornik"), "model": model}
        self._seen: tuple[int, Census] | None = None

    def run(self, database: Database, stop: threading.Event) -> None:
        """Count until `stop` is set."""
        outages = 0
        while not stop.is_set():
            # Where processes count together, none can ask another one at a scrape.
            MEMORIES.tell()
            began = self._clock.now()
            try:
                self.count(database)
                outages = 0
            except SQLAlchemyError as error:
                outages += 1
                if is_worth_telling(outages):
                    _log.warning("nothing_can_be_counted", error=type(error).__name__, times=outages)
            took = max(0, self._clock.now() - began) / SECOND
            stop.wait(max(EVERY, took / _SHARE))

    def count(self, database: Database) -> None:
        """Count once.

        Raises:
            SQLAlchemyError: the database does not answer; the old figures stay until they are stale.
        """
        now = self._clock.now()
        with database.read() as session:
            self.note(now, take_census(session, now))

    def note(self, at: int, census: Census) -> None:
        """Tell this from now on."""
        self._seen = at, census

    def collect(self) -> Iterable[Metric]:
        """What was counted last; without a fresh count only that there is none."""
        now = self._clock.now()
        seen = self._seen
        fresh = seen is not None and now - seen[0] < STALE
        about = GaugeMetricFamily("dvornik_build_info", "What runs here.", labels=list(self._versions))
        about.add_metric(list(self._versions.values()), 1)
        yield about
        yield GaugeMetricFamily("dvornik_database_up", "Whether the database was counted lately.", value=float(fresh))
        if seen is not None and fresh:
            yield from _figures(seen[1], now)


def _figures(seen: Census, now: int) -> Iterable[Metric]:
    told = {reason or "turn": number for reason, number in _all(("", *WaitingFor), seen.unsent).items()}
    yield _gauge("dvornik_outbox_actions", "Actions to be sent, by what they wait for.", "waiting_for", told)
    age = 0.0 if seen.oldest_at is None else max(0, now - seen.oldest_at) / SECOND
    yield GaugeMetricFamily("dvornik_outbox_oldest_seconds", "Age of the oldest action to be sent.", value=age)
    people = _all((ActionState.PROPOSED, ActionState.MANUAL), seen.for_people)
    yield _gauge("dvornik_actions_for_people", "Actions to confirm (`proposed`) or to do (`manual`).", "state", people)
    yield GaugeMetricFamily("dvornik_cases_open", "Questions to people.", value=seen.cases)
    yield GaugeMetricFamily("dvornik_unjudged_texts", "Texts that wait for a working model.", value=seen.unjudged)
    objections = {"all": seen.objections, "late": seen.late_objections}
    help_text = "Objections without an answer; `late`: past their term."
    yield _gauge("dvornik_objections_waiting", help_text, "what", objections)
    incidents = _all(Matter, seen.incidents)
    yield _gauge("dvornik_incidents_open", "Incidents that have not ended.", "what", incidents)
    yield _gauge("dvornik_pages", "Pages in use by mode.", "mode", _all(Mode, seen.pages))


def _gauge(name: str, help_text: str, label: str, values: Mapping[str, float]) -> Metric:
    metric = GaugeMetricFamily(name, help_text, labels=[label])
    for value, number in values.items():
        metric.add_metric([str(value)], number)
    return metric


def _all(known: Iterable[str], counts: Mapping[str, int]) -> Mapping[str, int]:
    """Zeros too: what is not there cannot be compared."""
    return {**dict.fromkeys(map(str, known), 0), **counts}
