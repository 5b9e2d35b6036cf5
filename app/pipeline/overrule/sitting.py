"""One transaction of a person over one comment: what is locked and loaded, and how it is written down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sqlmodel import Session, col, select

from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.ports import Abilities
from app.domain.principals import Principal
from app.domain.words import Kind
from app.journal.chain import append_many
from app.pipeline.configuration import Configuration, PageConfig
from app.pipeline.house import House
from app.pipeline.overrule.wishes import LONGEST_WORDS
from app.pipeline.record.deciding import Deciding, Hand, Opinion
from app.pipeline.record.handover import hand_over
from app.pipeline.record.ledger import CommentRow, Ledger
from app.pipeline.record.load import Loader
from app.pipeline.record.writing import write, write_rare
from app.storage.accounts import is_id
from app.storage.bulk import Bulk
from app.storage.drivers import is_race
from app.storage.tables import Comment, Decision, Note, Revision
from app.storage.transaction import Transaction
from model.scorer import Scores

#: Two that lock each other out are told apart by the database; the loser simply begins again.
_TRIES: Final = 3
MACHINE: Final = "machine"
T = TypeVar("T")


@dataclass(slots=True)
class Sitting:
    """What a person's act works with; the comment is locked, and with it its actions and its open case."""

    session: Session
    house: House
    configuration: Configuration
    who: Principal
    abilities: Mapping[str, Abilities]
    at: int
    bulk: Bulk
    ledger: Ledger
    comment: CommentRow
    #: Of the comment, as the network has it.
    kind: Kind
    page: PageConfig
    deciding: Deciding = field(init=False)

    def __post_init__(self) -> None:
        """Decisions go into this ledger."""
        self.deciding = Deciding(self.ledger, self.house.ids)

    @property
    def hand(self) -> Hand:
        """Whose decision it is."""
        return Hand(self.who.by, self.who.signed)

    @property
    def network(self) -> Abilities | None:
        """What the page's network can do; None if nobody has said."""
        return self.abilities.get(self.page.network)

    def revision_number(self) -> int:
        """The number of the newest text."""
        return self.session.exec(select(Revision.number).where(Revision.id == self.comment.revision_id)).one()

    def machine_decision(self) -> Decision | None:
        """What the machine last decided about the newest text."""
        query = select(Decision).where(
            Decision.comment_id == self.comment.id,
            Decision.revision_id == self.comment.revision_id,
            Decision.decided_by == MACHINE,
        )
        return self.session.exec(query.order_by(col(Decision.id).desc())).first()

    def note(self, text: str) -> int | None:
        """Keep a person's words where they can be erased; None if there are none."""
        text = text.strip()
        if not text:
            return None
        number = self.house.ids()
        self.session.add(
            Note(
                id=number,
                comment_id=self.comment.id,
                account_id=self.who.account_id,
                text=text,
                written_at=self.at,
            )
        )
        return number

    def settle(self) -> None:
        """Write all that was decided, pass a campaign's question on, and sign it in the journal."""
        self.session.flush()
        write(self.bulk, self.ledger)
        write_rare(Transaction.of(self.session), self.ledger)
        pages = self.configuration.current(self.session).by_id
        hand_over(self.bulk, self.ledger, self.house.ids, pages)
        append_many(self.bulk, self.house.journal_key, self.ledger.entries, self.at)


def sit(
    session: Session,
    house: House,
    configuration: Configuration,
    comment_id: int,
    *,
    who: Principal,
    abilities: Mapping[str, Abilities],
    missing: str,
) -> Sitting:
    """Lock and load the comment; `missing` is what is said to whoever may not know of it.

    Raises:
        NotFoundError: there is no such comment, or not for this person.
        ConflictError: its page is no longer moderated here.
    """
    bulk, ledger = Bulk.of(session), Ledger(house.clock.now())
    comment = Loader(bulk, ledger, house.ids).load_one(comment_id)
    if comment is None or not who.may_touch(comment.page_id):
        raise NotFoundError(missing)
    page = configuration.current(session).by_id.get(comment.page_id)
    if page is None:
        raise ConflictError("страница снята с модерации: решать по ней больше нечего")
    kind = session.exec(select(Comment.kind).where(Comment.id == comment_id)).one()
    return Sitting(session, house, configuration, who, abilities, ledger.at, bulk, ledger, comment, Kind(kind), page)


def turn(house: House, act: Callable[[Session], T]) -> T:
    """Do it in one transaction; whoever loses to a deadlock begins again."""
    for attempt in range(_TRIES):
        try:
            with house.database.write() as session:
                return act(session)
        except Exception as error:
            if not is_race(error) or attempt + 1 == _TRIES:
                raise
    raise AssertionError("unreachable")  # pragma: no cover


def opinion_of(decision: Decision | None) -> Opinion:
    """What the machine made of the text, to stand beside a person's decision."""
    if decision is None:
        return Opinion(None, "[]", "null", None)
    named = (decision.score_spam, decision.score_insult, decision.score_obscenity, decision.score_threat)
    found = [score for score in (*named, decision.score_appeal) if score is not None]
    scores = Scores(*found) if len(found) == len(Scores._fields) else None
    return Opinion(scores, decision.explanation_json, decision.change_json, decision.model_version_id)


def words(where: str, text: str, *, needed: bool = False) -> str:
    """A person's words, checked.

    Raises:
        InvalidInputError: they are too long, hold what no database keeps, or are missing where they are needed.
    """
    text = text.strip()
    if len(text) > LONGEST_WORDS or "\0" in text or (needed and not text):
        least = 1 if needed else 0
        raise InvalidInputError(where, f"ожидаются слова, от {least} до {LONGEST_WORDS} знаков")
    return text


def found_id(number: int, missing: str) -> int:
    """The number, if it can be one of our ids.

    Raises:
        NotFoundError: it cannot.
    """
    if not is_id(number):
        raise NotFoundError(missing)
    return number
