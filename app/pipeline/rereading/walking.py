"""Reads gaps again, page after page: what stands there goes through the same door as what the network tells.

A walk remembers which things it has still to read in the transaction that stores what the last one held, so that it
goes on where a killed process stopped.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec
import structlog
from sqlmodel import Session

from app import telemetry
from app.domain.clock import DAY, MINUTE, SECOND
from app.domain.errors import BusyError
from app.domain.events import Event
from app.domain.rereading import Reader, ReaderFactory, Thing
from app.journal.chain import Entry, append
from app.outbox.endings import NO_TOKEN
from app.pipeline.configuration import Configuration, PageConfig
from app.pipeline.house import House
from app.pipeline.record.committing import Committer
from app.pipeline.record.items import Item
from app.pipeline.rereading.asking import Keys, Silence, Unread
from app.pipeline.rereading.finding import Found, Gap, find
from app.storage import rereads
from app.storage.tables import Reread

NAME: Final = "reading again"
EVERY: Final = 10 * SECOND
#: Pages that are read side by side, each with keys of its own.
SIDE_BY_SIDE: Final = 4
#: How long a page is left alone whose network does not answer, or that has no key.
REST: Final = 5 * MINUTE
#: A network that fails so often at the same place has trouble with that thing: the walk goes on and comes back to it.
PATIENCE: Final = 12
#: Posts beside the newest ones: those under which somebody wrote shortly before the gap.
KNOWN_POSTS: Final = 100
KNOWN_FOR: Final = 3 * DAY
#: Clocks differ: so much before a gap is read too.
MARGIN: Final = 10 * MINUTE
_log = structlog.get_logger()
Judge = Callable[[Event, PageConfig], Item]


class Cursor(msgspec.Struct):
    """How many surfaces were listed, which things are still to be read, and surfaces that no key may read.

    `troubled` things come once more when all else is read; `given_up` counts what the network never answered about.
    """

    listed: int = 0
    things: list[Thing] = msgspec.field(default_factory=list)
    closed: list[str] = msgspec.field(default_factory=list)
    troubled: list[Thing] = msgspec.field(default_factory=list)
    again: bool = False
    given_up: int = 0


_decode: Final = msgspec.json.Decoder(Cursor).decode


@dataclass(slots=True)
class Rereader:
    """Works off all gaps; `judge` gives an event the model's opinion."""

    committer: Committer
    judge: Judge
    readers: Mapping[str, ReaderFactory]
    #: Only one thread at a time stores: a committer is one thread's.
    _storing: threading.Lock = field(default_factory=threading.Lock)
    #: Pages that are left alone, and until when.
    _resting: dict[int, int] = field(default_factory=dict)
    #: How often in a row the network did not answer at the place where a gap's walk stands.
    _failures: Counter[int] = field(default_factory=Counter)

    def run(self, house: House, configuration: Configuration, stop: threading.Event) -> None:
        """The duty: read what is to be read, until it is read or `stop` is set."""
        with house.database.read() as session:
            gaps = rereads.open_gaps(session)
            pages = configuration.current(session).by_id if gaps else {}
        now = house.clock.now()
        # A clock that was set back must not make a rest longer.
        due = [gap for gap in gaps if not 0 < self._resting.get(gap.page_id, 0) - now <= REST]
        if not due:
            return
        readers = {name: factory() for name, factory in self.readers.items()}
        try:
            with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="dvornik-rereading") as pool:
                walks = [_Walk(self, house, gap, pages.get(gap.page_id), readers, stop).run for gap in _one_a_page(due)]
                # Raises what a walk has raised, after all of them have ended.
                for walk in [pool.submit(one) for one in walks]:
                    walk.result()
        finally:
            for reader in readers.values():
                reader.close()

    def rest(self, page_id: int, until: int) -> None:
        """Leave a page alone for a while."""
        self._resting[page_id] = until

    def is_stuck(self, gap_id: int) -> bool:
        """Count a failure at a walk's place; whether it is one too many."""
        self._failures[gap_id] += 1
        return self._failures[gap_id] > PATIENCE

    def moves(self, gap_id: int) -> None:
        """A walk goes on."""
        self._failures.pop(gap_id, None)

    def store(self, items: list[Item], also: Callable[[Session], None]) -> None:
        """Commit what was found together with the walk's place.

        Raises:
            BusyError: not durable; the thing is read again.
        """
        with self._storing:
            answers = self.committer.commit(items, also)
        busy = next((answer for answer in answers if isinstance(answer, BusyError)), None)
        if busy is not None:
            raise busy


def _one_a_page(gaps: list[Reread]) -> list[Reread]:
    """The oldest gap of each page."""
    return list({gap.page_id: gap for gap in reversed(gaps)}.values())


