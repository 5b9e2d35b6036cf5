"""Logs and metrics: codes, counts and our own ids only; no comment text, no secret, no person's id."""

import logging
import sys
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()

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
BATCH: Final = Histogram(
    "dvornik_commit_batch_events",
    "Events in one commit.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
    registry=REGISTRY,
)
QUEUE: Final = Gauge("dvornik_writer_queue", "Events that wait for the writer.", registry=REGISTRY)
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
OBJECTIONS_WAITING: Final = Gauge(
    "dvornik_objections_waiting", "Objections without an answer; `late`: past their term.", ["what"], registry=REGISTRY
)
UNJUDGED: Final = Gauge("dvornik_unjudged", "Texts that wait for a working model.", registry=REGISTRY)
POLLS: Final = Counter(
    "dvornik_polls", "Answers to questions for events, by result or code.", ["network", "result"], registry=REGISTRY
)
POLLED_PAGES: Final = Gauge("dvornik_polled_pages", "Pages that this process asks for events.", registry=REGISTRY)
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
INCIDENTS_OPEN: Final = Gauge("dvornik_incidents_open", "Incidents that have not ended.", ["what"], registry=REGISTRY)


def set_up_logging(log_format: str, level: str) -> None:
    """Structured lines to standard error: JSON for machines, colours on a terminal."""
    to_terminal = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    # Tracebacks are plain: a decorated one shows the values of variables.
    decorated = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer = decorated if to_terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    stamps = (structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True))
    endings = (structlog.processors.format_exc_info, renderer)
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
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=stamps, processors=[without_meta, *endings])
    )
    logging.basicConfig(level=level, handlers=[of_libraries], force=True)
    # httpx logs each URL at INFO, which may hold what is nobody's business; the others tell what is no news.
    for chatty in ("httpx", "alembic", "pymorphy3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
