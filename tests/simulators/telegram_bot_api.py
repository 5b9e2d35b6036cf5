"""A Telegram on loopback that keeps Telegram's rules: channels with discussion groups, people in them, and bots."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Self

from app.domain.clock import Clock, SystemClock
from tests.simulators.telegram_delivery import Attempt, Courier
from tests.simulators.telegram_methods import put
from tests.simulators.telegram_server import DISTURBANCES, Server
from tests.simulators.telegram_state import (
    CHANNEL_BOT,
    GROUP_BOT,
    RIGHTS,
    SERVICE,
    ApiError,
    Bot,
    Chat,
    Member,
    Message,
    RecordedCall,
    State,
    user,
)

__all__ = ["ApiError", "Attempt", "Message", "RecordedCall", "TelegramBotApi"]
CHANNEL, GROUP = -1001000000001, -1001000000002
OWNER, MODERATOR, CITIZEN = 500_000_001, 500_000_002, 111_111_111
TOKEN = "7000000001:AAbot-token_of_the_simulator"
BOT = 7_000_000_001


class TelegramBotApi:
    """A context manager; `base_url` is what a client is given as the Bot API's address.

    From the beginning there is a channel with its discussion group, and a bot that may do everything there.
    """

    def __init__(self, *, clock: Clock | None = None, delays: Sequence[float] = (0.0, 0.02, 0.04)) -> None:
        self.state = State(clock or SystemClock())
        self.courier = Courier(self.state, delays)
        self._server = Server(self.state)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.add_channel(CHANNEL, GROUP)
        self.bot = self.add_bot(TOKEN)
        self.join(GROUP, self.bot)

    def __enter__(self) -> Self:
        self._thread.start()
        self.courier.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self.state.changed:
            self.state.stopped = True
            self.state.changed.notify_all()
        self.courier.stop()
        self._server.shutdown()
        self._thread.join(timeout=10)
        self._server.server_close()

    @property
    def base_url(self) -> str:
        """Where bots are called."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    @property
    def attempts(self) -> list[Attempt]:
        """Every attempt to hand an update to an address."""
        with self.state.changed:
            return list(self.courier.attempts)

    def calls_of(self, method: str) -> list[RecordedCall]:
        """The calls of one method."""
        with self.state.changed:
            return [call for call in self.state.calls if call.method == method]

    def wait_for(self, condition: Callable[[], bool], timeout: float = 10.0) -> bool:
        """Wait until a condition holds; False when it did not in time."""
        with self.state.changed:
            return self.state.changed.wait_for(condition, timeout)

    # --- the scene ---------------------------------------------------------------------------------------------------

    def add_channel(self, channel: int, group: int, *, name: str = "gorod_n", group_type: str = "supergroup") -> None:
        """A channel and its discussion group, both of the same owner."""
        with self.state.changed:
            self.state.chats[channel] = Chat(channel, "channel", "Город Н", name, linked=group)
            self.state.chats[group] = Chat(group, group_type, "Город Н: обсуждение", linked=channel)
            for chat in (channel, group):
                self.state.chats[chat].members[OWNER] = Member(OWNER, "creator")
            self.state.chats[group].members[MODERATOR] = Member(MODERATOR, "administrator", set(RIGHTS))

    def add_bot(self, token: str) -> Bot:
        """A bot, which is nowhere yet."""
        bot = Bot(int(token.split(":", maxsplit=1)[0]), token)
        with self.state.changed:
            self.state.bots[token] = bot
        return bot

    def join(self, chat: int, bot: Bot, *, rights: Sequence[str] = RIGHTS, status: str = "administrator") -> None:
        """Let a bot into a chat or change what it may there, which it is told."""
        with self.state.changed:
            member = Member(bot.id, status, set(rights) if status == "administrator" else set(), is_bot=True)
            place = self.state.chats[chat]
            place.members.setdefault(bot.id, Member(bot.id, "left", is_bot=True, is_there=False))
            put(self.state, place, member, by=OWNER)

    def kill_token(self, token: str) -> None:
        """From here on every call with it gets 401."""
        with self.state.changed:
            self.state.bots[token].dead = True

    def fail_next(self, method: str, *answers: str | ApiError) -> None:
        """Prepare the next answers of a method ('*' = any)."""
        assert all(isinstance(one, ApiError) or one in DISTURBANCES for one in answers)
        with self.state.changed:
            self.state.prepared[method].extend(answers)

    # --- what people do ----------------------------------------------------------------------------------------------

    def publish(self, text: str, *, channel: int = CHANNEL) -> Message:
        """The channel publishes; the message is the copy in its group, under which comments stand."""
        with self.state.changed:
            place = self.state.chats[channel]
            post = self._keep(place, channel, {"text": text})
            self.state.tell(channel, "channel_post", post.body)
            origin = {"type": "channel", "chat": place.told(), "message_id": post.id, "date": post.date}
            return self._write(
                place.linked,
                channel,
                {
                    "from": user(SERVICE),
                    "sender_chat": place.told(),
                    "forward_origin": origin,
                    "is_automatic_forward": True,
                    "text": text,
                },
            )

    def write(self, text: str, *, author: int = CITIZEN, chat: int = GROUP, under: Message | None = None) -> Message:
        """Somebody writes in a group, under a message of it or just so."""
        return self.post({"text": text}, author=author, chat=chat, under=under)

    def post(
        self, content: dict[str, Any], *, author: int = CITIZEN, chat: int = GROUP, under: Message | None = None
    ) -> Message:
        """Somebody posts any content; an author below zero is a channel, the group itself an anonymous administrator."""
        with self.state.changed:
            place = self.state.chats[chat]
            self._admit(place, author)
            body = self._by(place, author) | (self._under(under) if under else {}) | content
            return self._write(chat, author, body)

    def album(
        self, caption: str, count: int, *, author: int = CITIZEN, chat: int = GROUP, under: Message | None = None
    ) -> list[Message]:
        """Several pictures that belong together; the first has the caption."""
        with self.state.changed:
            album = f"135{self.state.chats[chat].next_id():014d}"
            found = []
            for number in range(count):
                photo = [{"file_id": "s", "file_unique_id": f"{album}s{number}", "width": 90, "height": 67}]
                photo.append({"file_id": "b", "file_unique_id": f"{album}b{number}", "width": 1280, "height": 960})
                content = {"media_group_id": album, "photo": photo} | ({"caption": caption} if not number else {})
                found.append(self.post(content, author=author, chat=chat, under=under))
            return found

    def whisper(self, text: str, *, author: int = CITIZEN) -> Message:
        """Somebody writes to the bot itself."""
        with self.state.changed:
            if author not in self.state.chats:
                here = {number: Member(number) for number in (author, self.bot.id)}
                self.state.chats[author] = Chat(author, "private", members=here)
            return self._write(author, author, {"from": user(author), "text": text})

    def edit(self, message: Message, text: str) -> None:
        """Its author changes it."""
        with self.state.changed:
            field = "caption" if "caption" in message.body else "text"
            message.body = message.body | {field: text, "edit_date": self.state.now()}
            self.state.tell(message.chat, "edited_message", message.body)

    def remove(self, message: Message) -> None:
        """Somebody deletes it by hand, of which no bot is told."""
        with self.state.changed:
            message.deleted = True

    def news(self, content: dict[str, Any], *, chat: int = GROUP, by: int = OWNER) -> Message:
        """Telegram itself says something in a group: somebody joined, a post was pinned."""
        with self.state.changed:
            return self._write(chat, 0, {"from": user(by)} | content)

    def set_member(self, member: Member, *, chat: int = GROUP, by: int = MODERATOR) -> None:
        """An administrator bans, mutes, frees or appoints somebody in the application."""
        with self.state.changed:
            put(self.state, self.state.chats[chat], member, by=by)

    def migrate(self, group: int, supergroup: int) -> None:
        """A basic group becomes a supergroup, which both say."""
        with self.state.changed:
            old = self.state.chats[group]
            new = Chat(supergroup, "supergroup", old.title, linked=old.linked, members=dict(old.members))
            self.state.chats[supergroup] = new
            self._write(group, 0, {"from": user(OWNER), "migrate_to_chat_id": supergroup})
            old.moved_to = supergroup
            self._write(supergroup, 0, {"from": user(OWNER), "migrate_from_chat_id": group})

    def is_barred(self, author: int, *, chat: int = GROUP) -> bool:
        """Whether somebody may write nothing there at present."""
        with self.state.changed:
            place = self.state.chats[chat]
            if author < 0:
                return author in place.banned_chats
            member = place.members.get(author, Member(author)).as_of(self.state.now())
            return member.status == "kicked" or (member.status == "restricted" and not member.can_send)

    def settle(self) -> None:
        """Wait until every update was handed over or given up."""
        assert self.courier.settle(), "Telegram goes on trying"

    # -----------------------------------------------------------------------------------------------------------------

    def _admit(self, place: Chat, author: int) -> None:
        """Whoever comments becomes a member, unless kept out."""
        assert not self.is_barred(author, chat=place.id), "who is banned or mute does not write"
        if author > 0 and place.members.get(author, Member(author, "left")).status == "left":
            put(self.state, place, Member(author), by=author)
        if author < 0:
            self.state.chats.setdefault(author, Chat(author, "channel", f"Канал {-author}"))

    def _by(self, place: Chat, author: int) -> dict[str, Any]:
        if author > 0:
            return {"from": user(author)}
        shown = GROUP_BOT if author == place.id else CHANNEL_BOT
        return {"from": user(shown), "sender_chat": self.state.chats[author].told()}

    def _under(self, message: Message) -> dict[str, Any]:
        thread = message.body.get("message_thread_id", message.id)
        answered = {name: value for name, value in message.body.items() if name != "reply_to_message"}
        return {"message_thread_id": thread, "reply_to_message": answered}

    def _write(self, chat: int, author: int, body: dict[str, Any]) -> Message:
        message = self._keep(self.state.chats[chat], author, body)
        self.state.tell(chat, "message", message.body)
        return message

    def _keep(self, place: Chat, author: int, body: dict[str, Any]) -> Message:
        number, date = place.next_id(), self.state.now()
        whole = {"message_id": number, **body, "chat": place.told(), "date": date}
        place.messages[number] = Message(place.id, number, author, date, whole)
        return place.messages[number]
