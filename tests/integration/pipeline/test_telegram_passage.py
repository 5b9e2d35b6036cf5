"""What Telegram tells goes through the door of a bot's connection into the database, on the page that it belongs to."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update
from sqlmodel import select

from app.domain.doors import Delivered
from app.domain.errors import BusyError, SignatureRejectedError
from app.networks.telegram.door import TelegramDoor
from app.pipeline.administration.pages import NewPage, add_page
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.configuration import RELOOK, Configuration
from app.pipeline.keyed_intake import KeyedIntake
from app.pipeline.naming import page_named
from app.pipeline.record.committing import Committer
from app.pipeline.record.writer import Writer
from app.storage.keyring import KeyRing
from app.storage.nodes import bump_config
from app.storage.tables import Comment, Connection, Page, Post, SeenEvent
from app.storage.vault import Vault
from tests.fakes.clock import FakeClock
from tests.fakes.gates import gate_of
from tests.fakes.house import make_house
from tests.fakes.thresholds import FakeThresholds
from tests.unit.networks.telegram.samples import CITIZEN, GROUP, change, comment, forward, group, member

SECRET, TOKEN = "s3cret", "7000000001:AAtoken"
OTHER = GROUP - 1


class Porch:
    """A bot's door in a house with one page."""

    def __init__(self, url: str) -> None:
        self.house = make_house(url, FakeClock())
        ensure_presets(self.house)
        self.configuration = Configuration(self.house, FakeThresholds())
        self.writer = Writer(Committer(self.house, self.configuration, 1))
        gate = gate_of(self.writer)
        self.intake = KeyedIntake("telegram", TelegramDoor(), self.configuration, gate, self.house.clock)
        self.writer.start()
        self.page = self.add(GROUP)
        self.number = 100

    def add(self, chat: int) -> int:
        """A page of the same bot."""
        new = NewPage("telegram", str(chat), "Посёлок", secret=SECRET, community_token=TOKEN)
        added = add_page(self.house, new, by="cli")
        self.key = added.callback_url.rpartition("/")[2]
        with self.house.database.read() as session:
            self.configuration.current(session)
        return added.id

    def deliver(self, kind: str, thing: dict[str, Any], *, number: int = 0, secret: str = SECRET) -> None:
        """Telegram calls."""
        self.number += 1
        body = json.dumps({"update_id": number or self.number, kind: thing}).encode()
        headers = {"x-telegram-bot-api-secret-token": secret}
        reply = asyncio.run(self.intake.take(self.key, Delivered("POST", {}, headers, body)))
        assert reply.status == 200

    def rows(self, table: type) -> list[Any]:
        """All rows of a table."""
        with self.house.database.read() as session:
            return list(session.exec(select(table)).all())


@pytest.fixture
def post(sqlite_url: str) -> Iterator[Porch]:
    made = Porch(sqlite_url)
    yield made
    made.writer.close()
    made.house.database.dispose()


def dialogue(**fields: Any) -> dict[str, Any]:
    """Somebody writes to the bot itself."""
    chat = {"id": CITIZEN, "type": "private", "first_name": "Вера"}
    return comment(chat=chat, message_thread_id=None, reply_to_message=None, **fields)


def test_a_comment_is_kept_once_under_its_post(post: Porch) -> None:
    """The post by its id in the group, the comment by the thread; the same update again says nothing new."""
    post.deliver("message", forward())
    for _ in range(2):
        post.deliver("message", comment(), number=7)
    post.deliver("edited_message", comment(text="А тротуар когда?"))

    (kept,) = post.rows(Comment)
    (published,) = post.rows(Post)
    assert (kept.page_id, kept.scope, kept.external_id) == (post.page, str(GROUP), "301")
    assert kept.post_external_id == published.external_id == "300"
    assert len(post.rows(SeenEvent)) == 3


def test_a_wrong_secret_stays_outside(post: Porch) -> None:
    """As does an unknown key."""
    with pytest.raises(SignatureRejectedError):
        post.deliver("message", comment(), secret="other")
    post.key = "unknown"
    with pytest.raises(SignatureRejectedError):
        post.deliver("message", comment())
    assert post.rows(Comment) == []


