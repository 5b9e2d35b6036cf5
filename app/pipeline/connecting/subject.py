"""The page that is being connected, with the keys that may ask its network, in the order in which they are tried."""

from collections.abc import Collection
from dataclasses import dataclass

from app.domain.errors import InvalidInputError
from app.domain.ports import Credential, Slot
from app.pipeline.administration.page_overview import missing
from app.pipeline.carry_out.credentials import open_credentials
from app.pipeline.house import House
from app.storage import pages as queries

#: A community's own key goes first: it belongs to no person and has the higher rate.
_ORDER = (Slot.COMMUNITY, Slot.USER)


@dataclass(frozen=True, slots=True)
class Subject:
    """A page as connecting sees it; `sealed` are slots whose keys do not open."""

    id: int
    network: str
    external_id: str
    intake: str
    callback_server: str
    keys: tuple[Credential, ...]
    sealed: tuple[str, ...]


def subject(house: House, page_id: int, connectors: Collection[str]) -> Subject:
    """Read the page and open its keys, dead ones too: a person may have revived one in the network.

    Raises:
        NotFoundError: there is no such page.
        InvalidInputError: its network is not connected through an API in this version.
    """
    with house.database.read() as session:
        page = queries.page_of(session, page_id)
        if page is None:
            raise missing(page_id)
        if page.network not in connectors:
            raise InvalidInputError("page", f"сеть {page.network} в этой версии настраивают вручную")
        rows = [row for row in queries.credentials_of(session, [page.connection_id]) if row.page_id in {0, page.id}]
        keys = open_credentials(session, house, rows, house.clock.now())
    opened = {key.id for key in keys}
    return Subject(
        id=page.id,
        network=page.network,
        external_id=page.external_id,
        intake=page.intake,
        callback_server=page.callback_server,
        keys=tuple(sorted(keys, key=lambda key: _ORDER.index(key.slot))),
        sealed=tuple(row.slot for row in rows if row.id not in opened),
    )
