"""Switches FastAPI's own OpenTelemetry on and off."""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi.telemetry import TelemetryConfig

from app.domain.errors import ConfigurationError
from app.settings import Settings

#: Asked every few seconds by whoever watches: nobody wants to find requests between them.
_NOISE: Final = frozenset({"/healthz", "/readyz", "/metrics"})


@dataclass(frozen=True, slots=True)
class Tracing:
    """What FastAPI is told, and what is to be called when the process ends; it may block for some seconds."""

    config: TelemetryConfig
    close: Callable[[], None]


def tracing_of(settings: Settings) -> Tracing:
    """Off unless DVORNIK_OPENTELEMETRY is true; logs are never sent: their exceptions may quote what was written.

    Raises:
        ConfigurationError: it is to be on, and the libraries are not there.
    """
    if not settings.opentelemetry:
        return Tracing(TelemetryConfig(tracing=False, metrics=False, logs=False, auto_configure=False), lambda: None)
    try:
        from app.api.spans import Providers  # noqa: PLC0415 - an extra that most installations do without
    except ImportError as error:
        raise ConfigurationError(
            "DVORNIK_OPENTELEMETRY=true: для этого нужны ещё библиотеки, установите их: "
            "python -m pip install 'dvornik[telemetry]'"
        ) from error
    providers = Providers()
    config = TelemetryConfig(
        tracer_provider=providers.tracer,
        meter_provider=providers.meter,
        tracing=providers.tracer is not None,
        metrics=providers.meter is not None,
        logs=False,
        auto_configure=False,
        exclude=_is_noise,
    )
    return Tracing(config, providers.close)


def _is_noise(scope: MutableMapping[str, Any]) -> bool:
    return scope.get("path") in _NOISE
