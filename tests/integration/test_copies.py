"""Copies are counted exactly: by author, post and page, over replicas and restarts, and nothing else is a copy."""

import random
import re
import threading
from collections.abc import Iterator

import pytest
from sqlmodel import func, select

from app.domain.events import Act
from app.pipeline.forgetting import TEXTS_KEPT, forget
from app.pipeline.house import House
from app.pipeline.record.batch import record
from app.pipeline.record.copies import KEPT
from app.pipeline.record.items import Outcome
from app.pipeline.record.nearby import Nearby
from app.storage.tables import Action, Campaign, Page, ReviewCase, SeenText
from tests.fakes.clock import FakeClock
from tests.fakes.house import APPEAL, PROBABLY_SPAM, make_house, removed
from tests.fakes.wave import AD, COLD, Wave, context, reasons

HOUR = 3_600_000_000
_OURS = re.compile(r'\b(?:INTO|FROM|UPDATE|JOIN) "?(?:seen_text|campaign)')


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """A house on each engine."""
    house = make_house(database_url, FakeClock())
    yield house
    house.database.dispose()


@pytest.fixture
def wave(house: House) -> Wave:
    """A page that enforces Novokuznetsk's act."""
    return Wave(house)


def test_one_author_under_several_posts_and_pages(wave: Wave) -> None:
    """Comments count by page, the author's own over all pages; the third one makes a mailing of what is perhaps spam."""
    other = wave.add_page("229000002")
    first = wave.says(AD, scores=PROBABLY_SPAM, post="1")
    second = wave.says(AD.upper(), scores=PROBABLY_SPAM, post="1")
    third = wave.says(AD, scores=PROBABLY_SPAM, post="1", page_id=other)

    assert context(first) == {}
    assert (first.verdict, second.verdict, third.verdict) == ("review", "review", "remove")
    assert reasons(third) == ["score_over_review", "repeat"]
    assert {**context(second), "campaign": 0} == {
        "texts": 2,
        "authors": 1,
        "own_texts": 2,
        "own_places": 1,
        "authors_everywhere": 1,
        "pages": 1,
        "contact": False,
        "near": False,
        "campaign": 0,
    }
    assert (context(third)["texts"], context(third)["own_texts"], context(third)["pages"]) == (1, 3, 2)
    assert {action.kind: action.state for action in wave.rows(Action)} == {
        "delete_comment": "pending",
        "ban_author": "proposed",
    }


def test_copies_of_a_harmless_text_only_ask(wave: Wave) -> None:
    """Without a score for spam ten copies under ten posts are one question, and nothing is done."""
    decisions = [wave.says(AD, post=str(post)) for post in range(10)]

    assert [decision.verdict for decision in decisions] == ["keep"] * 2 + ["review"] * 8
    assert {tuple(reasons(decision)) for decision in decisions[2:]} == {("repeat",)}
    assert len(wave.rows(ReviewCase)) == 1
    assert wave.rows(Action) == []


def test_an_appeal_is_no_mailing(wave: Wave) -> None:
    """However often, and with a score for spam."""
    scores = PROBABLY_SPAM._replace(appeal=0.9)
    decisions = [wave.says(COLD, scores=scores, post=str(post)) for post in range(10)]

    assert {decision.verdict for decision in decisions} == {"review"}
    assert reasons(decisions[-1]) == ["score_over_review", "campaign"]
    assert len(wave.rows(ReviewCase)) == 1
    assert wave.rows(Action) == []


def test_short_texts_are_nobodys_copy(wave: Wave) -> None:
    """A hundred thanks are a hundred thanks."""
    decisions = [wave.says("Спасибо!", author=str(n), post=str(n)) for n in range(20)]
    assert {(decision.verdict, str(context(decision))) for decision in decisions} == {("keep", "{}")}
    assert wave.rows(SeenText) == []


def test_repeats_and_edits_are_no_copies(wave: Wave) -> None:
    """What is delivered twice counts once; an edit is no copy of the comment itself, nor is going back to the old words."""
    first = wave.item(AD)
    assert wave.take(first) == [Outcome.DECIDED]
    assert wave.take(first) == [Outcome.DUPLICATE]
    for text in (AD + " Звоните", AD, AD + " !!!"):
        edit = wave.item(text, number=1, act=Act.EDIT, key=f"edit {text} {wave.clock.now()}")
        wave.clock.advance(1_000_000)
        wave.take(edit)
        assert context(wave.decision(first)) == {}
    assert context(wave.says(AD))["texts"] == 2


