"""Many rows at once, whatever one statement of the engine takes."""

import sqlite3

from app.storage.bulk import SQLITE_VALUES, Bulk
from app.storage.tables import Author
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house


def test_more_keys_than_one_statement_takes_are_all_found(sqlite_url: str) -> None:
    """SQLite as it is built by default takes 32,766 values in a statement; a longer list of keys finds every row."""
    house = make_house(sqlite_url, FakeClock())
    with house.database.write() as session:
        bulk = Bulk.of(session)
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
        ids = [1, SQLITE_VALUES // 2, SQLITE_VALUES + 1]
        author = {"network": "vk", "first_seen_at": 1, "erased_at": None}
        bulk.insert(Author, [{**author, "id": id_, "external_id": str(id_)} for id_ in ids])

        found = bulk.match(Author, ("id",), [(id_,) for id_ in range(SQLITE_VALUES + 10)], ("id",))
        pairs = [("vk", str(id_)) for id_ in range(SQLITE_VALUES + 10)]
        named = bulk.match(Author, ("network", "external_id"), pairs, ("id",))
    house.database.dispose()
    assert sorted(id_ for (id_,) in found) == ids
    assert sorted(id_ for (id_,) in named) == ids
