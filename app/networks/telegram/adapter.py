"""Telegram as the house sees it."""

import httpx

from app.calling.clients import http_client, polling_client
from app.domain.clock import Clock
from app.domain.polling import EventSource
from app.domain.ports import Adapter, NetworkClient
from app.domain.subscribing import Subscriber
from app.domain.words import IntakeKind
from app.networks.telegram.abilities import ABILITIES
from app.networks.telegram.client import TelegramClient
from app.networks.telegram.door import TelegramDoor
from app.networks.telegram.inbound import NAME
from app.networks.telegram.page_form import FORM
from app.networks.telegram.polling import TelegramPolling
from app.networks.telegram.subscribing import TelegramSubscriber
from app.networks.telegram.updates import read_update
from app.settings import Settings


def telegram(settings: Settings) -> Adapter:
    """The adapter; a bot's updates are those of all its groups, and nothing of a group can be read again."""
    url = settings.telegram_api_url

    def client(clock: Clock) -> NetworkClient:
        return TelegramClient(url, http=http_client(), clock=clock)

    def source() -> EventSource:
        trust = httpx.create_ssl_context(trust_env=False)
        return TelegramPolling(url, http=lambda: polling_client(trust))

    def subscriber() -> Subscriber:
        return TelegramSubscriber(url, http=http_client())

    return Adapter(
        name=NAME,
        title="Telegram",
        abilities=ABILITIES,
        form=FORM,
        client=client,
        door=TelegramDoor(),
        sources={IntakeKind.LONGPOLL: source},
        source_is_shared=True,
        read_update=read_update,
        subscriber=subscriber,
    )
