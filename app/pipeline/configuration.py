"""What the pipeline knows of pages and policies, held in memory and renewed when the counter row moves."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec
import structlog
from sqlalchemy import select as core_select
from sqlalchemy.exc import NoResultFound, SQLAlchemyError
from sqlmodel import Session, col, select

from app.domain.clock import SECOND
from app.domain.errors import BusyError, ConfigurationError
from app.domain.words import Mode, WrittenBy
from app.pipeline.house import House
from app.pipeline.keyed_connections import ConnectionConfig, keyed_connections
from app.policy.binding import BoundPolicy, HeldPromise, Thresholds, bind
from app.policy.rules import Policy, parse
from app.storage.tables import Page, PolicyVersion
from app.storage.transaction import Transaction

#: How often a stranger's request may make us look whether a page was added.
RELOOK: Final = SECOND
#: Plain SQL: every batch of deliveries asks, and building a statement costs many times what it does.
_VERSION: Final = "SELECT config_version FROM control WHERE id = 1"
_log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PageConfig:
    """One page as the pipeline needs it."""

    id: int
    network: str
    external_id: str
    connection_id: int
    policy: BoundPolicy
    policy_version_id: int
    mode: Mode
    secret: str = field(repr=False)
    confirmation: str
    trusted: frozenset[str]
    managers: frozenset[str]
    managers_read_at: int | None
    budget_from: int | None
    #: The secret before `secret`, and until when it is believed.
    previous_secret: str = field(default="", repr=False)
    previous_secret_until: int = 0
    #: Its secret does not open: nobody can tell whose a delivery is.
    is_sealed: bool = False

    def secrets(self, now: int) -> tuple[str, str]:
        """What its deliveries may carry at this moment; '' = nothing."""
        return self.secret, self.previous_secret if now < self.previous_secret_until else ""

    def written_by(self, author: str) -> WrittenBy:
        """Whose words these are on this page."""
        if author == f"-{self.external_id}":
            return WrittenBy.PAGE
        if author in self.managers:
            return WrittenBy.MANAGER
        return WrittenBy.COMMUNITY if author.startswith("-") else WrittenBy.CITIZEN


class _Row(NamedTuple):
    """What a page's configuration is made of, as the database holds it."""

    id: int
    network: str
    external_id: str
    connection_id: int
    policy_name: str
    mode: str
    secret_enc: str | None
    previous_secret_enc: str | None
    previous_secret_until: int | None
    confirmation: str
    trusted_json: str
    managers_json: str
    managers_read_at: int | None
    budget_from: int | None


