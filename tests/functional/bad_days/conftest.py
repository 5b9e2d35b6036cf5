"""A town on an installation of the test's own, for days on which everything around the service goes wrong."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

from app.storage.session import Database
from tests.functional.conftest import GROUP, open_page
from tests.functional.crash.town import Town
from tests.functional.running import Installation
from tests.simulators.vk import VkSimulator


@contextmanager
def town_on(vk: VkSimulator, installation: Installation) -> Iterator[Town]:
    """One page that enforces an act; at the end its journal stands."""
    with installation.serve() as service:
        database = Database(installation.database_url)
        town = Town(open_page(vk, installation, service), database, random.Random(GROUP))
        town.wait_until_known()
        try:
            yield town
        finally:
            database.dispose()
        installation.run("journal", "verify")
