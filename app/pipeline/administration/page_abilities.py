"""What can be done on a page: by its network at all, and what of it its tokens were seen unable to do."""

from dataclasses import dataclass

from sqlmodel import col, select

from app.domain.abilities import Abilities
from app.pipeline.administration.page_overview import missing
from app.pipeline.house import House
from app.storage import pages as queries
from app.storage.tables import Capability, Credential


@dataclass(frozen=True, slots=True)
class Unable:
    """A token that was seen unable to do something: a kind of action, or a method of the network's; `until` in µs."""

    slot: str
    what: str
    code: str
    until: int


@dataclass(frozen=True, slots=True)
class PageAbilities:
    """What the network offers, and what was learned of the page's tokens."""

    network: Abilities
    learned: tuple[Unable, ...]


def page_abilities(house: House, page_id: int) -> PageAbilities:
    """Read what is known by now; nobody is asked.

    Raises:
        NotFoundError: there is no such page.
    """
    now = house.clock.now()
    with house.database.read() as session:
        page = queries.page_of(session, page_id)
        if page is None:
            raise missing(page_id)
        query = (
            select(Credential.slot, Capability)
            .join(Credential, col(Credential.id) == col(Capability.credential_id))
            .where(
                Credential.connection_id == page.connection_id,
                col(Credential.page_id).in_((0, page.id)),
                Capability.until_at > now,
            )
            .order_by(col(Credential.slot), col(Capability.method))
        )
        rows = session.exec(query).all()
    learned = []
    for slot, row in rows:
        what, _, of_page = row.method.partition("@")
        if of_page in {"", str(page.id)}:
            learned.append(Unable(slot, what, row.code, row.until_at))
    return PageAbilities(house.networks[page.network].abilities, tuple(learned))
