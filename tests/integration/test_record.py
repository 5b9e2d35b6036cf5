"""What follows from deliveries, in the words of the design, on both engines."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain.events import Act, AuthorBanned, AuthorUnbanned, Event, PageChanged, PageMoved, Published
from app.pipeline.administration.page_overview import show_page
from app.pipeline.administration.pages import NewPage, PageChanges, add_page, change_page, remove_page
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.record.batch import record
from app.pipeline.record.deliveries import key_hash
from app.pipeline.record.items import Item, Outcome
from app.storage.tables import (
    Action,
    Author,
    Comment,
    Decision,
    Evidence,
    Incident,
    Journal,
    Page,
    Post,
    RejectedEvent,
    ReviewCase,
    Revision,
    SeenEvent,
)
from tests.fakes.clock import FakeClock
from tests.fakes.house import CLEAN, DOUBTFUL, INSULT, RUDE_APPEAL, make_house, removed, written
from tests.fakes.thresholds import FakeThresholds

SECOND = 1_000_000


class Desk:
    """A page in some mode, and what one may do to it."""

    def __init__(self, house: House, clock: FakeClock, mode: str, policy: str = "novokuznetsk-59") -> None:
        self.house, self.clock = house, clock
        ensure_presets(house)
        page = NewPage(
            network="vk",
            external_id="229000001",
            title="Район",
            policy=policy,
            mode=mode,
            secret="s",
            user_token="u",
        )
        self.page_id = int(add_page(house, page, by="cli").id)
        self.configuration = Configuration(house, FakeThresholds())

    def take(self, *items: Item) -> list[Outcome]:
        """Record items as one batch."""
        with self.house.database.transact() as transaction:
            return record(transaction, self.house, self.configuration, items, 1).outcomes

    def one(self, item: Item) -> Outcome:
        """Record one item in its own transaction, a second later than the one before."""
        self.clock.advance(SECOND)
        return self.take(item)[0]

    def rows(self, table: type) -> list:
        """All rows of a table by id."""
        with self.house.database.read() as session:
            return list(session.exec(select(table).order_by(table.id)))

    def set_action(self, state: str, *, outcome: str | None = None, kind: str = "delete_comment") -> None:
        """Pretend that the worker has moved the actions of a kind, and the comment with a done deletion."""
        with self.house.database.write() as session:
            for action in session.exec(select(Action).where(Action.kind == kind)):
                action.state, action.outcome, action.sent_at = state, outcome, self.clock.now()
                session.add(action)
                if state == "done" and kind == "delete_comment":
                    comment = session.get_one(Comment, action.comment_id)
                    comment.state = "removed"
                    session.add(comment)

    def journal(self) -> list[str]:
        """Kinds of entries, oldest first."""
        with self.house.database.read() as session:
            return list(session.exec(select(Journal.kind).order_by(col(Journal.chain), col(Journal.seq))))

    def event(self, body: object, key: str) -> Item:
        """A delivery that is not about a comment."""
        return Item(Event("vk", "229000001", key, key, body, b"{}"), self.page_id, self.clock.now())


@pytest.fixture
def clock() -> FakeClock:
    """A clock of the test's own."""
    return FakeClock()


@pytest.fixture
def house(database_url: str, clock: FakeClock) -> Iterator[House]:
    """A house on each engine."""
    house = make_house(database_url, clock)
    yield house
    house.database.dispose()


@pytest.fixture
def enforce(house: House, clock: FakeClock) -> Desk:
    """A page that enforces Novokuznetsk's act."""
    return Desk(house, clock, "enforce")


def states(desk: Desk) -> dict[str, str]:
    """Each action's state by kind."""
    return {action.kind: action.state for action in desk.rows(Action)}


def test_a_clean_comment_is_kept_with_all_its_rows(enforce: Desk) -> None:
    """One event, one comment, one revision, one decision, and nothing to do."""
    assert enforce.one(written(page_id=enforce.page_id)) is Outcome.DECIDED

    (decision,) = enforce.rows(Decision)
    (comment,) = enforce.rows(Comment)
    (revision,) = enforce.rows(Revision)
    assert (decision.verdict, decision.decided_by, decision.mode) == ("keep", "machine", "enforce")
    assert (comment.revision_id, comment.decision_id, comment.state) == (revision.id, decision.id, "visible")
    assert comment.post_id == enforce.rows(Post)[0].id
    assert not enforce.rows(Action)
    assert not enforce.rows(Evidence)