def test_an_edit_into_a_copy_counts(wave: Wave) -> None:
    """Writing «привет» first and the advert afterwards helps nobody."""
    for number in (1, 2, 3):
        wave.says("Привет", number=number, post=str(number))
        wave.says(AD, number=number, post=str(number), act=Act.EDIT, scores=PROBABLY_SPAM)
    assert wave.decision(wave.item(AD, number=3)).verdict == "remove"


def test_the_pages_own_words_are_not_counted(wave: Wave) -> None:
    """Neither the page's answers nor residents who quote them are copies; a manager is the page."""
    with wave.house.database.write() as session:
        page = session.get_one(Page, wave.page_id)
        page.managers_json, page.managers_read_at = '["5"]', wave.clock.now()
    wave.configuration._snapshot = type(wave.configuration._snapshot)(-1, {}, {})
    answer = "Отопление на улице Садовой дадут сегодня до восьми часов вечера, бригада на месте"
    for author in ("-229000001", "5"):
        item = wave.item(answer + author, author=author)
        assert wave.take(item) == [Outcome.RECORDED]
        for citizen in range(6):
            assert context(wave.says(answer + author, author=f"10{citizen}")) == {}


def test_copies_fade(wave: Wave) -> None:
    """Only the policy's hours count, from the time of writing: what an outage held up is as old as it is."""
    wave.says(AD, post="1")
    wave.clock.advance(25 * HOUR)
    assert context(wave.says(AD, post="2")) == {}
    wave.clock.advance(10 * HOUR)
    assert context(wave.says(AD, post="3", at=wave.clock.now() - 30 * HOUR))["own_texts"] == 3
    assert context(wave.says(AD, post="4"))["own_texts"] == 2


def test_copies_that_nearly_say_the_same(wave: Wave) -> None:
    """A template with another number is a copy; a copy of that one is counted with it on every replica."""
    wave.says(AD + " 89131234567", author="1")
    near = wave.says(AD + " 89131234568", author="2")
    assert (context(near)["texts"], context(near)["near"], context(near)["contact"]) == (2, True, True)

    replica = Wave.beside(wave)
    same = replica.says(AD + " 89131234568", author="3")
    assert (context(same)["texts"], context(same)["near"]) == (3, True)
    own = replica.says(AD + " 89131234567", author="4")
    assert (context(own)["texts"], context(own)["near"]) == (4, False)
    assert context(replica.says(COLD, author="5")) == {}
    replica.house.database.dispose()


def test_a_restart_forgets_nothing_that_counts(wave: Wave) -> None:
    """A new process learns of the latest texts from the database."""
    wave.says(AD + " 1", post="1")
    wave.nearby = Nearby()
    assert context(wave.says(AD + " 1", post="2"))["own_texts"] == 2
    wave.nearby = Nearby()
    assert context(wave.says(AD + " 2", post="3"))["own_texts"] == 3


def test_a_memory_that_is_ahead_of_the_database_does_no_harm(wave: Wave) -> None:
    """A text of a batch that was rolled back is remembered and is nowhere: what is like it counts by itself."""
    lost = wave.item(AD + " 1")
    with wave.house.database.transact() as transaction:
        record(transaction, wave.house, wave.configuration, [lost], 1, nearby=wave.nearby)
        transaction.session.rollback()
    assert context(wave.says(AD + " 2")) == {}
    assert context(wave.says(AD + " 2"))["texts"] == 2
    assert context(wave.says(AD + " 1")) == {}
    assert context(wave.says(AD + " 1"))["texts"] == 2


