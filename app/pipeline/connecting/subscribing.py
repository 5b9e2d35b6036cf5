"""Connects a page whose network calls one address for a bot or an application, or is asked for its events."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from app.domain.connecting import Refusal, Why
from app.domain.errors import ConfigurationError
from app.domain.findings import Finding
from app.domain.ports import Adapter, Credential, PageForm
from app.domain.public_url import is_inside
from app.domain.subscribing import Subscriber, SubscriberFactory, Subscription
from app.domain.subscription_findings import subscription_finding
from app.domain.words import IntakeKind
from app.journal.chain import Entry
from app.pipeline.addresses import callback_path
from app.pipeline.administration.acting import Acting
from app.pipeline.connecting.asking import first_heard
from app.pipeline.connecting.callback import FOLLOWED
from app.pipeline.connecting.keeping import keep_secret
from app.pipeline.connecting.subject import Subject, subject
from app.pipeline.house import House
from app.storage import pages as queries
from app.storage import polls

#: A page's own key is not there: what its common key cannot do, nobody has to mend.
_COMMENTS_ONLY: Final = "comments_only"


@dataclass(frozen=True, slots=True)
class Set:
    """What came of it: `lacks` have to be mended, `advice` need not."""

    page_id: int
    intake: str
    done: tuple[Finding, ...]
    lacks: tuple[Finding, ...]
    advice: tuple[Finding, ...]


@dataclass(slots=True)
class _Talk:
    house: House
    page: Subject
    network: Adapter
    subscriber: Subscriber
    by: str
    wait: Callable[[float], None]
    done: list[Finding] = field(default_factory=list)
    lacks: list[Finding] = field(default_factory=list)
    advice: list[Finding] = field(default_factory=list)

    def tell(self, into: list[Finding], name: str, /, **facts: object) -> None:
        into.append(subscription_finding(name, page=self.page.id, network=self.network.title, **facts))

    def refused(self, refusals: Sequence[Refusal]) -> None:
        for one in refusals:
            if one.code == _COMMENTS_ONLY:
                continue
            self.tell(self.lacks, one.why.value if one.why is not Why.FULL else "other", code=one.code, slot=one.slot)
        if refusals and all(one.code == _COMMENTS_ONLY for one in refusals):
            self.tell(self.advice, "comments_only")


def set_up_subscription(
    house: House,
    page_id: int,
    subscribers: Mapping[str, SubscriberFactory],
    *,
    by: str,
    public_url: str = "",
    wait: Callable[[float], None] = time.sleep,
) -> Set:
    """Have the page's events come by its intake; no transaction is open while the network is asked.

    Raises:
        NotFoundError: there is no such page.
        InvalidInputError: its network keeps no address.
    """
    page = subject(house, page_id, subscribers)
    network = house.networks[page.network]
    talk = _Talk(house, page, network, subscribers[page.network](), by, wait)
    try:
        if page.keys:
            _set_up(talk, public_url)
        else:
            for slot in page.sealed:
                talk.tell(talk.lacks, "sealed", slot=slot)
            if not page.sealed:
                talk.tell(talk.lacks, "no_token")
    finally:
        talk.subscriber.close()
    _note(talk)
    return Set(page.id, page.intake, tuple(talk.done), tuple(dict.fromkeys(talk.lacks)), tuple(talk.advice))


def keys_of(page: Subject, form: PageForm) -> tuple[Credential, ...]:
    """The owner's key first, because what is asked is its bot's or application's."""
    return tuple(sorted(page.keys, key=lambda key: key.slot is not form.owner))


def address_of(house: House, page_id: int, public_url: str) -> str:
    """Where the network is to call; '' if nobody has said where we are."""
    with house.database.read() as session:
        page = queries.page_of(session, page_id)
        if page is None or not public_url:
            return ""
        connection = queries.connections_of(session, [page.connection_id])[page.connection_id]
        return f"{public_url}{callback_path(page, connection, house.networks[page.network].form)}"


