"""Looks whether people have done in the network what they were asked to, and ticks it off for them."""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlmodel import Session

from app.domain.clock import HOUR, MINUTE
from app.domain.ports import ClientFactory, Credential, NetworkClient, Order, Sight
from app.domain.states import ActionState
from app.journal.chain import append
from app.pipeline.carry_out.by_hand import end_by_hand, lock_together
from app.pipeline.carry_out.credentials import open_credentials
from app.pipeline.carry_out.standing import matter_of, order_of
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.storage import outbox
from app.storage.manual import due_tasks
from app.storage.tables import Action, Page

NAME: Final = "manual tasks"
EVERY: Final = MINUTE
#: A page is looked at no more often, and an old task ever more seldom.
SOONEST: Final = 10 * MINUTE
SELDOMEST: Final = 6 * HOUR
#: A task waits for its next look for this part of its age.
_PART: Final = 6
#: Tasks of one page in one run, and of all pages.
OF_ONE: Final = 20
PORTION: Final = 200
#: Seconds between two looks: less than half of what the slowest network allows a key.
PAUSE: Final = 0.7
#: Who did it, as far as anybody can tell.
_BY: Final = "network:unknown"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Task:
    """A task that is due, as the network's client has to see it."""

    action_id: int
    comment_id: int
    page_id: int
    since: int
    order: Order
    credentials: Sequence[Credential] = field(repr=False)


@dataclass(slots=True)
class ManualWatch:
    """Looks after manual tasks; `pause` waits so many seconds between two looks."""

    house: House
    clients: Mapping[str, ClientFactory]
    pause: Callable[[float], object] | None = None
    #: When each page was looked at last.
    _looked: dict[int, int] = field(default_factory=dict)

    def run(self, _house: House, _configuration: Configuration, stop: threading.Event) -> None:
        """The duty: look at the tasks whose turn it is."""
        self.look(stop)

    def look(self, stop: threading.Event) -> int:
        """Look at every task that is due, as far as one run goes; returns how many were found done."""
        found = 0
        pause = self.pause or stop.wait
        for network, tasks in self._due().items():
            client = self.clients[network]()
            try:
                for task in tasks:
                    if stop.is_set():
                        return found
                    found += self._one(client, task)
                    pause(PAUSE)
            finally:
                client.close()
        return found

    def _due(self) -> dict[str, list[_Task]]:
        now = self.house.clock.now()
        # What lies ahead was noted before the clock was set back.
        resting = [page for page, at in self._looked.items() if 0 <= now - at < SOONEST]
        self._looked = {page: self._looked[page] for page in resting}
        tasks: defaultdict[str, list[_Task]] = defaultdict(list)
        with self.house.database.read() as session:
            for page_id, actions in due_tasks(
                session, list(self.clients), now, besides=resting, of_one=OF_ONE, limit=PORTION
            ).items():
                page = session.get_one(Page, page_id)
                rows = outbox.usable_credentials(session, page.connection_id, page_id)
                keys = open_credentials(session, self.house, rows, now)
                self._looked[page_id] = now
                if keys:
                    tasks[page.network] += [self._task(session, page, action, keys) for action in actions]
        return tasks

    def _task(self, session: Session, page: Page, action: Action, keys: Sequence[Credential]) -> _Task:
        network = self.house.networks.get(page.network)
        order = order_of(session, self.house, matter_of(session, action), network.abilities if network else None)
        return _Task(action.id, action.comment_id, page.id, action.changed_at, order, keys)

    def _one(self, client: NetworkClient, task: _Task) -> bool:
        try:
            sight = client.look(task.order, task.credentials)
        except Exception:  # noqa: BLE001 - a client is total; if it is not, the other tasks go on
            _log.exception("client_broke", action=task.action_id, page=task.page_id)
            sight = Sight.UNKNOWN
        at = self.house.clock.now()
        with self.house.database.write() as session:
            lock_together(session, task.action_id)
            comment = outbox.lock_comment(session, task.comment_id)
            action = outbox.lock_action(session, task.action_id)
            if comment is None or action is None or action.state != ActionState.MANUAL:
                return False
            if sight is not Sight.DONE:
                action.due_at = at + min(SELDOMEST, max(SOONEST, (at - task.since) // _PART))
                session.add(action)
                return False
            entries = end_by_hand(session, self.house, action, comment, at, by=_BY, signed=_BY)
            append(session, self.house.journal_key, entries, at)
        _log.info("manual_task_done", action=task.action_id, page=task.page_id)
        return True
