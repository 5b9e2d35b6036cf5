"""What every test gets: databases on both engines, quick tests first, and no way out of this machine."""

import ipaddress
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

# pytest finds fixtures by name in the conftest's own namespace.
from tests.databases import (  # noqa: F401
    database_url,
    empty_database_url,
    empty_postgres_url,
    empty_sqlite_url,
    postgres_server,
    postgres_template,
    postgres_url,
    sqlite_template,
    sqlite_url,
)

_HERE = Path(__file__).parent
#: The folders of tests, the quick ones first.
ORDER = ("unit", "properties", "contract", "architecture", "fuzz", "security", "integration", "console", "functional")
_POSTGRES = {"postgres_server", "postgres_template", "postgres_url", "empty_postgres_url"}


class LeftLoopbackError(BaseException):
    """A test tried to reach another machine; not an Exception, so that no retry swallows it."""


def _refuse_the_world(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else None
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    # None and '' are this machine; an address that is no tuple is a Unix socket's path.
    if isinstance(name, str) and name not in {"", "localhost"} and not _is_loopback(name):
        raise LeftLoopbackError(f"{event} to {name}: tests stay on loopback, put a simulator there")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def pytest_configure() -> None:
    """Guard this process and keep the machine's own settings out of the tests."""
    sys.addaudithook(_refuse_the_world)
    for name in [name for name in os.environ if name.startswith("DVORNIK_")]:
        del os.environ[name]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the quick tests first and mark whatever needs PostgreSQL.

    In a room files of few tests go first: these are the long ones, and at the end they would keep one process busy alone.
    """
    crowd = Counter(item.path for item in items)
    items.sort(key=lambda item: (_rank(item), crowd[item.path]))
    for item in items:
        if _POSTGRES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.postgres)


def _rank(item: pytest.Item) -> int:
    room = item.path.relative_to(_HERE).parts[0]
    return ORDER.index(room) if room in ORDER else len(ORDER)