_PAGES: Final = core_select(*(getattr(Page, name) for name in _Row._fields)).where(col(Page.removed_at).is_(None))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All pages at one version of the configuration."""

    version: int
    pages: Mapping[tuple[str, str], PageConfig]
    by_id: Mapping[int, PageConfig]
    #: Connections that are called by their own key, by network and key.
    connections: Mapping[tuple[str, str], ConnectionConfig] = field(default_factory=dict)
    #: Pages whose secret, or that of whose connection, does not open.
    sealed: frozenset[int] = frozenset()
    #: The encryption keys that were there to open it.
    keys: tuple[bytes, ...] = field(default=(), repr=False)


class Configuration:
    """Holds the newest snapshot; any thread may read it, whoever sees a newer version renews it."""

    def __init__(self, house: House, promises: Thresholds) -> None:
        self._house = house
        self._promises = promises
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._snapshot = Snapshot(-1, MappingProxyType({}), MappingProxyType({}))
        self._looked_at = 0
        self._bound: dict[int, BoundPolicy] = {}
        #: What each page of the last snapshot was made of: one whose row has not changed is not made again.
        self._known: dict[int, tuple[_Row, PageConfig]] = {}

    def page(self, network: str, external_id: str) -> PageConfig | None:
        """The page, from memory; None when it is not known."""
        return self._snapshot.pages.get((network, external_id))

    @property
    def snapshot(self) -> Snapshot:
        """What was read last."""
        return self._snapshot

    def connection(self, network: str, key: str) -> ConnectionConfig | None:
        """The connection that is called by this key, from memory; None when it is not known."""
        return self._snapshot.connections.get((network, key))

    @property
    def sealed(self) -> frozenset[int]:
        """Pages that are refused because their secret does not open."""
        return self._snapshot.sealed

    def current(self, session: Session) -> Snapshot:
        """The snapshot that holds for this transaction."""
        return self._at(session.connection().exec_driver_sql(_VERSION).scalar_one(), lambda: session)

    def within(self, transaction: Transaction) -> Snapshot:
        """The same; a session is opened only where something has changed."""
        transaction.bulk.cursor.execute(_VERSION)
        found = transaction.bulk.cursor.fetchall()
        if not found:
            raise NoResultFound("the database holds no configuration: it was not migrated")
        return self._at(found[0][0], lambda: transaction.session)

    def _at(self, version: int, session: Callable[[], Session]) -> Snapshot:
        snapshot = self._snapshot
        if version != snapshot.version:
            with self._lock:
                snapshot = self._snapshot
                if version != snapshot.version:
                    snapshot = self._snapshot = self._load(session(), version)
        # Not the attribute: a transaction that began earlier may have put its own, older one there.
        return snapshot

    def look_again(self) -> None:
        """Read the counter because a page or a secret was not known; at most once in `RELOOK`.

        Whoever comes while somebody looks waits for what he finds.

        Raises:
            BusyError: the database does not answer or the configuration cannot be read, so nobody can tell.
        """
        with self._looking:
            now = self._house.clock.now()
            # A clock that was set back must not keep the looks away.
            if 0 <= now - self._looked_at < RELOOK:
                return
            self._look()
            self._looked_at = now

    def follow(self, stop: threading.Event) -> None:
        """Look again and again until `stop` is set: where no event comes, a secret that was changed must end too."""
        while not stop.wait(RELOOK / SECOND):
            # Whoever needs the database complains of it. It does not count as a look of those whom a page was added
            # for a moment ago: they look for themselves.
            with suppress(BusyError), self._looking:
                self._look()

    def _look(self) -> None:
        try:
            with self._house.database.read() as session:
                self._reopen(session, self.current(session))
        except (SQLAlchemyError, ConfigurationError) as error:
            raise BusyError("the configuration cannot be read") from error

    def _reopen(self, session: Session, snapshot: Snapshot) -> None:
        """A key that was put back moves no counter."""
        ring = self._house.vault.ring
        ring.renew()
        if snapshot.sealed and ring.keys != snapshot.keys:
            with self._lock:
                self._snapshot = self._load(session, snapshot.version)

    def policy(self, version: PolicyVersion) -> BoundPolicy:
        """A policy version bound to the model's thresholds; versions never change, so it is bound once."""
        bound = self._bound.get(version.id)
        if bound is None:
            bound = self.candidate(parse(version.source, file=f"{version.name}, версия {version.version}"))
            self._bound[version.id] = bound
        return bound

    def candidate(self, policy: Policy) -> BoundPolicy:
        """A policy that is not in force, bound to the model's thresholds.

        Raises:
            PolicyError: the model does not hold what it asks for.
        """
        return bind(policy, self._promises)

    @property
    def manifest(self) -> Thresholds:
        """The numbers of the model that policies are bound to."""
        return self._promises

    @property
    def promises(self) -> Mapping[str, HeldPromise]:
        """What the model keeps, by the text of the promise."""
        return self._promises.promises

    def _load(self, session: Session, version: int) -> Snapshot:
        keys = self._house.vault.ring.keys
        known = self._known if keys == self._snapshot.keys else {}
        policies = self._in_force(session)
        read: dict[int, tuple[_Row, PageConfig]] = {}
        for row in map(_Row._make, session.connection().execute(_PAGES)):
            policy_id = policies[row.policy_name]
            held = known.get(row.id)
            # Opening a secret costs many times what comparing a row does, and of thousands of pages few change.
            if held is None or held[0] != row or held[1].policy_version_id != policy_id or held[1].is_sealed:
                held = row, self._page(row, policy_id, self._policy(session, policy_id))
            read[row.id] = held
        self._known = read
        by_id = {number: page for number, (_, page) in read.items()}
        connections = MappingProxyType(keyed_connections(session, self._house.networks.values(), self._opened))
        closed = {one.id for one in connections.values() if one.is_sealed}
        sealed = frozenset(one.id for one in by_id.values() if one.is_sealed or one.connection_id in closed)
        for number in sealed - self._snapshot.sealed:
            _log.error("page_secret_does_not_open", page=number)
        pages = {(page.network, page.external_id): page for page in by_id.values()}
        return Snapshot(version, MappingProxyType(pages), MappingProxyType(by_id), connections, sealed, keys)

    @staticmethod
    def _in_force(session: Session) -> dict[str, int]:
        """The newest version of each policy, by name."""
        query = select(PolicyVersion.name, PolicyVersion.id).order_by(col(PolicyVersion.version))
        return dict(session.exec(query).all())

    def _policy(self, session: Session, version_id: int) -> BoundPolicy:
        return self._bound.get(version_id) or self.policy(session.get_one(PolicyVersion, version_id))

    def _page(self, row: _Row, policy_id: int, policy: BoundPolicy) -> PageConfig:
        secret, previous = self._opened(row.secret_enc), self._opened(row.previous_secret_enc)
        return PageConfig(
            id=row.id,
            network=row.network,
            external_id=row.external_id,
            connection_id=row.connection_id,
            policy=policy,
            policy_version_id=policy_id,
            mode=Mode(row.mode),
            secret=secret or "",
            confirmation=row.confirmation,
            trusted=frozenset(msgspec.json.decode(row.trusted_json, type=list[str])),
            managers=frozenset(msgspec.json.decode(row.managers_json, type=list[str])),
            managers_read_at=row.managers_read_at,
            budget_from=row.budget_from,
            previous_secret=previous or "",
            previous_secret_until=row.previous_secret_until or 0,
            is_sealed=secret is None,
        )

    def _opened(self, sealed: str | None) -> str | None:
        """The secret, '' where there is none, None where it does not open: that stops no other page."""
        if not sealed:
            return ""
        try:
            return self._house.vault.open(sealed)
        except ConfigurationError:
            return None
