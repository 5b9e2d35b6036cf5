"""A real service with a page on a simulated VK, and people who sit at its console."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from app.domain.words import Role
from app.pipeline.administration.accounts import create_token
from app.pipeline.administration.page_fields import PageChanges
from app.pipeline.administration.pages import change_page
from app.pipeline.administration.sessions import sign_in_by_token
from app.pipeline.house import House
from app.settings import Settings
from app.storage.tables import Comment as CommentRow
from app.storage.tables import ReviewCase
from app.wiring import open_house
from tests.functional.running import Installation, Service
from tests.simulators.vk import Comment, VkSimulator

GROUP = 229000001
SECRET = "a-secret-of-the-test"
CITIZEN = 7_000_001
#: What the shipped model is sure of, what is a resident's complaint however rude, and what must stay.
MAT = "Иди нахуй, пидорас"
RUDE_APPEAL = "Когда почините дорогу на Садовой, дебилы? Третий год ямы, скорая проехать не может!"
THANKS = "Спасибо большое за отремонтированную дорогу на улице Садовой!"


@dataclass
class Desk:
    """One installation: the service is a process of its own, `house` looks into the same database."""

    vk: VkSimulator
    service: Service
    house: House
    page_id: int
    _people: int = 0
    _citizens: int = CITIZEN

    @property
    def url(self) -> str:
        """Where the console begins."""
        return f"{self.service.url}/console"

    def token(self, role: Role | str, name: str = "", pages: list[int] | None = None) -> str:
        """A new key; without a name it is a new person's."""
        self._people += 1
        name = name or f"Сотрудник {self._people}"
        return create_token(self.house, role=str(role), name=name, pages=pages, by="cli")[1]

    def session(self, role: Role | str, name: str = "", pages: list[int] | None = None) -> str:
        """A signed-in browser's secret."""
        return sign_in_by_token(self.house, self.token(role, name, pages)).secret

    def comment(self, words: str, *, author: int = 0) -> Comment:
        """A citizen, a new one if none is named, writes under a post; VK tells the service and hears `ok`."""
        self._citizens += 1
        made = self.vk.post_comment(GROUP, words, author=author or self._citizens)
        attempts = self.vk.send_new(made)
        assert attempts[-1].accepted, attempts
        return made

    def case(self, words: str, *, author: int = 0) -> int:
        """The id of the case that a new comment opens."""
        made = self.comment(words, author=author)
        query = (
            select(ReviewCase.id)
            .join(CommentRow, col(CommentRow.id) == col(ReviewCase.comment_id))
            .where(CommentRow.external_id == str(made.id))
        )
        with self.house.database.read() as session:
            return session.exec(query).one()

    def row(self, table: type[Any], number: int) -> Any:
        """A row as it stands."""
        with self.house.database.read() as session:
            return session.get_one(table, number)

    def rows(self, table: type[Any]) -> list[Any]:
        """All rows of a table."""
        with self.house.database.read() as session:
            return list(session.exec(select(table)))

    def sql(self, statement: str, **values: Any) -> None:
        """Change the database behind the service's back, as another process would."""
        with self.house.database.write() as session:
            session.execute(text(statement), values)

    def set_mode(self, mode: str) -> None:
        """Switch the page over, as an administrator does."""
        change_page(self.house, self.page_id, PageChanges(mode=mode), by="cli")

    def clear(self) -> None:
        """Empty the queue and forget what was said, so that a test finds its own cases and nothing is a repeat."""
        self.sql("UPDATE review_case SET state = 'closed', ended = 'kept', ended_by = 'test' WHERE state <> 'closed'")
        self.sql("UPDATE action SET state = 'cancelled' WHERE state IN ('proposed', 'pending', 'manual')")
        self.forget()

    def forget(self) -> None:
        """From here on nothing is a repeat of what was said before."""
        for table in ("campaign_comment", "campaign", "seen_text"):
            self.sql(f"DELETE FROM {table}")


@contextmanager
def open_desk(folder: Path, *, mode: str = "review", policy: str = "novokuznetsk-59") -> Iterator[Desk]:
    """The service, running, with one page and an empty queue."""
    with VkSimulator() as vk:
        installation = Installation(folder, "", vk.base_url)
        with installation.serve() as service:
            vk.add_community(GROUP, callback_url=f"{service.url}/callbacks/vk", secret=SECRET, managers=[5])
            user_token = vk.add_token("user", GROUP)
            page = installation.json(
                *("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Администрация района"),
                *("--policy", policy, "--mode", mode, "--timezone", "Asia/Novokuznetsk"),
                *("--secret", "-", "--confirmation", "c0ffee", "--user-token", "-"),
                stdin=f"{SECRET}\n{user_token}\n",
            )
            house = open_house(Settings(data_dir=folder))
            try:
                yield Desk(vk, service, house, int(page["id"]))
            finally:
                house.database.dispose()
