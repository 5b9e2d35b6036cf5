"""After a gap a page is read again: what nobody told us of is judged, once, and nothing old is acted on by itself."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, update
from sqlmodel import select

from app.domain.clock import DAY, HOUR, MINUTE, SECOND
from app.domain.errors import InvalidInputError, NotFoundError
from app.domain.events import Event
from app.domain.watching import Matter
from app.journal.verify import verify
from app.pipeline.administration.page_overview import show_page
from app.pipeline.administration.pages import remove_page
from app.pipeline.configuration import PageConfig
from app.pipeline.record.items import Item, Outcome
from app.pipeline.rereading.gaps import DOWN, notice_downtime, notice_incidents
from app.pipeline.rereading.ordering import order_reread
from app.pipeline.rereading.walking import PATIENCE, REST
from app.pipeline.watching import incidents
from app.storage import duties
from app.storage.pages import last_events
from app.storage.tables import Action, Comment, Credential, Decision, Page, RevisionBody
from tests.integration.pipeline.deaf import GROUP, Deaf
from tests.integration.pipeline.storm import RUDE
from tests.simulators import vk_state


@pytest.fixture(autouse=True)
def _no_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network's rate is tried out elsewhere."""
    monkeypatch.setitem(vk_state.RATES, "user", 1_000)


@pytest.fixture
def deaf(database_url: str) -> Iterator[Deaf]:
    """On each engine; its journal must verify at the end."""
    made = Deaf(database_url)
    yield made
    assert verify(made.house.database, made.house.journal_key).problems == []
    made.close()


@pytest.fixture
def small(sqlite_url: str) -> Iterator[Deaf]:
    """Where no statement differs between the engines."""
    made = Deaf(sqlite_url)
    yield made
    made.close()


def test_what_nobody_told_us_of_is_judged_once(deaf: Deaf) -> None:
    """Comments, answers and other surfaces go through the same door; what is known or older stays as it is."""
    known = deaf.post("Спасибо за дорогу", thing=3)
    deaf.tell(known)
    old = deaf.post(RUDE, hours_ago=48)
    rude = deaf.post(RUDE, author=77)
    answer = deaf.post("Когда уберут снег?", author=78)
    answer.parents.append(rude.id)
    board = deaf.post("Обсуждение парка", surface="board", thing=9)
    own = deaf.post("Ответ администрации", author=-GROUP)
    deaf.open_gap()
    gap = deaf.read_again()

    assert (gap.state, gap.seen, gap.found) == ("done", 5, 4)
    assert deaf.verdicts() == {
        str(known.id): ["keep"],
        str(rude.id): ["remove"],
        str(answer.id): ["keep"],
        str(board.id): ["keep"],
    }
    assert str(old.id) not in [one.external_id for one in deaf.desk.rows(Comment)]
    assert {one.external_id: one.written_by for one in deaf.desk.rows(Comment)}[str(own.id)] == "page"
    [removal] = [one for one in deaf.desk.rows(Action) if one.kind == "delete_comment"]
    assert removal.state == "pending"

    deaf.open_gap()
    assert deaf.read_again().found == 0
    assert deaf.tell(rude) is Outcome.LATE
    assert deaf.verdicts()[str(rude.id)] == ["remove"]


def test_what_was_written_three_days_ago_is_only_proposed(small: Deaf) -> None:
    """A person decides on it, whatever the page's mode."""
    small.post(RUDE, hours_ago=80)
    small.open_gap(hours=100)
    small.read_again()

    [decision] = small.desk.rows(Decision)
    assert decision.reasons_json == '["score_over_remove","age_limit"]'
    assert {one.state for one in small.desk.rows(Action)} == {"proposed"}


def test_what_was_written_after_a_gap_is_left_to_its_delivery(small: Deaf) -> None:
    """The network tells of it itself; that counts as heard and is no old news."""
    small.open_gap()
    small.clock.advance(MINUTE)
    small.post(RUDE, hours_ago=0)
    gap = small.read_again()

    assert (gap.state, gap.seen, gap.found) == ("done", 0, 0)


def test_what_is_read_again_is_not_heard(small: Deaf) -> None:
    """A page counts as silent until its network tells something, however much was found there."""
    small.tell(small.post("Спасибо за дорогу"))
    [page] = small.desk.rows(Page)

    def heard() -> int:
        with small.house.database.read() as session:
            return last_events(session, [page])[page.id]

    last = heard()
    small.clock.advance(HOUR)
    small.post(RUDE)
    small.post("Ответ администрации", author=-GROUP)
    small.open_gap()
    assert small.read_again().found == 2
    assert heard() == last
    small.clock.advance(HOUR)
    small.tell(small.post("Спасибо за парк"))
    assert heard() > last


