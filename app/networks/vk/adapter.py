"""VK as the house sees it."""

import httpx

from app.calling.clients import http_client, polling_client
from app.calling.pace import HalfPace
from app.domain.clock import Clock
from app.domain.connecting import Connector
from app.domain.doors import CommonDoor
from app.domain.polling import EventSource
from app.domain.ports import Adapter, NetworkClient
from app.domain.rereading import Reader
from app.domain.words import IntakeKind
from app.networks.vk.abilities import ABILITIES
from app.networks.vk.client import VkClient
from app.networks.vk.connecting import VkConnector
from app.networks.vk.inbound import NAME, parse
from app.networks.vk.longpoll import VkLongPoll
from app.networks.vk.page_form import FORM
from app.networks.vk.reading import VkReader
from app.networks.vk.updates import read_update
from app.networks.vk.verify import decode, secret_matches
from app.settings import Settings


def vk(settings: Settings) -> Adapter:
    """The adapter; everything that only asks goes together at a part of each token's rate."""
    url = settings.vk_api_url
    # An action must not wait for a list.
    pace = HalfPace()

    def client(clock: Clock) -> NetworkClient:
        return VkClient(url, http=http_client(), clock=clock)

    def source() -> EventSource:
        # Each page keeps a question open.
        trust = httpx.create_ssl_context(trust_env=False)
        return VkLongPoll(url, http=lambda: polling_client(trust))

    def reader() -> Reader:
        return VkReader(url, http=http_client(), pace=pace)

    def connector() -> Connector:
        return VkConnector(url, http=http_client())

    def watcher() -> Connector:
        return VkConnector(url, http=http_client(), pace=pace)

    return Adapter(
        name=NAME,
        title="ВКонтакте",
        abilities=ABILITIES,
        form=FORM,
        client=client,
        common_door=CommonDoor("/callbacks/vk", decode, secret_matches, parse, "x-retry-counter"),
        sources={IntakeKind.LONGPOLL: source},
        source_opens_sessions=True,
        read_update=read_update,
        reader=reader,
        connector=connector,
        watcher=watcher,
    )
