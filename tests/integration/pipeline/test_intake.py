"""The door of VK's deliveries: what is answered from memory, and what is asked again."""

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence

import pytest

from app.api.callbacks import CommonCallback
from app.domain.errors import BusyError
from app.pipeline.administration.pages import NewPage, PageChanges, add_page, change_page
from app.pipeline.house import House
from app.pipeline.intake import Gate
from app.pipeline.judging import Arrival, judge
from app.pipeline.moderate import Moderator
from app.pipeline.record.committing import Answer, Committer
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.writer import Ticket, Writer
from app.pipeline.refusals import BURST, EVERY
from tests.fakes.clock import FakeClock
from tests.fakes.gates import gate_of, vk_intake
from tests.fakes.house import make_house, written
from tests.fakes.scorer import WordScorer
from tests.integration.test_record import SECOND, Desk


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    """A house."""
    house = make_house(sqlite_url, FakeClock())
    yield house
    house.database.dispose()


class Patient(Writer):
    """A writer that notes what is handed over and answers at once."""

    def __init__(self) -> None:
        self.handed: list[int] = []

    def write(self, tickets: Sequence[Ticket]) -> list[tuple[Ticket, Answer]]:
        """Take everything."""
        self.handed.append(len(tickets))
        return [(ticket, Outcome.DECIDED) for ticket in tickets]


def arrival_on(desk: Desk) -> Arrival:
    """A comment on the desk's page."""
    with desk.house.database.read() as session:
        page = desk.configuration.current(session).by_id[desk.page_id]
    return written(page_id=desk.page_id).event, page, 1


def test_a_confirmation_that_was_changed_by_another_process_is_answered_anew(house: House) -> None:
    """VK asks for it before it sends any event, so no transaction has told this process of the change."""
    desk = Desk(house, house.clock, "enforce")
    writer = Writer(Committer(house, desk.configuration, 1))
    intake = vk_intake(desk.configuration, gate_of(writer), house.clock)
    body = json.dumps({"type": "confirmation", "group_id": 229000001, "secret": "s"}).encode()

    change_page(house, desk.page_id, PageChanges(confirmation="first"), by="cli")
    assert asyncio.run(intake.take(body, None)) == b"first"
    change_page(house, desk.page_id, PageChanges(confirmation="second"), by="cli")
    house.clock.advance(2 * SECOND)
    assert asyncio.run(intake.take(body, None)) == b"second"


def test_a_page_that_was_just_added_is_known_though_the_process_has_just_looked(house: House) -> None:
    """The look that every process takes each second does not count as that of a network which knows the page already."""

    class Once(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            done = self.is_set()
            self.set()
            return done

    desk = Desk(house, house.clock, "enforce")
    house.clock.advance(2 * SECOND)
    desk.configuration.follow(Once())
    add_page(house, NewPage(network="vk", external_id="229000009", title="Район", secret="s"), by="cli")
    desk.configuration.look_again()

    assert desk.configuration.page("vk", "229000009") is not None


def test_wrong_secrets_are_looked_up_only_so_often(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guesser stops costing the database anything and is told to wait; the right secret is taken all the while."""
    desk = Desk(house, house.clock, "enforce")
    intake = vk_intake(desk.configuration, gate_of(Patient()), house.clock)
    callback = CommonCallback(intake, body_limit=10_000)
    looks = []
    look_again = desk.configuration.look_again
    monkeypatch.setattr(type(desk.configuration), "look_again", lambda _: looks.append(look_again()))

    def knock(secret: str, group: int = 229000001, peer: str = "10.0.0.1") -> tuple[int, dict[bytes, bytes]]:
        body = json.dumps({"type": "group_officers_edit", "group_id": group, "secret": secret, "object": {}}).encode()
        sent = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        asyncio.run(callback({"type": "http", "headers": [], "client": (peer, 1)}, receive, send))
        return sent[0]["status"], dict(sent[0]["headers"])

    codes = [knock("wrong", group=229000001 + number % 2)[0] for number in range(BURST)]
    assert codes == [403] * BURST
    assert len(looks) == BURST
    status, headers = knock("wrong")
    assert (status, headers[b"retry-after"]) == (429, str(EVERY // SECOND).encode())
    assert knock("wrong", group=1)[0] == 429
    assert len(looks) == BURST
    assert knock("s")[0] == 200
    assert knock("wrong", peer="10.0.0.2")[0] == 403
    house.clock.advance(EVERY)
    assert knock("wrong")[0] == 403


def test_a_stream_without_a_pause_is_handed_over_all_the_same(house: House) -> None:
    """Each turn of the loop brings another event: a batch that is full does not wait for the stream's end."""
    arrival = arrival_on(Desk(house, house.clock, "enforce"))
    writer = Patient()
    gate = gate_of(writer)

    async def stream() -> None:
        waiting = []
        for _ in range(1_000):
            waiting.append(asyncio.create_task(gate.put(arrival)))
            await asyncio.sleep(0)
        assert writer.handed, "nothing was handed over while events kept coming"
        await asyncio.gather(*waiting)

    asyncio.run(stream())
    assert sum(writer.handed) == 1_000
    assert max(writer.handed) <= 300


def test_a_gate_says_come_again_when_the_writer_is_full(house: House) -> None:
    """Whoever does not fit into the queue is told at once."""
    desk = Desk(house, house.clock, "enforce")
    gate = gate_of(Writer(Committer(house, desk.configuration, 1), queue_limit=0))

    with pytest.raises(BusyError):
        asyncio.run(gate.put(arrival_on(desk)))


def test_a_caller_that_hangs_up_is_nobodys_fault(house: House) -> None:
    """Half a request is dropped without an answer and without an error: its sender comes again."""
    desk = Desk(house, house.clock, "enforce")
    writer = Writer(Committer(house, desk.configuration, 1))
    intake = vk_intake(desk.configuration, gate_of(writer), house.clock)
    messages = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    answers: list[object] = []

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def send(message: object) -> None:
        answers.append(message)

    asyncio.run(CommonCallback(intake, body_limit=100)({"type": "http", "headers": []}, receive, send))
    assert not answers


def test_what_is_compared_with_other_comments(house: House) -> None:
    """Citizens' public words and the page's own, so that quoting those is no copying; private messages never."""
    desk = Desk(house, house.clock, "enforce")
    with house.database.read() as session:
        page = desk.configuration.current(session).by_id[desk.page_id]
    text, moderator = "Когда починят дорогу на улице Садовой?", Moderator(WordScorer())

    def compared(**about: object) -> str | None:
        found = judge(written(text, page_id=desk.page_id, **about).event, page, moderator, 1).print
        return found and found.folded

    assert compared() == compared(author="-229000001") == "когда починят дорогу на улице садовой"
    assert compared(private=True) is None
    assert judge(written("Спасибо", page_id=desk.page_id).event, page, moderator, 1).print is None


def test_an_event_that_cannot_be_judged_fails_alone(house: House) -> None:
    """Those who came in the same turn of the loop are not asked to come again."""
    desk = Desk(house, house.clock, "enforce")
    event, page, _ = arrival_on(desk)

    def judging(events: Sequence[Arrival]) -> list[Item]:
        if any(at == 2 for _, _, at in events):
            raise LookupError("not this one")
        return [Item(event, page.id, at) for event, page, at in events]

    async def three() -> list[Outcome | BaseException]:
        gate = Gate(Patient(), judging)
        waiting = (gate.put((event, page, at)) for at in (1, 2, 3))
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, second, third = asyncio.run(three())
    assert (first, third) == (Outcome.DECIDED, Outcome.DECIDED)
    assert isinstance(second, LookupError)
