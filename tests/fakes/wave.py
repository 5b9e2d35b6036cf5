"""A page on which many write the same, and what became of it."""

from dataclasses import replace
from typing import Any

import msgspec
from sqlmodel import col, select

from app.domain.ids import IdMaker
from app.pipeline.administration.pages import NewPage, add_page
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.record.batch import record
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.nearby import Nearby
from app.storage.nodes import draw_node
from app.storage.session import Database
from app.storage.tables import Comment, Decision
from model.scorer import Scores
from tests.fakes.house import CLEAN, written
from tests.fakes.thresholds import FakeThresholds
from tests.integration.test_record import SECOND, Desk

AD = "Требуются сотрудники на упаковку товара! Оплата ежедневно, пишите в личные сообщения"
COLD = "У нас на улице Садовой третий день нет отопления, дома дети, сделайте уже что-нибудь!"


class Wave(Desk):
    """A desk that remembers texts between batches, as a process does."""

    def __init__(self, house: House, mode: str = "enforce", policy: str = "novokuznetsk-59") -> None:
        super().__init__(house, house.clock, mode, policy)
        self.nearby = Nearby()
        self._number = 0

    @classmethod
    def beside(cls, other: "Wave") -> "Wave":
        """Another replica: its own connections, ids and memory, the same keys and clock."""
        replica = cls.__new__(cls)
        database = Database(other.house.database.url)
        with database.write() as session:
            ids = IdMaker(other.clock, draw_node(session))
        replica.house, replica.clock = replace(other.house, database=database, ids=ids), other.clock
        replica.page_id, replica.nearby = other.page_id, Nearby()
        replica.configuration = Configuration(replica.house, FakeThresholds())
        replica._number = 1_000_000
        return replica

    def add_page(self, external_id: str, mode: str = "enforce") -> int:
        """Another page of the installation."""
        page = NewPage("vk", external_id, "Ещё район", policy="novokuznetsk-59", mode=mode, secret="s", user_token="u")
        return int(add_page(self.house, page, by="cli").id)

    def take(self, *items: Item) -> list[Outcome]:
        """Record items as one batch."""
        with self.house.database.transact() as transaction:
            recorded = record(transaction, self.house, self.configuration, items, 1, nearby=self.nearby)
        return recorded.outcomes

    def item(self, text: str, *, scores: Scores = CLEAN, number: int = 0, page_id: int = 0, **about: Any) -> Item:
        """A delivery of a comment of its own, written at this moment."""
        self._number += 1
        about.setdefault("at", self.clock.now())
        number = number or self._number
        return written(text, page_id=page_id or self.page_id, number=number, scores=scores, **about)

    def says(self, text: str, **about: Any) -> Decision:
        """Somebody writes; the newest decision about it."""
        self.clock.advance(SECOND)
        item = self.item(text, **about)
        assert self.take(item) == [Outcome.DECIDED]
        return self.decision(item)

    def decision(self, item: Item) -> Decision:
        """The decision that holds for a delivery's comment."""
        return self.comment(item)[1]

    def comment(self, item: Item) -> tuple[Comment, Decision]:
        """The comment of a delivery and its decision."""
        with self.house.database.read() as session:
            query = (
                select(Comment, Decision)
                .join(Decision, col(Decision.id) == col(Comment.decision_id))
                .where(Comment.external_id == item.event.body.ref.external_id, Comment.page_id == item.page_id)
            )
            return session.exec(query).one()


def context(decision: Decision) -> dict[str, Any]:
    """What was counted for it."""
    return msgspec.json.decode(decision.basis_json).get("context", {})


def reasons(decision: Decision) -> list[str]:
    """Why it is what it is."""
    return msgspec.json.decode(decision.reasons_json)
