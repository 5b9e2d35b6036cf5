"""Fresh databases for tests on both engines; a test asks for a URL and gets a schema that nobody else uses.

`database_url` runs a test on SQLite and on PostgreSQL, `sqlite_url` and `postgres_url` on one of them. The same names
with `empty_` in front give a database without a schema, for tests of the migrations themselves.
"""

import itertools
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.postgres_server import OLDEST, Server, find_programs

_numbers = itertools.count(1)
_engines = [pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=_engines)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database, once on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=_engines)
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database without a schema, once on each engine."""
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file of this test alone."""
    path = tmp_path / "dvornik.sqlite3"
    with closing(sqlite3.connect(sqlite_template)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
    return f"sqlite:///{path}"


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'empty.sqlite3'}"


@pytest.fixture
def postgres_url(postgres_server: Server, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test alone."""
    yield from _database(postgres_server, f"TEMPLATE {postgres_template}")


@pytest.fixture
def empty_postgres_url(postgres_server: Server) -> Iterator[str]:
    """A PostgreSQL database without a schema."""
    yield from _database(postgres_server, "TEMPLATE template0")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    from app.storage.session import migrate

    path = tmp_path_factory.mktemp("template") / "dvornik.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The one PostgreSQL server of this session; without one CI fails and other runs skip aloud."""
    programs = find_programs()
    if programs is None:
        missing = f"no PostgreSQL {OLDEST} or newer on this machine and no wheel that ships one"
        if os.environ.get("CI"):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    server = Server(programs)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> str:
    """A migrated PostgreSQL database that tests copy."""
    from app.storage.session import migrate

    postgres_server.run("CREATE DATABASE dvornik_template TEMPLATE template0")
    migrate(postgres_server.url("dvornik_template"))
    return "dvornik_template"


def _database(server: Server, template: str) -> Iterator[str]:
    name = f"dvornik_{next(_numbers)}"
    server.run(f"CREATE DATABASE {name} {template}")
    yield server.url(name)
    # FORCE: a test that fails may leave connections behind.
    server.run(f"DROP DATABASE {name} WITH (FORCE)")
