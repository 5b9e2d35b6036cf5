"""Keeps each page's list of managers fresh: whoever runs a page is never touched by it."""

import threading
from collections.abc import Sequence
from typing import Final

import msgspec
import structlog
from sqlmodel import Session, select

from app.domain.clock import HOUR, MINUTE
from app.domain.ports import Credential, NetworkClient, Untold
from app.journal.chain import Entry, append
from app.outbox.claim import Lease
from app.pipeline.carry_out.credentials import open_credentials
from app.pipeline.house import House
from app.storage import outbox
from app.storage.nodes import bump_config
from app.storage.tables import Page

#: How often a page's managers are read anyway.
USUAL: Final = 6 * HOUR
#: How old the list may be when somebody is to be banned.
BEFORE_BAN: Final = 10 * MINUTE
#: How long a page whose tokens cannot tell is left alone.
REST: Final = 15 * MINUTE

_log = structlog.get_logger()
_json = msgspec.json.Encoder(order="deterministic")


class ManagersReader:
    """Reads managers with a leased connection's tokens; remembers whom it asked in vain."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._asked: dict[int, int] = {}
        self._lock = threading.Lock()

    def refresh(self, lease: Lease, client: NetworkClient, *, page_id: int | None = None, limit: int = USUAL) -> None:
        """Read the managers of one page, or of all pages of the connection, where the list is older than `limit`."""
        now = self._house.clock.now()
        for page, credentials in self._old_pages(lease, page_id, now, now - limit):
            if lease.lost.is_set():
                return
            if credentials and self._may_ask(page.id, now):
                self._read(client, page, credentials)

    def _old_pages(
        self, lease: Lease, page_id: int | None, now: int, read_before: int
    ) -> list[tuple[Page, Sequence[Credential]]]:
        query = select(Page).where(Page.connection_id == lease.connection_id, outbox.is_old(read_before))
        if page_id is not None:
            query = query.where(Page.id == page_id)
        with self._house.database.read() as session:
            return [(page, self._credentials(session, lease, page, now)) for page in session.exec(query).all()]

    def _credentials(self, session: Session, lease: Lease, page: Page, now: int) -> Sequence[Credential]:
        rows = outbox.usable_credentials(session, lease.connection_id, page.id)
        return open_credentials(session, self._house, rows, now)

    def _may_ask(self, page_id: int, now: int) -> bool:
        with self._lock:
            last = self._asked.get(page_id)
            if last is not None and 0 <= now - last < REST:
                return False
            self._asked[page_id] = now
            return True

    def _read(self, client: NetworkClient, page: Page, credentials: Sequence[Credential]) -> None:
        try:
            managers = client.managers(page.external_id, credentials)
        except Exception:  # noqa: BLE001 - whatever it is, it is logged
            # A client is total; if it is not, its fault must not stop what else the connection has to do.
            _log.exception("client_broke", page=page.id, network=page.network)
            return
        if isinstance(managers, Untold):
            _log.warning("managers_unknown", page=page.id, network=page.network, code=managers.code)
            return
        self._store(page.id, managers)
        with self._lock:
            del self._asked[page.id]

    def _store(self, page_id: int, managers: frozenset[str]) -> None:
        now = self._house.clock.now()
        text = _json.encode(sorted(managers)).decode()
        with self._house.database.write() as session:
            page = session.get(Page, page_id, with_for_update=True)
            if page is None:
                return
            if text != page.managers_json:
                # How many, not who: the journal holds no person's id.
                body = {"page": page_id, "managers": len(managers)}
                append(session, self._house.journal_key, [Entry("managers_changed", page_id, body)], now)
            page.managers_json, page.managers_read_at = text, now
            # Intake asks how old the list is, so a new reading of the same names is news too.
            bump_config(session)
