"""Commands that keep running or prepare for it: the web service, the worker, the schema."""

from __future__ import annotations

import errno
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.russian import Commands

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from app.pipeline.census import Counting
    from app.settings import Settings


def register(app: Commands) -> None:
    """Add the commands."""
    app.command("serve")(serve)
    app.command("worker")(worker)
    app.command("migrate")(migrate_schema)


def serve(
    host: Annotated[str, typer.Option(help="Адрес, на котором слушать.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Порт.", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Сколько процессов принимают запросы.", min=1, max=64)] = 1,
) -> None:
    """Запустить сервис: приём событий и API."""
    import uvicorn

    from app.commands.memory import keep_together
    from app.settings import load_settings
    from app.telemetry import counting_together, set_up_logging

    keep_together()
    settings = load_settings()
    set_up_logging(settings.log_format, settings.log_level)
    _refuse_taken_address(host, port)
    if workers > 1:
        _open_once(settings)
    with counting_together() if workers > 1 else nullcontext():
        uvicorn.run(
            "app.main:app_from_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            # The service logs for itself: no addresses of people, no names of our software.
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies or None,
            # Callbacks that wait for the writer, and as many again for everybody else; beyond it 503.
            limit_concurrency=2 * settings.queue_limit,
            # A network's headers are far below it; it bounds what a stranger can make the parser hold.
            h11_max_incomplete_event_size=32 * 1024,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=20,
        )


def _refuse_taken_address(host: str, port: int, option: str = "--") -> None:
    """The web server would tell it in its own words, after everything is loaded, and with an exit code of its own."""
    import socket

    from app.domain.errors import ConfigurationError

    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        why = "порт занят другой программой" if error.errno == errno.EADDRINUSE else error.strerror
        raise ConfigurationError(
            f"{option}host {host} {option}port {port}: ожидается свободный адрес этой машины ({why})"
        ) from error


def _open_once(settings: Settings) -> None:
    """Let one process migrate SQLite and find what is wrong: each of several would die of it and be started again."""
    from app.wiring import open_house, open_judging

    house = open_house(settings)
    try:
        open_judging(settings, house)
    finally:
        house.database.dispose()


def worker(
    threads: Annotated[int, typer.Option(help="Со сколькими подключениями к сетям работать сразу.", min=1, max=64)] = 4,
    metrics_port: Annotated[
        int | None, typer.Option(help="Порт, на котором отдавать метрики Prometheus.", min=1, max=65535)
    ] = None,
    metrics_host: Annotated[str, typer.Option(help="Адрес, на котором отдавать метрики.")] = "127.0.0.1",
) -> None:
    """Запустить отправку действий в сети отдельным процессом; нужен, когда машин несколько."""
    import signal
    import threading
    from functools import partial

    from app.commands.memory import keep_together
    from app.pipeline.census import Counting
    from app.pipeline.rereading.gaps import notice_downtime
    from app.settings import load_settings
    from app.telemetry import set_up_logging
    from app.wiring import client_factories, open_house, open_judging
    from app.worker import Worker
    from app.working import job_runner, poller, rounds

    keep_together()
    settings = load_settings()
    set_up_logging(settings.log_format, settings.log_level)
    if metrics_port is not None:
        _refuse_taken_address(metrics_host, metrics_port, "--metrics-")
    house = open_house(settings)
    judging = open_judging(settings, house)
    notice_downtime(house)
    jobs = job_runner(house, judging)
    clients = client_factories(settings, house)
    polling = partial(poller, settings, house, judging)
    others = rounds(settings, house, judging)
    hands = Worker(house, clients, threads=threads, rounds=others, jobs=jobs, polling=polling)
    stop = threading.Event()

    def finish(*_: object) -> None:
        stop.set()
        hands.wake()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, finish)
    counting = Counting(house.clock, judging.manifest.version)
    counter = threading.Thread(target=counting.run, args=(house.database, stop), name="census", daemon=True)
    try:
        with _metrics(counting, counter, metrics_host, metrics_port) if metrics_port else nullcontext():
            hands.run(stop)
    finally:
        house.database.dispose()


@contextmanager
def _metrics(counting: Counting, counter: threading.Thread, host: str, port: int) -> Iterator[None]:
    """Answer Prometheus while the worker works, and nobody else."""
    from prometheus_client import start_http_server

    from app.telemetry import everything

    counter.start()
    server, answering = start_http_server(port, host, everything(counting))
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        answering.join()
        counter.join(timeout=1)


def migrate_schema() -> None:
    """Привести схему базы данных к этой версии программы."""
    from app.commands.installation import quiet_settings
    from app.storage.session import Database, migrate, schema_is_current

    settings = quiet_settings()
    database = Database(settings.resolved_database_url)
    try:
        if schema_is_current(database):
            print("Схема базы данных уже соответствует программе.")
            return
        migrate(database.url)
        print("Схема базы данных обновлена.")
    finally:
        database.dispose()
