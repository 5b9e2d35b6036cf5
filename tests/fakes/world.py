"""A house on a real database with a page, comments and actions in it, and a clock that tests turn."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from time import monotonic
from typing import Any

import msgspec
from sqlalchemy import event, text
from sqlmodel import select

from app.domain.clock import HOUR
from app.domain.states import ActionState, CommentState
from app.domain.words import ActionKind, Mode, WrittenBy
from app.journal.chain import append
from app.journal.verify import verify
from app.outbox import claim
from app.outbox.claim import Lease
from app.pipeline.carry_out.executor import Executor
from app.pipeline.carry_out.managers import BEFORE_BAN, ManagersReader
from app.pipeline.carry_out.sending import Step
from app.pipeline.house import House
from app.storage.tables import Action, Author, Comment, Connection, Credential, Decision, Journal, Page, ReviewCase
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house
from tests.fakes.network import FakeNetwork

START = 1_790_000_000_000_000
CLAUSE = "п. 2.5, Порядок (№ 59 от 16.03.2020)"


class World:
    """One page on one connection, and what a test adds to it."""

    def __init__(self, url: str, network: FakeNetwork | None = None) -> None:
        self.clock: Any = FakeClock(START)
        self.network = network or FakeNetwork()
        self.house = make_house(url, self.clock)
        self.database = self.house.database
        self.managers = ManagersReader(self.house)
        self.connection = self.add_connection()
        self.page = self.add_page(self.connection)

    @classmethod
    def inside(cls, house: House, tokens: int = 2) -> "World":
        """The furniture of a real installation's database, under its keys and its clock."""
        world = cls.__new__(cls)
        world.house, world.clock, world.database = house, house.clock, house.database
        world.connection = world.add_connection(tokens=tokens)
        world.page = world.add_page(world.connection)
        return world

    @classmethod
    def beside(cls, world: "World", url: str) -> "World":
        """Another process's view: connections and node of its own; clock, keys and network are shared."""
        other = cls.__new__(cls)
        other.clock, other.network = world.clock, world.network
        made = make_house(url, world.clock)
        other.house = replace(made, vault=world.house.vault, journal_key=world.house.journal_key)
        other.database = other.house.database
        return other

    def close(self) -> None:
        """Give the database's connections back."""
        self.database.dispose()

    def never_sync(self) -> None:
        """Spare SQLite's fsync where a test makes thousands of transactions and cuts no power."""
        if not self.database.is_sqlite:
            return
        self.database.dispose()
        event.listen(self.database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))

    # ------------------------------------------------------------------------------------------------------ furniture

    def add_connection(self, *, tokens: int = 1) -> int:
        """A connection of VK with living tokens."""
        with self.database.write() as session:
            number = self.house.ids()
            session.add(Connection(id=number, network="vk", callback_key=str(number), created_at=START))
            session.flush()
            for slot in ("user", "community")[:tokens]:
                session.add(
                    Credential(
                        id=self.house.ids(),
                        connection_id=number,
                        slot=slot,
                        token_enc=self.house.vault.seal(f"token-{slot}"),
                        fingerprint=f"{number}-{slot}",
                        created_at=START,
                    )
                )
        return number

    def add_page(self, connection: int, mode: Mode = Mode.ENFORCE) -> int:
        """A page whose managers are known."""
        with self.database.write() as session:
            number = self.house.ids()
            page = Page(
                id=number,
                network="vk",
                external_id=str(number % 10**9),
                connection_id=connection,
                title="Страница",
                policy_name="novokuznetsk-59",
                mode=mode,
                timezone="Asia/Novokuznetsk",
                managers_json='["777"]',
                managers_read_at=self.clock.now(),
                created_at=START,
            )
            session.add(page)
        return number

    def add_comment(self, page: int | None = None, author: str = "5001", **columns: Any) -> int:
        """A comment with a decision to remove it."""
        with self.database.write() as session:
            ids = self.house.ids
            person = session.exec(select(Author).where(Author.external_id == author)).first()
            if person is None:
                person = Author(id=ids(), network="vk", external_id=author, first_seen_at=START)
                session.add(person)
            comment_id, revision, decision = ids(), ids(), ids()
            row: dict[str, Any] = {
                "id": comment_id,
                "page_id": page or self.page,
                "kind": "wall",
                "scope": "",
                "external_id": str(comment_id),
                "author_id": person.id,
                "written_by": WrittenBy.CITIZEN,
                "state": CommentState.VISIBLE,
                "revision_id": revision,
                "revisions": 1,
                "decision_id": decision,
                "received_at": self.clock.now(),
                "changed_at": self.clock.now(),
            }
            session.add(Comment(**(row | columns)))
            session.add(self.decision(decision, comment_id, revision, row["page_id"]))
        return comment_id

    def decision(self, decision: int, comment: int, revision: int, page: int) -> Decision:
        """A removal that the machine has decided on."""
        return Decision(
            id=decision,
            comment_id=comment,
            revision_id=revision,
            page_id=page,
            verdict="remove",
            categories_json='["insult"]',
            reasons_json='["score_over_remove"]',
            clauses_json=msgspec.json.encode([CLAUSE]).decode(),
            mode=Mode.ENFORCE,
            policy_version_id=1,
            decided_by="machine",
            decided_at=self.clock.now(),
        )

    def add_action(self, comment: int, kind: ActionKind = ActionKind.DELETE_COMMENT, **columns: Any) -> int:
        """An action of the comment's current decision, pending and due unless `columns` say otherwise."""
        with self.database.write() as session:
            about = session.get_one(Comment, comment)
            page = session.get_one(Page, about.page_id)
            number = self.house.ids()
            row: dict[str, Any] = {
                "id": number,
                "idempotency_key": str(number),
                "kind": kind,
                "state": ActionState.PENDING,
                "decision_id": about.decision_id,
                "comment_id": comment,
                "page_id": page.id,
                "connection_id": page.connection_id,
                "author_id": about.author_id,
                "ordered_by": "machine",
                "clause": CLAUSE,
                "due_at": self.clock.now(),
                "created_at": self.clock.now(),
                "changed_at": self.clock.now(),
            }
            session.add(Action(**(row | columns)))
        return number

    def add_ban(self, comment: int, **columns: Any) -> int:
        """A ban that a person has confirmed."""
        asked = {"confirmed_by": "person:Иванова", "ban_seconds": 86_400, "ban_reason": "insult"}
        return self.add_action(comment, ActionKind.BAN_AUTHOR, **(asked | columns))

    # ---------------------------------------------------------------------------------------------------------- turns

    def lease(self, connection: int | None = None, seconds: int = 60) -> Lease | None:
        """Claim the connection as a worker does."""
        with self.database.write() as session:
            claimed = claim.claim(session, connection or self.connection, ["vk"], self.clock.now(), seconds)
            if claimed is None:
                return None
            lease, entries = claimed
            append(session, self.house.journal_key, entries, self.clock.now())
        return lease

    def executor(self, lease: Lease | None = None) -> Executor:
        """Whoever works the leased connection off."""
        held = lease or self.lease()
        assert held is not None
        client = self.network.client()

        def before_ban(page: int) -> None:
            self.managers.refresh(held, client, page_id=page, limit=BEFORE_BAN)

        return Executor(self.house, held, client, jitter=lambda: 0.5, before_ban=before_ban)

    def work_off(self) -> list[Step]:
        """Claim, step until nothing is due, give back; returns the steps."""
        lease = self.lease()
        assert lease is not None
        executor = self.executor(lease)
        steps = []
        for _ in range(100):
            steps.append(executor.step())
            if steps[-1] in {Step.IDLE, Step.LOST}:
                break
        claim.release(self.database, lease)
        return steps

    def lose_leases(self) -> None:
        """Let every lease run out, as if its worker had died a minute ago."""
        self.sql("UPDATE connection SET lease_until = 0")

    def sql(self, statement: str, **values: Any) -> None:
        """Change the database behind the house's back, as another process would."""
        with self.database.write() as session:
            session.execute(text(statement), values)

    # ---------------------------------------------------------------------------------------------------------- looks

    def action(self, number: int) -> Action:
        """The action as it stands."""
        with self.database.read() as session:
            return session.get_one(Action, number)

    def row(self, table: type[Any], number: Any) -> Any:
        """A row as it stands."""
        with self.database.read() as session:
            return session.get_one(table, number)

    def ids_of(self, table: type[Any]) -> list[int]:
        """The ids of a table's rows."""
        with self.database.read() as session:
            return list(session.exec(select(table.id).order_by(table.id)))

    def cases(self) -> list[ReviewCase]:
        """All cases."""
        with self.database.read() as session:
            return list(session.exec(select(ReviewCase)))

    def journal(self, subject: int) -> list[str]:
        """Kinds of the journal's entries about a subject, in order of chain and number."""
        with self.database.read() as session:
            query = select(Journal.kind).where(Journal.subject_id == subject).order_by(Journal.at, Journal.seq)
            return list(session.exec(query))

    def assert_journal_whole(self) -> None:
        """The journal is what the house wrote."""
        report = verify(self.database, self.house.journal_key)
        assert report.problems == []


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Look again and again until a condition holds.

    Raises:
        AssertionError: it did not in time.
    """
    end = monotonic() + seconds
    pause = Event()
    while not condition():
        assert monotonic() < end, "it did not happen in time"
        pause.wait(0.01)


def hours(number: float) -> int:
    """Hours as microseconds."""
    return int(number * HOUR)
