"""Every incident is told once when it begins and once when it ends, in few letters, and never lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from app.domain.clock import HOUR, MINUTE, SECOND
from app.domain.watching import Matter
from app.pipeline.administration.alert_channels import list_channels, remove_channel
from app.pipeline.watching import incidents, telling
from app.storage.tables import AlertMessage, Journal, Page
from tests.fakes.world import START, World
from tests.integration.watching.conftest import mail


def begin(world, matter=Matter.SILENCE, **about):
    with world.database.write() as session:
        incidents.begin(session, world.house, matter, **(about or {"page_id": world.page}))


def end(world, matter=Matter.SILENCE, **about):
    with world.database.write() as session:
        incidents.end(session, world.house, matter, **(about or {"page_id": world.page}))


def tell(world, post):
    return telling.tell(world.house, post, jitter=lambda: 1.0)


def at(hour, minute=0):
    """That time of the day after the start, UTC, in microseconds."""
    day = datetime.fromtimestamp(START // SECOND, UTC)
    return int(day.replace(hour=hour, minute=minute, second=0).timestamp()) * SECOND + 24 * HOUR


def test_one_letter_when_it_begins_and_one_when_it_ends(either, post, box):
    """Each is sent once, names the page, says what to do and where to look."""
    mail(either)
    begin(either)
    assert [tell(either, post), tell(either, post)] == [1, 0]
    either.clock.advance(2 * HOUR)
    end(either)
    assert [tell(either, post), tell(either, post)] == [1, 0]
    (target, began), (_, ended) = box.letters
    assert target == {"address": "press@adm.example"}
    assert began.subject == "Дворник: «Страница»: событий нет дольше обычного"
    assert "Что делать:" in began.text
    assert f"https://a.example/console/pages/{either.page}" in began.text
    assert ended.subject == "Дворник: «Страница»: события снова приходят"
    assert "(2 ч)" in ended.text
    assert began.key != ended.key


def test_a_storm_is_one_letter(world, post, box):
    """What begins while a letter has just been sent waits, and comes as one list."""
    mail(world)
    begin(world)
    tell(world, post)
    for number in range(30):
        begin(world, Matter.POLLING, page_id=world.add_page(world.connection) if number < 25 else 10**6 + number)
    assert tell(world, post) == 0
    world.clock.advance(telling.APART)
    assert tell(world, post) == 1
    letter = box.letters[1][1]
    assert letter.subject.endswith("(и ещё 29)")
    assert "И ещё событий: 10." in letter.text


def test_quiet_hours_hold_letters_back_and_merge_what_is_over(world, post, box):
    """At night nothing is sent; in the morning what has ended meanwhile is one line, what goes on another."""
    mail(world, quiet="22:00-07:00", timezone="UTC")
    world.clock.instant = at(23)
    begin(world)
    begin(world, Matter.MODEL, code="broken", connection_id=0)
    assert tell(world, post) == 0
    world.clock.advance(3 * HOUR)
    end(world)
    world.clock.instant = at(6, 59) + 24 * HOUR
    assert tell(world, post) == 0
    world.clock.instant = at(7) + 24 * HOUR
    assert [tell(world, post), tell(world, post)] == [1, 0]
    [(_, letter)] = box.letters
    assert letter.text.count("событий нет дольше обычного") == 1
    assert "события снова приходят" in letter.text
    assert "программа не может оценивать тексты" in letter.text


def test_quiet_hours_by_day_do_not_wrap(world, post):
    """13:00-14:00 holds an hour back and no other."""
    mail(world, quiet="13:00-14:00", timezone="UTC")
    world.clock.instant = at(13, 30)
    begin(world)
    assert tell(world, post) == 0
    world.clock.instant = at(14)
    assert tell(world, post) == 1


def test_what_is_not_taken_comes_again(either, post, box):
    """A refusal is kept with its code and tried again later, with what has come since; nothing is lost."""
    number = mail(either)
    box.answers = ["smtp_451", "unreachable"]
    begin(either)
    assert tell(either, post) == 0
    [shown] = list_channels(either.house)
    assert (shown.waiting, shown.last_error, shown.last_sent_at) == (1, "smtp_451", None)
    assert tell(either, post) == 0, "not before its time"
    assert box.answers == ["unreachable"]
    either.clock.advance(MINUTE)
    assert tell(either, post) == 0
    either.clock.advance(MINUTE)
    end(either)
    assert tell(either, post) == 1
    assert len(box.letters) == 1
    [shown] = list_channels(either.house)
    assert (shown.id, shown.waiting, shown.last_error) == (number, 0, "")


def test_a_kind_that_is_not_set_up_says_so(world, post):
    """A channel whose sender is missing keeps its messages and shows why."""
    mail(world)
    begin(world)
    assert telling.tell(world.house, telling.Post({})) == 0
    assert [one.last_error for one in list_channels(world.house)] == ["not_set_up"]


def test_a_sender_that_breaks_stops_no_other(world, box):
    """An exception of one sender is a code; the other channel gets its letter."""

    class Broken:
        def send(self, target, letter):
            raise ValueError(target["address"])

    mail(world)
    begin(world)
    assert telling.tell(world.house, telling.Post({"email": Broken()})) == 0
    assert [one.last_error for one in list_channels(world.house)] == ["client_error"]


def test_four_processes_send_one_letter(either, post, box, database_url):
    """Whoever claims the messages sends them; the others find nothing."""
    mail(either)
    begin(either)
    others = [World.beside(either, database_url) for _ in range(4)]
    try:
        with ThreadPoolExecutor(4) as pool:
            sent = list(pool.map(lambda one: tell(one, post), others))
    finally:
        for one in others:
            one.close()
    assert sum(sent) == 1
    assert len(box.letters) == 1


def test_whoever_dies_while_sending_is_followed(world, post, box):
    """A letter that nobody has settled is sent again, under the same number."""
    mail(world)
    begin(world)

    class Dying:
        def send(self, target, letter):
            box.send(target, letter)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        telling.tell(world.house, telling.Post({"email": Dying()}))
    assert tell(world, post) == 0
    world.clock.advance(2 * MINUTE)
    assert tell(world, post) == 1
    (_, first), (_, second) = box.letters
    assert first.key == second.key


def test_a_removed_channel_is_told_nothing_and_forgotten(either, post, box):
    """Its unsent messages go with it, its address is erased, and the journal names no address."""
    number = mail(either)
    begin(either)
    remove_channel(either.house, number, by="cli")
    assert tell(either, post) == 0
    assert either.ids_of(AlertMessage) == []
    assert list_channels(either.house) == ()
    with either.database.read() as session:
        kept = [(entry.kind, entry.body) for entry in session.exec(select(Journal))]
    assert sorted(kind for kind, _ in kept) == ["channel_added", "channel_removed"]
    assert not any("press@" in body for _, body in kept)


def test_a_title_cannot_break_a_letter(world, post, box):
    """A page's title is one line, however it was written."""
    mail(world)
    with world.database.write() as session:
        page = session.get_one(Page, world.page)
        page.title = "Район\r\nBcc: x@y.example\u202e" + "!" * 300
        session.add(page)
    begin(world)
    assert tell(world, post) == 1
    [(_, letter)] = box.letters
    assert "\n" not in letter.subject
    assert "\u202e" not in letter.text
    assert len(letter.subject) < 200
