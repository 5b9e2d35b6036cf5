"""Connects a page to its network through the network's API, and says what is missing; may be repeated at any time."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from app.domain.connecting import ConnectorFactory, Refusal, Why
from app.domain.findings import Finding
from app.domain.ports import Slot
from app.domain.subscribing import SubscriberFactory
from app.domain.words import IntakeKind
from app.journal.chain import Entry
from app.pipeline.administration.acting import Acting
from app.pipeline.connecting.asking import MANAGE, StoppedError, first_heard, keyless, lack
from app.pipeline.connecting.blacklist import Blacklist, blacklist_of, reading
from app.pipeline.connecting.callback import by_callback
from app.pipeline.connecting.longpoll import by_longpoll
from app.pipeline.connecting.subject import subject
from app.pipeline.connecting.subscribing import set_up_subscription
from app.pipeline.connecting.talk import Talk
from app.pipeline.house import House
from app.storage import polls

_MESSAGES = "messages"


@dataclass(frozen=True, slots=True)
class Connected:
    """What came of it: `lacks` have to be mended, `advice` need not; `blacklist` None = it was not read."""

    page_id: int
    intake: str
    done: tuple[Finding, ...]
    lacks: tuple[Finding, ...]
    advice: tuple[Finding, ...]
    blacklist: Blacklist | None

    @property
    def works(self) -> bool:
        """Whether events come now, as far as the network tells."""
        return not self.lacks


def connect_page(
    house: House,
    page_id: int,
    connectors: Mapping[str, ConnectorFactory],
    *,
    by: str,
    public_url: str = "",
    wait: Callable[[float], None] = time.sleep,
    subscribers: Mapping[str, SubscriberFactory] = MappingProxyType({}),
) -> Connected:
    """Set up how the page's events come, by its intake; no transaction is open while the network is asked.

    `connectors` set up callback servers of pages, `subscribers` the one address of a bot or an application.

    `public_url` is our address as `checked_public_url` gives it; without one a server that the network knows keeps its.

    Raises:
        NotFoundError: there is no such page.
        InvalidInputError: its network is not connected through an API in this version.
        ConflictError: somebody else is connecting it at the same time.
    """
    page = subject(house, page_id, connectors.keys() | subscribers.keys())
    if page.network in subscribers:
        found = set_up_subscription(house, page_id, subscribers, by=by, public_url=public_url, wait=wait)
        return Connected(page.id, found.intake, found.done, found.lacks, found.advice, None)
    connector = connectors[page.network]()
    talk = Talk(house, page, connector, by, wait)
    blacklist = None
    try:
        if page.keys:
            _set_up(talk, public_url)
            # Whoever does not answer would be waited for once more with each question.
            if not any(one.code == Why.AWAY for one in talk.lacks):
                _look_at_rights(talk)
                blacklist = _read_blacklist(talk)
        else:
            talk.lacks.extend(keyless(page))
    finally:
        connector.close()
    _note(talk, blacklist)
    return Connected(
        page_id=page.id,
        intake=page.intake,
        done=tuple(talk.done),
        lacks=tuple(talk.lacks),
        advice=tuple(talk.advice),
        blacklist=blacklist,
    )


def _set_up(talk: Talk, public_url: str) -> None:
    page = talk.page
    try:
        if page.intake == IntakeKind.LONGPOLL:
            polling = first_heard(page.keys, lambda key: talk.connector.polling(page.external_id, key))
            if isinstance(polling, list):
                _refused(talk, polling)
            else:
                by_longpoll(talk, *polling)
        else:
            servers = first_heard(page.keys, lambda key: talk.connector.servers(page.external_id, key))
            if isinstance(servers, list):
                _refused(talk, servers)
            else:
                by_callback(talk, *servers, public_url)
    except StoppedError as stopped:
        _refused(talk, [stopped.refusal])


def _refused(talk: Talk, refusals: Sequence[Refusal]) -> None:
    found = [lack(talk.page, refusal, talk.connector) for refusal in refusals]
    talk.lacks.extend(dict.fromkeys(found))


def _look_at_rights(talk: Talk) -> None:
    """What the keys cannot do although the page is heard."""
    slots = {key.slot: key for key in talk.page.keys}
    if Slot.COMMUNITY in slots:
        rights = talk.connector.rights(slots[Slot.COMMUNITY])
        if not isinstance(rights, Refusal) and MANAGE in rights and _MESSAGES not in rights:
            talk.advise("no_messages")
    if Slot.USER not in slots:
        talk.advise("no_user_key")


def _read_blacklist(talk: Talk) -> Blacklist | None:
    found = blacklist_of(talk.connector, talk.page.external_id, talk.page.keys)
    if isinstance(found, Refusal):
        talk.advise("no_blacklist", code=found.code)
        return None
    return found


def _note(talk: Talk, blacklist: Blacklist | None) -> None:
    """The journal learns who connected the page and what was missing, and that the blacklist was read."""
    with talk.house.database.write() as session:
        acting = Acting(session, talk.house, talk.house.clock.now(), talk.by)
        body: dict[str, object] = {
            "by": acting.who,
            "intake": talk.page.intake,
            "lacks": sorted({one.code for one in talk.lacks}),
        }
        entries = [Entry("page_connected", talk.page.id, body)]
        if blacklist is not None:
            entries.append(reading(acting, talk.page.id, blacklist))
        acting.settle(entries)
        # What was switched on just now need not wait for its next turn.
        polls.wake(session, talk.page.id)
