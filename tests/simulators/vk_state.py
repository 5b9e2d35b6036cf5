"""What the simulated VK remembers: communities, tokens, comments, bans, and the calls that it got."""

import itertools
import secrets
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Literal

from app.domain.clock import SECOND, Clock

TokenKind = Literal["user", "community", "service"]
Surface = Literal["wall", "photo", "video", "market", "board", "message", "post"]
#: Calls a second by kind of token; error 6 beyond.
RATES = {"user": 3, "community": 20, "service": 3}


@dataclass
class Settings:
    """Which events go out, by which version of the protocol."""

    enabled: bool = False
    version: str = "5.131"
    events: set[str] = field(default_factory=set)


@dataclass
class CallbackServer:
    """One of a community's servers; `status` moves when VK has asked it for the confirmation string."""

    id: int
    url: str
    title: str
    secret: str = field(repr=False)
    status: str = "unconfigured"
    settings: Settings = field(default_factory=Settings)


@dataclass
class PollHistory:
    """What can be asked for by Long Poll: events up to number `newest`, the last `length` of them."""

    newest: int = 0
    length: int = 1000
    events: list[dict[str, Any]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)


@dataclass
class Community:
    """An official page; `managers` are user ids that may moderate it."""

    group_id: int
    callback_url: str = ""
    secret: str = ""
    confirmation: str = ""
    managers: set[int] = field(default_factory=set)
    bans: dict[int, dict[str, Any]] = field(default_factory=dict)
    #: Users whom it may write to, and what it has written: (user, number that the sender gave) → (id, words).
    allowed: set[int] = field(default_factory=set)
    sent: dict[tuple[int, int], tuple[int, str]] = field(default_factory=dict)
    #: Servers set up through the API, and the string that they have to answer; the site's own string is another.
    servers: dict[int, CallbackServer] = field(default_factory=dict)
    api_code: str = "c0ffee01"
    #: What may be polled.
    polling: Settings = field(default_factory=Settings)
    history: PollHistory = field(default_factory=PollHistory)
    #: Events that the confirmed server gets; None = all, because a person set it up.
    heard: set[str] | None = None

    def __post_init__(self) -> None:
        """A server that a person has entered on the site is in the list too."""
        if self.callback_url:
            self.servers[1] = CallbackServer(1, self.callback_url, "Дворник", self.secret, "ok")


@dataclass
class Token:
    """A key; `user_id` is its owner (0 for a community's). `can_moderate`: a community key of the newer kind."""

    value: str = field(repr=False)
    kind: TokenKind
    group_id: int
    user_id: int
    can_moderate: bool = False
    #: What a community's key may do (None = the usual), and whether a user administers the page or only moderates it.
    rights: frozenset[str] | None = None
    administrator: bool = True
    dead: bool = False
    recent: deque[float] = field(default_factory=deque, repr=False)


@dataclass
class Comment:
    """A text on a surface; `thing` is the post, photo, video, item, topic or peer that it belongs to."""

    surface: Surface
    group_id: int
    thing: int
    id: int
    author: int
    text: str
    date: int
    parents: list[int] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    deleted: bool = False


@dataclass(frozen=True)
class RecordedCall:
    """One API call; `error` is None when it succeeded, a mode's name when HTTP itself was disturbed."""

    method: str
    params: dict[str, str]
    token_kind: str
    at: float
    error: int | str | None
    response: Any = None


class State:
    """All of it behind one lock; `changed` is notified after every call and every event."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        #: Where this VK is found, and whether it has ended.
        self.address = ""
        self.stopped = False
        #: For how long a question of Long Poll is kept open at most.
        self.longest_wait_s = 90.0
        self.rates = RATES
        self.communities: dict[int, Community] = {}
        self.tokens: dict[str, Token] = {}
        self.comments: dict[tuple[Surface, int, int, int], Comment] = {}
        self.calls: list[RecordedCall] = []
        #: Prepared answers by method ('*' = any): error codes, or names of disturbances of HTTP.
        self.prepared: defaultdict[str, deque[int | str]] = defaultdict(deque)
        #: What a method answers about a comment that is not there: an error code, 0 = the result 0 or nothing.
        self.missing: dict[str, int] = {
            "wall.deleteComment": 211,
            "photos.deleteComment": 0,
            "video.deleteComment": 104,
            "market.deleteComment": 0,
            "board.deleteComment": 100,
            "wall.delete": 104,
            "messages.delete": 100,
        }
        self._ids = itertools.count(1)

    def now(self) -> int:
        """Unix seconds."""
        return self._clock.now() // SECOND

    def next_id(self) -> int:
        """A fresh id for a comment."""
        return next(self._ids)

    def add_token(self, kind: TokenKind, group_id: int, user_id: int, value: str | None, *, can_moderate: bool) -> str:
        """Issue a key."""
        with self.lock:
            value = value or f"vk1.a.{secrets.token_urlsafe(24)}"
            self.tokens[value] = Token(value, kind, group_id, user_id, can_moderate)
            return value

    def find(self, surface: Surface, group_id: int, comment_id: int, thing: int = 0) -> Comment | None:
        """A comment by its address, deleted ones too; `thing` counts only where VK needs it to find one."""
        return self.comments.get((surface, group_id, thing if surface in ("board", "message") else 0, comment_id))

    def keep(self, comment: Comment) -> None:
        """Register a comment under its address."""
        place = comment.thing if comment.surface in ("board", "message") else 0
        with self.lock:
            self.comments[comment.surface, comment.group_id, place, comment.id] = comment

    def monotonic(self) -> float:
        """Seconds that rates are measured in; they pass even where a test's clock stands still."""
        return time.monotonic()

    def over_rate(self, token: Token) -> bool:
        """Count a call of this token; whether it is one too many within a second."""
        now = self.monotonic()
        while token.recent and now - token.recent[0] >= 1.0:
            token.recent.popleft()
        if len(token.recent) >= self.rates[token.kind]:
            return True
        token.recent.append(now)
        return False

    def record(self, call: RecordedCall) -> None:
        """Remember a call and wake those who wait."""
        with self.changed:
            self.calls.append(call)
            self.changed.notify_all()
