"""One database, two engines: how transactions begin, how the schema is brought up to date."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from enum import Enum, auto
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from app.domain.errors import ConfigurationError
from app.storage.folders import private_folder
from app.storage.transaction import Transaction
from app.storage.turns import Turns

#: How long a transaction waits for another one's lock, on either engine; then whoever asked is told to come again.
BUSY_TIMEOUT_MS: Final = 10_000
#: Connections to SQLite that are kept open, and how many more there may be for a while.
KEPT_OPEN: Final = 5
OPEN_BEYOND: Final = 10
#: How long PostgreSQL's server may take to answer at all, seconds.
CONNECT_TIMEOUT_S: Final = 5
#: Key of the advisory lock under which PostgreSQL is migrated: "dvornik" in hexadecimal.
MIGRATION_LOCK: Final = 0x64766F726E696B
_REVISIONS: Final = Path(__file__).parent / "migrations" / "versions"
_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    # FULL: an event answered `ok` survives a power cut, not only a crash.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Without it INSERT OR REPLACE deletes a journal row and fires no DELETE trigger.
    "PRAGMA recursive_triggers = ON",
    # Of each connection, KiB; the system keeps the rest: eight times as much gains nothing on files of half a gigabyte.
    "PRAGMA cache_size = -2048",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
)


class Database:
    """Hands out transactions; `read` is rolled back at the end, `write` is committed or rolled back."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._turns = Turns(BUSY_TIMEOUT_MS / 1000)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that may write; on SQLite it holds the write lock from its beginning."""
        turn = self._turns.turn() if self.is_sqlite else nullcontext()
        with self.engine.connect() as plain, turn:
            connection = plain.execution_options(dvornik_write=True)
            with (
                Session(connection, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session

    @contextmanager
    def transact(self, *, wait: bool = True) -> Iterator[Transaction]:
        """The same without the price of a session, unless somebody asks for one; a driver's errors come as they are.

        Without `wait` it fails on SQLite where somebody else is writing this very moment, or no connection is free.
        """
        if not wait and self._is_exhausted():
            raise PoolTimeoutError("no connection is free")
        turn = self._turns.turn(wait=wait) if self.is_sqlite else nullcontext()
        with closing(self.engine.raw_connection()) as pooled, turn:
            driver: Any = pooled.driver_connection
            if self.is_sqlite:
                _begin(driver, wait=wait)
            transaction = Transaction(driver, lambda: self._session_on(pooled))
            try:
                yield transaction
                if transaction.opened:
                    transaction.opened.commit()
                # A session commits nothing where nobody has used it.
                driver.commit()
            except BaseException:
                if self.is_sqlite or not driver.closed:
                    driver.rollback()
                elif pooled.is_valid:
                    # The pool must not hand out what the server has closed; a session that met it has seen to that.
                    pooled.invalidate()
                raise

    def _is_exhausted(self) -> bool:
        """Whether a connection would have to be waited for."""
        pool = self.engine.pool
        return self.is_sqlite and isinstance(pool, QueuePool) and pool.checkedout() >= KEPT_OPEN + OPEN_BEYOND

    def _session_on(self, pooled: PoolProxiedConnection) -> Session:
        connection = Connection(self.engine, connection=pooled).execution_options(dvornik_begun=True)
        return Session(connection, expire_on_commit=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads; keep it under a second."""
        with (
            self.engine.connect() as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session

    def dispose(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _begin(driver: sqlite3.Connection, *, wait: bool) -> None:
    if wait:
        driver.execute("BEGIN IMMEDIATE")
        return
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        driver.execute("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _sqlite_engine(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        private_folder(Path(path).parent)
    engine = create_engine(
        url,
        # An error's message must not hold what people wrote.
        hide_parameters=True,
        # Each connection keeps pages and compiled statements of its own: the one that was used last is warm.
        pool_use_lifo=True,
        poolclass=QueuePool,
        pool_size=KEPT_OPEN,
        max_overflow=OPEN_BEYOND,
        connect_args={
            "check_same_thread": False,
            "timeout": BUSY_TIMEOUT_MS / 1000,
            # A batch's statements differ by their number of rows; compiling one costs more than running it.
            "cached_statements": 256,
        },
    )

    @event.listens_for(engine, "connect")
    def _on_connect(raw: sqlite3.Connection, _record: Any) -> None:
        # The driver's implicit BEGIN is deferred; ours is immediate, so that no writer fails half-way.
        raw.isolation_level = None
        for pragma in _PRAGMAS:
            raw.execute(pragma)

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("dvornik_begun", False):
            return
        write = options.get("dvornik_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _postgresql_engine(url: str) -> Engine:
    patience = {} if "connect_timeout" in make_url(url).query else {"connect_timeout": CONNECT_TIMEOUT_S}
    engine = create_engine(
        url, pool_size=8, max_overflow=16, pool_use_lifo=True, hide_parameters=True, connect_args=patience
    )

    @event.listens_for(engine, "connect")
    def _on_connect(raw: Any, _record: Any) -> None:
        # Without it a row that a stuck session holds stops the writer for ever, and with it every page's events.
        raw.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
        raw.commit()

    return engine


class Schema(Enum):
    """How the database's schema stands to the one that this code needs."""

    CURRENT = auto()
    #: Older, or there is none yet.
    BEHIND = auto()
    #: A newer version of the program has migrated it.
    AHEAD = auto()


#: What to do about a schema that is ahead.
NEWER: Final = "базу данных уже обновила более новая версия программы: обновите программу и на этой машине"


def migrate(url: str, revision: str = "head", *, connection: Connection | None = None) -> None:
    """Bring the schema up to a revision, by default the newest; safe when several processes start at once.

    With `connection` it is done in that connection's transaction.

    Raises:
        ConfigurationError: a newer version of the program has been here, or this one does not know the revision.
    """
    if revision == "head" and connection is None and _is_current(url):
        return
    from app.storage.upgrading import upgrade  # noqa: PLC0415 - most processes find the schema as it should be

    if not upgrade(url, revision, connection):
        raise ConfigurationError(NEWER)


def revision_of(connection: Connection) -> str | None:
    """The revision that the schema stands at; None where there is no schema of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def known_revisions() -> frozenset[str]:
    """All revisions that this code can bring to the newest: each is a file with its number."""
    return frozenset(path.name.partition("_")[0] for path in _REVISIONS.glob("[0-9]*.py"))


def schema_of(database: Database) -> Schema:
    """How the database's schema stands to this code."""
    with database.engine.connect() as connection:
        revision, known = revision_of(connection), known_revisions()
    if revision == max(known):
        return Schema.CURRENT
    return Schema.BEHIND if revision is None or revision in known else Schema.AHEAD


def _is_current(url: str) -> bool:
    database = Database(url)
    try:
        return schema_is_current(database)
    finally:
        database.dispose()


def schema_is_current(database: Database) -> bool:
    """Whether the database stands at the newest revision that this code knows."""
    return schema_of(database) is Schema.CURRENT
