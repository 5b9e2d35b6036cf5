"""Whatever network, machine, people and worker do to some comments, in any order: states keep to their tables."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import col, select

from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.errors import DvornikError
from app.domain.events import Act, CommentRef, Event, Removed, Written
from app.domain.ports import Order
from app.domain.states import ACTION_MOVES, CASE_MOVES, COMMENT_MOVES, ActionState, CaseState, CommentState
from app.domain.words import ActionKind, Category, Kind, Mode, Verdict
from app.pipeline.mode_change import apply_mode_change
from app.pipeline.overrule import actions, claims
from app.pipeline.overrule.reversal import reverse
from app.pipeline.overrule.undoing import undo
from app.pipeline.overrule.wishes import BanWish, PersonVerdict
from app.pipeline.record.items import Item
from app.storage.tables import Action, Comment, Decision, Journal, Page, ReviewCase, Revision
from tests.fakes.desk import CLAUSE, SECOND, VK, Desk
from tests.fuzz.effort import bounded
from tests.properties.test_outbox import template

#: What is said, and what the machine may do about it alone.
TEXTS = {"Спасибо": "keep", "ты дебил": "remove", "почините дорогу, дебилы": "review", "сломайся": "review"}
NUMBERS = st.integers(1, 3)
OPEN = {CaseState.OPEN, CaseState.CLAIMED}
ENDED = {ActionState.DONE, ActionState.FAILED, ActionState.CANCELLED}
LIVING = {ActionState.PROPOSED, ActionState.PENDING, ActionState.SENDING}
_KINDS = {
    Action: (ActionState, ACTION_MOVES),
    ReviewCase: (CaseState, CASE_MOVES),
    Comment: (CommentState, COMMENT_MOVES),
}


def reachable(moves, before):
    """All states that some moves of the table lead to, the state itself included."""
    found, new = {before}, {before}
    while new:
        new = {after for state in new for after in moves[state]} - found
        found |= new
    return found


class Yard(RuleBasedStateMachine):
    """Three comments of two authors on one page, two moderators, one worker, a network that echoes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="dvornik-states-"))
        shutil.copy(template(), self.folder / "dvornik.sqlite3")
        self.desk = Desk(f"sqlite:///{self.folder / 'dvornik.sqlite3'}", Mode.ENFORCE)
        self.desk.never_sync()
        self.desk.network.on_call = self.is_allowed
        self.people = [self.desk.person("Анна"), self.desk.person("Борис")]
        self.delivered: list[Item] = []
        self.before: dict[tuple[type, int], str] = {}

    @initialize()
    def begin(self) -> None:
        """The day begins with an insult."""
        self.write(1, "ты дебил", Act.NEW)

    # ---------------------------------------------------------------------------------------------- what networks say

    @rule(number=NUMBERS, text=st.sampled_from(sorted(TEXTS)), act=st.sampled_from(Act))
    def write(self, number: int, text: str, act: Act) -> None:
        """Somebody writes, edits, or a manager restores; nothing says in which order."""
        ref = CommentRef(Kind.WALL, "", str(number))
        author = str(6000 + number % 2)
        self.deliver(Written(act, ref, author, text, post="7", written_at=self.desk.clock.now()), f"wall_reply_{act}")

    @rule(number=NUMBERS, by_author=st.booleans())
    def vanish(self, number: int, by_author: bool) -> None:
        """A comment is gone, by its author's hand or another's."""
        deleter = str(6000 + number % 2) if by_author else "777"
        self.deliver(Removed(CommentRef(Kind.WALL, "", str(number)), deleter), "wall_reply_delete")

    def deliver(self, body: Written | Removed, kind: str) -> None:
        """A delivery with a key of its own."""
        desk = self.desk
        desk.clock.advance(SECOND)
        page = desk.row(Page, desk.page)
        judgement = None
        if isinstance(body, Written):
            with desk.database.read() as session:
                policy = desk.configuration.current(session).by_id[desk.page].policy
            judgement = desk.moderator.judge(body.text, policy=policy)
        event = Event("vk", page.external_id, kind, f"key{len(self.delivered)}", body, b"{}")
        self.delivered.append(Item(event, desk.page, desk.clock.now(), judgement))
        desk.take(self.delivered[-1])

    @rule(pick=st.integers(0, 40))
    def replay(self, pick: int) -> None:
        """The network, or somebody who has listened, sends a delivery again: nothing happens at all."""
        seen = self.tally()
        self.desk.take(self.delivered[pick % len(self.delivered)])
        assert self.tally() == seen

    def tally(self) -> tuple[object, ...]:
        """Everything that a delivery can change."""
        desk = self.desk
        with desk.database.read() as session:
            comments = [(one.id, one.state, one.revisions, one.decision_id) for one in session.exec(select(Comment))]
            acted = [(one.id, one.state, one.changed_at) for one in session.exec(select(Action))]
            asked = [(one.id, one.state) for one in session.exec(select(ReviewCase))]
            return comments, acted, asked, len(session.exec(select(Journal.seq)).all())

    # ----------------------------------------------------------------------------------------------- what people do

    @rule(pick=st.integers(0, 9), who=st.integers(0, 1), wish=st.sampled_from(["keep", "remove", "ban"]))
    def answer(self, pick: int, who: int, wish: str) -> None:
        """A person answers a case, if it can be."""
        case = self.pick(ReviewCase, pick)
        if case is None:
            return
        revision = self.desk.row(Comment, case.comment_id).revisions
        grounds = ((Category.INSULT,), CLAUSE) if wish != "keep" else ()
        ban = {"ban": BanWish(86_400)} if wish == "ban" else {}
        verdict = PersonVerdict(Verdict.KEEP if wish == "keep" else Verdict.REMOVE, revision, *grounds, **ban)
        self.attempt(lambda: self.desk.rule(case.id, verdict, self.people[who]))

    @rule(pick=st.integers(0, 9), who=st.integers(0, 1), what=st.sampled_from(["claim", "release", "skip"]))
    def hold(self, pick: int, who: int, what: str) -> None:
        """A person takes a case, gives it back or leaves it to others."""
        case = self.pick(ReviewCase, pick)
        if case is not None:
            self.attempt(lambda: getattr(claims, what)(self.desk.house, case.id, who=self.people[who]))

    @rule(pick=st.integers(0, 9), who=st.integers(0, 1), what=st.sampled_from(["undo", "reverse"]))
    def regret(self, pick: int, who: int, what: str) -> None:
        """A person takes a decision back, or turns an old one over."""
        decision, desk, person = self.pick(Decision, pick), self.desk, self.people[who]
        if decision is None:
            return
        if what == "undo":
            self.attempt(lambda: undo(desk.house, desk.configuration, decision.id, who=person))
        else:
            more = {"reason": "цитата", "who": person, "abilities": VK}
            self.attempt(lambda: reverse(desk.house, desk.configuration, decision.id, **more))

    @rule(pick=st.integers(0, 9), who=st.integers(0, 1), what=st.sampled_from(["confirm", "cancel", "done_by_hand"]))
    def handle(self, pick: int, who: int, what: str) -> None:
        """A person confirms, calls off or does by hand what is ordered."""
        action = self.pick(Action, pick)
        if action is not None:
            more = {"reason": "ошибка"} if what == "cancel" else {}
            self.attempt(lambda: getattr(actions, what)(self.desk.house, action.id, who=self.people[who], **more))

    @rule(mode=st.sampled_from(list(Mode)))
    def switch(self, mode: Mode) -> None:
        """The office changes the page's mode."""
        with self.desk.database.write() as session:
            page = session.get_one(Page, self.desk.page)
            apply_mode_change(session, self.desk.house, page, mode, self.desk.clock.now(), "cli")
        self.desk.set_page(mode=mode.value)

    @rule(much=st.sampled_from([SECOND, MINUTE, HOUR, 4 * DAY]))
    def work(self, much: int) -> None:
        """Time passes, then the worker sends whatever is due."""
        self.desk.clock.advance(much)
        self.desk.sql("UPDATE page SET managers_read_at = :now", now=self.desk.clock.now())
        self.desk.lose_leases()
        self.desk.work_off()

    def attempt(self, act) -> None:
        """Do it or be told why not; any error but ours fails the machine."""
        self.desk.clock.advance(SECOND)
        try:
            act()
        except DvornikError as refusal:
            self.refused = str(refusal)

    def pick(self, table, number: int):
        """One row of a table, the newest for 0."""
        with self.desk.database.read() as session:
            rows = session.exec(select(table).order_by(col(table.id).desc())).all()
            return rows[number % len(rows)] if rows else None

    # --------------------------------------------------------------------------------------------------- what holds

    def is_allowed(self, order: Order) -> None:
        """At the moment of the call: the machine removes only what it is sure of, in `enforce`, and bans nobody alone."""
        desk = self.desk
        with desk.database.read() as session:
            [action] = session.exec(select(Action).where(Action.state == ActionState.SENDING.value)).all()
            comment = session.get_one(Comment, action.comment_id)
            decision = session.get_one(Decision, action.decision_id)
            mode = session.get_one(Page, desk.page).mode
        if order.kind is ActionKind.BAN_AUTHOR:
            assert action.confirmed_by.startswith("person:") or action.ordered_by.startswith("person:")
        if order.kind is ActionKind.DELETE_COMMENT:
            assert comment.decision_id == decision.id, "a decision that no longer holds is carried out"
            assert decision.revision_id == comment.revision_id, "another text is removed than was judged"
            if action.ordered_by == "machine" and not action.confirmed_by:
                assert mode == Mode.ENFORCE

    @invariant()
    def states_move_by_their_tables(self) -> None:
        """Each thing is where some moves of its table lead from where it was."""
        with self.desk.database.read() as session:
            for table, (states, moves) in _KINDS.items():
                for row in session.exec(select(table)):
                    after = states(row.state)
                    before = states(self.before.get((table, row.id), after))
                    assert after in reachable(moves, before), (table.__name__, before, after)
                    self.before[table, row.id] = after

    @invariant()
    def one_question_and_one_order_at_a_time(self) -> None:
        """A comment has one open case and one removal on its way at the most, and both are about its newest text."""
        with self.desk.database.read() as session:
            for comment in session.exec(select(Comment)):
                cases = session.exec(select(ReviewCase).where(ReviewCase.comment_id == comment.id)).all()
                ordered = session.exec(select(Action).where(Action.comment_id == comment.id)).all()
                living = [one for one in ordered if one.state in LIVING and one.kind == ActionKind.DELETE_COMMENT]
                revisions = session.exec(select(Revision.id).where(Revision.comment_id == comment.id)).all()
                assert len([one for one in cases if one.state in OPEN]) <= 1
                assert len(living) <= 1
                assert all(one.decision_id == comment.decision_id for one in living)
                assert comment.revisions == len(revisions)
                assert comment.revision_id in {*revisions, None}
                if comment.state == CommentState.WITHDRAWN:
                    assert not [one for one in cases if one.state in OPEN], "a question about what its author took back"

    def teardown(self) -> None:
        """At the end the journal is whole."""
        try:
            self.desk.assert_journal_whole()
        finally:
            self.desk.close()
            shutil.rmtree(self.folder)


TestStates = Yard.TestCase
TestStates.settings = bounded(8, steps=25)
