"""Many comments that say the same are one question to a person; nothing is removed by count and nobody banned for it."""

from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from app.domain.events import Act
from app.domain.states import CommentState
from app.journal.verify import verify
from app.pipeline.administration.pages import PageChanges, change_page
from app.pipeline.house import House
from app.pipeline.record.items import Outcome
from app.storage.campaigns import campaign_about, campaign_comments, count_campaign
from app.storage.tables import Action, Campaign, CampaignComment, Comment, Decision, ReviewCase
from tests.fakes.clock import FakeClock
from tests.fakes.house import APPEAL, CLEAN, DOUBTFUL, INSULT, PROBABLY_SPAM, make_house, removed
from tests.fakes.wave import AD, COLD, Wave, context, reasons

HOUR = 3_600_000_000


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """A house on each engine."""
    house = make_house(database_url, FakeClock())
    yield house
    report = verify(house.database, house.journal_key)
    house.database.dispose()
    assert report.problems == []


@pytest.fixture
def wave(house: House) -> Wave:
    """A page that enforces Novokuznetsk's act."""
    return Wave(house)


def open_cases(wave: Wave) -> list[ReviewCase]:
    """Cases that wait."""
    return [case for case in wave.rows(ReviewCase) if case.state != "closed"]


def external(wave: Wave, case: ReviewCase) -> str:
    """The network's id of the comment that a case is about."""
    return next(row.external_id for row in wave.rows(Comment) if row.id == case.comment_id)


@pytest.mark.parametrize("batch", [1, 7, 100])
def test_a_hundred_residents_are_one_question(wave: Wave, batch: int) -> None:
    """One by one or all in one batch: one campaign, one case, a hundred visible comments and no action."""
    items = [wave.item(COLD, author=str(n), scores=APPEAL) for n in range(100)]
    for start in range(0, 100, batch):
        wave.clock.advance(1_000_000)
        wave.take(*items[start : start + batch])

    decisions = [wave.decision(item) for item in items]
    assert [decision.verdict for decision in decisions] == ["keep"] * 4 + ["review"] * 96
    assert {tuple(reasons(decision)) for decision in decisions[4:]} == {("campaign",)}
    (case,) = wave.rows(ReviewCase)
    assert (external(wave, case), case.reason) == ("5", "campaign")
    assert {row.state for row in wave.rows(Comment)} == {"visible"}
    assert wave.rows(Action) == []

    (campaign,) = wave.rows(Campaign)
    assert (campaign.case_id, campaign.comments, campaign.page_id) == (case.id, 100, wave.page_id)
    assert {context(decision)["campaign"] for decision in decisions[4:]} == {campaign.id}
    assert context(decisions[-1])["authors"] == 100


def test_the_console_can_read_a_campaign(wave: Wave) -> None:
    """The campaign of a case with its counts and its comments in order; what no longer says it is left out."""
    for n in range(1, 8):
        wave.says(COLD, author=str(n % 6), scores=APPEAL, number=n)
    wave.take(removed(page_id=wave.page_id, number=1, deleter="1"))
    wave.says("Уже починили, спасибо", author="2", number=2, act=Act.EDIT)

    with wave.house.database.read() as session:
        (case,) = open_cases(wave)
        listed = count_campaign(session, campaign_about(session, case))
        assert listed.campaign.case_id == case.id
        first = campaign_comments(session, listed.campaign.id, after=None, limit=4)
        rest = campaign_comments(session, listed.campaign.id, after=first[-1].id, limit=4)
        names = dict(session.exec(select(Comment.id, Comment.external_id)).all())
    assert (listed.comments, listed.visible, listed.authors) == (6, 5, 5)
    assert [names[one.comment_id] for one in (*first, *rest)] == ["1", "3", "4", "5", "6", "7"]
    assert first[0].state is CommentState.WITHDRAWN


def test_one_resident_under_ten_posts(wave: Wave) -> None:
    """The third time somebody is asked, once."""
    decisions = [wave.says(COLD, scores=APPEAL, post=str(post)) for post in range(10)]
    assert [decision.verdict for decision in decisions] == ["keep"] * 2 + ["review"] * 8
    assert reasons(decisions[-1]) == ["campaign"]
    assert len(wave.rows(ReviewCase)) == 1
    assert wave.rows(Action) == []


