"""A network in memory that tests script: it keeps what was done to it, and says about repeats what real ones say."""

import threading
from collections import deque
from collections.abc import Callable, Sequence

from app.domain.ports import Credential, Delivery, Done, Order, Right, Sight, Untold
from app.domain.states import Outcome
from app.domain.words import ActionKind

_OF_AUTHORS = frozenset({ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR})


class FakeNetwork:
    """What stands in the network, and which calls have reached it; shared by all clients of a test."""

    def __init__(self) -> None:
        self.removed: set[str] = set()
        self.banned: dict[str, int | None] = {}
        self.effects: list[tuple[ActionKind, str]] = []
        self.calls: list[Order] = []
        self.credentials: list[Sequence[Credential]] = []
        #: Answers to give instead of doing anything; then the network works again.
        self.answers: deque[Delivery] = deque()
        self.team: frozenset[str] | None = frozenset({"777"})
        self.asked_for_managers = 0
        self.at_once = 0
        self.most_at_once = 0
        self.on_call: Callable[[Order], None] = lambda _order: None
        #: What was looked at, and whether the network shows nothing.
        self.looks: list[Order] = []
        self.blind = False
        #: What tokens may do, and which were asked about.
        self.rights: tuple[Right, ...] | Untold = ()
        self.examined: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    def client(self) -> "FakeClient":
        """A client of this network."""
        return FakeClient(self)

    def carry_out(self, order: Order, credentials: Sequence[Credential]) -> Delivery:
        """Do it, or answer as scripted."""
        with self._lock:
            self.calls.append(order)
            self.credentials.append(credentials)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.on_call(order)
            return self.answers.popleft() if self.answers else self._do(order)
        finally:
            with self._lock:
                self.at_once -= 1

    def _do(self, order: Order) -> Done:
        with self._lock:
            if order.kind in (ActionKind.RESTORE_COMMENT, ActionKind.UNBAN_AUTHOR):
                return self._lift(order)
            if order.kind is ActionKind.BAN_AUTHOR:
                changed = self.banned.get(order.author, 0) != order.ban_until
                self.banned[order.author] = order.ban_until
                target, repeated = order.author, Outcome.ALREADY
            else:
                target, repeated = order.external_id, Outcome.GONE
                changed = target not in self.removed
                self.removed.add(target)
            if changed:
                self.effects.append((order.kind, target))
            return Done(Outcome.ACTED if changed else repeated)

    def _lift(self, order: Order) -> Done:
        unban = order.kind is ActionKind.UNBAN_AUTHOR
        target = order.author if unban else order.external_id
        if target not in (self.banned if unban else self.removed):
            return Done(Outcome.ALREADY)
        if unban:
            del self.banned[target]
        else:
            self.removed.remove(target)
        self.effects.append((order.kind, target))
        return Done(Outcome.ACTED)


class FakeClient:
    """One connection's client."""

    def __init__(self, network: FakeNetwork) -> None:
        self.network = network
        self.closed = False

    def carry_out(self, order: Order, credentials: Sequence[Credential]) -> Delivery:
        """See `FakeNetwork.carry_out`."""
        assert not self.closed
        return self.network.carry_out(order, credentials)

    def managers(self, page: str, credentials: Sequence[Credential]) -> frozenset[str] | Untold:
        """Who runs the page, as the test has set it."""
        self.network.asked_for_managers += 1
        return self.network.team or Untold("vk_15")

    def look(self, order: Order, credentials: Sequence[Credential]) -> Sight:
        """Whether it is as the order wants it."""
        assert not self.closed
        self.network.looks.append(order)
        if self.network.blind:
            return Sight.UNKNOWN
        target = order.author if order.kind in _OF_AUTHORS else order.external_id
        stands = target in (self.network.banned if order.kind in _OF_AUTHORS else self.network.removed)
        wanted = order.kind not in {ActionKind.RESTORE_COMMENT, ActionKind.UNBAN_AUTHOR}
        return Sight.DONE if stands == wanted else Sight.NOT_DONE

    def examine(self, page: str, credential: Credential) -> tuple[Right, ...] | Untold:
        """What the token may do, as the test has set it."""
        self.network.examined.append((page, credential.slot.value))
        return self.network.rights

    def close(self) -> None:
        """From here on the client must not be used."""
        self.closed = True
