"""Reads a page's blacklist and finds bans that nobody can account for: without a reason, or without a term.

Ids of people are shown to whoever asked and stored nowhere; the journal learns that somebody has read the list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.connecting import Banned, BannedList, Connector, ConnectorFactory, Refusal
from app.domain.errors import ConflictError
from app.domain.ports import Credential
from app.domain.wording import trouble
from app.journal.chain import Entry
from app.pipeline.administration.acting import Acting
from app.pipeline.connecting.asking import first_heard, keyless
from app.pipeline.connecting.subject import subject
from app.pipeline.house import House


@dataclass(frozen=True, slots=True)
class Blacklist:
    """A blacklist; `doubtful` are those without a reason or without a term, `read` of `total` lines were looked at."""

    total: int
    read: int
    without_reason: int
    without_term: int
    doubtful: tuple[Banned, ...]


def read_blacklist(house: House, page_id: int, connectors: Mapping[str, ConnectorFactory], *, by: str) -> Blacklist:
    """Ask the network for a page's blacklist.

    Raises:
        NotFoundError: there is no such page.
        InvalidInputError: its network shows none in this version.
        ConflictError: no key of the page may read it, or the network does not answer.
    """
    page = subject(house, page_id, connectors)
    if not page.keys:
        raise ConflictError(" ".join(one.text for one in keyless(page)))
    connector = connectors[page.network]()
    try:
        found = blacklist_of(connector, page.external_id, page.keys)
    finally:
        connector.close()
    if isinstance(found, Refusal):
        raise ConflictError(f"чёрный список прочитать не удалось: {trouble(found.code)}")
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        acting.settle([reading(acting, page.id, found)])
    return found


def reading(acting: Acting, page_id: int, found: Blacklist) -> Entry:
    """What the journal keeps of it: numbers, nobody's id."""
    body = {"by": acting.who, "total": found.total, "doubtful": len(found.doubtful)}
    return Entry("blacklist_read", page_id, body)


def blacklist_of(connector: Connector, page: str, keys: Sequence[Credential]) -> Blacklist | Refusal:
    """The list as the first key sees it that may."""
    heard = first_heard(keys, lambda key: connector.banned(page, key))
    return heard[-1] if isinstance(heard, list) else weighed(heard[1])


def weighed(found: BannedList) -> Blacklist:
    """What is doubtful in a list; those without both come first."""
    doubtful = [one for one in found.banned if one.without_reason or one.without_term]
    doubtful.sort(key=lambda one: (not (one.without_reason and one.without_term), not one.without_reason))
    return Blacklist(
        total=found.total,
        read=len(found.banned),
        without_reason=sum(one.without_reason for one in doubtful),
        without_term=sum(one.without_term for one in doubtful),
        doubtful=tuple(doubtful),
    )
