"""A real house on a real database, with a clock that the test moves, and the deliveries to feed it."""

from cryptography.fernet import Fernet

from app.domain.copies import text_print
from app.domain.decisions import Judgement
from app.domain.events import Act, CommentRef, Event, Removed, Written
from app.domain.ids import IdMaker
from app.domain.words import Kind
from app.pipeline.house import House
from app.pipeline.record.items import Item
from app.settings import Settings
from app.storage.nodes import draw_node
from app.storage.session import Database
from app.storage.vault import JournalKey, Vault
from app.wiring import all_networks
from model.scorer import Scores
from tests.fakes.clock import FakeClock

CLEAN = Scores(spam=0.01, insult=0.01, obscenity=0.01, threat=0.01, appeal=0.01)
INSULT = CLEAN._replace(insult=0.97)
RUDE_APPEAL = CLEAN._replace(insult=0.97, appeal=0.9)
DOUBTFUL = CLEAN._replace(insult=0.6)
PROBABLY_SPAM = CLEAN._replace(spam=0.6)
APPEAL = CLEAN._replace(appeal=0.9)


def make_house(url: str, clock: FakeClock | None = None) -> House:
    """A house on a migrated database."""
    clock = clock or FakeClock()
    database = Database(url)
    with database.write() as session:
        node = draw_node(session)
    networks = all_networks(Settings())
    return House(
        database, Vault(Fernet.generate_key()), JournalKey("test", b"k" * 32), clock, IdMaker(clock, node), networks
    )


def written(
    text: str = "Когда починят дорогу?",
    *,
    page_id: int,
    number: int = 1,
    act: Act = Act.NEW,
    key: str = "",
    author: str = "777",
    scores: Scores | None = CLEAN,
    delayed_by: int = 0,
    private: bool = False,
    post: str = "7",
    at: int = 1_790_000_000_000_000,
) -> Item:
    """A delivery of a citizen's wall comment with the model's opinion on it."""
    ref = CommentRef(Kind.WALL, "", str(number))
    body = Written(act, ref, author, text, post=post, written_at=at, private=private)
    event = Event("vk", "229000001", f"wall_reply_{act}", key or f"{act}:{number}:{text}", body, b"{}", delayed_by)
    compared = None if private else text_print(text)
    return Item(event, page_id, at, Judgement(scores, failure="" if scores else "broken"), print=compared)


def removed(
    *, page_id: int, number: int = 1, deleter: str = "5", key: str = "", at: int = 1_790_000_000_000_000
) -> Item:
    """A delivery that says that the comment is gone."""
    body = Removed(CommentRef(Kind.WALL, "", str(number)), deleter)
    event = Event("vk", "229000001", "wall_reply_delete", key or f"delete:{number}", body, b"{}")
    return Item(event, page_id, at)