def test_a_page_of_another_bot_is_not_reached(post: Porch) -> None:
    """Whoever holds one bot's secret writes on no other bot's page, and replays nothing of it through his own door."""
    foreign = NewPage("telegram", str(OTHER), "Город", secret="other", community_token="7000000002:BBtoken")
    add_page(post.house, foreign, by="cli")
    with post.house.database.read() as session:
        assert ("telegram", str(OTHER)) in post.configuration.current(session).pages
    post.deliver("message", comment(chat=group(id=OTHER)))
    assert post.rows(Comment) == []


def test_a_secret_that_does_not_open_keeps_deliveries_out_until_its_key_is_back(
    post: Porch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are to come again, people hear of the page, and no restart is needed."""
    file, lost = tmp_path / "encryption.key", Fernet.generate_key()
    file.write_bytes(Fernet.generate_key())
    with post.house.database.write() as session:
        session.execute(update(Connection).values(secret_enc=Vault(lost).seal(SECRET)))
        bump_config(session)
    vault = Vault(KeyRing(file))
    post.house = replace(post.house, vault=vault)
    monkeypatch.setattr(post.configuration, "_house", post.house)
    with post.house.database.read() as session:
        post.configuration.current(session)
    with pytest.raises(BusyError):
        post.deliver("message", comment())
    assert post.configuration.sealed == {post.page}
    file.write_bytes(file.read_bytes() + b"\n" + lost)
    post.house.clock.advance(2 * RELOOK)
    post.deliver("message", comment())

    assert post.configuration.sealed == frozenset()
    assert len(post.rows(Comment)) == 1


def test_a_dialogue_belongs_to_the_only_page_of_a_bot(post: Porch) -> None:
    """It is private there; a bot of two pages cannot say whose it is, and nobody gets it."""
    post.deliver("message", dialogue())
    post.add(OTHER)
    post.deliver("message", dialogue(message_id=302))

    (kept,) = post.rows(Comment)
    assert (kept.page_id, kept.private, kept.scope) == (post.page, True, str(CITIZEN))
    with post.house.database.read() as session:
        snapshot = post.configuration.current(session)
    connection = snapshot.by_id[post.page].connection_id
    assert page_named(snapshot, "telegram", "", connection) is None
    assert page_named(snapshot, "telegram", str(OTHER), connection) is not None
    assert page_named(snapshot, "telegram", str(OTHER), connection + 1) is None


def test_a_chat_that_is_no_page_is_passed_over(post: Porch) -> None:
    """A bot may be let into any group."""
    post.deliver("message", comment(chat=group(id=-1009)))
    assert post.rows(Comment) == []


def test_a_group_that_moved_is_the_same_page(post: Porch) -> None:
    """Both groups tell of it; comments under the new id are the page's."""
    post.deliver("message", comment(text=None, migrate_to_chat_id=OTHER))
    post.deliver("message", comment(chat=group(id=OTHER), text=None, migrate_from_chat_id=GROUP))
    post.deliver("message", comment(chat=group(id=OTHER), message_id=5))

    (page,) = post.rows(Page)
    (kept,) = post.rows(Comment)
    assert (page.id, page.external_id) == (post.page, str(OTHER))
    assert (kept.page_id, kept.scope) == (post.page, str(OTHER))


def test_whoever_runs_the_page_is_not_judged(post: Porch) -> None:
    """The group itself and the channel of the post, before anybody has asked who runs it."""
    post.deliver("message", comment(sender_chat=group()))
    post.deliver("message", comment(message_id=302, sender_chat=forward()["sender_chat"]))

    assert [one.written_by for one in post.rows(Comment)] == ["page", "page"]
    assert [one.decision_id for one in post.rows(Comment)] == [None, None]


def test_lost_rights_are_kept(post: Porch) -> None:
    """The change is taken by the page that it is about."""
    post.deliver("my_chat_member", change(member("administrator", 7), member("left", 7)))
    assert len(post.rows(SeenEvent)) == 1
