"""Open routes for those who watch over the service: no names, no ids, counts only."""

from typing import Any, Final

import structlog
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from app import telemetry
from app.api.answers import example
from app.api.deps import Use
from app.api.fields import Model
from app.domain.clock import MINUTE
from app.domain.errors import ConfigurationError
from app.pipeline.ask import Asker, Question
from app.pipeline.duties.walk import late
from app.pipeline.process import Services
from app.storage.health import vitals
from app.storage.session import Schema, schema_of
from app.storage.unjudged import count_waiting
from app.wiring import awaited_model

router = APIRouter(tags=["health"])
_log = structlog.get_logger()
#: Judged by `/readyz` to see that the model answers with probabilities.
CANARY = "Когда починят дорогу на улице Ленина?"

_CHECKS: Final = {"database": "ok", "migrations": "ok", "model": "ok", "writer": "ok", "worker": "ok"}
_BROKEN: Final = {**_CHECKS, "database": "does not answer", "migrations": "not checked", "model": "not checked"}
_READY: Final = {"status": "ready", "model": "2026.11.1", "checks": _CHECKS, "warnings": ["dead tokens: 1"]}
_METRICS: Final[dict[str, Any]] = {
    "description": "Prometheus text.",
    "content": {"text/plain": {"schema": {"type": "string"}, "example": 'dvornik_verdicts_total{verdict="keep"} 7\n'}},
}


class Alive(Model):
    """The process lives."""

    status: str


class Ready(Model):
    """Whether events are taken: each check is `ok` or says what is wrong. Warnings need a person.

    `model` is the version that this process judges with.
    """

    status: str
    model: str
    checks: dict[str, str]
    warnings: list[str]


@router.get("/healthz", summary="Does the process live?", responses={**example({"status": "ok"}, "It lives.")})
def healthz() -> Alive:
    """Answers as long as the process serves at all."""
    return Alive(status="ok")


@router.get(
    "/readyz",
    summary="Can it take events?",
    responses={
        **example(_READY, "It takes events."),
        503: {
            "description": "Database, migrations or model are not right.",
            "model": Ready,
            "content": {"application/json": {"example": {**_READY, "status": "not ready", "checks": _BROKEN}}},
        },
    },
)
def readyz(use: Use, response: Response) -> Ready:
    """200 when database, migrations and model are right and the threads that write and send live."""
    checks, warnings = _database(use)
    checks["model"] = _model(use) if checks["database"] == checks["migrations"] == "ok" else "not checked"
    checks |= {name: "ok" if lives() else "has stopped: restart the process" for name, lives in use.threads.items()}
    warnings += (*use.model.warnings, *_awaited(use), *_sealed(use))
    ready = all(state == "ok" for state in checks.values())
    if not ready:
        response.status_code = 503
    return Ready(status="ready" if ready else "not ready", model=use.model.version, checks=checks, warnings=warnings)


@router.get("/metrics", summary="Counters for Prometheus", response_class=Response, responses={200: _METRICS})
async def metrics(use: Use) -> Response:
    """Prometheus text; labels name networks, kinds and codes, never pages or people."""
    # In the loop, and no question to the database: it answers also when every thread waits for one that does not.
    figures = [use.counting] if use.counting else []
    return Response(generate_latest(telemetry.everything(*figures)), media_type=CONTENT_TYPE_LATEST)


def _database(use: Services) -> tuple[dict[str, str], list[str]]:
    database = use.house.database
    try:
        schema = schema_of(database)
        if schema is Schema.BEHIND:
            return {"database": "ok", "migrations": "not at the newest revision: run `dvornik migrate`"}, []
        with database.read() as session:
            seen = vitals(session)
            idle = late(session, use.duties, use.house.clock.now())
            waiting = count_waiting(session)
    except SQLAlchemyError as error:
        _log.error("the database does not answer", error=type(error).__qualname__)
        return {"database": "does not answer", "migrations": "not checked"}, []
    warnings = []
    if schema is Schema.AHEAD:
        # Revisions only add, so this process goes on until the newer ones have taken over.
        warnings.append("a newer version has migrated the database: replace this process")
    if seen.dead_tokens:
        warnings.append(f"dead tokens: {seen.dead_tokens}")
    if seen.paused_pages:
        warnings.append(f"paused pages: {seen.paused_pages}")
    if seen.paused:
        warnings.append("all sending is paused")
    if seen.delayed:
        minutes = max(0, use.house.clock.now() - seen.delayed.oldest_at) // MINUTE
        trouble = f"oldest {minutes} min, last error {seen.delayed.last_error}"
        warnings.append(f"actions delayed: {seen.delayed.actions}, {trouble}")
    if waiting:
        warnings.append(f"texts that wait for a working model: {waiting}")
    warnings += [f"duty {name} was last done {age // MINUTE} min ago" for name, age in idle]
    return {"database": "ok", "migrations": "ok"}, warnings


def _sealed(use: Services) -> list[str]:
    """Pages that are refused, as this process has seen them last."""
    refused = len(use.configuration.sealed)
    return [f"pages whose secret does not open, which are refused: {refused}"] if refused else []


def _awaited(use: Services) -> list[str]:
    """A model that waits for a restart of this process."""
    try:
        version = awaited_model(use.settings)
    except ConfigurationError:
        # Its message names folders, which nobody without a token is told.
        return ["what says which model was promoted is not readable: the next start will fail"]
    if version in {None, use.model.version}:
        return []
    return [f"model {version} is promoted, this process judges with {use.model.version}: restart it"]


def _model(use: Services) -> str:
    if code := use.moderator.trouble():
        return f"fails too often, texts wait: {code}"
    asker = Asker(use.house, use.moderator, use.configuration)
    failure = asker.ask(Question(CANARY)).moderated.judgement.failure
    return f"does not judge: {failure}" if failure else "ok"