def test_an_old_edit_is_only_proposed_after_it_waited_for_the_model(small: Deaf) -> None:
    """Nobody knows when the words were changed: the comment's own time counts, also when the model was broken."""
    comment = small.post("Спасибо за дорогу", hours_ago=80)
    small.tell(comment)
    comment.text = RUDE
    small.open_gap(hours=100)
    small.break_model()
    assert small.read_again().found == 1
    assert small.waiting() == 1
    small.mend_model()
    small.judge_waiting()

    assert small.decisions_on(comment.id)[-1].reasons_json == '["score_over_remove","age_limit"]'
    assert {one.state for one in small.actions_on(comment.id)} == {"proposed"}


def test_an_edit_and_a_deletion_that_nobody_told_us_of(small: Deaf) -> None:
    """The new words are judged; where VK shows an empty place the question to a person is over."""
    edited = small.post("Спасибо за дорогу")
    gone = small.post("сломайся")
    answer = small.post("Вы о чём?", author=5)
    for one in (edited, gone, answer):
        small.tell(one)
    answer.parents.append(gone.id)
    edited.text, gone.deleted = RUDE, True
    small.open_gap()
    small.read_again()

    assert small.verdicts()[str(edited.id)] == ["keep", "remove"]
    states = {one.external_id: one.state for one in small.desk.rows(Comment)}
    assert (states[str(gone.id)], states[str(edited.id)]) == ("removed", "visible")

    small.open_gap()
    assert small.read_again().found == 0, "what is known by now is no news"


def test_an_edit_that_comes_while_the_page_is_read_is_fresher(small: Deaf) -> None:
    """The list was written before it: its words must not come back over those that the author wrote since."""
    comment = small.post("Спасибо за дорогу")
    small.tell(comment)
    comment.text = "Первая правка"
    small.open_gap()
    rereader = small.rereader()
    judged = rereader.judge

    def overtaken(event: Event, page: PageConfig) -> Item:
        comment.text = "Вторая правка"
        small.clock.advance(SECOND)
        assert small.tell(comment, "edit") is Outcome.DECIDED
        small.clock.advance(SECOND)
        return judged(event, page)

    # The two edits follow one another: the first one was told of before.
    small.tell(comment, "edit")
    comment.text = "Правка, которой не слышно"
    rereader.judge = overtaken
    small.read_again(rereader)

    [newest] = small.desk.rows(Comment)
    with small.house.database.read() as session:
        body = session.get_one(RevisionBody, newest.revision_id)
    assert body.text == "Вторая правка"


def test_a_killed_walk_goes_on_where_it_stopped(deaf: Deaf) -> None:
    """What was stored is not asked for again, what was not is; nothing is decided twice."""
    for post in range(1, 7):
        deaf.post(f"Комментарий под записью {post}", thing=post)
    deaf.open_gap()
    deaf.stop_after = 3
    stopped = deaf.read_again()
    read = len(deaf.vk.calls_of("wall.getComments"))
    assert (stopped.state, stopped.found, read) == ("reading", 3, 3)

    assert (deaf.read_again().state, deaf.gaps()[0].found) == ("done", 6)
    assert len(deaf.vk.calls_of("wall.getComments")) == 6
    assert all(verdicts == ["keep"] for verdicts in deaf.verdicts().values())
    assert len(deaf.verdicts()) == 6


@pytest.mark.parametrize("wait", [REST, -HOUR])
def test_a_network_that_is_away_is_asked_again_later(small: Deaf, wait: int) -> None:
    """The walk rests and loses nothing."""
    comment = small.post("Спасибо за дорогу")
    small.open_gap()
    small.vk.fail_next("wall.getComments", "http_502")
    rereader = small.rereader()
    assert small.read_again(rereader).state == "reading"
    asked = len(small.vk.calls)
    small.read_again(rereader)
    assert len(small.vk.calls) == asked, "it rests"

    # A clock that is set back makes no rest longer.
    small.clock.advance(wait)
    assert small.read_again(rereader).state == "done"
    assert small.verdicts() == {str(comment.id): ["keep"]}


@pytest.mark.parametrize(("rounds", "state"), [(1, "done"), (2, "partly")])
def test_a_thing_that_always_fails_is_passed_by(small: Deaf, rounds: int, state: str) -> None:
    """One broken post does not keep the others from being read; it is tried once more, and then people are told."""
    broken = small.post("Под сломанной записью", thing=2, hours_ago=0.5)
    comment = small.post("Под целой записью", thing=1)
    small.open_gap()
    rereader = small.rereader()
    small.vk.fail_next("wall.getComments", *[10] * PATIENCE, 10)
    for _ in range(PATIENCE):
        assert small.read_again(rereader).state == "reading"
        small.clock.advance(REST)
    small.stop_after = 1
    assert small.read_again(rereader).state == "reading"
    assert list(small.verdicts()) == [str(comment.id)]

    small.stop_after = 10
    rereader = small.rereader()
    if rounds == 2:
        small.vk.fail_next("wall.getComments", *[10] * (PATIENCE + 1))
        for _ in range(PATIENCE):
            assert small.read_again(rereader).state == "reading"
            small.clock.advance(REST)
    assert small.read_again(rereader).state == state
    assert (str(broken.id) in small.verdicts()) is (state == "done")