@dataclass(slots=True)
class _Walk:
    """One gap being read."""

    rereader: Rereader
    house: House
    row: Reread
    page: PageConfig | None
    readers: Mapping[str, Reader]
    stop: threading.Event

    def run(self) -> None:
        """Go on from the last place until all is read, the network must rest, or the process stops."""
        reader = self.readers.get(self.page.network) if self.page else None
        if self.page is None or reader is None:
            self._end(rereads.FAILED, "page_removed" if self.page is None else "not_readable")
            return
        if not self._begin():
            return
        keys = Keys(self.house, self.page)
        if keys.keyless:
            # Nobody has to mend anything before it could be read.
            self._end(rereads.FAILED, NO_TOKEN)
            return
        cursor = _decode(self.row.cursor_json)
        gap = Gap(self.row.id, self.row.from_at - MARGIN, self.row.to_at)
        try:
            while not self.stop.is_set():
                if cursor.things:
                    going = self._read(reader, self.page, keys, gap, cursor)
                elif cursor.listed < len(reader.surfaces):
                    going = self._list(reader, self.page, keys, gap, cursor)
                elif cursor.troubled:
                    cursor.things, cursor.troubled, cursor.again = cursor.troubled, [], True
                    continue
                else:
                    self._end(rereads.PARTLY if cursor.given_up else rereads.DONE, ",".join(cursor.closed))
                    return
                if not going:
                    return
        except BusyError:
            self._rest("busy")

    def _begin(self) -> bool:
        """From here on the gap grows no more: another one is opened beside it. False if it is read already."""
        with self.house.database.write() as session:
            row = rereads.lock_gap(session, self.row.id)
            if row is None:
                return False
            row.state = rereads.READING
            session.add(row)
        self.row = row
        return True

    def _list(self, reader: Reader, page: PageConfig, keys: Keys, gap: Gap, cursor: Cursor) -> bool:
        """Which things of the next surface are to be read; False when the walk cannot go on now."""
        surface = reader.surfaces[cursor.listed]
        found = keys.ask(lambda key: reader.things(page.external_id, surface, gap.from_at, key))
        if isinstance(found, Unread):
            if self._must_rest(found):
                self._rest(found.code)
                return False
            if cursor.listed == 0 and found.why is Silence.CLOSED:
                # What may not even see the wall sees nothing of what was missed.
                self._end(rereads.FAILED, found.code)
                return False
            cursor.closed.append(surface)
            cursor.given_up += found.why is Silence.LATER
            found = ()
        self.rereader.moves(self.row.id)
        cursor.listed += 1
        known = self._known(surface, gap) if cursor.listed == 1 else ()
        cursor.things = list(dict.fromkeys([*found, *known]))
        self.rereader.store([], lambda session: self._move(session, cursor, Found(0, ())))
        return True

    def _known(self, wall: str, gap: Gap) -> list[Thing]:
        """Older posts that were talked about shortly before the gap."""
        since = gap.from_at - KNOWN_FOR
        with self.house.database.read() as session:
            posts = rereads.commented_posts(session, self.row.page_id, since=since, limit=KNOWN_POSTS)
        return [Thing(wall, post) for post in posts]

    def _read(self, reader: Reader, page: PageConfig, keys: Keys, gap: Gap, cursor: Cursor) -> bool:
        """Read the next thing; False when the walk cannot go on now."""
        thing = cursor.things[0]
        asked_at = self.house.clock.now()
        listed = keys.ask(lambda key: reader.comments(page.external_id, thing, gap.from_at, key))
        if isinstance(listed, Unread):
            if self._must_rest(listed):
                self._rest(listed.code)
                return False
            _log.info("a thing is passed by", page=page.id, surface=thing.surface, code=listed.code)
            if listed.why is Silence.LATER and not cursor.again:
                cursor.troubled.append(thing)
            else:
                cursor.given_up += listed.why is Silence.LATER
            listed = ()
        with self.house.database.read() as session:
            found = find(session, page.id, gap, listed)
        self.rereader.moves(self.row.id)
        cursor.things = cursor.things[1:]
        items = [self._item(event, page, asked_at) for event in found.news]
        self.rereader.store(items, lambda session: self._move(session, cursor, found))
        telemetry.REREAD.labels("seen").inc(found.seen)
        telemetry.REREAD.labels("found").inc(len(found.news))
        return True

    def _must_rest(self, unread: Unread) -> bool:
        """Whether to ask again later: a key is missing, or the network is away and not only for this one thing."""
        if unread.why is Silence.LATER:
            return not self.rereader.is_stuck(self.row.id)
        return unread.why is Silence.NO_KEY

    def _item(self, event: Event, page: PageConfig, asked_at: int) -> Item:
        """As a delivery that was sent when the network was asked: whatever came since is fresher."""
        item = self.rereader.judge(event, page)
        late = max(1, item.received_at - asked_at)
        return replace(item, event=replace(event, delayed_by=late), read_again=True)

    def _move(self, session: Session, cursor: Cursor, found: Found) -> None:
        row = rereads.lock_gap(session, self.row.id)
        if row is None:
            return
        row.cursor_json = msgspec.json.encode(cursor).decode()
        row.seen += found.seen
        row.found += len(found.news)
        session.add(row)

    def _end(self, state: str, code: str) -> None:
        """All is read, or nothing can be."""
        at = self.house.clock.now()
        with self.house.database.write() as session:
            row = rereads.lock_gap(session, self.row.id)
            if row is None:
                return
            row.state, row.ended_at = state, at
            row.code = code if state == rereads.FAILED else row.code
            session.add(row)
            body = {"from": row.from_at, "to": row.to_at, "seen": row.seen, "found": row.found, "code": code}
            append(session, self.house.journal_key, [Entry(f"reread_{state}", row.page_id, body)], at)
        _log.warning("a gap was read again", page=row.page_id, state=state, seen=row.seen, found=row.found, code=code)

    def _rest(self, code: str) -> None:
        _log.warning("reading again is put off", page=self.row.page_id, code=code)
        self.rereader.rest(self.row.page_id, self.house.clock.now() + REST)
