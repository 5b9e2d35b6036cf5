"""Sends FastAPI's spans and request metrics where the OTEL_* variables say, and nothing that is about a person."""

import os
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanContext, Status

#: Templates, codes and names of our own. Paths hold ids, queries hold what people typed, hosts what a stranger claims.
ALLOWED: Final = frozenset(
    {
        "code.function.name",
        "error.type",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "network.protocol.version",
        "url.scheme",
    }
)


class Impersonal(SpanExporter):
    """Hands spans on with the allowed attributes alone: no events, no messages, no state that a caller sent along."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them."""
        return self._exporter.export([_bare(span) for span in spans])

    def shutdown(self) -> None:
        """Nothing more comes."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Whatever is on its way goes out."""
        return self._exporter.force_flush(timeout_millis)


class Providers:
    """Where the spans and metrics of one process go."""

    def __init__(self) -> None:
        resource = Resource.create(_about())
        self.tracer: TracerProvider | None = None
        self.meter: MeterProvider | None = None
        if _wanted("TRACES"):
            self.tracer = TracerProvider(resource=resource, shutdown_on_exit=False)
            self.tracer.add_span_processor(BatchSpanProcessor(Impersonal(OTLPSpanExporter())))
        if _wanted("METRICS"):
            reader = PeriodicExportingMetricReader(OTLPMetricExporter())
            self.meter = MeterProvider([reader], resource=resource, shutdown_on_exit=False)

    def close(self) -> None:
        """Send what is left and end; blocks for some seconds where nobody takes it."""
        if self.tracer is not None:
            self.tracer.shutdown()
        if self.meter is not None:
            self.meter.shutdown()


def _wanted(signal: str) -> bool:
    return os.environ.get(f"OTEL_{signal}_EXPORTER", "otlp").strip().lower() != "none"


def _about() -> dict[str, str]:
    about = {"service.version": version("dvornik")}
    # What is given here would win over the variables.
    named = "OTEL_SERVICE_NAME" in os.environ or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return about if named else about | {"service.name": "dvornik"}


def _bare(span: ReadableSpan) -> ReadableSpan:
    attributes = {name: value for name, value in (span.attributes or {}).items() if name in ALLOWED}
    return ReadableSpan(
        name=span.name,
        context=_stateless(span.context),
        parent=_stateless(span.parent),
        resource=span.resource,
        attributes=attributes,
        kind=span.kind,
        instrumentation_scope=span.instrumentation_scope,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
    )


def _stateless(context: SpanContext | None) -> SpanContext | None:
    if context is None:
        return None
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)
