"""A desk on a real house: comments come in by the real recording, people decide by the door, a fake network obeys."""

from typing import Any

from sqlmodel import col, select

from app.domain.copies import text_print
from app.domain.events import Act, CommentRef, Event, Removed, Written
from app.domain.principals import Principal
from app.domain.words import Category, Kind, Mode, Reason, Role, Verdict
from app.journal.chain import append
from app.networks.vk.abilities import ABILITIES
from app.pipeline.administration.accounts import authenticate, create_token
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.configuration import Configuration
from app.pipeline.models import register_model
from app.pipeline.moderate import Moderator
from app.pipeline.overrule import verdicts
from app.pipeline.overrule.questions import ask
from app.pipeline.overrule.wishes import UNDO_WINDOW, BanWish, PersonVerdict, Ruled
from app.pipeline.record.batch import record
from app.pipeline.record.items import Item
from app.storage.nodes import bump_config
from app.storage.tables import Action, Comment, Decision, Page, ReviewCase
from tests.fakes.scorer import WordScorer
from tests.fakes.thresholds import FakeThresholds
from tests.fakes.world import World

SECOND = 1_000_000
CLAUSE = "п. 2.5 Порядка"
VK = {"vk": ABILITIES}
REMOVE_INSULT = PersonVerdict(Verdict.REMOVE, 1, (Category.INSULT,), CLAUSE)
KEEP = PersonVerdict(Verdict.KEEP, 1)


class Desk(World):
    """One page in review mode, and people who decide on it."""

    def __init__(self, url: str, mode: Mode = Mode.REVIEW, policy: str = "novokuznetsk-59") -> None:
        super().__init__(url)
        ensure_presets(self.house)
        thresholds = FakeThresholds()
        self.model_id = register_model(self.house, thresholds)
        self.configuration = Configuration(self.house, thresholds)
        self.moderator = Moderator(WordScorer())
        self.set_page(mode=mode.value, policy_name=policy)
        self._number = 0

    def set_page(self, page: int | None = None, **columns: Any) -> None:
        """Change the page's settings as the administration does."""
        with self.database.write() as session:
            row = session.get_one(Page, page or self.page)
            for name, value in columns.items():
                setattr(row, name, value)
            bump_config(session)

    def person(self, name: str, role: Role = Role.MODERATOR, pages: list[int] | None = None) -> Principal:
        """Somebody who may act."""
        token = create_token(self.house, role=str(role), name=name, pages=pages, by="cli")[1]
        return authenticate(self.house, token)

    # -------------------------------------------------------------------------------------------------- what comes in

    def comment(self, text: str = "дебил", *, author: str = "15170", private: bool = False, page: int = 0) -> int:
        """A new comment; returns its id."""
        self._number += 1
        return self._written(text, Act.NEW, self._number, author=author, private=private, page=page)

    def edit(self, comment: int, text: str) -> None:
        """Its author writes something else."""
        row = self.row(Comment, comment)
        self._written(text, Act.EDIT, int(row.external_id), author="15170", page=row.page_id)

    def _written(self, text: str, act: Act, number: int, *, author: str, private: bool = False, page: int = 0) -> int:
        self.clock.advance(SECOND)
        page = page or self.page
        ref = CommentRef(Kind.MESSAGE if private else Kind.WALL, "", str(number))
        body = Written(act, ref, author, text, post="7", written_at=self.clock.now(), private=private)
        with self.database.write() as session:
            config = self.configuration.current(session).by_id[page]
            judgement = self.moderator.judge(text, policy=config.policy)
        key = f"{act}:{number}:{self.clock.now()}"
        event = Event("vk", config.external_id, f"wall_reply_{act}", key, body, b"{}")
        print_ = None if private else text_print(text)
        self.take(Item(event, page, self.clock.now(), judgement, print=print_))
        with self.database.read() as session:
            query = select(Comment.id).where(Comment.page_id == page, Comment.external_id == str(number))
            return session.exec(query).one()

    def take(self, item: Item) -> None:
        """A delivery goes the way of all deliveries."""
        with self.database.transact() as transaction:
            record(transaction, self.house, self.configuration, [item], self.model_id)

    def withdraw(self, comment: int, author: str = "15170") -> None:
        """Its author takes it back."""
        self.clock.advance(SECOND)
        row = self.row(Comment, comment)
        page = self.row(Page, row.page_id)
        body = Removed(CommentRef(Kind(row.kind), "", row.external_id), author)
        event = Event("vk", page.external_id, "wall_reply_delete", f"gone:{comment}", body, b"{}")
        self.take(Item(event, row.page_id, self.clock.now()))

    def change_state(self, comment: int, state: str) -> None:
        """The comment as an event has left it."""
        self.sql("UPDATE comment SET state = :state WHERE id = :id", state=state, id=comment)

    # ------------------------------------------------------------------------------------------------------ deciding

    def rule(self, case: int, verdict: PersonVerdict, who: Principal, **more: Any) -> Ruled:
        """Answer a case."""
        return verdicts.rule(self.house, self.configuration, case, verdict, who=who, abilities=VK, **more)

    def pass_window(self) -> None:
        """Let the time for taking back go by."""
        self.clock.advance(UNDO_WINDOW + SECOND)

    def case_apart(self, comment: int, reason: str = "person") -> int:
        """Somebody asks about one comment by itself; returns the case."""
        with self.database.write() as session:
            row = session.get_one(Comment, comment)
            asked = ask(session, self.house.ids, row, row.decision_id, reason=Reason(reason), at=self.clock.now())
            append(session, self.house.journal_key, asked.entries, self.clock.now())
            return asked.case_id

    # --------------------------------------------------------------------------------------------------------- looks

    def case_of(self, comment: int) -> ReviewCase:
        """The comment's newest case."""
        with self.database.read() as session:
            query = select(ReviewCase).where(ReviewCase.comment_id == comment).order_by(col(ReviewCase.id).desc())
            return session.exec(query).first()

    def actions(self, comment: int) -> list[tuple[str, str, str]]:
        """The comment's actions: who ordered it, kind, state."""
        with self.database.read() as session:
            query = select(Action).where(Action.comment_id == comment).order_by(col(Action.id))
            return [(one.ordered_by, one.kind, one.state) for one in session.exec(query)]

    def decision_of(self, comment: int) -> Decision:
        """The decision that holds."""
        return self.row(Decision, self.row(Comment, comment).decision_id)


def ban(seconds: int | None, reason: str = "") -> PersonVerdict:
    """Remove as an insult and ban."""
    return PersonVerdict(Verdict.REMOVE, 1, (Category.INSULT,), CLAUSE, ban=BanWish(seconds), second_reason=reason)
