"""Several processes poll the pages of one installation: fair shares, no page alone for long, one owner of the cursor."""

from collections import Counter

from sqlalchemy import update

from app.storage import polls
from app.storage.polls import HeldPoll, Way
from app.storage.tables import Decision, Poll
from tests.fakes.polling import GROUP, Listening
from tests.fakes.world import wait_until


def claim(scene: Listening, owner: str, limit: int = 100, network: str = "vk") -> list[HeldPoll]:
    """A process looks."""
    with scene.house.database.write() as session:
        ways = [Way(network, "longpoll")]
        polls.sync(session, ways)
        polls.claim(session, owner, seconds=30, limit=limit, ways=ways)
        return polls.held(session, owner, ways)


def shares(scene: Listening) -> list[int]:
    """How many pages each process holds, the smallest first."""
    return sorted(Counter(one.lease_owner for one in scene.rows(Poll) if one.lease_owner).values())


def expire(scene: Listening, owner: str) -> None:
    """A process has died a minute ago."""
    with scene.house.database.write() as session:
        for row in (one for one in scene.rows(Poll) if one.lease_owner == owner):
            row.lease_until = 0
            session.merge(row)


def test_shares_even_out_and_then_rest(scene: Listening) -> None:
    """Whoever comes later takes from whoever has most; what is even stays as it is."""
    for number in range(1, 7):
        scene.add_page(GROUP + number)
    assert len(claim(scene, "a")) == 7
    assert len(claim(scene, "b")) == 3
    assert len(claim(scene, "a")) == 4
    assert len(claim(scene, "c")) == 2
    settled = [{page.page_id for page in claim(scene, owner)} for owner in "abcabc"]
    assert settled[:3] == settled[3:]
    assert set.union(*settled) == {one.page_id for one in scene.rows(Poll)}
    assert shares(scene) == [2, 2, 3]


def test_a_dead_process_is_followed_by_the_living(scene: Listening) -> None:
    """Its pages are nobody's once the leases ran out, and are taken with where they stood."""
    scene.add_page(GROUP + 1)
    claim(scene, "dead")
    assert claim(scene, "living") != []
    expire(scene, "dead")
    assert len(claim(scene, "living")) == 2
    assert len(claim(scene, "dead")) == 1, "whoever comes back has its share again, no more"


def test_nobody_takes_more_than_fits_or_what_is_not_its_network(quick: Listening) -> None:
    """Descriptors are limited; a process without an adapter leaves a page to others."""
    quick.add_page(GROUP + 1)
    assert claim(quick, "other", network="ok") == []
    assert len(claim(quick, "small", limit=1)) == 1
    assert len(claim(quick, "large")) == 1


def test_one_page_is_not_carried_to_and_fro(quick: Listening) -> None:
    """With more processes than pages somebody has none, and takes none."""
    assert len(claim(quick, "a")) == 1
    assert claim(quick, "b") == []
    assert len(claim(quick, "a")) == 1


def test_two_processes_share_and_nothing_is_decided_twice(scene: Listening) -> None:
    """Also while a page goes over from one to the other in the middle of a question."""
    groups = [GROUP, *(GROUP + number for number in range(1, 6))]
    for group in groups[1:]:
        scene.add_page(group)
    other = scene.beside()
    with scene.poller():
        wait_until(lambda: shares(scene) == [6] and all(one.cursor for one in scene.rows(Poll)))
        with scene.poller(other):
            for number in range(12):
                scene.write(f"Сообщение {number}", groups[number % 6])
            wait_until(lambda: shares(scene) == [3, 3])
            for number in range(12, 24):
                scene.write(f"Сообщение {number}", groups[number % 6])
            wait_until(lambda: len(scene.rows(Decision)) >= 24)
        wait_until(lambda: shares(scene) == [6])
        for number in range(24, 30):
            scene.write(f"Сообщение {number}", groups[number % 6])
        scene.decided(30)
    other.database.dispose()
    assert scene.gaps() == []


def test_who_lost_a_page_does_not_move_its_cursor(quick: Listening) -> None:
    """The events that it heard are stored all the same: the holder hears them too, by the same ids."""
    with quick.poller(look_seconds=60):
        quick.listens()
        with quick.house.database.write() as session:
            session.exec(update(Poll).values(lease_owner="thief", lease_until=2**62))
        quick.write()
        quick.decided(1)
    assert quick.poll().cursor == "0"
    with quick.house.database.write() as session:
        polls.release(session, "thief")
    with quick.poller():
        wait_until(lambda: quick.poll().cursor == "1")
    quick.decided(1)
