"""`kill -9` while a network is read that only lists: what was written, edited and removed is found once, and no more."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL

import pytest
from sqlalchemy import update
from sqlmodel import select

from app.networks.ok import transport
from app.storage.session import Database
from app.storage.tables import Comment, Connection, Decision, Poll, Revision
from tests.functional.crash.points import LISTED, arm, is_armed, plant
from tests.functional.crash.test_crash import RUNS
from tests.functional.running import Installation, Service, wait_until
from tests.stands.ok import OkStand
from tests.stands.stand import Said

pytestmark = pytest.mark.timeout(120 + 60 * RUNS)


@dataclass
class Group:
    """A group of Odnoklassniki, its service, and what has become of each comment there."""

    stand: OkStand
    installation: Installation
    service: Service
    database: Database
    written: list[Said] = field(default_factory=list)
    #: How many texts each comment has had, and which comments are gone.
    texts: Counter[str] = field(default_factory=Counter)
    gone: set[str] = field(default_factory=set)

    def write(self, words: str) -> Said:
        """Somebody writes."""
        said = self.stand.write(words)
        self.written.append(said)
        self.texts[said.id] = 1
        return said

    def edit(self, said: Said, words: str) -> None:
        """Its author writes something else there."""
        self.stand.edit(said, words)
        self.texts[said.id] += 1

    def remove(self, said: Said) -> None:
        """It is deleted there."""
        self.stand.remove(said)
        self.gone.add(said.id)

    def look(self) -> None:
        """The time of the next round has come, and what a dead process held is free."""
        with self.database.write() as session:
            session.execute(update(Poll).values(due_at=0, lease_until=0))
            session.execute(update(Connection).values(lease_until=0))

    def settle(self) -> None:
        """Wait until the service knows what stands there."""

        def known() -> bool:
            with self.database.write() as session:
                session.execute(update(Poll).values(due_at=0))
            return self.states() == {one.id: "removed" if one.id in self.gone else "visible" for one in self.written}

        wait_until(known, what="all is known", seconds=60)
        wait_until(lambda: self.revisions() == self.texts, what="each text is known once", seconds=60)
        assert self.decisions() == self.texts, "each text is decided on once"

    def states(self) -> dict[str, str]:
        """How each comment stands."""
        with self.database.read() as session:
            return dict(session.exec(select(Comment.external_id, Comment.state)).all())

    def revisions(self) -> Counter[str]:
        """How many texts of each comment are known."""
        query = select(Comment.external_id).join(Revision, Revision.comment_id == Comment.id)  # type: ignore[arg-type]
        with self.database.read() as session:
            return Counter(session.exec(query))

    def decisions(self) -> Counter[str]:
        """How many decisions each comment has."""
        query = select(Comment.external_id).join(Decision, Decision.comment_id == Comment.id)  # type: ignore[arg-type]
        with self.database.read() as session:
            return Counter(session.exec(query))


def hurried() -> None:
    """In the process that is to die: how fast a token may call is tried out elsewhere."""
    plant()
    transport.RATE = 10_000  # type: ignore[misc]


@pytest.fixture
def group(sqlite_url: str, tmp_path: Path) -> Iterator[Group]:
    """A page that only looks on, asked for once."""
    with OkStand() as stand:
        extra = {**stand.environment(), "DVORNIK_NETWORKS": "ok"}
        installation = Installation(tmp_path / "data", sqlite_url, "http://127.0.0.1:9", extra, fault=hurried)
        options = [part for name, value in stand.options.items() for part in (f"--{name.replace('_', '-')}", value)]
        add = ("page", "add", "--network", "ok", "--external-id", stand.page, "--title", "Группа", *options)
        installation.run(*add)
        with installation.serve() as service:
            database = Database(sqlite_url)
            made = Group(stand, installation, service, database)
            wait_until(lambda: _cursor(database) != "", what="the group was asked for once", seconds=60)
            yield made
            database.dispose()
        installation.run("journal", "verify")


def _cursor(database: Database) -> str:
    with database.read() as session:
        return next(iter(session.exec(select(Poll.cursor))), "")


def test_a_kill_in_the_middle_of_a_round(group: Group) -> None:
    """Wherever it comes the next process finds the same, and finds it once."""
    for _ in range(RUNS):
        for point in LISTED:
            edited, removed = group.write("Когда включат воду?"), group.write("Спасибо за горку")
            group.look()
            group.settle()
            group.edit(edited, "Воду включили, спасибо")
            group.remove(removed)
            group.write("А свет?")
            arm(group.installation.data_dir, point, 1)
            group.look()
            assert group.service.wait() == -SIGKILL
            assert not is_armed(group.installation.data_dir)
            group.look()
            group.service.start()
            group.settle()
