"""Turns what a network told a poller into deliveries, by the same parsers as what it tells a callback."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from app import telemetry
from app.domain.events import Event, Ignored
from app.domain.polling import Unreadable, UpdateReader
from app.pipeline.configuration import PageConfig
from app.pipeline.naming import why_foreign
from app.pipeline.record.items import Item

Judge = Callable[[Event, PageConfig], Item]
#: Finds the page that an event names; None = it is none of those that were asked for.
PageFinder = Callable[[str], PageConfig | None]
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


@dataclass(frozen=True, slots=True)
class Reading:
    """How the updates of one page are read: it was asked for them, and they may be about others that `find` knows."""

    page: PageConfig
    #: None = its source brings listings only.
    read_update: UpdateReader | None
    find: PageFinder
    judge: Judge

    def read(self, updates: Iterable[bytes], into: Updates) -> None:
        """Parse and judge updates; one that cannot be read costs its neighbours nothing."""
        for update in updates:
            try:
                found = self._parsed(update)
            except Exception as error:  # noqa: BLE001 - asked again, it would come again: the page would hear no more
                self._set_aside(error, None, into)
                continue
            for one in found:
                self._take(one, into)

    def _parsed(self, update: bytes) -> tuple[Event | Ignored | Unreadable, ...]:
        if self.read_update is None:
            return (Unreadable("nobody_reads_it"),)
        return self.read_update(update, self.page.external_id)

    def take(self, events: Iterable[Event], into: Updates) -> None:
        """Judge events that the network has listed."""
        for event in events:
            self._take(event, into)

    def _take(self, found: Event | Ignored | Unreadable, into: Updates) -> None:
        network = self.page.network
        if isinstance(found, Unreadable):
            telemetry.EVENTS.labels(network, "malformed").inc()
            into.spoiled.append(Spoiled(self.page.id, found.code, found.type, found.key))
        elif isinstance(found, Ignored):
            telemetry.EVENTS.labels(network, f"ignored_{found.reason}").inc()
        elif (page := self.find(found.page)) is None:
            telemetry.EVENTS.labels(network, f"ignored_{why_foreign(found.page)}").inc()
        else:
            try:
                into.items.append(self.judge(found, page))
            except Exception as error:  # noqa: BLE001 - as above
                self._set_aside(error, found, into)

    def _set_aside(self, error: Exception, event: Event | None, into: Updates) -> None:
        code = type(error).__name__
        _log.error("an update was set aside", code=code, page=self.page.id)
        telemetry.EVENTS.labels(self.page.network, "malformed").inc()
        into.spoiled.append(Spoiled(self.page.id, code, *((event.type, event.key) if event else ())))
