"""Answers what would be decided about a text, for callers who ask and store nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from app.domain.decisions import Facts, PlannedAction
from app.domain.errors import InvalidInputError, NotFoundError
from app.domain.judged import TEXT_LIMIT, has_text, only_links
from app.domain.states import ActionState
from app.domain.words import Mode
from app.pipeline.administration.page_overview import missing
from app.pipeline.administration.policies import policy_in_force
from app.pipeline.configuration import Configuration, PageConfig
from app.pipeline.house import House
from app.pipeline.moderate import Moderated, Moderator
from app.pipeline.record.past import Past
from app.policy.beginning import begin
from app.policy.binding import BoundPolicy
from app.policy.ladder import standing
from app.policy.rules import live_mode
from app.storage.bulk import Bulk
from app.storage.tables import Author, Comment, Page, PolicyVersion

DEFAULT_POLICY = "default"


@dataclass(frozen=True, slots=True)
class Question:
    """A text and whose rules it is asked about; `author` is the network's id and means something on a page only."""

    text: str
    policy: str | None = None
    page_id: int | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What would be decided, and where its actions would begin."""

    moderated: Moderated
    planned: Sequence[tuple[PlannedAction, ActionState]]
    mode: Mode
    network: str | None
    policy_name: str
    policy_version: int
    at: int


@dataclass(frozen=True, slots=True)
class _Rules:
    policy: BoundPolicy
    version: PolicyVersion
    mode: Mode
    page: PageConfig | None


class Asker:
    """Knows the policies by name and the authors by page."""

    def __init__(self, house: House, moderator: Moderator, configuration: Configuration) -> None:
        self._house = house
        self._moderator = moderator
        self._configuration = configuration

    def ask(self, question: Question) -> Opinion:
        """One opinion. Without a page the text is judged as if enforced, as far as the policy allows that.

        Raises:
            NotFoundError: there is no such page.
            InvalidInputError: there is no such policy; the message lists those that there are.
        """
        with self._house.database.read() as session:
            rules = self._rules(session, question)
            facts = self._facts(session, question, rules)
        moderated = self._moderator.moderate_text(question.text[:TEXT_LIMIT], policy=rules.policy, facts=facts)
        planned = begin(moderated.ruling, rules.mode, ban_by=rules.policy.policy.ban_by)
        network = rules.page.network if rules.page else None
        return Opinion(
            moderated, planned, rules.mode, network, rules.version.name, rules.version.version, self._house.clock.now()
        )

    def _rules(self, session: Session, question: Question) -> _Rules:
        page = None if question.page_id is None else self._page(session, question.page_id)
        if question.policy is not None or page is None:
            version = _named(session, question.policy or DEFAULT_POLICY)
        else:
            version = session.get_one(PolicyVersion, page.policy_version_id)
        policy = self._configuration.policy(version)
        # A policy without an act never runs enforced, so nobody is told that it would.
        mode = live_mode(policy.policy, page.mode if page else Mode.ENFORCE)
        return _Rules(policy, version, mode, page)

    def _page(self, session: Session, page_id: int) -> PageConfig:
        row = session.exec(select(Page.network, Page.external_id).where(Page.id == page_id)).first()
        page = self._configuration.current(session).pages.get((row[0], row[1])) if row else None
        if page is None:
            raise missing(page_id)
        return page

    def _facts(self, session: Session, question: Question, rules: _Rules) -> Facts:
        facts = Facts(has_text=has_text(question.text), only_links=only_links(question.text, ()))
        page, author = rules.page, question.author
        if page is None or author is None:
            return facts
        is_open = author not in page.trusted and author not in page.managers and author != f"-{page.external_id}"
        author_id = session.exec(
            select(Author.id).where(Author.network == page.network, Author.external_id == author)
        ).first()
        facts = replace(facts, bannable=is_open, first_time_author=not _has_written(session, author_id, page.id))
        bans = rules.policy.policy.bans
        if author_id is None or bans is None or not is_open:
            return facts
        past = Past(Bulk.of(session))
        past.load([(author_id, page.id)])
        now = self._house.clock.now()
        found = standing(past.history((author_id, page.id)), bans, written_at=now, now=now)
        return replace(facts, offences=found.offences, ban_running=found.ban_running)


def _named(session: Session, name: str) -> PolicyVersion:
    try:
        return policy_in_force(session, name)
    except NotFoundError as error:
        raise InvalidInputError("policy", str(error)) from None


def _has_written(session: Session, author_id: int | None, page_id: int) -> bool:
    if author_id is None:
        return False
    statement = select(Comment.id).where(col(Comment.author_id) == author_id, Comment.page_id == page_id).limit(1)
    return session.exec(statement).first() is not None
