"""The guard that keeps tests on this machine, and the databases that they get instead."""

import errno
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.conftest import LeftLoopbackError
from tests.postgres_server import Server

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("address", ["192.0.2.1", "198.51.100.7"])
def test_a_connection_to_another_machine_is_refused(address: str) -> None:
    """A test that connects to an address that is not loopback fails before a packet leaves."""
    with socket.socket() as outgoing, pytest.raises(LeftLoopbackError, match=address):
        outgoing.connect((address, 443))


def test_a_name_of_another_machine_is_not_looked_up() -> None:
    """A test that asks for the address of a foreign name fails before a query leaves."""
    with pytest.raises(LeftLoopbackError, match=r"api\.vk\.ru"):
        socket.getaddrinfo("api.vk.ru", 443)


def test_a_connection_to_loopback_is_allowed() -> None:
    """Servers of the tests on this machine can be reached."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as outgoing:
        outgoing.connect(server.getsockname())

        assert outgoing.getpeername() == server.getsockname()


def test_each_test_gets_a_migrated_database(database_url: str) -> None:
    """On both engines the schema is there and nobody's rows are."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            tables = set(inspect(connection).get_table_names())
            decisions = connection.execute(text("SELECT count(*) FROM decision")).scalar_one()
    finally:
        engine.dispose()

    assert {"page", "comment", "decision", "journal"} <= tables
    assert decisions == 0


def test_an_empty_database_has_no_tables(empty_database_url: str) -> None:
    """Tests of the migrations start from nothing."""
    engine = create_engine(empty_database_url)
    try:
        assert inspect(engine).get_table_names() == []
    finally:
        engine.dispose()


def test_the_server_ends_with_the_tests_that_started_it(postgres_server: Server) -> None:
    """A session that is killed without any clean-up leaves no server behind."""
    script = (
        "import os, signal\n"
        "from tests.postgres_server import Server, find_programs\n"
        "print(Server(find_programs()).port, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # The keeper inherits the pipe of standard error: `run` returns when the killed session and the keeper are gone.
    killed = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with socket.socket() as outgoing:
        assert outgoing.connect_ex(("127.0.0.1", int(killed.stdout))) == errno.ECONNREFUSED
