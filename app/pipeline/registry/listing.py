"""The register of official pages as it is shown: what stands in it, and what a review is due for."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.clock import day_of
from app.domain.ports import Adapter
from app.pipeline.house import House
from app.storage import registry as queries
from app.storage.registry import Registered

#: Quarters of a register that spans pages of several time zones begin where the state's do.
ZONE: Final = "Europe/Moscow"


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the register; days are `YYYY-MM-DD`, '' = not known, instants microseconds.

    `page_id` None = it is not moderated here. `exempt_act` names the act that frees the body from having a page.
    """

    id: int
    page_id: int | None
    organisation: str
    office: str
    network: str
    network_title: str
    title: str
    url: str
    responsible_post: str
    #: Stays inside.
    responsible_name: str
    responsible_since: str
    checked_at: int | None
    reviewed_at: int | None
    review_due: bool
    exempt_act: str
    exempt_on: str

    @property
    def is_exempt(self) -> bool:
        """Whether the body needs no page."""
        return bool(self.exempt_act)


def listed(house: House, pages: frozenset[int] | None, *, after: int, limit: int) -> tuple[list[Listed], int | None]:
    """At most `limit` lines in the order in which they were entered, and the id after which the next ones come."""
    now = house.clock.now()
    with house.database.read() as session:
        found = queries.entries(session, pages, after=after, limit=limit + 1)
        lines = [line_of(house, one, now) for one in found[:limit]]
    return lines, lines[-1].id if len(found) > limit else None


def whole(house: House, pages: frozenset[int] | None) -> list[Listed]:
    """All lines as they are published: by organisation, its pages first."""
    now = house.clock.now()
    with house.database.read() as session:
        lines = [line_of(house, one, now) for one in queries.entries(session, pages)]
    return sorted(lines, key=lambda one: (one.organisation.casefold(), one.is_exempt, one.title.casefold(), one.id))


def line_of(house: House, found: Registered, now: int) -> Listed:
    """An entry with what its page's row says."""
    entry, page, checked_at = found
    network = page.network if page is not None else entry.network
    adapter = house.networks.get(network)
    return Listed(
        id=entry.id,
        page_id=entry.page_id,
        organisation=entry.organisation,
        office=page.office if page is not None else entry.office,
        network=network,
        network_title=adapter.title if adapter is not None else network,
        title=page.title if page is not None else entry.title,
        url=entry.url or (_url(adapter, page.external_id) if page is not None else ""),
        responsible_post=entry.responsible_post,
        responsible_name=entry.responsible_name,
        responsible_since=entry.responsible_since,
        checked_at=checked_at,
        reviewed_at=entry.reviewed_at,
        review_due=entry.reviewed_at is None or quarter(entry.reviewed_at) != quarter(now),
        exempt_act=entry.exempt_act,
        exempt_on=entry.exempt_on,
    )


def _url(adapter: Adapter | None, external_id: str) -> str:
    return adapter.form.page_url(external_id) if adapter is not None else ""


def quarter(instant: int) -> tuple[int, int]:
    """Year and quarter of an instant."""
    day: date = day_of(instant, ZONE)
    return day.year, (day.month - 1) // 3
