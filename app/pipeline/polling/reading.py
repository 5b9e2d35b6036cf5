"""Turns what a network told a poller into deliveries, by the same parsers as what it tells a callback."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from app import telemetry
from app.domain.errors import PayloadRejectedError
from app.domain.events import ConfirmationRequest, Event, Ignored
from app.domain.words import Network
from app.networks.vk import inbound, verify
from app.pipeline.configuration import PageConfig
from app.pipeline.record.items import Item

Judge = Callable[[Event, PageConfig], Item]
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Spoiled:
    """An update that is not what the network's protocol says; `type` and `key` as far as they could be read."""

    page_id: int
    code: str
    type: str = ""
    key: str = ""


@dataclass(slots=True)
class Updates:
    """What some answers held, in order."""

    items: list[Item] = field(default_factory=list)
    spoiled: list[Spoiled] = field(default_factory=list)


def read(updates: Iterable[bytes], page: PageConfig, judge: Judge, into: Updates) -> None:
    """Parse and judge a page's updates; one that cannot be read costs its neighbours nothing."""
    for update in updates:
        found = _read_one(update, page, judge)
        if isinstance(found, Spoiled):
            telemetry.EVENTS.labels(page.network, "malformed").inc()
            into.spoiled.append(found)
        elif isinstance(found, Ignored):
            telemetry.EVENTS.labels(page.network, f"ignored_{found.reason}").inc()
        else:
            into.items.append(found)


def _read_one(update: bytes, page: PageConfig, judge: Judge) -> Item | Ignored | Spoiled:
    found: Event | Ignored | Spoiled | None = None
    try:
        found = _PARSERS[page.network](update, page)
        return judge(found, page) if isinstance(found, Event) else found
    except Exception as error:  # noqa: BLE001 - asked again, it would come again: its page would hear nothing any more
        code = type(error).__name__
        _log.error("an update was set aside", code=code, page=page.id)
        known = (found.type, found.key) if isinstance(found, Event) else ()
        return Spoiled(page.id, code, *known)


def _vk(update: bytes, page: PageConfig) -> Event | Ignored | Spoiled:
    """An update of VK is a callback's body without a secret: the session that brought it is what proves it."""
    try:
        envelope = verify.decode(update)
    except PayloadRejectedError as error:
        _log.warning("an update was refused", page=page.id, where=error.where, expected=error.expected)
        return Spoiled(page.id, "malformed")
    if envelope.page != page.external_id:
        return Spoiled(page.id, "foreign_page", envelope.type, envelope.event_id)
    try:
        found = inbound.parse(envelope, raw=update)
    except PayloadRejectedError as error:
        _log.warning("an update was refused", page=page.id, where=error.where, expected=error.expected)
        return Spoiled(page.id, "malformed", envelope.type, envelope.event_id)
    if isinstance(found, ConfirmationRequest):
        return Ignored(found.network, found.page, envelope.type, "confirmation")
    return found


_PARSERS: Final[Mapping[str, Callable[[bytes, PageConfig], Event | Ignored | Spoiled]]] = {Network.VK: _vk}
