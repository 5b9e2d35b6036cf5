"""A network in memory that calls one address for a bot, and the adapter of a network that works this way."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.domain.connecting import Refusal
from app.domain.ports import Adapter, Credential, Slot
from app.domain.subscribing import Subscription
from app.domain.words import IntakeKind


@dataclass
class FakeBot:
    """What the network keeps: one address and one secret; `refusals` are answers to give instead."""

    url: str = ""
    secret: str = field(default="", repr=False)
    waiting: int = 0
    trouble: str = ""
    trouble_at: int | None = None
    refusals: deque[Refusal] = field(default_factory=deque)
    #: What was asked, in order.
    calls: list[str] = field(default_factory=list)
    #: Whether the network keeps what it accepts.
    keeps: bool = True
    loopback: bool = False

    def client(self) -> "FakeSubscriber":
        """Somebody who asks this network."""
        return FakeSubscriber(self)

    def adapter(self, vk: Adapter, *, shared: bool = True) -> Adapter:
        """A network whose bot is called at one address, made of another one's adapter."""
        form = replace(
            vk.form,
            owner=Slot.COMMUNITY,
            uses=frozenset({"secret", "community_token"}),
            intakes=frozenset(IntakeKind),
            secret_on_page=False,
        )
        return replace(
            vk,
            title="Сеть ботов",
            form=form,
            common_door=None,
            connector=None,
            watcher=None,
            subscriber=self.client,
            source_is_shared=shared,
        )

    def subscribers(self) -> Mapping[str, type]:
        """As the wiring gives them."""
        return {"vk": self.client}  # type: ignore[dict-item]


class FakeSubscriber:
    """See `Subscriber`."""

    def __init__(self, bot: FakeBot) -> None:
        self.bot = bot

    @property
    def on_loopback(self) -> bool:
        """As the test has set it."""
        return self.bot.loopback

    def subscription(self, page: str, credential: Credential, *, ours: str) -> Subscription | Refusal:
        """What is kept."""
        bot = self.bot
        bot.calls.append("look")
        if bot.refusals:
            return bot.refusals.popleft()
        return Subscription(bot.url, bot.waiting, bot.trouble, bot.trouble_at)

    def subscribe(self, page: str, url: str, secret: str, credential: Credential) -> Refusal | None:
        """Keep it."""
        self.bot.calls.append("subscribe")
        if self.bot.refusals:
            return self.bot.refusals.popleft()
        if self.bot.keeps:
            self.bot.url, self.bot.secret = url, secret
        return None

    def unsubscribe(self, page: str, url: str, credential: Credential) -> Refusal | None:
        """Forget it."""
        self.bot.calls.append(f"unsubscribe {url}")
        if self.bot.refusals:
            return self.bot.refusals.popleft()
        self.bot.url = ""
        return None

    def close(self) -> None:
        """Nothing is held."""
