"""A call of the simulated MAX's API: who asks, what he may, and how he is refused."""

from dataclasses import dataclass, field
from typing import Any

from tests.simulators.max_state import Bot, Chat, State, Text

Answer = dict[str, Any]
DONE: Answer = {"success": True}


class ApiError(Exception):
    """What MAX answers instead: a status and its own code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass
class Asked:
    """A call by a bot that is known, with what stood in the address and the body."""

    state: State
    bot: Bot
    params: dict[str, str]
    body: Any
    #: Updates that the call brings about, for others to be told of.
    told: list[Answer] = field(default_factory=list)

    def chat(self, chat_id: str) -> Chat:
        """A chat in which the bot is; whoever is not in it hears that there is none."""
        chat = self.state.chats.get(number(chat_id))
        if chat is None or (chat.type != "dialog" and self.bot.user_id not in chat.members):
            raise ApiError(404, "chat.not.found")
        return chat

    def held(self, chat: Chat) -> set[str]:
        """What the bot may do in a chat; nothing if it is no administrator."""
        return chat.admins.get(self.bot.user_id, set())

    def need(self, chat: Chat, *permissions: str) -> None:
        """Refuse a bot that is no administrator with all of these."""
        if self.bot.user_id not in chat.admins or not self.held(chat) >= set(permissions):
            raise ApiError(403, "access.denied")

    def text(self, mid: str, code: str = "message.not.found") -> Text:
        """A text that stands."""
        found = self.state.texts.get(mid)
        if found is None or found.deleted:
            raise ApiError(404, code)
        return found

    def required(self, name: str) -> str:
        """A parameter without which nothing goes."""
        if not self.params.get(name):
            raise ApiError(400, "proto.payload")
        return self.params[name]


def count_of(asked: Asked, default: int) -> int:
    count = number(asked.params.get("count", str(default)))
    if not 1 <= count <= 100:
        raise ApiError(400, "proto.payload")
    return count


def number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ApiError(400, "proto.payload") from None
