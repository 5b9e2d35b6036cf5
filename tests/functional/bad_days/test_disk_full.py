"""The disk is full: VK is told to come again, nothing is promised; once there is room the service goes on by itself."""

import errno
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.bad_days.conftest import town_on
from tests.functional.crash.town import CALLED, Town
from tests.functional.running import Installation, wait_until
from tests.postgres_server import Server
from tests.simulators.vk import VkSimulator

pytestmark = pytest.mark.timeout(240)
MIB = 1 << 20


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own with 48 MiB that any user may enter; whoever may not mount one skips aloud."""
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    place = Path(tempfile.mkdtemp(prefix="dvornik-disk-"))
    size = ("-t", "tmpfs", "-o", "size=48m,mode=755", "tmpfs")
    done = subprocess.run([mount, *size, place], capture_output=True, text=True, check=False)
    try:
        if done.returncode:
            pytest.skip(f"this machine mounts no small disk: {done.stderr.strip()}")
        yield place
        subprocess.run(["umount", "--lazy", place], check=True)
    finally:
        place.rmdir()


def fill(disk: Path) -> Path:
    """Take all the room that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (MIB, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                assert error.errno == errno.ENOSPC  # noqa: PT017 - it is how the loop ends
    return filler


def is_refused_until(town: Town, room_again: object) -> None:
    """Events come while there is no room; nothing is promised then, and all is well afterwards."""
    assert callable(room_again)
    with town.telling(town.write(CALLED, texts=60, rude=2)):
        wait_until(lambda: town.refused >= 8, what="VK is told to come again", seconds=60)
        promised = set(town.answered)
        assert promised <= set(town.decided(CALLED)), "what was answered ok is there"
        room_again()
    town.settle()
    town.check()


def test_sqlite_on_a_full_disk(vk: VkSimulator, small_disk: Path, tmp_path: Path) -> None:
    """Not a byte is left; then somebody clears up."""
    installation = Installation(tmp_path / "data", f"sqlite:///{small_disk / 'dvornik.sqlite3'}", vk.base_url)
    with town_on(vk, installation) as town:
        filler = fill(small_disk)
        is_refused_until(town, filler.unlink)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="this system sets no limits from outside")
def test_sqlite_at_the_limit_of_a_files_size(vk: VkSimulator, sqlite_url: str, tmp_path: Path) -> None:
    """A quota ends the file in the middle of a write; then it is raised."""
    installation = Installation(tmp_path / "data", sqlite_url, vk.base_url)
    with town_on(vk, installation) as town:
        before = resource.prlimit(town.service.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(town.service.pid, resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
        is_refused_until(town, lambda: resource.prlimit(town.service.pid, resource.RLIMIT_FSIZE, before))


def test_postgres_on_a_full_disk(
    vk: VkSimulator, small_disk: Path, postgres_server: Server, postgres_template: str, tmp_path: Path
) -> None:
    """The database's own room is full, its server's is not; then somebody clears up."""
    space = small_disk / "space"
    space.mkdir()
    shutil.chown(space, owner_of(postgres_server))
    postgres_server.run(f"CREATE TABLESPACE small LOCATION '{space}'")
    postgres_server.run(f"CREATE DATABASE dvornik_small TEMPLATE {postgres_template} TABLESPACE small")
    try:
        installation = Installation(tmp_path / "data", postgres_server.url("dvornik_small"), vk.base_url)
        with town_on(vk, installation) as town:
            filler = fill(small_disk)
            is_refused_until(town, filler.unlink)
    finally:
        postgres_server.run("DROP DATABASE dvornik_small WITH (FORCE)")
        postgres_server.run("DROP TABLESPACE small")


def owner_of(server: Server) -> int:
    """Who runs the server."""
    import psycopg

    with psycopg.connect(server.url("postgres").replace("+psycopg", "")) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row
    return Path(row[0]).stat().st_uid
