"""Facebook and Instagram as the house sees them: kept ready, and off unless somebody names them."""

from typing import Final

from app.calling.clients import http_client
from app.domain.clock import Clock
from app.domain.ports import Adapter, NetworkClient
from app.networks.meta.abilities import ABILITIES
from app.networks.meta.client import MetaClient
from app.networks.meta.door import MetaDoor
from app.networks.meta.names import NAME
from app.networks.meta.page_form import FORM
from app.settings import Settings

#: Said wherever the network is switched on or gets a page.
OFF_BECAUSE: Final = (
    "деятельность Meta Platforms Inc. по реализации Facebook и Instagram запрещена в России решением суда"
    " от 21.03.2022 как экстремистская. Официальные страницы органов власти ведутся во ВКонтакте и Одноклассниках"
    " (распоряжение Правительства РФ от 02.09.2022 № 2523-р)"
)


def meta(settings: Settings) -> Adapter:
    """The adapter."""

    def client(_clock: Clock) -> NetworkClient:
        return MetaClient(settings.meta_api_url, http=http_client())

    return Adapter(
        name=NAME,
        title="Facebook и Instagram (Meta признана экстремистской, её деятельность в России запрещена)",
        abilities=ABILITIES,
        form=FORM,
        client=client,
        door=MetaDoor(),
        off_because=OFF_BECAUSE,
    )
