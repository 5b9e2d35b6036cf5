"""An installation with people who decide, people who object, and the duties between them."""

import threading
from pathlib import Path

from app.domain.clock import MINUTE
from app.domain.words import Category, Verdict
from app.pipeline.objections import messages, terms
from app.pipeline.overrule.verdicts import PersonVerdict, rule
from app.storage.tables import Account, Action, Comment, Journal, Objection
from tests.fakes.yard import Yard

CLAUSE = "п. 2.5 Порядка, Постановление администрации Новокузнецкого муниципального района от 16.03.2020 № 59"


class Office(Yard):
    """An installation with people who decide and people who object."""

    def __init__(self, url: str, folder: Path) -> None:
        super().__init__(url, folder)
        self.anna = self.person("anna")
        self.boris = self.person("boris")
        [account] = [one for one in self.rows(Account) if one.name == "boris"]
        self.change(Account, account.id, post="начальник отдела")
        self.walk()

    def removed(self, author: str = "15170", page: str = "229000001") -> int:
        """A comment that the machine has removed; returns its decision's id."""
        decision = self.comment("Ты дебил", author=author, page=page)
        action = self.action_of(decision, "delete_comment")
        self.change(Action, action.id, state="done", outcome="acted", sent_at=self.clock.now())
        self.change(Comment, action.comment_id, state="removed")
        return decision

    def write(self, text: str, author: str = "15170", page: str = "229000001") -> None:
        """A private message, and the walk that comes after it."""
        self.comment(text, author=author, page=page, private=True)
        self.walk()

    def walk(self) -> None:
        """The duty, once what was written has settled."""
        self.clock.advance(2 * MINUTE)
        messages.read_messages(self.house, self.configuration, threading.Event())

    def watch(self) -> None:
        """The other duty."""
        terms.watch_terms(self.house, self.configuration, threading.Event())

    def decide(self, case_id: int, verdict: Verdict, who=None) -> int:
        """A person's verdict at the review door."""
        cited = {"categories": (Category.INSULT,), "clause": CLAUSE} if verdict is Verdict.REMOVE else {}
        ruled = rule(
            self.house,
            self.configuration,
            case_id,
            PersonVerdict(verdict, 1, **cited),
            who=who or self.boris,
            abilities=self.services.abilities,
        )
        return ruled.decision_id

    def rows_of_journal(self, subject: int) -> list[Journal]:
        """The journal's entries about a comment, in the order in which they were written."""
        found = [entry for entry in self.rows(Journal) if entry.subject_id == subject]
        return sorted(found, key=lambda entry: (entry.at, entry.seq))

    def objections(self) -> list[Objection]:
        """All objections."""
        return self.rows(Objection)
