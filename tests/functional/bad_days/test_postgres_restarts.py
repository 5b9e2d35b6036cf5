"""PostgreSQL is stopped and started while events come in; the service goes on by itself."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.functional.bad_days.conftest import town_on
from tests.functional.crash.town import CALLED, Town
from tests.functional.running import Installation, wait_until
from tests.postgres_server import OLDEST, Server, find_programs
from tests.simulators.vk import VkSimulator

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(240)]


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that this test may stop."""
    programs = find_programs()
    if programs is None:
        pytest.skip(f"no PostgreSQL {OLDEST} or newer on this machine and no wheel that ships one")
    server = Server(programs)
    yield server
    server.stop()


def readiness(town: Town) -> int:
    """What the load balancer hears."""
    return httpx.get(f"{town.service.url}/readyz", timeout=30).status_code


def test_an_outage_of_the_database_loses_nothing(vk: VkSimulator, own_server: Server, tmp_path: Path) -> None:
    """Told to stop or dead at once: 503 until it is back, then every event is decided once and every violation goes."""
    own_server.run("CREATE DATABASE dvornik TEMPLATE template0")
    installation = Installation(tmp_path / "data", own_server.url("dvornik"), vk.base_url)
    installation.run("migrate")
    with town_on(vk, installation) as town:
        for at_once in (False, True):
            refused = town.refused
            with town.telling(town.write(CALLED, texts=40, rude=2)) as told:
                told[8].result()
                own_server.halt(at_once=at_once)
                wait_until(lambda n=refused: town.refused >= n + 8, what="VK is told to come again", seconds=60)
                promised = set(town.answered)
                assert readiness(town) == httpx.codes.SERVICE_UNAVAILABLE
                assert httpx.get(f"{town.service.url}/metrics").status_code == httpx.codes.OK
                assert town.answered == promised, "nothing is promised while nothing can be kept"
                own_server.resume()
                town.database.dispose()
            town.settle()
            town.check()
            wait_until(lambda: readiness(town) == httpx.codes.OK, what="the service is ready again")
