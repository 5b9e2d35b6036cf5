"""How Telegram knocks: one update a request, proved by a secret in a header, told again until it is taken."""

from collections.abc import Sequence
from typing import Final

from app.domain.doors import Delivered, Reply
from app.domain.events import Event, Ignored
from app.domain.secrets import knows_one
from app.networks.telegram.inbound import read

#: In lower case, as headers come.
SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name, not a secret
_METHODS: Final = frozenset({"POST"})
#: An answer may hold a call for Telegram to make, whose result nobody would see: it holds none.
_TAKEN: Final = Reply()


class TelegramDoor:
    """A `Door` for Telegram."""

    @property
    def methods(self) -> frozenset[str]:
        """See `Door`."""
        return _METHODS

    @property
    def taken(self) -> Reply:
        """See `Door`."""
        return _TAKEN

    def verify(self, request: Delivered, secrets: Sequence[str]) -> bool:
        """See `Door`."""
        return knows_one(request.headers.get(SECRET_HEADER, ""), secrets)

    def answer(self, request: Delivered, confirmation: str) -> Reply | None:  # noqa: ARG002 - the port's
        """See `Door`; Telegram asks for nothing."""
        return None

    def parse(self, request: Delivered) -> tuple[Event | Ignored, ...]:
        """See `Door`."""
        return (read(request.body),)
