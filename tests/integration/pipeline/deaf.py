"""A page of a simulated VK whose events do not come, and whoever reads it again."""

import json
import threading

import httpx
from sqlmodel import select

from app.calling.pace import Pace
from app.domain.clock import HOUR, SECOND
from app.domain.events import Event
from app.networks.vk.inbound import parse
from app.networks.vk.reading import VkReader
from app.networks.vk.verify import decode
from app.pipeline.configuration import PageConfig
from app.pipeline.judging import judge
from app.pipeline.record.items import Item, Outcome
from app.pipeline.rereading.ordering import order_reread
from app.pipeline.rereading.walking import Rereader
from app.storage.tables import Comment, Decision, Reread
from tests.integration.pipeline.storm import Storm
from tests.simulators.vk import Comment as Written
from tests.simulators.vk import VkSimulator
from tests.simulators.vk_courier import envelope
from tests.simulators.vk_methods import comment_object

GROUP = 229000001


class Deaf(Storm):
    """A page of a simulated VK whose events do not come."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.vk = VkSimulator(clock=self.clock)
        self.vk.start()
        self.vk.add_community(GROUP)
        self.vk.add_token("user", GROUP, value="u")
        self.stop = threading.Event()
        self.stop_after = 10**6

    def close(self) -> None:
        """End the network and give connections back."""
        self.vk.stop()
        self.house.database.dispose()

    def judge(self, event: Event, page: PageConfig) -> Item:
        """Judge as the service does; the process stops after so many texts."""
        self.stop_after -= 1
        if self.stop_after == 0:
            self.stop.set()
        return judge(event, page, self.moderator, self.clock.now())

    def rereader(self) -> Rereader:
        """Whoever reads again, of a process that has just begun."""
        self.stop.clear()

        def reader() -> VkReader:
            return VkReader(self.vk.base_url, http=httpx.Client(), pace=Pace(sleep=lambda _: None))

        return Rereader(self.committer, self.judge, {"vk": reader})

    def read_again(self, rereader: Rereader | None = None) -> Reread:
        """The duty's turn; the newest gap as it stands after it."""
        (rereader or self.rereader()).run(self.house, self.desk.configuration, self.stop)
        return self.gaps()[-1]

    def open_gap(self, hours: int = 5) -> None:
        """Nothing was heard for some hours."""
        order_reread(self.house, self.desk.page_id, since=self.clock.now() - hours * HOUR, by="cli")

    def gaps(self) -> list[Reread]:
        """All gaps."""
        return self.desk.rows(Reread)

    def post(self, text: str, *, hours_ago: float = 1, **about: object) -> Written:
        """Somebody wrote, and nobody told us."""
        written_at = (self.clock.now() - int(hours_ago * HOUR)) // SECOND
        return self.vk.post_comment(GROUP, text, date=written_at, **about)  # type: ignore[arg-type]

    def tell(self, comment: Written, what: str = "new") -> Outcome:
        """A callback comes through after all."""
        community = self.vk.state.communities[GROUP]
        body = envelope(community, f"wall_reply_{what}", comment_object(comment))
        raw = json.dumps(body).encode()
        event = parse(decode(raw), raw=raw)
        assert isinstance(event, Event)
        return self.deliver(Item(event, self.desk.page_id, self.clock.now()))

    def verdicts(self) -> dict[str, list[str]]:
        """Verdicts by the comment's number in VK."""
        found: dict[str, list[str]] = {}
        with self.house.database.read() as session:
            query = select(Comment.external_id, Decision.verdict).join(Decision, Decision.comment_id == Comment.id)
            for number, verdict in session.exec(query.order_by(Decision.id)):
                found.setdefault(number, []).append(verdict)
        return found
