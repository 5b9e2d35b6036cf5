"""MAX on loopback: its API over real HTTP, its webhook with repeats, and people who write in channels and chats."""

import secrets
from typing import Any

from app.domain.clock import Clock, SystemClock
from tests.simulators.listening import Listening
from tests.simulators.max_courier import REPEATS, Courier
from tests.simulators.max_server import Server
from tests.simulators.max_state import PERMISSIONS, Bot, Chat, ChatType, RecordedCall, State, Subscription, Text

#: What a bot needs to moderate comments and to block.
ENOUGH = frozenset({"read_all_messages", "write", "edit", "delete", "add_remove_members"})


class MaxSimulator(Listening):
    """A context manager; people's verbs return when MAX has told of them, or has failed to for the first time."""

    def __init__(self, *, clock: Clock | None = None, repeats: tuple[int, ...] = REPEATS) -> None:
        self.state = State(clock or SystemClock())
        self.courier = Courier(self.state, repeats)
        self._server = Server(self.state)
        self._told_ms = 0

    def __exit__(self, *error: object) -> None:
        with self.state.changed:
            self.state.stopped = True
            self.state.changed.notify_all()
        super().__exit__(*error)
        self.courier.close()

    @property
    def base_url(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    @property
    def calls(self) -> list[RecordedCall]:
        """Calls of the API, in order."""
        with self.state.lock:
            return list(self.state.calls)

    # --- who is there ------------------------------------------------------------------------------------------------

    def add_bot(self, user_id: int = 99, token: str = "") -> Bot:
        """A bot with a token."""
        with self.state.lock:
            token = token or secrets.token_urlsafe(32)
            bot = self.state.bots[token] = Bot(token, user_id)
            return bot

    def add_chat(
        self, chat_id: int, kind: ChatType = "channel", *, owner: int = 42, bot: Bot | None = None, **fields: Any
    ) -> Chat:
        """A chat; a bot that is named is an administrator with everything that is needed."""
        chat = Chat(chat_id, kind, owner, **fields)
        chat.members |= {owner}
        if bot is not None:
            chat.members.add(bot.user_id)
            chat.admins[bot.user_id] = set(ENOUGH)
        with self.state.lock:
            self.state.chats[chat_id] = chat
        return chat

    def subscribe(self, bot: Bot, url: str, secret: str, types: frozenset[str] = frozenset()) -> Subscription:
        """Have an address called for everything, or for these types; the address may be any on this machine."""
        with self.state.lock:
            kept = bot.subscriptions[url] = Subscription(url, types, secret, self.state.now_ms())
            return kept

    # --- what people do ----------------------------------------------------------------------------------------------

    def post(self, chat: Chat, words: str, *, sender: int | None = None, **fields: Any) -> Text:
        """A post of a channel, or a message in a chat or a dialogue."""
        text = self.state.new_text(chat.chat_id, sender, words)
        for name, value in fields.items():
            setattr(text, name, value)
        self._tell("message_created", chat, message=self.state.message(text))
        return text

    def comment(self, post: Text, words: str, *, sender: int | None = 700, reply_to: Text | None = None) -> Text:
        """A comment under a post; nobody's = the channel's own. Whoever is blocked writes none."""
        chat = self.state.chats[post.chat_id]
        if sender in chat.blocked or chat.archived:
            raise PermissionError("no comments here")
        answered = reply_to.mid if reply_to else ""
        text = self.state.new_text(chat.chat_id, sender, words, post=post.mid, reply_to=answered)
        self._tell("comment_created", chat, message=self.state.message(text))
        return text

    def edit(self, text: Text, words: str) -> None:
        """Its author changes a text."""
        text.text = words
        kind = "comment_edited" if text.post else "message_edited"
        self._tell(kind, self.state.chats[text.chat_id], message=self.state.message(text))

    def remove(self, text: Text, *, by: int = 42) -> None:
        """A person removes a text."""
        text.deleted = True
        where = {"message_id": text.mid, "chat_id": text.chat_id, "user_id": by}
        chat = self.state.chats[text.chat_id]
        if text.post:
            self._tell("comment_removed", chat, **where, post_id=text.post)
        else:
            self._tell("message_removed", chat, **where)

    def permit(self, chat: Chat, bot: Bot, permissions: frozenset[str] | set[str] | None, *, by: int = 42) -> None:
        """Change what a bot may do; None = it is no administrator any more."""
        assert permissions is None or permissions <= PERMISSIONS
        if permissions is None:
            chat.admins.pop(bot.user_id, None)
        else:
            chat.admins[bot.user_id] = set(permissions)
        update = {
            "chat_id": chat.chat_id,
            "user_id": by,
            "bot_id": bot.user_id,
            "is_channel": chat.type == "channel",
            "is_admin": permissions is not None,
            "permissions": self.state.shown_permissions(chat, set(permissions or ())),
        }
        self._send(bot, "bot_admin_permissions_changed", update)

    def expel(self, chat: Chat, bot: Bot, *, by: int = 42) -> None:
        """A person puts the bot out."""
        chat.admins.pop(bot.user_id, None)
        chat.members.discard(bot.user_id)
        where = {"chat_id": chat.chat_id, "user": self.state.user(by), "is_channel": chat.type == "channel"}
        self._send(bot, "bot_removed", where)

    # --- trouble -----------------------------------------------------------------------------------------------------

    def answer_next(self, *answers: tuple[int, bytes] | str) -> None:
        """Answer the next calls so, whatever they are: a status with a body, or 'close'."""
        with self.state.lock:
            self.state.prepared.extend(answers)

    def _tell(self, kind: str, chat: Chat, **fields: Any) -> None:
        """Bots that may read hear of it; in a dialogue, the one that is spoken to."""
        for bot in list(self.state.bots.values()):
            may_read = "read_all_messages" in chat.admins.get(bot.user_id, set())
            if may_read or (chat.type == "dialog" and bot.user_id in chat.members):
                self._send(bot, kind, fields)

    def _send(self, bot: Bot, kind: str, fields: dict[str, Any]) -> None:
        self.courier.tell(bot, {"update_type": kind, "timestamp": self._next_ms(), **fields})

    def _next_ms(self) -> int:
        """No two happenings share an instant: a person's second click takes longer than a millisecond."""
        with self.state.lock:
            self._told_ms = max(self.state.now_ms(), self._told_ms + 1)
            return self._told_ms