def _set_up(talk: _Talk, public_url: str) -> None:
    page = talk.page
    ours = address_of(talk.house, page.id, public_url)
    heard = first_heard(
        keys_of(page, talk.network.form),
        lambda key: talk.subscriber.subscription(page.external_id, key, ours=ours),
    )
    if isinstance(heard, list):
        talk.refused(heard)
    elif page.intake == IntakeKind.LONGPOLL:
        _unsubscribe(talk, *heard)
    else:
        _subscribe(talk, *heard, ours)
    _tell_neighbours(talk)


def _unsubscribe(talk: _Talk, key: Credential, present: Subscription) -> None:
    if not present.url:
        talk.tell(talk.done, "polling_kept")
    elif (refusal := talk.subscriber.unsubscribe(talk.page.external_id, present.url, key)) is not None:
        talk.refused([refusal])
    else:
        talk.tell(talk.done, "unsubscribed", host=host_of(present.url))


def _subscribe(talk: _Talk, key: Credential, present: Subscription, ours: str) -> None:
    if not _is_reachable(talk, ours):
        return
    secret = ""
    if "secret" in talk.network.form.uses:
        try:
            secret, is_new = keep_secret(talk.house, talk.page.id, by=talk.by)
        except ConfigurationError:
            talk.tell(talk.lacks, "secret_sealed")
            return
        if is_new:
            # Every process must know it before the network uses it.
            talk.wait(FOLLOWED)
            talk.tell(talk.done, "secret_made")
    refusal = talk.subscriber.subscribe(talk.page.external_id, ours, secret, key)
    kept = refusal or talk.subscriber.subscription(talk.page.external_id, key, ours=ours)
    if isinstance(kept, Refusal):
        talk.refused([kept])
        return
    if kept.url != ours:
        talk.tell(talk.lacks, "not_kept")
        return
    talk.tell(talk.done, "subscribed", host=host_of(ours))
    if present.url not in {"", ours}:
        talk.tell(talk.done, "replaced", host=host_of(present.url))
    if kept.trouble and kept.waiting:
        talk.tell(talk.advice, "trouble", trouble=kept.trouble, waiting=kept.waiting)


def _is_reachable(talk: _Talk, ours: str) -> bool:
    """Whether the network could come here at all; a stand-in on this machine reaches what is on this machine."""
    if not ours:
        can_ask = IntakeKind.LONGPOLL in talk.network.form.intakes
        talk.tell(talk.lacks, "no_address" if can_ask else "no_address_way")
    elif talk.subscriber.on_loopback:
        return True
    elif not ours.startswith("https://"):
        talk.tell(talk.lacks, "address_not_https", host=host_of(ours))
    elif is_inside(ours):
        talk.tell(talk.lacks, "address_inside", host=host_of(ours))
    else:
        return True
    return False


def host_of(url: str) -> str:
    """What may be shown of an address: its path may hold a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}"


def _tell_neighbours(talk: _Talk) -> None:
    """One bot hears for all of its pages."""
    if not talk.network.source_is_shared:
        return
    with talk.house.database.read() as session:
        page = queries.page_of(session, talk.page.id)
        others = queries.pages_of_connection(session, page.connection_id) if page is not None else []
        numbers = ", ".join(str(one.id) for one in others if one.id != talk.page.id)
    if numbers:
        talk.tell(talk.done, "shared", pages=numbers)


def _note(talk: _Talk) -> None:
    """The journal learns who connected the page and what was missing."""
    with talk.house.database.write() as session:
        acting = Acting(session, talk.house, talk.house.clock.now(), talk.by)
        lacks = sorted({one.code for one in talk.lacks})
        body: dict[str, object] = {"by": acting.who, "intake": talk.page.intake, "lacks": lacks}
        acting.settle([Entry("page_connected", talk.page.id, body)])
        # What was switched on just now need not wait for its next turn.
        polls.wake(session, talk.page.id)
