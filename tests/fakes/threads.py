"""A yard in which residents and the page talk in threads, dialogues and discussions, and a walk that keeps their clocks."""

import threading

from sqlmodel import select

from app.domain.events import Act, CommentRef, Event, Published, Removed, Written
from app.domain.words import Kind
from app.pipeline.answers import clock
from app.pipeline.record.batch import record
from app.pipeline.record.items import Item
from app.storage.tables import Appeal, Comment, Page
from tests.fakes.yard import SECOND, Yard

PAGE = "229000001"
ASKS = "Когда почините дорогу на Мира?"
#: Monday, 23 November 2026, 10:00 in Novokuznetsk.
MONDAY = 1_795_402_800_000_000


class Street(Yard):
    """One page, its residents, and what they say; the clock stands at a Monday morning of the page."""

    def __init__(self, url, folder):
        super().__init__(url, folder)
        self.clock.instant = MONDAY
        self.change(Page, self.page, timezone="Asia/Novokuznetsk")

    def says(self, text=ASKS, *, author="501", private=False, act=Act.NEW, number=None, kind=None, scope="", **place):
        """Somebody writes; returns the comment's id. `place` is what the network tells of the thread."""
        self.clock.advance(SECOND)
        self._number += 1
        kind = kind or (Kind.MESSAGE if private else Kind.WALL)
        ref = CommentRef(kind, scope or (author if private else ""), number or str(self._number))
        place = {"post": "" if kind is Kind.MESSAGE else "17", "written_at": self.clock.now()} | place
        body = Written(act, ref, author, text, private=private, **place)
        return self._happens(body, ref, text)

    def page_says(self, text="Починим в пятницу.", **place):
        """The page writes in its own name."""
        return self.says(text, author=f"-{PAGE}", **place)

    def writes_to(self, resident, text="Здравствуйте!"):
        """The page writes to a resident in the private dialogue."""
        return self.says(text, author=f"-{PAGE}", private=True, scope=resident)

    def number_of(self, comment):
        """What the network calls a comment."""
        return self.row(Comment, comment).external_id

    def post_of(self, comment):
        """The post that a comment stands under."""
        return self.row(Comment, comment).post_external_id

    def goes(self, comment, *, deleter):
        """A comment disappears from the network."""
        found = self.row(Comment, comment)
        ref = CommentRef(Kind(found.kind), found.scope, found.external_id)
        self._happens(Removed(ref, deleter), ref)

    def publishes(self, number, at, attachments=()):
        """The page publishes a post."""
        url = f"https://vk.com/wall-{PAGE}_{number}"
        self._happens(Published(str(number), "Новость", at, url, tuple(attachments)), None)

    def _happens(self, body, ref, text=None):
        with self.house.database.transact() as transaction:
            config = self.configuration.within(transaction).pages["vk", PAGE]
            judgement = None if text is None else self.moderator.judge(text, policy=config.policy)
            event = Event("vk", PAGE, "event", str(self.house.ids()), body, b"{}")
            item = Item(event, config.id, self.clock.now(), judgement)
            record(transaction, self.house, self.configuration, [item], self.model_id)
        if ref is None:
            return None
        with self.house.database.read() as session:
            query = select(Comment.id).where(
                Comment.kind == ref.kind, Comment.scope == ref.scope, Comment.external_id == ref.external_id
            )
            return session.exec(query).one()

    def walk(self):
        """A second passes, and the walk of the clocks looks at everything."""
        self.clock.advance(SECOND)
        clock.run(self.house, self.configuration, threading.Event())

    def row(self, table, number):
        """A row as it stands."""
        with self.house.database.read() as session:
            return session.get(table, number)

    def appeal(self, comment):
        """A resident's clock; None where there is none."""
        return self.row(Appeal, comment)

    def told(self, comment):
        """Kinds of the journal's entries about a comment's waiting and answers, in order."""
        kinds = ("appeal_", "answer_")
        entries = [entry for entry in self.rows_of_journal() if entry.subject_id == comment]
        return [entry.kind for entry in entries if entry.kind.startswith(kinds)]

    def rows_of_journal(self):
        """The journal, in order."""
        from app.storage.tables import Journal

        return sorted(self.rows(Journal), key=lambda entry: (entry.at, entry.chain, entry.seq))
