"""What the pipeline knows of pages and policies, held in memory and renewed when the counter row moves."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from app.domain.clock import SECOND
from app.domain.errors import BusyError, ConfigurationError
from app.domain.words import Mode, WrittenBy
from app.pipeline.house import House
from app.policy.binding import BoundPolicy, HeldPromise, Thresholds, bind
from app.policy.rules import Policy, parse
from app.storage.tables import Control, Page, PolicyVersion

#: How often a stranger's request may make us look whether a page was added.
RELOOK: Final = SECOND


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
    secret: str
    confirmation: str
    trusted: frozenset[str]
    managers: frozenset[str]
    managers_read_at: int | None
    budget_from: int | None

    def written_by(self, author: str) -> WrittenBy:
        """Whose words these are on this page."""
        if author == f"-{self.external_id}":
            return WrittenBy.PAGE
        if author in self.managers:
            return WrittenBy.MANAGER
        return WrittenBy.COMMUNITY if author.startswith("-") else WrittenBy.CITIZEN


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All pages at one version of the configuration."""

    version: int
    pages: Mapping[tuple[str, str], PageConfig]
    by_id: Mapping[int, PageConfig]


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

    def page(self, network: str, external_id: str) -> PageConfig | None:
        """The page, from memory; None when it is not known."""
        return self._snapshot.pages.get((network, external_id))

    def current(self, session: Session) -> Snapshot:
        """The snapshot that holds for this transaction."""
        version = session.exec(select(Control.config_version).where(Control.id == 1)).one()
        snapshot = self._snapshot
        if version != snapshot.version:
            with self._lock:
                snapshot = self._snapshot
                if version != snapshot.version:
                    snapshot = self._snapshot = self._load(session, version)
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
            if now - self._looked_at < RELOOK:
                return
            try:
                with self._house.database.read() as session:
                    self.current(session)
            except (SQLAlchemyError, ConfigurationError) as error:
                raise BusyError("the configuration cannot be read") from error
            self._looked_at = now

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
        in_force: dict[str, PolicyVersion] = {}
        for policy in session.exec(select(PolicyVersion).order_by(col(PolicyVersion.version))):
            in_force[policy.name] = policy
        pages = {}
        for page in session.exec(select(Page).where(col(Page.removed_at).is_(None))):
            pages[page.network, page.external_id] = self._page(page, in_force[page.policy_name])
        by_id = {page.id: page for page in pages.values()}
        return Snapshot(version, MappingProxyType(pages), MappingProxyType(by_id))

    def _page(self, page: Page, policy: PolicyVersion) -> PageConfig:
        return PageConfig(
            id=page.id,
            network=page.network,
            external_id=page.external_id,
            connection_id=page.connection_id,
            policy=self.policy(policy),
            policy_version_id=policy.id,
            mode=Mode(page.mode),
            secret=self._house.vault.open(page.secret_enc) if page.secret_enc else "",
            confirmation=page.confirmation,
            trusted=frozenset(msgspec.json.decode(page.trusted_json, type=list[str])),
            managers=frozenset(msgspec.json.decode(page.managers_json, type=list[str])),
            managers_read_at=page.managers_read_at,
            budget_from=page.budget_from,
        )
