"""Puts the web process together: lifespan and routers, nothing else."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from fastapi import FastAPI

from app.api.callbacks import Doorway, add_callbacks
from app.api.front import Front
from app.api.routes import include_api
from app.api.tracing import tracing_of
from app.console.app import add_console
from app.pipeline.census import Counting
from app.pipeline.connecting.confirmations import Confirmations
from app.pipeline.intake import Gate
from app.pipeline.judging import judge_all
from app.pipeline.process import ModelName, Services
from app.pipeline.record.committing import Committer
from app.pipeline.record.writer import Writer
from app.pipeline.rereading.gaps import notice_downtime
from app.settings import Settings, load_settings
from app.telemetry import set_up_logging
from app.wiring import (
    abilities_of,
    client_factories,
    connector_factories,
    open_house,
    open_judging,
    subscriber_factories,
    switched_on,
)
from app.worker import Worker
from app.working import job_runner, poller, rounds
from model.lemmas import dictionary_warnings

#: Objects, rounds and rounds of rounds before the garbage collector looks.
COLLECTED_AFTER: Final = (20_000, 20, 50)


def create_app(settings: Settings) -> FastAPI:
    """The service, ready to be served; everything is opened here, so that a wrong setting stops the start."""
    house = open_house(settings)
    judging = open_judging(settings, house)
    notice_downtime(house)
    worker = None
    others = rounds(settings, house, judging)
    if settings.worker_inside:
        worker = Worker(
            house,
            client_factories(settings, house),
            rounds=others,
            jobs=job_runner(house, judging),
            polling=partial(poller, settings, house, judging),
        )
    on_actions = worker.wake if worker else lambda: None
    committer = Committer(house, judging.configuration, judging.model_version_id, on_actions=on_actions)
    writer = Writer(committer, batch_limit=settings.batch_limit, queue_limit=settings.queue_limit)
    stop = threading.Event()
    sender = threading.Thread(target=worker.run, args=(stop,), name="worker") if worker else None
    follower = threading.Thread(target=judging.configuration.follow, args=(stop,), name="configuration")
    connectors = connector_factories(settings, house)
    confirmations = Confirmations(house, connectors)
    counting = Counting(house.clock, judging.manifest.version)
    counter = threading.Thread(target=counting.run, args=(house.database, stop), name="census", daemon=True)
    gate = Gate(writer, partial(judge_all, moderator=judging.moderator))

    tracing = tracing_of(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        writer.start()
        follower.start()
        counter.start()
        if sender:
            sender.start()
        try:
            yield
        finally:
            # Also when a second Ctrl-C cancels the wait: a thread that nobody stops keeps the process for ever.
            stop.set()
            writer.close()
            if worker and sender:
                worker.wake()
                sender.join()
            follower.join()
            # It may be waiting for a database that does not answer, and nothing is lost with it.
            counter.join(timeout=1)
            house.database.dispose()
            await asyncio.to_thread(tracing.close)

    # No redirects by the framework: they lead to whatever host a request names, and from https back to http.
    app = Front(
        title="Dvornik",
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry=tracing.config,
    )
    manifest = judging.manifest
    model = ModelName("dvornik", manifest.version, dictionary_warnings(manifest.libraries))
    threads = {
        "writer": writer.is_alive,
        "configuration": follower.is_alive,
        **({"worker": sender.is_alive} if sender else {}),
    }
    app.state.services = Services(
        house,
        settings,
        judging.moderator,
        judging.configuration,
        model,
        threads=threads,
        abilities=abilities_of(house.networks),
        clients=client_factories(settings, house),
        connectors=connectors,
        subscribers=subscriber_factories(settings, house),
        counting=counting,
        duties=[duty for one in others for duty in one.duties],
    )
    doorway = Doorway(judging.configuration, gate, house.clock, confirmations)
    # The spans of a request are made by the middleware.
    at_once = not settings.opentelemetry
    networks = switched_on(settings, house).values()
    add_callbacks(app, networks, doorway, body_limit=settings.body_limit, at_once=at_once)
    include_api(app)
    add_console(app)
    return app


def app_from_environment() -> FastAPI:
    """What uvicorn calls in each of its processes."""
    settings = load_settings()
    set_up_logging(settings.log_format, settings.log_level)
    app = create_app(settings)
    # What was loaded stays, and a delivery leaves no rings of objects behind: the collector need not go through a
    # million objects again and again, which holds everybody up for 30 ms.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
    return app