def test_a_doubtful_text_is_asked_about_once(wave: Wave) -> None:
    """The first copy opens the case, the others join it from the second on, long before they are many."""
    for n in range(3):
        wave.says(COLD, author=str(n), scores=DOUBTFUL)
    (case,) = wave.rows(ReviewCase)
    assert external(wave, case) == "1"
    (campaign,) = wave.rows(Campaign)
    assert (campaign.case_id, campaign.comments) == (case.id, 3)


def test_a_rude_appeal_is_protected_once(wave: Wave) -> None:
    """Copies of what would be removed if it were no appeal share one protected case."""
    decisions = [wave.says(COLD, author=str(n), scores=INSULT._replace(appeal=0.9)) for n in range(8)]
    assert {tuple(reasons(decision)) for decision in decisions} == {("protected_appeal",)}
    (case,) = wave.rows(ReviewCase)
    assert case.protected
    assert wave.rows(Action) == []


def test_another_question_is_asked_by_itself(wave: Wave) -> None:
    """A near copy that may be an insult is not hidden behind a hundred that are none; its copies join its question."""
    for n in range(6):
        wave.says(COLD, author=str(n), scores=APPEAL)
    for n in range(6, 9):
        wave.says(COLD + " Бездари!", author=str(n), scores=DOUBTFUL._replace(appeal=0.9))

    cases = open_cases(wave)
    assert [external(wave, case) for case in cases] == ["5", "7"]
    with wave.house.database.read() as session:
        asked = campaign_about(session, cases[1])
    assert asked is not None
    assert asked.asked_json == '["insult"]'


def test_two_questions_in_turn_do_not_open_a_case_at_every_turn(wave: Wave) -> None:
    """Copies that look now like spam, now like an insult are asked about until both questions stand, then no more."""
    for n in range(10):
        doubt = DOUBTFUL if n % 2 else PROBABLY_SPAM
        wave.says(COLD, author=str(n), scores=doubt._replace(appeal=0.9), number=n + 1)

    assert [external(wave, case) for case in open_cases(wave)] == ["1", "2", "4"]
    (campaign,) = wave.rows(Campaign)
    assert campaign.asked_json == '["insult","spam"]'

    wave.take(removed(page_id=wave.page_id, number=4, deleter="3"))
    assert [external(wave, case) for case in open_cases(wave)] == ["1", "2", "3"]


def test_the_question_is_handed_on(wave: Wave) -> None:
    """Withdrawn, edited, removed by a manager: whoever is next is asked about, and a kept one ends it."""
    for n in range(1, 11):
        wave.says(COLD, author=str(n), scores=APPEAL, number=n)
    assert [external(wave, case) for case in open_cases(wave)] == ["5"]

    wave.take(removed(page_id=wave.page_id, number=5, deleter="5"))
    assert [external(wave, case) for case in open_cases(wave)] == ["6"]
    wave.says("Спасибо, дали", author="6", number=6, act=Act.EDIT)
    assert [external(wave, case) for case in open_cases(wave)] == ["7"]
    wave.take(removed(page_id=wave.page_id, number=7, deleter="900"))
    assert [external(wave, case) for case in open_cases(wave)] == ["8"]

    assert wave.take(wave.item(COLD, author="8", number=8, act=Act.RESTORE)) == [Outcome.BOUND]
    assert open_cases(wave) == []
    assert wave.says(COLD, author="11", scores=APPEAL).verdict == "review"
    assert open_cases(wave) == []


def test_a_question_handed_on_keeps_its_category(wave: Wave) -> None:
    """Whoever filters the queue by category finds it after the first who said so has thought better of it."""
    for n in range(1, 4):
        wave.says(COLD, author=str(n), scores=DOUBTFUL, number=n)
    wave.take(removed(page_id=wave.page_id, number=1, deleter="1"))
    assert [(external(wave, case), case.category) for case in open_cases(wave)] == [("2", "insult")]


