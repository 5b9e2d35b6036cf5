"""Telegram as a test sees it."""

from collections.abc import Mapping
from typing import ClassVar, Self

from app.domain.ports import Credential, Slot
from app.domain.words import Kind
from app.networks.telegram.adapter import telegram
from tests.simulators.telegram_bot_api import CITIZEN, GROUP, MODERATOR, TOKEN, ApiError, Message, TelegramBotApi
from tests.stands.stand import Mishap, Said, Stand, Standing

_MISHAPS: dict[Mishap, str | ApiError] = {
    Mishap.LIMIT: ApiError(429, "Too Many Requests: retry after 7", retry_after=7),
    Mishap.DOWN: "http_502",
    Mishap.GARBAGE: "garbage",
    Mishap.HANG_UP: "close",
}


class TelegramStand(Stand):
    """A channel's discussion group with a bot, called or asking."""

    name = "telegram"
    make = staticmethod(telegram)
    # A dialogue with the bot belongs to no group.
    kinds = (Kind.WALL,)
    page = str(GROUP)
    citizen, neighbour, manager = str(CITIZEN), "222222222", str(MODERATOR)
    pages_as_typed: ClassVar[Mapping[str, str]] = {
        f" {GROUP} ": page,
        "https://t.me/c/1000000002/55?thread=7": page,
        f"https://web.telegram.org/a/#{GROUP}": page,
    }
    no_pages = ("", "0", "@gorod_n", "https://t.me/gorod_n", "-", "-0", "-100x", "9" * 30)
    profile = "123456789"

    def __init__(self) -> None:
        self._telegram = TelegramBotApi(delays=(0.0, 0.01))
        self._telegram.state.longest_wait_s = 0.3
        self._post = self._telegram.publish("Отключение воды")
        # What was before the test tells nothing about it.
        self._telegram.bot.queue.clear()

    def __enter__(self) -> Self:
        self._telegram.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._telegram.__exit__()

    @property
    def url(self) -> str:
        """See `Stand`."""
        return self._telegram.base_url

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """See `Stand`."""
        return (Credential(1, Slot.COMMUNITY, TOKEN),)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Stand`."""
        return {"community_token": TOKEN, "secret": self.secret}

    def call(self, url: str) -> None:
        """See `Stand`."""
        with self._telegram.state.changed:
            self._telegram.bot.url, self._telegram.bot.secret = url, self.secret
            self._telegram.state.changed.notify_all()

    def write(self, words: str, *, kind: Kind | None = None, author: str = "") -> Said:
        """See `Stand`."""
        author = author or self.citizen
        message = self._telegram.write(words, author=int(author), under=self._post)
        self._telegram.settle()
        return Said(kind or self.kinds[0], str(message.id), author, words, message)

    def edit(self, said: Said, words: str) -> None:
        """See `Stand`."""
        said.words = words
        self._telegram.edit(_own(said), words)
        self._telegram.settle()

    def remove(self, said: Said) -> None:
        """See `Stand`; no bot is told."""
        self._telegram.remove(_own(said))

    def standing(self, said: Said) -> Standing:
        """See `Stand`."""
        return Standing.GONE if _own(said).deleted else Standing.VISIBLE

    def is_barred(self, author: str) -> bool:
        """See `Stand`."""
        return self._telegram.is_barred(int(author))

    def kill_tokens(self) -> None:
        """See `Stand`."""
        self._telegram.kill_token(TOKEN)

    def misbehave(self, mishap: Mishap | None) -> None:
        """See `Stand`."""
        with self._telegram.state.changed:
            self._telegram.state.disturbed = _MISHAPS[mishap] if mishap is not None else None


def _own(said: Said) -> Message:
    assert isinstance(said.own, Message)
    return said.own
