"""A service that is killed again and again, and citizens who go on writing: what VK repeats, what must hold."""

import json
import random
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Event

import httpx
from sqlalchemy import update
from sqlmodel import select

from app.domain.words import ActionKind
from app.storage.session import Database
from app.storage.tables import Action, Comment, Connection, Decision, Poll
from tests.functional.conftest import GROUP, MAT, THANKS, Scene
from tests.functional.running import Service, wait_until
from tests.simulators.vk import Comment as Written
from tests.simulators.vk import VkSimulator
from tests.simulators.vk_courier import envelope, new_event

#: Two official pages: VK brings the events of one, those of the other are asked for.
CALLED, POLLED = GROUP, GROUP + 1
#: How soon VK repeats here what was not answered `ok`, seconds.
REPEAT = 0.05
#: VK says so about a comment that is no longer there.
GONE = 211
#: Answered, answered slowly, not answered: VK has done it.
DEEDS = (None, "slow", "late")


@dataclass
class Town:
    """Two pages, their service, and all that was ever written there."""

    scene: Scene
    database: Database
    dice: random.Random
    written: dict[int, list[Written]] = field(default_factory=lambda: {CALLED: [], POLLED: []})
    #: Numbers of comments that the service has answered `ok` for.
    answered: set[str] = field(default_factory=set)
    #: How often it said that it cannot take an event.
    refused: int = 0
    kills: int = 0

    @property
    def vk(self) -> VkSimulator:
        """Where the pages are."""
        return self.scene.vk

    @property
    def service(self) -> Service:
        """Who keeps the pages."""
        return self.scene.service

    def wait_until_known(self) -> None:
        """Another process has added the page; from here on its events are taken."""
        event = envelope(self.vk.state.communities[CALLED], "group_join", {"user_id": 1})
        url = f"{self.service.url}/callbacks/vk"
        wait_until(lambda: httpx.post(url, json=event).status_code == httpx.codes.OK, what="the page is known")

    def write(self, group: int, *, texts: int, rude: int) -> Sequence[Written]:
        """Citizens write; nobody is told yet."""
        words = [MAT] * rude + [f"{THANKS} Дом {len(self.written[group]) + number}." for number in range(texts - rude)]
        self.dice.shuffle(words)
        first = 1_000_000 + 1_000 * len(self.written[group])
        comments = [self.vk.post_comment(group, text, author=first + n) for n, text in enumerate(words)]
        self.written[group] += comments
        return comments

    @contextmanager
    def telling(self, comments: Sequence[Written]) -> Iterator[list[Future[None]]]:
        """VK tells of comments, four at a time, and repeats until `ok`; at the end all were answered so."""
        given_up = Event()
        with httpx.Client(timeout=30) as http, ThreadPoolExecutor(4) as citizens:
            told = [citizens.submit(self._tell, http, comment, given_up) for comment in comments]
            try:
                yield told
                for one in told:
                    one.result()
            finally:
                given_up.set()

    def _tell(self, http: httpx.Client, comment: Written, given_up: Event) -> None:
        if comment.group_id == POLLED:
            self.vk.send_new(comment)
            return
        body = json.dumps(envelope(self.vk.state.communities[CALLED], *new_event(comment)), ensure_ascii=False)
        for attempt in count():
            if given_up.wait(REPEAT if attempt else 0):
                return
            try:
                answer = http.post(f"{self.service.url}/callbacks/vk", content=body.encode())
            except httpx.TransportError:
                continue
            if (answer.status_code, answer.text) == (httpx.codes.OK, "ok"):
                self.answered.add(str(comment.id))
                return
            assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
            self.refused += 1

    def rise_again(self) -> None:
        """The killed service starts once more, as if half a minute had passed: what it held is free."""
        with self.database.write() as session:
            session.execute(update(Poll).values(lease_until=0))
            session.execute(update(Connection).values(lease_until=0))
        promised = set(self.answered)
        assert promised <= set(self.decided(CALLED)), "what was answered ok is decided before anything is sent again"
        self.service.start()

    def decided(self, group: int) -> Counter[str]:
        """How many decisions each comment of a page has."""
        numbers = {str(comment.id) for comment in self.written[group]}
        query = select(Comment.external_id).join(Decision, Decision.comment_id == Comment.id)  # type: ignore[arg-type]
        with self.database.read() as session:
            return Counter(number for number in session.exec(query) if number in numbers)

    def settle(self) -> None:
        """Wait until every text has its decision and every violation is gone."""
        for group, comments in self.written.items():
            wait_until(lambda g=group, c=comments: len(self.decided(g)) >= len(c), what="all are decided", seconds=90)
        wait_until(lambda: set(self._removals()) == {"done"}, what="all removals are done", seconds=90)

    def check(self, *, disturbed: Collection[int | str] = ()) -> None:
        """Every text is decided once, every violation was removed once; all repeats found nothing to do.

        `disturbed`: what VK was told to answer instead.
        """
        for group, comments in self.written.items():
            assert self.decided(group) == {str(comment.id): 1 for comment in comments}
        rude = {str(one.id) for comments in self.written.values() for one in comments if one.text == MAT}
        assert self._removals() == {"done": len(rude)}
        calls = self.vk.calls_of("wall.deleteComment")
        acted = Counter(call.params["comment_id"] for call in calls if call.error in DEEDS)
        assert acted == dict.fromkeys(rude, 1)
        # The pace is each process's own: a call right after the dead one's may be one too many.
        assert {call.error for call in calls} <= {*DEEDS, GONE, 6, *disturbed}
        unheard = sum(call.error == "late" for call in calls)
        assert sum(call.error == GONE for call in calls) <= self.kills + unheard
        assert not self.vk.calls_of("groups.ban")

    def _removals(self) -> Counter[str]:
        with self.database.read() as session:
            return Counter(session.exec(select(Action.state).where(Action.kind == ActionKind.DELETE_COMMENT.value)))
