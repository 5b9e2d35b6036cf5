"""Odnoklassniki as the house sees it."""

from ipaddress import ip_network
from typing import Final

import httpx

from app.calling.clients import http_client, polling_client
from app.calling.pace import HalfPace
from app.domain.clock import Clock, SystemClock
from app.domain.polling import EventSource
from app.domain.ports import Adapter, NetworkClient
from app.domain.rereading import Reader
from app.domain.subscribing import Subscriber
from app.domain.words import IntakeKind
from app.networks.ok.abilities import abilities
from app.networks.ok.client import OkClient
from app.networks.ok.comments import NAME
from app.networks.ok.messages import OkDoor, read_update
from app.networks.ok.page_form import FORM
from app.networks.ok.polling import OkSource
from app.networks.ok.reading import OkReader
from app.networks.ok.subscribing import OkSubscriber
from app.networks.ok.transport import Application
from app.settings import Settings

#: Without an application nothing is asked of OK at all.
_LACKS: Final = (
    "Одноклассникам нужно приложение: задайте DVORNIK_OK_APPLICATION_KEY и DVORNIK_OK_APPLICATION_SECRET"
    " (docs/networks/ok.md), без них программа ничего не спросит и ничего не удалит"
)


def ok(settings: Settings) -> Adapter:
    """The adapter; everything that only asks goes together at a part of each token's rate."""
    secret = settings.ok_application_secret.get_secret_value()
    app = Application(settings.ok_api_url, settings.ok_application_key, secret)
    named = (part.strip() for part in settings.ok_source_networks.split(","))
    networks = tuple(ip_network(part) for part in named if part)
    # An action must not wait for a list.
    pace = HalfPace()

    def client(_clock: Clock) -> NetworkClient:
        return OkClient(app, http=http_client(), deletes=settings.ok_deletes)

    def source(*, messages: bool) -> EventSource:
        trust = httpx.create_ssl_context(trust_env=False)
        return OkSource(app, http=lambda: polling_client(trust), clock=SystemClock(), messages=messages, pace=pace)

    def reader() -> Reader:
        return OkReader(app, http=http_client(), pace=pace)

    def subscriber() -> Subscriber:
        return OkSubscriber(app, http=http_client(), pace=pace)

    return Adapter(
        name=NAME,
        title="Одноклассники",
        abilities=abilities(deletes=settings.ok_deletes),
        form=FORM,
        client=client,
        door=OkDoor(networks),
        # Nobody pushes comments: they are asked for in any case, and messages where nobody is called.
        sources={
            IntakeKind.CALLBACK: lambda: source(messages=False),
            IntakeKind.LONGPOLL: lambda: source(messages=True),
        },
        read_update=read_update,
        reader=reader,
        subscriber=subscriber,
        lacks="" if settings.ok_application_key and secret else _LACKS,
    )
