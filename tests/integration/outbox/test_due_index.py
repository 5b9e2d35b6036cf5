"""What waits to be sent is found by its small index, however long the history of what was sent has become."""

import pytest
from sqlalchemy import event

from app.storage import outbox
from tests.fakes.world import World

LOOKS = {
    "find work": lambda session: outbox.free_connection_with_work(session, ["vk"], 1, []),
    "next": lambda session: outbox.next_ready(session, 1, 1),
    "left behind": lambda session: outbox.left_behind(session, 1),
    "wake": lambda session: outbox.wake_waiting(session, 1, ["token"], 1),
}


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_due_is_found_by_its_index(sqlite_url: str, look: str) -> None:
    """SQLite walks no whole table of actions, neither when it looks for work nor under the write lock."""
    world = World(sqlite_url)
    statements = []
    event.listen(world.database.engine, "before_cursor_execute", lambda *about: statements.append(about[2:4]))
    with world.database.read() as session:
        LOOKS[look](session)
    [(statement, values)] = [one for one in statements if "action" in one[0]]
    with world.database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    world.close()
    details = [row[-1] for row in plan]
    assert any("ix_action_due" in line for line in details)
    assert not [line for line in details if line.startswith("SCAN action")]