@pytest.mark.parametrize(
    ("mode", "delete", "ban", "cases"),
    [("shadow", "shadow", "shadow", 0), ("review", "proposed", "proposed", 1), ("enforce", "pending", "proposed", 0)],
)
def test_actions_begin_where_the_mode_says(
    house: House, clock: FakeClock, mode: str, delete: str, ban: str, cases: int
) -> None:
    """An insult is removed under the act; the ban waits for a person in every mode."""
    desk = Desk(house, clock, mode)
    desk.one(written(page_id=desk.page_id, scores=INSULT))

    assert states(desk) == {"delete_comment": delete, "ban_author": ban}
    assert len(desk.rows(ReviewCase)) == cases
    assert desk.rows(Decision)[0].verdict == "remove"
    assert "59" in desk.rows(Decision)[0].clauses_json


def test_a_rude_appeal_goes_to_a_person(enforce: Desk) -> None:
    """However rude, an appeal is not removed and nobody is banned for it."""
    enforce.one(written(page_id=enforce.page_id, scores=RUDE_APPEAL))

    (case,) = enforce.rows(ReviewCase)
    assert (case.reason, case.protected, case.state) == ("protected_appeal", True, "open")
    assert not enforce.rows(Action)


def test_failed_judging_ends_with_a_person(enforce: Desk) -> None:
    """No scores: never a silent keep, never a removal."""
    enforce.one(written(page_id=enforce.page_id, scores=None))

    (decision,) = enforce.rows(Decision)
    assert (decision.verdict, decision.score_spam) == ("review", None)
    assert "indeterminate" in decision.reasons_json


