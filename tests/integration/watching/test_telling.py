"""Every incident is told once when it begins and once when it ends, in few letters, and never lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from app.domain.clock import HOUR, MINUTE, SECOND
from app.domain.watching import Handed, Matter
from app.pipeline.administration.alert_channels import NewChannel, add_channel, list_channels, remove_channel
from app.pipeline.watching import incidents, telling
from app.pipeline.watching.letters import MOST
from app.pipeline.watching.telling import is_quiet
from app.storage.tables import AlertChannel, AlertMessage, Journal, Page
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


def test_one_letter_when_it_begins_and_one_when_it_ends(world, post, box):
    """Each is sent once, names the page, says what to do and where to look."""
    mail(world)
    begin(world)
    assert [tell(world, post), tell(world, post)] == [1, 0]
    world.clock.advance(2 * HOUR)
    end(world)
    assert [tell(world, post), tell(world, post)] == [1, 0]
    (target, began), (_, ended) = box.letters
    assert target == {"address": "press@adm.example"}
    assert began.subject == "Дворник: «Страница»: событий нет дольше обычного"
    assert "Что делать:" in began.text
    assert " (UTC+03:00).\n" in began.text
    assert f"https://a.example/console/pages/{world.page}" in began.text
    assert ended.subject == "Дворник: «Страница»: события снова приходят"
    assert "(UTC+03:00, 2 ч)" in ended.text
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
    *told, rest = letter.text.split("\n\n")
    assert 10 < len(told) <= MOST
    assert rest == f"И ещё событий: {30 - len(told)}. Все они видны в кабинете."


def test_a_letter_fits_into_a_message_whatever_pages_are_called(world, post, box):
    """Messengers count signs beyond the basic plane twice; what has no room is counted."""
    mail(world)
    second = world.add_page(world.connection)
    world.sql("UPDATE page SET title = :title", title="🧹" * 80)
    for matter in Matter:
        begin(world, matter)
        begin(world, matter, page_id=second)
    tell(world, post)
    [(_, letter)] = box.letters
    assert len(f"{letter.subject}\n\n{letter.text}".encode("utf-16-le")) // 2 <= 4096
    *told, rest = letter.text.split("\n\n")
    assert rest.startswith(f"И ещё событий: {2 * len(Matter) - len(told)}.")


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


@pytest.mark.parametrize(
    ("instant", "quiet"),
    [
        # Clocks go from 02:00 to 03:00: the night is an hour shorter and ends at 07:00 all the same.
        ("2026-03-29T04:59+00:00", True),
        ("2026-03-29T05:00+00:00", False),
        # They go back: 02:30 comes twice, and both are night.
        ("2026-10-25T00:30+00:00", True),
        ("2026-10-25T01:30+00:00", True),
        ("2026-10-25T05:59+00:00", True),
        ("2026-10-25T06:00+00:00", False),
        ("2026-10-24T19:59+00:00", False),
        ("2026-10-24T20:00+00:00", True),
        ("2026-10-24T22:00+00:00", True),
    ],
)
def test_quiet_hours_are_those_of_the_clock_on_the_wall(instant, quiet):
    """From 22:00 to 07:00 where the office is, over midnight and over a change of the clocks."""
    channel = AlertChannel(quiet_from=22 * 60, quiet_to=7 * 60, timezone="Europe/Berlin")
    assert is_quiet(channel, int(datetime.fromisoformat(instant).timestamp()) * SECOND) is quiet


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
    end(either)
    assert tell(either, post) == 0, "not before its time, and the end not before the beginning"
    assert box.answers == ["unreachable"]
    either.clock.advance(MINUTE)
    assert tell(either, post) == 0
    either.clock.advance(MINUTE)
    assert tell(either, post) == 1
    assert len(box.letters) == 1
    [shown] = list_channels(either.house)
    assert (shown.id, shown.waiting, shown.last_error) == (number, 0, "")


def test_a_channel_that_asks_for_a_pause_gets_it(world, post, box):
    """What Telegram wants to be left alone for counts more than our own delay."""
    mail(world)
    box.answers = [Handed("telegram_429", after=5 * MINUTE)]
    begin(world)
    tell(world, post)
    world.clock.advance(5 * MINUTE - SECOND)
    assert tell(world, post) == 0
    world.clock.advance(SECOND)
    assert tell(world, post) == 1


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
    add_channel(world.house, NewChannel("telegram", "42", token="100500:AAE-token_of_a_bot"), by="cli")
    begin(world)
    assert tell(world, telling.Post({"email": Broken(), "telegram": box})) == 1
    assert [one.last_error for one in list_channels(world.house)] == ["client_error", ""]


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
    """A letter that nobody has settled is sent again under the same number; with something new in it under another."""
    mail(world)
    begin(world)

    class Dying:
        def send(self, target, letter):
            box.send(target, letter)
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            tell(world, telling.Post({"email": Dying()}))
        assert tell(world, post) == 0
        world.clock.advance(2 * MINUTE)
    begin(world, Matter.BUDGET)
    assert tell(world, post) == 1
    first, second, third = (letter.key for _, letter in box.letters)
    assert first == second != third


def test_a_removed_channel_is_told_nothing_and_forgotten(world, post, box):
    """Its unsent messages go with it, also the ends of what it was told of, and the journal names no address."""
    number = mail(world)
    begin(world)
    tell(world, post)
    begin(world, Matter.BUDGET)
    remove_channel(world.house, number, by="cli")
    end(world)
    world.clock.advance(telling.APART)
    assert tell(world, post) == 0
    assert len(world.ids_of(AlertMessage)) == len(box.letters) == 1
    assert list_channels(world.house) == ()
    with world.database.read() as session:
        kept = [(entry.kind, entry.body) for entry in session.exec(select(Journal))]
    assert sorted(kind for kind, _ in kept) == ["channel_added", "channel_removed"]
    assert not any("press@" in body for _, body in kept)


def test_a_channel_of_some_pages_is_told_no_other_pages_name(world, post, box):
    """An incident of a token that several pages share names those of the channel."""
    second = world.add_page(world.connection)
    world.sql("UPDATE page SET title = 'Соседи' WHERE id = :id", id=world.page)
    mail(world, pages=[second])
    begin(world, Matter.TOKEN_DEAD, connection_id=world.connection)
    assert tell(world, post) == 1
    [(_, letter)] = box.letters
    assert letter.subject == "Дворник: «Страница»: ключ доступа больше не действует"
    assert "Соседи" not in letter.text


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
