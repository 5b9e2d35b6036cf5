"""Logs and metrics: codes, counts and our own ids only; no comment text, no secret, no person's id."""

import logging
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from structlog.typing import EventDict, ExcInfo

from app.domain.words import Verdict
from model.memory import WORDS, Memory

REGISTRY: Final = CollectorRegistry()
#: The variable by which the library's processes find the folder in which they count together.
_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
#: Whether this process counts there; the library decides it while it is imported.
_TOGETHER: Final = _FOLDER in os.environ

EVENTS: Final = Counter(
    "dvornik_events",
    "Deliveries by what became of them.",
    ["network", "outcome"],
    registry=REGISTRY,
)
VERDICTS: Final = Counter("dvornik_verdicts", "Decisions of the machine.", ["verdict"], registry=REGISTRY)
INDETERMINATE: Final = Counter("dvornik_indeterminate", "Judgements that failed.", registry=REGISTRY)
JUDGING: Final = Histogram(
    "dvornik_judging_seconds",
    "Time to judge one text.",
    buckets=(1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 1e-2, 1e-1),
    registry=REGISTRY,
)
DECISION: Final = Histogram(
    "dvornik_decision_seconds",
    "From the arrival of a delivery to its decision on disk, by how it came.",
    ["intake"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
CACHE: Final = Counter(
    "dvornik_token_cache_lookups",
    "Words of judged texts by whether the scorer's cache held them.",
    ["result"],
    registry=REGISTRY,
)
CACHE_BYTES: Final = Gauge(
    "dvornik_cache_bytes",
    "What the memory of the scorer holds, by which one.",
    ["cache"],
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
CACHE_LIMIT: Final = Gauge(
    "dvornik_cache_limit_bytes",
    "The most that the memory of the scorer may hold, by which one.",
    ["cache"],
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
CACHE_HITS: Final = Counter(
    "dvornik_cache_hits", "Times that a memory of the scorer had what was asked.", ["cache"], registry=REGISTRY
)
CACHE_MISSES: Final = Counter(
    "dvornik_cache_misses", "Times that a memory of the scorer had it not.", ["cache"], registry=REGISTRY
)
BATCH: Final = Histogram(
    "dvornik_commit_batch_events",
    "Events in one commit.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
    registry=REGISTRY,
)
COMMIT: Final = Histogram(
    "dvornik_commit_seconds",
    "Time of one commit of events.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
QUEUE: Final = Gauge(
    "dvornik_writer_queue_events", "Events that wait for the writer.", registry=REGISTRY, multiprocess_mode="livesum"
)
DELIVERIES: Final = Counter(
    "dvornik_deliveries",
    "Actions carried to the network, by result.",
    ["network", "kind", "result"],
    registry=REGISTRY,
)
API_ERRORS: Final = Counter(
    "dvornik_api_errors",
    "Deliveries that did not succeed, by the network's code or ours.",
    ["network", "code"],
    registry=REGISTRY,
)
DUTIES_DONE: Final = Counter("dvornik_duties_done", "Runs of periodic duties.", ["duty"], registry=REGISTRY)
APPEALS: Final = Counter("dvornik_appeals", "Residents' messages by what became of them.", ["what"], registry=REGISTRY)
OBJECTIONS: Final = Counter("dvornik_objections", "Objections by how they came.", ["channel"], registry=REGISTRY)
POLLS: Final = Counter(
    "dvornik_polls", "Answers to questions for events, by result or code.", ["network", "result"], registry=REGISTRY
)
POLLED_PAGES: Final = Gauge(
    "dvornik_polled_pages",
    "Pages that are asked for events from here.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
REREAD: Final = Counter(
    "dvornik_reread_comments",
    "Comments read again after a gap; `found`: nobody had told us.",
    ["what"],
    registry=REGISTRY,
)
ALERTS: Final = Counter("dvornik_alerts", "Things that a person must be told.", ["what"], registry=REGISTRY)
ALERT_MESSAGES: Final = Counter(
    "dvornik_alert_messages", "Letters about incidents by what became of them.", ["kind", "result"], registry=REGISTRY
)
HTTP_ERRORS: Final = Counter(
    "dvornik_http_errors", "Our own answers that are errors, by whose they are.", ["area", "status"], registry=REGISTRY
)
# A rate can only be taken of what is there from the beginning.
for _verdict in Verdict:
    VERDICTS.labels(_verdict.value)
_KNOWN: Final = CACHE.labels("hit")
_NEW: Final = CACHE.labels("miss")


class Memories:
    """Tells how full the memories of a process are; a text costs nothing, as they count for themselves."""

    def __init__(self) -> None:
        self._source: Callable[[], Mapping[str, Memory]] = dict
        self._told: dict[str, Memory] = {}
        self._lock = threading.Lock()

    def watch(self, source: Callable[[], Mapping[str, Memory]]) -> None:
        """Tell of these from now on."""
        with self._lock:
            self._source, self._told = source, {}

    def tell(self) -> None:
        """Bring the metrics up to date."""
        with self._lock:
            for name, memory in self._source().items():
                told = self._told.get(name, _NOTHING)
                self._told[name] = memory
                hits, misses = max(0, memory.hits - told.hits), max(0, memory.misses - told.misses)
                CACHE_BYTES.labels(name).set(memory.bytes)
                CACHE_LIMIT.labels(name).set(memory.limit)
                CACHE_HITS.labels(name).inc(hits)
                CACHE_MISSES.labels(name).inc(misses)
                if name == WORDS:
                    _KNOWN.inc(hits)
                    _NEW.inc(misses)


_NOTHING: Final = Memory(0, 0, 0, 0, 0)
MEMORIES: Final = Memories()


def everything(*more: Collector) -> CollectorRegistry:
    """What this process counted, or all that count together by now, and what else is given."""
    MEMORIES.tell()
    registry = CollectorRegistry()
    if _TOGETHER:
        _forget_dead(Path(os.environ[_FOLDER]))
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    for collector in more:
        registry.register(collector)
    return registry


def is_worth_telling(times: int) -> bool:
    """Whether what went wrong so often in a row is told: the 1st, 2nd, 4th, 8th … time, so that a log hardly grows."""
    return times & (times - 1) == 0


@contextmanager
def counting_together() -> Iterator[None]:
    """Processes that are spawned meanwhile count in one folder, which is new and goes away in the end."""
    with tempfile.TemporaryDirectory(prefix="dvornik-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[_FOLDER]


def _forget_dead(folder: Path) -> None:
    """What a dead process had at hand is nobody's any more; what it counted stays counted."""
    for file in folder.glob("gauge_live*.db"):
        if not _lives(int(file.stem.rpartition("_")[2])):
            # On Windows a file that is in use cannot be deleted, and there is no harmless signal to ask with.
            try:
                file.unlink(missing_ok=True)
            except PermissionError:
                continue


def _lives(pid: int) -> bool:
    if os.name == "nt":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _where_it_broke(exc_info: ExcInfo) -> str:
    """Types and places of an exception and of what led to it; a message may quote what somebody wrote."""
    return "".join(_places(traceback.TracebackException(*exc_info)))


def _places(told: traceback.TracebackException) -> Iterator[str]:
    before = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
    if before is not None:
        yield from _places(before)
        yield "\nwhich led to:\n"
    for one in told.exceptions or ():
        yield from _places(one)
        yield "\nwhich is one of:\n"
    yield from told.stack.format()
    yield f"{_name(told.exc_type)}\n"


def _name(kind: type[BaseException] | None) -> str:
    return "" if kind is None else kind.__qualname__


def _without_quotes(_: object, __: str, event: EventDict) -> EventDict:
    """Cut what asyncio quotes: it puts the exception's message into its own, from the second line on."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and record.name == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0]
    return event


def set_up_logging(log_format: str, level: str) -> None:
    """Structured lines to standard error: JSON for machines, colours on a terminal."""
    to_terminal = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    decorated = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer = decorated if to_terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    stamps = (structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True))
    endings = (structlog.processors.ExceptionRenderer(_where_it_broke), renderer)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *stamps, *endings],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # What libraries log takes the same shape: a line that is no JSON breaks whoever reads the others.
    of_libraries = logging.StreamHandler(sys.stderr)
    without_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    of_libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=stamps, processors=[_without_quotes, without_meta, *endings]
        )
    )
    logging.basicConfig(level=level, handlers=[of_libraries], force=True)
    # httpx logs each URL at INFO, which may hold what is nobody's business; the others tell what is no news.
    for chatty in ("httpx", "alembic", "pymorphy3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
