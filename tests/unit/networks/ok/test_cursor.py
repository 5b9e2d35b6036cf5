"""Where asking stands survives a restart, stays small, and says when to ask again."""

from app.domain.clock import DAY, HOUR, MINUTE, SECOND
from app.networks.ok.comments import Discussion
from app.networks.ok.cursor import MOST, Cursor, Known, discussion_of, name_of, read_cursor

NOW = 1_790_000_000_000_000


def test_it_is_read_as_it_was_written() -> None:
    """Whatever it holds; what is no cursor is none."""
    cursor = Cursor(NOW, 1, 2, 3, 4, "м", {"GROUP_TOPIC:1": Known("5/3", NOW, NOW)})
    assert read_cursor(cursor.written()) == cursor
    assert [read_cursor(text) for text in ("", "5", "{}", '{"begun":"x"}', "null")] == [None] * 5


def test_discussions_have_names() -> None:
    """And names that are none are passed over."""
    on = Discussion("GROUP_PHOTO", "851")
    assert discussion_of(name_of(on)) == on
    assert [discussion_of(text) for text in ("", "GROUP_PHOTO:", "USER_STATUS:5", "GROUP_TOPIC:x")] == [None] * 4


def test_pauses_grow_with_silence() -> None:
    """From a minute to an hour; less while a page is tried out."""
    cursor = Cursor(NOW, active=NOW)
    assert cursor.rest(NOW, 2) == 20 * SECOND
    for quiet, rest in ((15 * MINUTE, 75 * SECOND), (3 * HOUR, 15 * MINUTE), (DAY, HOUR), (30 * DAY, HOUR)):
        assert cursor.rest(NOW + quiet, 2) == rest
    cursor.active = NOW + DAY
    assert cursor.rest(NOW + DAY, 2) == MINUTE


def test_calls_that_are_left_last_for_a_day() -> None:
    """Each one that is spent stretches the pauses; with none left they are as long as they get."""
    cursor = Cursor(NOW - DAY, active=NOW, left=1000)
    assert cursor.rest(NOW, 3) == DAY * 3 // 1000
    cursor.spend(500)
    assert cursor.rest(NOW, 3) == DAY * 3 // 500
    cursor.spend(10_000)
    assert (cursor.left, cursor.rest(NOW, 3)) == (0, HOUR)
    cursor.left = 10**9
    assert cursor.rest(NOW, 3) == MINUTE


def test_the_oldest_are_forgotten_those_that_are_listed_last() -> None:
    """What is forgotten is looked for only from where it was known."""
    cursor = Cursor(NOW, known={f"GROUP_TOPIC:{n}": Known("", NOW + n, NOW) for n in range(1, MOST + 3)})
    cursor.forget(["GROUP_TOPIC:1"])
    assert len(cursor.known) == MOST
    assert set(range(1, MOST + 3)) - {int(name.partition(":")[2]) for name in cursor.known} == {2, 3}
    assert cursor.floor == NOW + 3