def test_a_repeat_is_taken_once(enforce: Desk) -> None:
    """The same event again, later or in the same batch, changes nothing."""
    item = written(page_id=enforce.page_id)
    other = written(page_id=enforce.page_id, number=2)

    assert enforce.take(item, other) == [Outcome.DECIDED, Outcome.DECIDED]
    assert enforce.take(other, item) == [Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert len(enforce.rows(Decision)) == 2


def test_keys_that_share_a_hash_are_both_taken(enforce: Desk) -> None:
    """A 63-bit hash is no proof: the full key decides."""
    first = written(page_id=enforce.page_id)
    enforce.one(first)
    with enforce.house.database.write() as session:
        row = session.exec(select(SeenEvent)).one()
        row.key_hash = key_hash(enforce.page_id, "another")
        session.add(row)
    another = written(page_id=enforce.page_id, number=2, key="another")

    assert enforce.one(another) is Outcome.DECIDED
    assert enforce.one(another) is Outcome.DUPLICATE


def test_an_edit_is_judged_anew_and_calls_back_what_was_pending(enforce: Desk) -> None:
    """The old text's deletion is cancelled, the new decision supersedes the old one."""
    enforce.one(written("дурак", page_id=enforce.page_id, scores=INSULT))
    enforce.one(written("спасибо", page_id=enforce.page_id, act=Act.EDIT))

    first, second = enforce.rows(Decision)
    (comment,) = enforce.rows(Comment)
    assert states(enforce) == {"delete_comment": "cancelled", "ban_author": "cancelled"}
    assert (second.verdict, second.supersedes, comment.decision_id) == ("keep", first.id, second.id)
    assert comment.revisions == 2


def test_text_a_b_a_is_three_revisions_and_a_repeated_text_none(enforce: Desk) -> None:
    """Only the latest revision counts when texts are compared."""
    texts = ["а", "б", "а", "а"]
    outcomes = [
        enforce.one(written(text, page_id=enforce.page_id, act=Act.EDIT if i else Act.NEW, key=f"e{i}"))
        for i, text in enumerate(texts)
    ]

    assert outcomes == [Outcome.DECIDED, Outcome.DECIDED, Outcome.DECIDED, Outcome.SAME]
    assert [revision.number for revision in enforce.rows(Revision)] == [1, 2, 3]


def test_an_edit_while_the_deletion_is_being_sent_opens_a_case(enforce: Desk) -> None:
    """The new text may stay, the old one is going this moment: a person must see it."""
    enforce.one(written("дурак", page_id=enforce.page_id, scores=INSULT))
    enforce.set_action("sending")
    enforce.one(written("спасибо", page_id=enforce.page_id, act=Act.EDIT))

    assert states(enforce)["delete_comment"] == "sending"
    assert len(enforce.rows(ReviewCase)) == 1


def test_a_late_new_after_an_edit_is_recorded_and_not_judged(enforce: Desk) -> None:
    """The edit is what stands on the page."""
    enforce.one(written("новое", page_id=enforce.page_id, act=Act.EDIT))
    assert enforce.one(written("старое", page_id=enforce.page_id, scores=INSULT)) is Outcome.LATE

    (comment,) = enforce.rows(Comment)
    assert comment.revision_id == enforce.rows(Revision)[0].id
    assert len(enforce.rows(Decision)) == 1


def test_a_late_new_after_a_deletion_is_recorded_and_not_judged(enforce: Desk) -> None:
    """What is gone is not judged."""
    assert enforce.one(removed(page_id=enforce.page_id)) is Outcome.RECORDED
    assert enforce.one(written(page_id=enforce.page_id, scores=INSULT)) is Outcome.LATE

    assert not enforce.rows(Decision)
    assert enforce.rows(Comment)[0].state == "removed"


def test_a_comment_first_heard_of_by_its_deletion_gets_its_author(enforce: Desk) -> None:
    """A manager restores what was deleted before its text was ever seen: it is his keep, and whose it is is known."""
    enforce.one(removed(page_id=enforce.page_id))
    assert enforce.one(written(page_id=enforce.page_id, act=Act.RESTORE, scores=INSULT)) is Outcome.BOUND

    (comment,) = enforce.rows(Comment)
    assert (comment.author_id, comment.state) == (enforce.rows(Author)[0].id, "visible")
    assert comment.post_id == enforce.rows(Post)[0].id
    assert enforce.rows(Decision)[0].decided_by == "network:unknown"


def test_a_private_message_is_never_removed(enforce: Desk) -> None:
    """Only the office sees it: a person looks."""
    enforce.one(written(page_id=enforce.page_id, scores=INSULT, private=True))

    assert enforce.rows(ReviewCase)[0].reason == "private_message"
    assert not enforce.rows(Action)


def test_a_retried_edit_after_a_fresher_revision_is_late(enforce: Desk) -> None:
    """The network first tried it before the newer edit came."""
    enforce.one(written("один", page_id=enforce.page_id))
    enforce.one(written("три", page_id=enforce.page_id, act=Act.EDIT))
    late = written(
        "два", page_id=enforce.page_id, act=Act.EDIT, delayed_by=10 * SECOND, at=enforce.clock.now() + SECOND
    )

    assert enforce.one(late) is Outcome.LATE
    assert len(enforce.rows(Decision)) == 2


def test_our_own_deletion_comes_back_as_an_echo(enforce: Desk) -> None:
    """Whoever `deleter_id` names: it is our own action."""
    enforce.one(written("дурак", page_id=enforce.page_id, scores=INSULT))
    enforce.set_action("sending")

    assert enforce.one(removed(page_id=enforce.page_id, deleter="777")) is Outcome.ECHO
    assert enforce.rows(Comment)[0].state == "removed"
    assert "withdrawn" not in enforce.journal()


def test_an_author_takes_his_comment_back(enforce: Desk) -> None:
    """A withdrawal cancels the proposed ban and closes the case without a label."""
    enforce.one(written("дурак", page_id=enforce.page_id, scores=INSULT))
    enforce.one(removed(page_id=enforce.page_id, deleter="777"))

    assert states(enforce) == {"delete_comment": "cancelled", "ban_author": "cancelled"}
    assert enforce.rows(Comment)[0].state == "withdrawn"


def test_a_manager_deletes_before_us(enforce: Desk) -> None:
    """The pending deletion is done without us, the proposed ban still waits for a person."""
    enforce.one(written("дурак", page_id=enforce.page_id, scores=INSULT))
    enforce.one(removed(page_id=enforce.page_id, deleter="5"))

    delete, ban = enforce.rows(Action)
    assert (delete.state, delete.outcome, ban.state) == ("done", "gone", "proposed")


def test_a_restore_is_a_persons_keep_and_is_not_judged(enforce: Desk) -> None:
    """It binds the machine for this text; a later edit is judged again."""
    enforce.one(written("дурак", page_id=enforce.page_id, scores=INSULT))
    enforce.set_action("done", outcome="acted")
    restore = written("дурак", page_id=enforce.page_id, act=Act.RESTORE, scores=INSULT)

    assert enforce.one(restore) is Outcome.BOUND
    newest = enforce.rows(Decision)[-1]
    assert (newest.verdict, newest.decided_by) == ("keep", "network:unknown")
    assert states(enforce)["ban_author"] == "cancelled"
    assert enforce.rows(Comment)[0].restored_revision_id == enforce.rows(Revision)[0].id

    enforce.one(written("ты дурак", page_id=enforce.page_id, act=Act.EDIT, scores=INSULT))
    assert enforce.rows(Decision)[-1].verdict == "remove"


def test_the_pages_own_words_get_no_decision(enforce: Desk) -> None:
    """They are recorded and left alone."""
    assert enforce.one(written(page_id=enforce.page_id, author="-229000001", scores=INSULT)) is Outcome.RECORDED
    assert not enforce.rows(Decision)
    assert enforce.rows(Comment)[0].written_by == "page"
    assert len(enforce.rows(Revision)) == 1


def test_a_bare_link_of_a_newcomer_is_looked_at(enforce: Desk) -> None:
    """The second comment of the same author is no first link any more."""
    link = "https://example.com/kredit"
    for number in (1, 2):
        item = written(link, page_id=enforce.page_id, number=number)
        enforce.one(Item(item.event, item.page_id, item.received_at, item.judgement, bare_link=True))

    assert [decision.verdict for decision in enforce.rows(Decision)] == ["review", "keep"]


def test_one_ban_is_proposed_for_one_offence(enforce: Desk) -> None:
    """A raid of one author, in one batch or many, is one offence."""
    enforce.take(*(written(page_id=enforce.page_id, number=n, scores=INSULT) for n in (1, 2)))
    enforce.one(written(page_id=enforce.page_id, number=3, scores=INSULT))

    assert sorted(action.kind for action in enforce.rows(Action)) == ["ban_author"] + ["delete_comment"] * 3


def test_a_ban_in_the_network_makes_the_proposed_one_needless(enforce: Desk) -> None:
    """A person was faster; the echo of our own ban would change nothing."""
    enforce.one(written(page_id=enforce.page_id, scores=INSULT))
    assert enforce.one(enforce.event(AuthorBanned("777", "5", None), "user_block")) is Outcome.BOUND
    assert states(enforce)["ban_author"] == "cancelled"

    enforce.set_action("done", outcome="acted", kind="ban_author")
    assert enforce.one(enforce.event(AuthorBanned("777", "5", None), "user_block:2")) is Outcome.ECHO
    assert enforce.one(enforce.event(AuthorUnbanned("777", "5", expired=True), "unblock")) is Outcome.RECORDED


def test_changes_of_the_page_are_journalled_without_persons(enforce: Desk) -> None:
    """Managers must be read again before anybody is banned; ids appear as pseudonyms."""
    with enforce.house.database.write() as session:
        page = session.get_one(Page, enforce.page_id)
        page.managers_read_at = 1
        session.add(page)
    details = {"by": "123456", "user": "654321", "level_new": "2"}
    enforce.one(enforce.event(PageChanged("group_officers_edit", details), "officers"))
    enforce.one(enforce.event(Published("9", "Пост", 1, "https://vk.com/wall-1_9"), "post"))

    with enforce.house.database.read() as session:
        body = session.exec(select(Journal.body).where(Journal.kind == "page_changed")).one()
        assert session.get_one(Page, enforce.page_id).managers_read_at is None
    assert "123456" not in body
    assert "654321" not in body
    assert enforce.rows(Post)[0].text == "Пост"


def test_a_mode_switch_holds_from_the_next_transaction_on(enforce: Desk) -> None:
    """The writer reads the counter row in its own transaction."""
    enforce.one(written(page_id=enforce.page_id))
    change_page(enforce.house, enforce.page_id, PageChanges(mode="shadow"), by="cli")
    enforce.one(written(page_id=enforce.page_id, number=2, scores=INSULT))

    assert states(enforce) == {"delete_comment": "shadow", "ban_author": "shadow"}


def test_doubt_opens_one_case_a_comment(enforce: Desk) -> None:
    """A new doubtful text closes the old case and opens another."""
    enforce.one(written("а", page_id=enforce.page_id, scores=DOUBTFUL))
    enforce.one(written("б", page_id=enforce.page_id, scores=DOUBTFUL, act=Act.EDIT))

    assert [(case.state, case.ended) for case in enforce.rows(ReviewCase)] == [("closed", "superseded"), ("open", None)]


def test_too_many_removals_in_an_hour_take_the_page_to_review(enforce: Desk) -> None:
    """The thirty-first removal waits for a person, and so does all after it, until a person lifts it."""
    for batch in range(7):
        numbers = range(batch * 30, batch * 30 + 25)
        enforce.take(*(written(page_id=enforce.page_id, number=n) for n in numbers))
        bad = range(batch * 30 + 25, batch * 30 + 30)
        enforce.take(*(written(page_id=enforce.page_id, number=n, author=str(n), scores=INSULT) for n in bad))

    deletions = [action.state for action in enforce.rows(Action) if action.kind == "delete_comment"]
    assert deletions == ["proposed"] * 35
    assert enforce.rows(Page)[0].mode == "review"
    assert enforce.journal().count("budget_exceeded") == 1
    over = [decision for decision in enforce.rows(Decision) if "budget" in decision.reasons_json]
    assert [decision.mode for decision in over] == ["review"] * 5
    assert show_page(enforce.house, enforce.page_id).fell_at is not None

    change_page(enforce.house, enforce.page_id, PageChanges(mode="enforce"), by="cli")
    assert show_page(enforce.house, enforce.page_id).fell_at is None
    enforce.one(written(page_id=enforce.page_id, number=999, author="999", scores=INSULT))
    assert enforce.rows(Action)[-2].state == "pending"


def test_a_page_of_nothing_but_violations_falls_to_review(enforce: Desk) -> None:
    """Once twenty comments are there, a fifth of them is the most that the machine removes."""
    enforce.take(*(written(page_id=enforce.page_id, number=n, scores=INSULT) for n in range(25)))

    deletions = [action.state for action in enforce.rows(Action) if action.kind == "delete_comment"]
    assert deletions.count("proposed") == 25


def test_an_event_of_a_page_that_was_just_removed_is_set_aside(enforce: Desk) -> None:
    """It was verified before the page went: it is answered, and it is not lost without a trace."""
    remove_page(enforce.house, enforce.page_id, by="cli")

    assert enforce.one(written(page_id=enforce.page_id)) is Outcome.REJECTED
    assert [row.code for row in enforce.rows(RejectedEvent)] == ["page_removed"]


def test_two_pages_share_an_author_row_but_no_comment(enforce: Desk) -> None:
    """A citizen is one pseudonym a network."""
    enforce.take(*(written(page_id=enforce.page_id, number=n, scores=CLEAN) for n in range(1, 40)))

    with enforce.house.database.read() as session:
        assert session.exec(select(func.count()).select_from(Author)).one() == 1
        assert _consistent(session)


def _consistent(session: Session) -> bool:
    """Every comment points at its newest revision and decision."""
    return all(comment.revision_id and comment.decision_id for comment in session.exec(select(Comment)))


def test_a_page_goes_on_under_the_id_that_its_network_gives_it(enforce: Desk) -> None:
    """Events of the new id find the page in the next transaction; comments that it had keep their scope."""
    enforce.one(written(page_id=enforce.page_id))
    moved = enforce.event(PageMoved("229000777"), "migrated")
    assert [enforce.one(moved), enforce.one(moved)] == [Outcome.RECORDED, Outcome.DUPLICATE]

    with enforce.house.database.read() as session:
        pages = enforce.configuration.current(session).pages
    assert list(pages) == [("vk", "229000777")]
    assert enforce.journal().count("page_moved") == 1
    assert enforce.rows(Comment)[0].page_id == enforce.page_id


def test_rights_that_are_taken_away_are_told_until_they_are_back(enforce: Desk) -> None:
    """One incident, which names what is missing at present, from the first loss to the return of the last right."""
    found = []
    for number, lost in enumerate(("delete", "delete,ban", "", "")):
        enforce.one(enforce.event(PageChanged("rights", {"lost": lost}), f"rights{number}"))
        [incident] = enforce.rows(Incident)
        found.append((incident.what, incident.page_id, incident.code, incident.ended_at is None))

    about = ("rights", enforce.page_id)
    assert found == [
        (*about, "delete", True),
        (*about, "delete,ban", True),
        (*about, "delete,ban", False),
        (*about, "delete,ban", False),
    ]


@pytest.mark.parametrize("state", ["pending", "manual"])
def test_who_lifts_a_ban_in_the_network_leaves_nothing_to_lift(enforce: Desk, state: str) -> None:
    """An unban that waits, for its time or for somebody's hands, is done by then."""
    enforce.one(written("Ты дурак", page_id=enforce.page_id, scores=INSULT))
    enforce.set_action("done", outcome="acted", kind="ban_author")
    with enforce.house.database.write() as session:
        ban = session.exec(select(Action).where(Action.kind == "ban_author")).one()
        unban = {**ban.model_dump(), "id": 5, "idempotency_key": "5", "kind": "unban_author", "state": state}
        session.add(Action(**unban))
    enforce.one(enforce.event(AuthorUnbanned("777", "5", expired=False), "unban"))

    [unbanned] = [one for one in enforce.rows(Action) if one.kind == "unban_author"]
    assert (unbanned.state, unbanned.outcome) == ("done", "already")