def test_two_writers_count_as_one(wave: Wave) -> None:
    """Two replicas take the same text at the same moments: every number comes once, and one campaign asks once."""
    replica = Wave.beside(wave)
    rounds, size = 8, 5
    barrier = threading.Barrier(2)
    failures: list[Exception] = []

    def write(desk: Wave, first: int) -> None:
        try:
            for turn in range(rounds):
                items = [
                    desk.item(COLD, scores=APPEAL, author=str(first + turn * size + n), number=first + turn * size + n)
                    for n in range(size)
                ]
                barrier.wait(30)
                desk.take(*items)
        except Exception as error:  # noqa: BLE001 - told in the test's own thread
            failures.append(error)
            barrier.abort()

    threads = [threading.Thread(target=write, args=pair) for pair in ((wave, 1_000), (replica, 2_000))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    replica.house.database.dispose()

    assert failures == []
    total = 2 * rounds * size
    with wave.house.database.read() as session:
        assert session.exec(select(func.count()).select_from(SeenText)).one() == 1
    counted = [
        context(wave.decision(wave.item(COLD, number=first + n))) for first in (1_000, 2_000) for n in range(total // 2)
    ]
    assert sorted(one.get("authors", 1) for one in counted) == list(range(1, total + 1))
    (campaign,) = wave.rows(Campaign)
    assert campaign.comments == total
    assert len(wave.rows(ReviewCase)) == 1


def test_a_flood_stays_cheap(wave: Wave) -> None:
    """Counts stand still, the campaign counts on, and the row that everybody waits for stays small."""
    for turn in range(4):
        wave.take(*(wave.item(COLD, author=str(1_000 * turn + n)) for n in range(250)))
    wave.take(*(wave.item(COLD, author=str(9_000 + n)) for n in range(10)))

    (campaign,) = wave.rows(Campaign)
    assert campaign.comments == 1_010
    last = context(wave.says(COLD, author="10000"))
    assert (last["texts"], last["authors"]) == (KEPT, KEPT)
    (said,) = wave.rows(SeenText)
    assert len(said.seen_json) < 20_000
    assert len(wave.rows(ReviewCase)) == 1


def test_a_flood_costs_no_statements(sqlite_url: str) -> None:
    """A batch of 256 copies takes a statement for each 32 of them, where one of sixteen takes one."""
    wave = Wave(make_house(sqlite_url, FakeClock()))
    statements: list[int] = []
    for size in (16, 256, 16):
        items = [wave.item(COLD, author=f"{size}{n}") for n in range(size)]
        statements.append(_statements(wave, items))
    assert statements[2] <= 10
    assert statements[1] <= statements[2] * 256 // 32
    wave.house.database.dispose()


def _statements(wave: Wave, items: list) -> int:
    """How many statements touch the tables of copies in one batch."""
    seen: list[str] = []
    with wave.house.database.transact() as transaction:
        driver = transaction.session.connection().connection.driver_connection
        driver.set_trace_callback(seen.append)
        record(transaction, wave.house, wave.configuration, items, 1, nearby=wave.nearby)
        driver.set_trace_callback(None)
    return sum(bool(_OURS.search(sql)) for sql in seen)


def test_an_ordinary_batch_costs_a_look_and_an_insert(sqlite_url: str) -> None:
    """Texts that nobody has said before are looked up by one statement and stored by one, however many they are."""
    wave = Wave(make_house(sqlite_url, FakeClock()))
    wave.says(AD)
    rng = random.Random(7)
    texts = [" ".join("".join(rng.choices("аеиоднтсрвлк", k=8)) for _ in range(9)) for _ in range(32)]
    items = [wave.item(text, author=str(n)) for n, text in enumerate(texts)]
    assert _statements(wave, items) == 2
    wave.house.database.dispose()


def test_what_was_kept_for_counting_is_forgotten(wave: Wave) -> None:
    """Three days and an hour after its last copy a text is deleted; until then it counts, afterwards it is new."""
    wave.says(AD)
    wave.says(COLD)
    wave.clock.advance(TEXTS_KEPT - HOUR)
    wave.says(COLD)
    wave.clock.advance(2 * HOUR)

    assert forget(wave.house) == 1
    (left,) = wave.rows(SeenText)
    assert left.text is not None
    assert left.text.startswith("у нас на улице")
    assert context(wave.says(AD)) == {}
    wave.clock.advance(TEXTS_KEPT + HOUR)
    assert forget(wave.house) == 2
    assert forget(wave.house) == 0


def test_a_comment_that_is_gone_was_still_written(wave: Wave) -> None:
    """Deleting one copy before the next is posted does not make them fewer."""
    for number in (1, 2):
        wave.says(AD, number=number, post=str(number), scores=PROBABLY_SPAM)
        wave.take(removed(page_id=wave.page_id, number=number, deleter="777", key=f"gone {number}"))
    assert wave.says(AD, number=3, post="3", scores=PROBABLY_SPAM).verdict == "remove"
