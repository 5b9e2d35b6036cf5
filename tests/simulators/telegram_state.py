"""What the simulated Telegram knows: chats with their members and messages, bots with what waits for them."""

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from app.domain.clock import DAY, SECOND, Clock

#: Administrators' rights that a bot can have here.
RIGHTS = ("can_delete_messages", "can_restrict_members")
#: What a bot is told of unless it asks for something else.
USUAL_UPDATES = frozenset({"message", "edited_message", "channel_post", "edited_channel_post", "my_chat_member"})
KNOWN_UPDATES = USUAL_UPDATES | {"chat_member", "message_reaction", "message_reaction_count", "callback_query"}
#: The accounts that stand beside a chat that writes: Telegram itself, a channel, an anonymous administrator.
SERVICE, CHANNEL_BOT, GROUP_BOT = 777000, 136817688, 1087968824
#: Updates are kept so long.
KEPT = DAY
SHORTEST_TERM_S, LONGEST_TERM_S = 30, 366 * 86_400


class ApiError(Exception):
    """An error that a method ends with; `parameters` stand beside its description."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


@dataclass
class Member:
    """Somebody in a chat; `until` in seconds, 0 = for ever."""

    user: int
    status: str = "member"
    rights: set[str] = field(default_factory=set)
    can_send: bool = True
    until: int = 0
    is_bot: bool = False
    is_there: bool = True

    def as_of(self, now: int) -> "Member":
        """As it stands at this second: a term may have run out."""
        over = self.status in {"kicked", "restricted"} and 0 < self.until <= now
        if not over:
            return self
        return Member(self.user, "member" if self.status == "restricted" and self.is_there else "left")

    def told(self) -> dict[str, Any]:
        """A `ChatMember`."""
        shown: dict[str, Any] = {"user": user(self.user, is_bot=self.is_bot), "status": self.status}
        if self.status == "administrator":
            shown |= {right: right in self.rights for right in RIGHTS}
        if self.status in {"kicked", "restricted"}:
            shown["until_date"] = self.until
        if self.status == "restricted":
            shown |= {"can_send_messages": self.can_send, "is_member": self.is_there}
        return shown


@dataclass
class Message:
    """One message; `author` is a user's id, or a chat's."""

    chat: int
    id: int
    author: int
    date: int
    body: dict[str, Any]
    deleted: bool = False


@dataclass
class Chat:
    """A private dialogue, a group, a supergroup or a channel."""

    id: int
    type: str
    title: str = ""
    username: str = ""
    linked: int = 0
    moved_to: int = 0
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    banned_chats: set[int] = field(default_factory=set)

    def told(self) -> dict[str, Any]:
        """A `Chat` as messages name it."""
        shown: dict[str, Any] = {"id": self.id, "type": self.type}
        if self.title:
            shown["title"] = self.title
        if self.username:
            shown["username"] = self.username
        return shown

    def next_id(self) -> int:
        """The number of the next message."""
        return max(self.messages, default=99) + 1


@dataclass
class Update:
    """What waits for a bot; `failures` in a row to hand it over, tried again at `due`, in seconds of the machine."""

    number: int
    chat: int
    body: dict[str, Any]
    made_at: int
    failures: int = 0
    due: float = 0.0


@dataclass
class Bot:
    """A bot; `heard` None = the usual updates."""

    id: int
    token: str
    dead: bool = False
    url: str = ""
    secret: str = ""
    heard: frozenset[str] | None = None
    connections: int = 40
    queue: list[Update] = field(default_factory=list)
    next_update: int = 900_000_001
    last_error: str = ""
    last_error_at: int = 0
    #: Counts questions, because a new one ends the one that waits.
    questions: int = 0
    #: Seconds for which it is to do nothing.
    flood: int = 0

    def hears(self, kind: str) -> bool:
        """Whether it is told of such updates."""
        return kind in (USUAL_UPDATES if self.heard is None else self.heard)


@dataclass(frozen=True)
class RecordedCall:
    """One call of a method."""

    method: str
    params: dict[str, Any]
    bot: int


class State:
    """Everything; whoever reads or changes it holds `changed`."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.changed = threading.Condition(threading.RLock())
        self.chats: dict[int, Chat] = {}
        self.bots: dict[str, Bot] = {}
        self.calls: list[RecordedCall] = []
        #: Prepared answers by method, '*' = any: disturbances or errors.
        self.prepared: defaultdict[str, list[str | ApiError]] = defaultdict(list)
        #: A disturbance that lasts.
        self.disturbed: str | ApiError | None = None
        self.longest_wait_s = 50.0
        self.stopped = False

    def now(self) -> int:
        """Seconds since 1970."""
        return self.clock.now() // SECOND

    def tell(self, chat: int, kind: str, thing: dict[str, Any], *, only: int = 0) -> None:
        """Put an update before all bots that are told of it; `only` = one bot."""
        with self.changed:
            for bot in self.bots.values():
                if bot.hears(kind) and (bot.id == only or (not only and self._sees(bot, chat))):
                    update = {"update_id": bot.next_update, kind: thing}
                    bot.queue.append(Update(bot.next_update, chat, update, self.clock.now()))
                    bot.next_update += 1
            self.changed.notify_all()

    def forget_old(self, bot: Bot) -> None:
        """Throw away what waited for too long."""
        oldest = self.clock.now() - KEPT
        bot.queue = [update for update in bot.queue if update.made_at >= oldest]

    def _sees(self, bot: Bot, chat: int) -> bool:
        """In groups, whoever is no administrator is shown nothing; a dialogue is with one bot."""
        place = self.chats[chat]
        if place.type == "private":
            return bot.id in place.members
        return chat in self.chats and getattr(place.members.get(bot.id), "status", "") == "administrator"


def user(number: int, *, is_bot: bool = False) -> dict[str, Any]:
    """A `User`."""
    names = {SERVICE: "Telegram", CHANNEL_BOT: "Channel", GROUP_BOT: "Group"}
    return {"id": number, "is_bot": is_bot or number in names, "first_name": names.get(number, f"Житель {number}")}
