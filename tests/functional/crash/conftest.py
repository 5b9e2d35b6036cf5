"""One town for all points of an engine: a service that begins again after every kill."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.storage.session import Database
from tests.functional.conftest import GROUP, open_page
from tests.functional.crash.points import plant
from tests.functional.crash.town import POLLED, Town
from tests.functional.running import Installation, wait_until
from tests.functional.test_longpoll import is_asked, open_polled_page
from tests.simulators.vk import VkSimulator


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two pages that enforce an act; what is left of them stands up to a look at the journal."""
    folder = tmp_path_factory.mktemp("town")
    url = _database(request, folder)
    with VkSimulator() as vk:
        installation = Installation(folder, url, vk.base_url, fault=plant)
        with installation.serve() as service:
            scene = open_page(vk, installation, service)
            assert open_polled_page(vk, installation, service, POLLED).page_id != scene.page_id
            wait_until(lambda: is_asked(scene), what="VK is asked for events")
            database = Database(url)
            town = Town(scene, database, random.Random(GROUP))
            town.wait_until_known()
            yield town
            database.dispose()


def _database(request: pytest.FixtureRequest, folder: Path) -> str:
    """The module's own database; the server's goes with the server."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "dvornik.sqlite3")
        return f"sqlite:///{folder / 'dvornik.sqlite3'}"
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template")
    server.run(f"CREATE DATABASE dvornik_town TEMPLATE {template}")
    return str(server.url("dvornik_town"))
