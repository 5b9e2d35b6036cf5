"""What the simulated MAX remembers: bots, chats, posts with their comments, subscriptions, and the calls that it got."""

import itertools
import re
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from app.domain.clock import SECOND, Clock

ChatType = Literal["channel", "chat", "dialog"]
#: Calls of a bot in a second, and messages that may be deleted in one chat in a second.
RATE, DELETIONS = 30, 2
UPDATE_TYPES = frozenset(
    {
        *("comment_created", "comment_edited", "comment_removed"),
        *("message_created", "message_edited", "message_removed", "message_callback"),
        *("bot_added", "bot_removed", "bot_started", "bot_stopped", "bot_admin_permissions_changed"),
        *("user_added", "user_removed", "chat_title_changed", "dialog_cleared", "dialog_removed"),
        *("dialog_muted", "dialog_unmuted"),
    }
)
PERMISSIONS = frozenset(
    {
        *("read_all_messages", "write", "edit", "delete", "add_remove_members", "add_admins", "change_chat_info"),
        *("pin_message", "edit_link", "can_call", "view_stats"),
    }
)
#: What some of them were called in earlier times, and are still called in some answers.
OLD_NAMES = {"edit": "edit_message", "delete": "delete_message", "write": "post_edit_delete_message"}
SECRET = re.compile(r"[a-zA-Z0-9_-]{5,256}", re.ASCII)
#: Numbers of messages are beyond what a double holds exactly.
FIRST_SEQ = 116_327_994_376_978_687


@dataclass
class Person:
    """A user or a bot."""

    user_id: int
    is_bot: bool = False


@dataclass
class Text:
    """A post, a message or a comment; `post` is the post's mid under which a comment stands."""

    mid: str
    seq: int
    chat_id: int
    #: Nobody: it was written in the name of the channel.
    sender: int | None
    text: str
    at_ms: int
    post: str = ""
    reply_to: str = ""
    attachments: list[dict[str, Any]] = field(default_factory=list)
    markup: list[dict[str, Any]] = field(default_factory=list)
    deleted: bool = False


@dataclass
class Chat:
    """A channel, a group chat or a dialogue; `admins` holds the permissions of each administrator."""

    chat_id: int
    type: ChatType
    owner: int
    link: str | None = "https://max.ru/join/yard"
    admins: dict[int, set[str]] = field(default_factory=dict)
    members: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    archived: bool = False
    #: Whether those who comment without being members can be blocked: nobody has said.
    blocks_strangers: bool = True
    #: Answers name permissions as in earlier times.
    old_names: bool = False
    deletions: deque[float] = field(default_factory=deque)


@dataclass
class Subscription:
    """An address that is called; `failing_since_ms` is when it first refused after it had last taken something."""

    url: str
    types: frozenset[str]
    secret: str = field(repr=False)
    set_at_ms: int = 0
    failing_since_ms: int | None = None


@dataclass
class Bot:
    """A bot with its token; `updates` are what it may ask for, numbered from 1."""

    token: str = field(repr=False)
    user_id: int
    dead: bool = False
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    #: Updates before this number count as read.
    read: int = 1
    recent: deque[float] = field(default_factory=deque, repr=False)


@dataclass(frozen=True)
class RecordedCall:
    """One API call and the status of its answer; `params` without the token."""

    verb: str
    path: str
    params: dict[str, str]
    status: int
    body: Any = None


class State:
    """All of it behind one lock; `changed` is notified after every call and every event."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.stopped = False
        self.bots: dict[str, Bot] = {}
        self.chats: dict[int, Chat] = {}
        self.texts: dict[str, Text] = {}
        self.calls: list[RecordedCall] = []
        #: Answers to give instead of doing anything: (status, body), or 'close'; `forever` stays.
        self.prepared: deque[tuple[int, bytes] | str] = deque()
        self.forever: tuple[int, bytes] | str | None = None
        #: Texts and people that MAX does not delete or block, and says so with 200.
        self.stubborn: set[str | int] = set()
        self.rate = RATE
        self.longest_wait_s = 90.0
        self._numbers = itertools.count(1)

    def now_ms(self) -> int:
        """Unix milliseconds."""
        return self.clock.now() // (SECOND // 1000)

    def monotonic(self) -> float:
        """Seconds that rates are measured in; they pass even where a test's clock stands still."""
        return time.monotonic()

    def new_text(self, chat_id: int, sender: int | None, words: str, *, post: str = "", reply_to: str = "") -> Text:
        """Somebody writes."""
        with self.lock:
            number = next(self._numbers)
            mid = f"mid.ffffbdb48e6c3775{number:016x}"
            text = Text(mid, FIRST_SEQ + number, chat_id, sender, words, self.now_ms(), post, reply_to)
            self.texts[mid] = text
            return text

    def over_rate(self, bot: Bot) -> bool:
        """Count a call; whether it is one too many within a second."""
        return self._is_over(bot.recent, self.rate)

    def over_deletions(self, chat: Chat) -> bool:
        """Count a deletion in a chat; whether it is one too many within a second."""
        return self._is_over(chat.deletions, DELETIONS)

    def _is_over(self, recent: deque[float], most: int) -> bool:
        now = self.monotonic()
        while recent and now - recent[0] >= 1.0:
            recent.popleft()
        if len(recent) >= most:
            return True
        recent.append(now)
        return False

    # --- shapes ------------------------------------------------------------------------------------------------------

    def user(self, user_id: int) -> dict[str, Any]:
        """A user as MAX shows one."""
        is_bot = any(bot.user_id == user_id for bot in self.bots.values())
        return {
            "user_id": user_id,
            "first_name": "Имя",
            "last_name": "Фамилия",
            "username": None,
            "is_bot": is_bot,
            "last_activity_time": self.now_ms(),
            "name": "Имя Фамилия",
        }

    def message(self, text: Text) -> dict[str, Any]:
        """A message as MAX shows it; comments have no address of their own and nothing hanging on them."""
        chat = self.chats[text.chat_id]
        body: dict[str, Any] = {"mid": text.mid, "seq": text.seq, "text": text.text}
        recipient: dict[str, Any] = {"chat_id": text.chat_id, "chat_type": chat.type}
        if text.post:
            recipient["post_id"] = text.post
        else:
            body["attachments"] = text.attachments or None
        if text.markup:
            body["markup"] = text.markup
        shown: dict[str, Any] = {
            "sender": None if text.sender is None else self.user(text.sender),
            "recipient": recipient,
            "timestamp": text.at_ms,
            "body": body,
        }
        if not text.post and chat.type == "channel":
            shown["url"] = f"https://max.ru/yard/{text.seq}"
        if text.reply_to:
            told = self.texts[text.reply_to]
            shown["link"] = {
                "type": "reply",
                "sender": None if told.sender is None else self.user(told.sender),
                "message": {"mid": told.mid, "seq": told.seq, "text": told.text},
            }
        return shown

    def shown_permissions(self, chat: Chat, held: set[str]) -> list[str]:
        """Permissions by the names under which this chat shows them."""
        return sorted(OLD_NAMES.get(one, one) if chat.old_names else one for one in held)
