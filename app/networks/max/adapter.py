"""MAX as the house sees it."""

from typing import Final

import httpx

from app.calling.clients import http_client, polling_client
from app.calling.pace import HalfPace
from app.domain.clock import Clock
from app.domain.polling import EventSource
from app.domain.ports import Adapter, NetworkClient
from app.domain.rereading import Reader
from app.domain.subscribing import Subscriber
from app.domain.words import IntakeKind
from app.networks.max.abilities import ABILITIES
from app.networks.max.client import MaxClient
from app.networks.max.door import MaxDoor
from app.networks.max.inbound import NAME
from app.networks.max.page_form import FORM
from app.networks.max.polling import MaxUpdates
from app.networks.max.reading import MaxReader
from app.networks.max.subscribing import MaxSubscriber
from app.networks.max.trust import trust_in
from app.networks.max.updates import read_update
from app.settings import Settings

#: Its certificate is signed by an authority that libraries do not bring along.
_LACKS: Final = (
    "сертификат MAX подписан удостоверяющим центром Минцифры: если MAX не отвечает, задайте DVORNIK_MAX_CA_BUNDLE"
    " (docs/networks/max.md)"
)


def max_messenger(settings: Settings) -> Adapter:
    """The adapter; everything that only asks goes together at a part of each token's rate.

    Raises:
        ConfigurationError: the file with MAX's authority is not usable.
    """
    url = settings.max_api_url
    trust = trust_in(settings.max_ca_bundle)
    # An action must not wait for a list.
    pace = HalfPace()

    def client(_clock: Clock) -> NetworkClient:
        return MaxClient(url, http=http_client(trust))

    def source() -> EventSource:
        return MaxUpdates(url, http=lambda: polling_client(trust or httpx.create_ssl_context(trust_env=False)))

    def reader() -> Reader:
        return MaxReader(url, http=http_client(trust), pace=pace)

    def subscriber() -> Subscriber:
        return MaxSubscriber(url, http=http_client(trust), pace=pace)

    return Adapter(
        name=NAME,
        title="MAX",
        abilities=ABILITIES,
        form=FORM,
        client=client,
        door=MaxDoor(),
        sources={IntakeKind.LONGPOLL: source},
        source_is_shared=True,
        read_update=read_update,
        reader=reader,
        lacks="" if settings.max_ca_bundle else _LACKS,
        subscriber=subscriber,
    )