def test_a_page_that_no_key_may_read_says_so(small: Deaf) -> None:
    """People are told to look themselves; a key that is dead is buried and waited for."""
    small.open_gap()
    small.vk.fail_next("wall.get", 5)
    assert small.read_again().state == "reading"
    with small.house.database.read() as session:
        [buried] = session.exec(select(Credential)).all()
    assert buried.dead_code == "vk_5"

    with small.house.database.write() as session:
        session.execute(update(Credential).values(dead_at=None, dead_code=""))
    small.vk.fail_next("wall.get", 27)
    failed = small.read_again()
    assert (failed.state, failed.code) == ("failed", "vk_27")
    shown = show_page(small.house, small.desk.page_id).gap
    assert shown is not None
    assert shown.state == "failed"


def test_a_page_without_keys_is_not_waited_for(small: Deaf) -> None:
    """It was never meant to be read: people are told at once to look themselves."""
    small.open_gap()
    with small.house.database.write() as session:
        session.execute(delete(Credential))
    failed = small.read_again()

    assert (failed.state, failed.code, small.vk.calls) == ("failed", "no_token", [])


def test_a_surface_that_is_closed_costs_the_others_nothing(small: Deaf) -> None:
    """A page without goods, or a key without the right to see them, is still read where it may be."""
    comment = small.post("Фото", surface="photo", thing=4)
    small.open_gap()
    small.vk.fail_next("board.getTopics", 15)
    small.vk.fail_next("video.get", 204)
    small.vk.fail_next("market.get", 27)

    assert small.read_again().state == "done"
    assert list(small.verdicts()) == [str(comment.id)]


def test_a_removed_page_is_not_read(small: Deaf) -> None:
    """Its gap is closed."""
    small.open_gap()
    remove_page(small.house, small.desk.page_id, by="cli")

    assert (small.read_again().state, small.vk.calls) == ("failed", [])


@pytest.mark.parametrize(("matter", "before"), [(Matter.CALLBACK_SERVER, 2 * HOUR), (Matter.SILENCE, DAY)])
def test_a_page_that_hears_again_is_read_again(deaf: Deaf, matter: Matter, before: int) -> None:
    """From before the trouble was noticed to its end, once."""
    notice_incidents(deaf.house, deaf.desk.configuration, deaf.stop)
    deaf.clock.advance(MINUTE)
    began = deaf.clock.now()
    with deaf.house.database.write() as session:
        incidents.begin(session, deaf.house, matter, page_id=deaf.desk.page_id)
    deaf.clock.advance(3 * HOUR)
    notice_incidents(deaf.house, deaf.desk.configuration, deaf.stop)
    assert deaf.gaps() == []

    with deaf.house.database.write() as session:
        incidents.end(session, deaf.house, matter, page_id=deaf.desk.page_id)
    ended = deaf.clock.now()
    deaf.clock.advance(MINUTE)
    for _ in range(2):
        notice_incidents(deaf.house, deaf.desk.configuration, deaf.stop)
    [gap] = deaf.gaps()
    assert (gap.page_id, gap.from_at, gap.to_at, gap.code) == (deaf.desk.page_id, began - before, ended, matter.value)


def test_a_start_after_a_long_time_has_pages_read_again(deaf: Deaf) -> None:
    """Those that their network calls; whoever asks for events knows from where to go on. A restart is no gap."""
    notice_downtime(deaf.house)
    deaf.write("Спасибо за дорогу")
    alive = deaf.clock.now()
    deaf.clock.advance(DOWN - MINUTE)
    notice_downtime(deaf.house)
    assert deaf.gaps() == []

    with deaf.house.database.write() as session:
        duties.write_cursor(session, "turn something", 0, alive)
    deaf.clock.advance(MINUTE)
    for _ in range(2):
        notice_downtime(deaf.house)
    [gap] = deaf.gaps()
    assert (gap.code, gap.to_at) == ("service_down", deaf.clock.now())
    assert gap.from_at <= alive


def test_a_polled_page_goes_on_by_itself_after_a_long_time(small: Deaf) -> None:
    """Its network keeps what happened meanwhile, and says so where it does not."""
    small.write("Спасибо за дорогу")
    with small.house.database.write() as session:
        session.execute(update(Page).values(intake="longpoll"))
    small.clock.advance(DAY)
    notice_downtime(small.house)

    assert small.gaps() == []


def test_who_asks_for_too_much_is_told_so(small: Deaf) -> None:
    """A time that lies ahead, one that nobody remembers, a page that is not there."""
    now = small.clock.now()
    for since in (now + HOUR, now - 31 * DAY):
        with pytest.raises(InvalidInputError, match="since"):
            order_reread(small.house, small.desk.page_id, since=since, by="cli")
    with pytest.raises(NotFoundError):
        order_reread(small.house, 1, since=now - HOUR, by="cli")
    assert order_reread(small.house, small.desk.page_id, since=now - HOUR, by="cli") == ()
    with small.house.database.write() as session:
        session.execute(update(Credential).values(slot="community"))
    [warning] = order_reread(small.house, small.desk.page_id, since=now - HOUR, by="cli")
    assert "ключа руководителя" in warning