def test_nobody_is_asked_when_nobody_is_left(wave: Wave) -> None:
    """After the last of those who were to be looked at, the next copy asks anew."""
    for n in range(1, 6):
        wave.says(COLD, author=str(n), scores=APPEAL, number=n)
    wave.take(removed(page_id=wave.page_id, number=5, deleter="5"))
    assert open_cases(wave) == []

    wave.says(COLD, author="6", scores=APPEAL, number=6)
    (case,) = open_cases(wave)
    assert external(wave, case) == "6"
    assert wave.rows(Campaign)[0].case_id == case.id


def test_withdrawing_and_writing_again_in_one_batch(wave: Wave) -> None:
    """The case of a comment that goes in the very batch that brings a copy goes on to one of those that stay."""
    for n in range(1, 7):
        wave.says(COLD, author=str(n), scores=APPEAL, number=n)
    wave.take(
        removed(page_id=wave.page_id, number=5, deleter="5"), wave.item(COLD, author="50", scores=APPEAL, number=50)
    )
    assert [external(wave, case) for case in open_cases(wave)] == ["6"]


def test_in_shadow_nobody_is_asked_until_the_mode_says_so(wave: Wave) -> None:
    """The campaign is written down; once people are asked, they are asked once."""
    change_page(wave.house, wave.page_id, PageChanges(mode="shadow"), by="cli")
    for n in range(8):
        wave.says(COLD, author=str(n), scores=APPEAL)
    assert wave.rows(ReviewCase) == []
    assert wave.rows(Campaign)[0].comments == 8

    change_page(wave.house, wave.page_id, PageChanges(mode="review"), by="cli")
    for n in range(8, 12):
        wave.says(COLD, author=str(n), scores=APPEAL)
    assert len(wave.rows(ReviewCase)) == 1
    assert len(wave.rows(Campaign)) == 1


def test_proposed_removals_ask_each_for_itself(wave: Wave) -> None:
    """In `review` each copy of a mailing has its action to confirm and its own case; they belong together all the same."""
    change_page(wave.house, wave.page_id, PageChanges(mode="review"), by="cli")
    for n in range(5):
        wave.says(AD, post=str(n), scores=PROBABLY_SPAM)

    deletions = [action for action in wave.rows(Action) if action.kind == "delete_comment"]
    assert [action.state for action in deletions] == ["proposed"] * 3
    # The first two share one question, which is about a text that was no mailing yet.
    assert len(open_cases(wave)) == 4
    assert len([action for action in wave.rows(Action) if action.kind == "ban_author"]) == 1
    assert {context(row).get("campaign") for row in wave.rows(Decision)[1:]} == {wave.rows(Campaign)[0].id}


def test_a_campaign_of_another_page_is_another_campaign(wave: Wave) -> None:
    """People of one page are not asked about another one's comments."""
    other = wave.add_page("229000002")
    for page in (wave.page_id, other):
        for n in range(6):
            wave.says(COLD, author=f"{page}{n}", scores=APPEAL, page_id=page)
    assert [case.page_id for case in wave.rows(ReviewCase)] == [wave.page_id, other]
    assert [row.page_id for row in wave.rows(Campaign)] == [wave.page_id, other]


def test_going_back_to_the_words_comes_back_to_the_campaign(wave: Wave) -> None:
    """An edit leaves the campaign, the words written again join it again; each state is one membership."""
    for n in range(1, 7):
        wave.says(COLD, author=str(n), scores=APPEAL, number=n)
    wave.says("Спасибо, дали тепло в наш дом", author="6", number=6, act=Act.EDIT, scores=CLEAN)
    wave.says(COLD, author="6", number=6, act=Act.EDIT, scores=APPEAL)

    with wave.house.database.read() as session:
        listed = count_campaign(session, session.exec(select(Campaign)).one())
        rows = session.exec(select(CampaignComment).order_by(col(CampaignComment.id))).all()
    assert (listed.comments, listed.authors, len(rows)) == (6, 6, 7)
    assert len(open_cases(wave)) == 1


def test_a_campaign_ends(wave: Wave) -> None:
    """What is written again after days begins a new count; within the memory's days it still belongs together."""
    for n in range(6):
        wave.says(COLD, author=str(n), scores=APPEAL)
    wave.clock.advance(30 * HOUR)
    assert context(wave.says(COLD, author="10", scores=APPEAL)) == {}
    assert context(wave.says(COLD, author="11", scores=APPEAL))["campaign"] == wave.rows(Campaign)[0].id
