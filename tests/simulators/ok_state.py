"""What the simulated OK knows: applications' keys, tokens and their permissions, groups, discussions and comments."""

import base64
import itertools
import secrets
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.clock import Clock

#: What an application is given when it asks, and what only some get.
ALL_PERMISSIONS = frozenset({"VALUABLE_ACCESS", "GROUP_CONTENT", "LONG_ACCESS_TOKEN"})
#: A subscription that was not answered well for so long is dropped, microseconds.
DROPPED_AFTER = 8 * 3600 * 1_000_000


@dataclass
class Group:
    """A group and who is what in it, by numbers of people."""

    id: str
    title: str = "Администрация города N"
    administrators: set[str] = field(default_factory=set)
    moderators: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)

    def runs(self, user: str) -> bool:
        """Whether somebody may moderate it."""
        return user in self.administrators | self.moderators


@dataclass
class Token:
    """A key: a person's for REST methods, a group's for messages."""

    value: str = field(repr=False)
    user: str = ""
    group: str = ""
    permissions: frozenset[str] = ALL_PERMISSIONS
    dead: bool = False
    recent: deque[float] = field(default_factory=deque, repr=False)


@dataclass
class Comment:
    """Something that was said in a discussion; `ms` since 1970, ordered by (`ms`, `number`)."""

    id: str
    number: int
    author: str
    text: str
    ms: int
    by_group: bool = False
    reply_to: str = ""
    removed: bool = False
    attachments: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Talk:
    """A topic, photo or movie of a group and what was said about it; `read` = how much of it each person has read."""

    type: str
    id: str
    group: str
    title: str
    created_ms: int
    comments: list[Comment] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)

    @property
    def standing(self) -> list[Comment]:
        """What a reader sees."""
        return [one for one in self.comments if not one.removed]

    @property
    def active_ms(self) -> int:
        """When something was last written."""
        return max([self.created_ms, *(one.ms for one in self.comments)])


@dataclass
class Subscription:
    """An address that is called for a group; `failing_since` microseconds, None = it answers."""

    url: str
    time_ms: int
    failing_since: int | None = None


@dataclass(frozen=True)
class RecordedCall:
    """One API call; `error` is None when it succeeded, a disturbance's name when HTTP itself was disturbed."""

    method: str
    params: dict[str, str]
    at: float
    error: int | str | None


class State:
    """All of it behind one lock."""

    def __init__(self, clock: Clock, application_key: str, application_secret: str) -> None:
        self.clock = clock
        self.application_key = application_key
        self.application_secret = application_secret
        self.lock = threading.RLock()
        self.tokens: dict[str, Token] = {}
        self.groups: dict[str, Group] = {}
        self.talks: dict[tuple[str, str], Talk] = {}
        self.subscriptions: defaultdict[str, list[Subscription]] = defaultdict(list)
        self.polled: set[str] = set()
        self.updates: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.calls: list[RecordedCall] = []
        #: Calls that are left by method; a method that is missing here has no limit.
        self.quotas: dict[str, int] = {}
        #: Calls of one token within a second; 0 = as many as it likes.
        self.per_second = 0
        #: Whether the application may call the methods that delete.
        self.deletes = False
        #: Whether fields may be asked for that nobody was seen to ask for.
        self.fine_fields = True
        self.prepared: defaultdict[str, deque[int | str | None]] = defaultdict(deque)
        #: What every call is answered until further notice.
        self.standing_order: int | str | None = None
        #: People who are seen online because of a call.
        self.online: set[str] = set()
        self._numbers = itertools.count(1)

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return self.clock.now() // 1000

    def number(self) -> int:
        """A fresh number."""
        return next(self._numbers)

    def add_token(self, token: Token) -> str:
        """Issue a key."""
        with self.lock:
            self.tokens[token.value] = token
        return token.value

    def comment_id(self, ms: int, number: int, talk: str) -> str:
        """Opaque, as OK makes them: base64 of several parts."""
        inside = f"{ms}:-{number}:{ms}:{talk}:1"
        return base64.b64encode(inside.encode()).decode()

    def over_rate(self, token: Token) -> bool:
        """Count a call of this token; whether it is one too many within a second."""
        now = time.monotonic()
        while token.recent and now - token.recent[0] >= 1.0:
            token.recent.popleft()
        if self.per_second and len(token.recent) >= self.per_second:
            return True
        token.recent.append(now)
        return False


def new_value() -> str:
    """A token's value."""
    return f"tkn1{secrets.token_hex(20)}"


def moscow(ms: int) -> str:
    """A date as OK writes it: Moscow's time, which is not said."""
    moment = datetime.fromtimestamp(ms // 1000, UTC) + timedelta(hours=3)
    return moment.strftime("%Y-%m-%d %H:%M:%S")
