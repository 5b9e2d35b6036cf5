"""Residents who wait: their clocks begin, stop, go on and warn, whatever happens in the network and at the desk."""

from datetime import UTC, datetime

import pytest
import structlog
from sqlmodel import select

from app.domain.answers import AppealEnd
from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.events import Act
from app.domain.words import Kind, Role
from app.pipeline.answers import waiting
from app.storage.tables import Appeal, Label, Page
from tests.fakes.threads import ASKS, MONDAY


def local(instant):
    """An instant in the page's zone."""
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(instant // 1_000_000, UTC).astimezone(ZoneInfo("Asia/Novokuznetsk"))


def test_a_resident_s_question_gets_a_term_in_working_hours(street):
    """Nine working hours from Monday 10:00 end on Tuesday at 10:00; what is no appeal gets no clock."""
    asks, idle = street.says(), street.says("Красивая фотография!")
    street.walk()
    street.walk()
    assert street.appeal(idle) is None
    appeal = street.appeal(asks)
    assert appeal.asked_at == MONDAY + 1_000_000
    assert f"{local(appeal.due_at):%a %H:%M:%S}" == "Tue 10:00:01"
    assert street.told(asks) == ["appeal_opened"]


def test_a_private_message_is_waited_for_too(street):
    """The clock runs in dialogues, and the page's reply there stops it."""
    asks = street.says(private=True)
    other = street.says(private=True, author="502")
    street.walk()
    assert street.appeal(asks).closed_at is None
    street.clock.advance(HOUR)
    reply = street.writes_to("501")
    street.walk()
    appeal = street.appeal(asks)
    assert (appeal.ended, appeal.answer_comment_id) == ("answered", reply)
    assert street.appeal(other).closed_at is None


def test_an_answer_in_the_thread_stops_the_clock_of_whom_it_answers(street):
    """A reply to one resident answers that one; words to the whole thread answer the others too."""
    root = street.says()
    place = {"thread_root": street.number_of(root)}
    beside = street.says("А дорогу на Ленина?", author="502", reply_to=street.number_of(root), **place)
    elsewhere = street.says(author="503", post="18")
    street.walk()
    street.clock.advance(2 * HOUR)
    reply = street.page_says(reply_to=street.number_of(beside), **place)
    street.walk()
    answered = street.appeal(beside)
    assert (answered.ended, answered.ended_by, answered.answer_comment_id) == ("answered", "machine", reply)
    assert answered.answered_at == street.clock.now() - 1_000_000
    assert street.appeal(root).closed_at is None
    street.page_says(**place)
    street.walk()
    assert street.appeal(root).ended == "answered"
    assert street.appeal(elsewhere).closed_at is None
    assert street.told(beside) == ["appeal_opened", "appeal_answered"]


def test_the_words_of_a_manager_answer_and_those_of_a_neighbour_do_not(street):
    """Whoever runs the page may answer under their own name."""
    street.change(Page, street.page, managers_json='["777"]', managers_read_at=street.clock.now())
    with street.house.database.write() as session:
        from app.storage.nodes import bump_config

        bump_config(session)
    asks = street.says()
    place = {"thread_root": street.number_of(asks), "reply_to": street.number_of(asks)}
    street.says("Никогда не починят.", author="502", **place)
    street.walk()
    assert street.appeal(asks).closed_at is None
    street.says("Починим в пятницу.", author="777", **place)
    street.walk()
    assert street.appeal(asks).ended == "answered"


def test_an_answer_that_comes_between_two_walks_is_found(quick):
    """Question and answer may both be new to the walk, and the next walks change nothing."""
    asks = quick.says()
    quick.page_says(thread_root=quick.number_of(asks), reply_to=quick.number_of(asks))
    quick.walk()
    assert quick.appeal(asks).ended == "answered"
    quick.walk()
    assert quick.told(asks) == ["appeal_opened", "appeal_answered"]


def test_what_the_page_said_before_the_question_is_no_answer(quick):
    """Only what comes after a question can answer it."""
    root = quick.says("Добрый день")
    quick.page_says(thread_root=quick.number_of(root))
    asks = quick.says(thread_root=quick.number_of(root))
    quick.walk()
    assert quick.appeal(asks).closed_at is None


def test_an_answer_that_the_page_took_back_before_the_walk_answers_nobody(quick):
    """What is gone cannot be read."""
    asks = quick.says()
    reply = quick.page_says(thread_root=quick.number_of(asks), reply_to=quick.number_of(asks))
    quick.goes(reply, deleter="777")
    quick.walk()
    assert quick.appeal(asks).closed_at is None


@pytest.mark.parametrize(
    "again", [{"post": "18"}, {"thread_root": "1", "reply_to": "1", "text": "Так что с дорогой, дорогу-то?"}]
)
def test_a_resident_who_asks_again_keeps_the_first_term(quick, again):
    """The same words under another post, or other words in the same thread, do not set the clock back."""
    first = quick.says()
    quick.clock.advance(3 * HOUR)
    second = quick.says(again.get("text", ASKS), **{key: one for key, one in again.items() if key != "text"})
    quick.walk()
    assert quick.appeal(second).asked_at > quick.appeal(first).asked_at
    assert quick.appeal(second).due_at == quick.appeal(first).due_at


def test_another_question_or_another_resident_has_its_own_term(quick):
    """Only a repetition keeps the first term."""
    first = quick.says()
    quick.clock.advance(3 * HOUR)
    others = [quick.says("Почему закрыли дорогу к школе?", post="18"), quick.says(author="502", post="18")]
    quick.walk()
    for other in others:
        assert quick.appeal(other).due_at > quick.appeal(first).due_at


def test_a_question_that_an_edit_brings_is_asked_when_it_comes(quick):
    """An old comment that becomes a question is not overdue at once."""
    comment = quick.says("Красота")
    quick.walk()
    quick.clock.advance(30 * DAY)
    assert quick.says(act=Act.EDIT, number=quick.number_of(comment), written_at=MONDAY) == comment
    edited_at = quick.clock.now()
    quick.walk()
    assert quick.appeal(comment).asked_at == edited_at


@pytest.mark.parametrize("deleter", ["501", "777"])
def test_what_is_withdrawn_or_removed_waits_for_nothing_and_waits_again_when_it_is_back(street, deleter):
    """The clock stops when the message is gone; restored, it has its old term."""
    asks = street.says()
    street.walk()
    due = street.appeal(asks).due_at
    street.goes(asks, deleter=deleter)
    street.walk()
    assert street.appeal(asks).ended == "gone"
    street.says(act=Act.RESTORE, number=street.number_of(asks))
    street.walk()
    assert (street.appeal(asks).ended, street.appeal(asks).due_at) == (None, due)
    assert street.told(asks) == ["appeal_opened", "appeal_gone", "appeal_reopened"]


def test_people_are_warned_once_before_the_term(street):
    """Two working hours before the term the journal and the log say so, without a word of the text."""
    asks = street.says()
    street.walk()
    # Monday 17:00: three working hours are left.
    street.clock.instant = MONDAY + 7 * HOUR - MINUTE
    street.walk()
    assert street.appeal(asks).warned_at is None
    # Tuesday 08:00: the office is closed, and two working hours are left at 08:00:01 before it opens at 9.
    street.clock.instant = MONDAY + 8 * HOUR
    with structlog.testing.capture_logs() as logs:
        street.walk()
        street.walk()
    assert street.appeal(asks).warned_at == MONDAY + 8 * HOUR + 1_000_000
    warned = [entry for entry in logs if entry["event"] == "appeal_due_soon"]
    assert [entry["comment"] for entry in warned] == [asks]
    assert "дорогу" not in str(logs)
    assert street.told(asks) == ["appeal_opened", "appeal_warned"]


def test_history_of_an_installation_is_no_backlog(quick):
    """The first walk looks back a week, and no further."""
    old = quick.says()
    quick.clock.advance(8 * DAY)
    new = quick.says()
    quick.walk()
    assert quick.appeal(old) is None
    assert quick.appeal(new) is not None


def test_a_person_s_label_makes_a_message_wait(quick):
    """What the model missed and a person called an appeal gets its clock, from when the resident wrote it."""
    comment = quick.says("Третий день сидим без воды.", written_at=MONDAY - HOUR)
    quick.walk()
    with quick.house.database.write() as session:
        session.add(
            Label(
                id=quick.house.ids(),
                decision_id=1,
                comment_id=comment,
                page_id=quick.page,
                source="case",
                verdict="keep",
                appeal=True,
                machine_verdict="keep",
                policy_version_id=1,
                account_id=1,
                labelled_at=quick.clock.now(),
            )
        )
    quick.walk()
    appeal = quick.appeal(comment)
    assert (appeal.closed_at, appeal.asked_at) == (None, MONDAY - HOUR)


def test_a_person_sets_and_stops_clocks(street):
    """Somebody at the desk may call a message an appeal, mark it answered or in no need of an answer, and change it."""
    who = street.person("Анна", Role.RESPONDER)
    comment = street.says("Третий день сидим без воды.")
    waiting.wait(street.house, street.configuration, comment, who=who)
    with pytest.raises(ConflictError):
        waiting.wait(street.house, street.configuration, comment, who=who)
    waiting.stop(street.house, comment, AppealEnd.NOT_NEEDED, who=who)
    with pytest.raises(ConflictError, match="person:Анна"):
        waiting.stop(street.house, comment, AppealEnd.ANSWERED, who=who)
    waiting.wait(street.house, street.configuration, comment, who=who)
    waiting.stop(street.house, comment, AppealEnd.ANSWERED, who=who)
    appeal = street.appeal(comment)
    assert (appeal.ended, appeal.ended_by, appeal.answer_comment_id) == ("answered", "person:Анна", None)
    assert street.told(comment) == [
        "appeal_opened",
        "appeal_not_needed",
        "appeal_reopened",
        "appeal_answered",
    ]
    # What a person has ended the walk leaves alone.
    street.walk()
    assert street.appeal(comment).ended == "answered"


def test_the_page_s_own_words_and_what_is_gone_cannot_wait(quick):
    """Only a resident's message that people can see waits for an answer."""
    who = quick.person("Анна", Role.RESPONDER)
    own, gone = quick.page_says(), quick.says()
    quick.goes(gone, deleter="501")
    for comment in (own, gone):
        with pytest.raises(InvalidInputError, match="comment_id"):
            waiting.wait(quick.house, quick.configuration, comment, who=who)
    with pytest.raises(NotFoundError):
        waiting.wait(quick.house, quick.configuration, 1, who=who)


def test_the_list_shows_the_earliest_term_first_page_by_page(street):
    """The list goes on where it ended, counts who waits and who waits too long, and tells the working time left."""
    who = street.person("Анна", Role.RESPONDER)
    asked = []
    for author in ("501", "502", "503"):
        street.clock.advance(HOUR)
        asked.append(street.says(author=author, post=author))
    street.walk()
    first = waiting.waiting(street.house, (street.page,), who=who, limit=2)
    rest = waiting.waiting(street.house, (street.page,), who=who, after=first.after, limit=2)
    assert [one.record.comment.id for one in (*first.items, *rest.items)] == asked
    assert (first.waiting, first.late, rest.after) == (3, 0, None)
    assert first.items[0].left == 9 * HOUR - (street.clock.now() - street.appeal(asked[0]).asked_at)
    street.clock.advance(DAY)
    late = waiting.waiting(street.house, None, who=who)
    assert late.late == 3
    assert late.items[0].left < 0
    assert waiting.waiting(street.house, (1,), who=who).items == ()


def test_whoever_was_answered_before_is_shown_with_the_date(quick):
    """A repetition of an answered question stands beside the earlier answer's date."""
    who = quick.person("Анна", Role.RESPONDER)
    first = quick.says()
    quick.page_says(thread_root=quick.number_of(first), reply_to=quick.number_of(first))
    quick.walk()
    quick.clock.advance(DAY)
    quick.says(post="18")
    quick.walk()
    (shown,) = waiting.waiting(quick.house, None, who=who).items
    assert shown.record.answered_before == quick.appeal(first).answered_at


def test_the_words_of_a_private_message_are_for_those_who_read_them(quick):
    """A viewer learns that somebody waits, and not what they wrote; nor may a viewer stop the clock."""
    comment = quick.says(private=True)
    quick.walk()
    (shown,) = waiting.waiting(quick.house, None, who=quick.person("Зритель", Role.VIEWER)).items
    assert (shown.withheld, shown.record.text) == (True, None)
    (read,) = waiting.waiting(quick.house, None, who=quick.person("Анна", Role.RESPONDER)).items
    assert (read.withheld, read.record.text) == (False, ASKS)
    with pytest.raises(NotFoundError):
        waiting.stop(quick.house, comment, AppealEnd.ANSWERED, who=quick.person("Зритель", Role.VIEWER))


def test_a_discussion_is_answered_by_name(quick):
    """In a topic the page writes to many; a name says to whom."""
    topic = {"kind": Kind.DISCUSSION, "scope": "7", "post": "topic-229000001_7"}
    one, two = quick.says(**topic), quick.says(author="502", **topic)
    quick.walk()
    quick.page_says("[id502|Пётр], починим.", **topic)
    quick.walk()
    assert [quick.appeal(one).ended, quick.appeal(two).ended] == [None, "answered"]


def test_the_walk_reads_everything_in_stretches(quick, monkeypatch):
    """Many decisions and answers are walked piece by piece, none twice and none left out."""
    from app.pipeline.answers import answered, opening

    monkeypatch.setattr(opening, "PORTION", 3)
    monkeypatch.setattr(answered, "PORTION", 3)
    asked = [quick.says(author=str(600 + number), post=str(number)) for number in range(8)]
    for comment in asked[:7]:
        number = quick.number_of(comment)
        quick.page_says(thread_root=number, reply_to=number, post=str(asked.index(comment)))
    quick.walk()
    with quick.house.database.read() as session:
        ends = dict(session.exec(select(Appeal.comment_id, Appeal.ended)).all())
    assert ends == {comment: "answered" if comment in asked[:7] else None for comment in asked}
