"""A network in memory on which every page is polled already, and nobody is banned."""

from app.domain.connecting import BannedList, CallbackServer, NewServer, Reach, Refusal, Switched, Why
from app.domain.ports import Credential, Slot

WANTED = Switched(True, "5.199", frozenset({"wall_reply_new"}))


class FakeConnector:
    """Shows what is set and lets nothing be changed."""

    on_loopback = True
    wanted = WANTED

    def rights(self, credential: Credential) -> frozenset[str] | Refusal:
        """Everything."""
        return frozenset({"manage", "messages"})

    def servers(self, page: str, credential: Credential) -> tuple[CallbackServer, ...] | Refusal:
        """None."""
        return ()

    def confirmation(self, page: str, credential: Credential) -> str | Refusal:
        """Never the same as a person's."""
        return "from-the-network"

    def add_server(self, page: str, server: NewServer, credential: Credential) -> str | Refusal:
        """Refused."""
        return _refused()

    def edit_server(self, page: str, server_id: str, server: NewServer, credential: Credential) -> Refusal | None:
        """Refused."""
        return _refused()

    def drop_server(self, page: str, server_id: str, credential: Credential) -> Refusal | None:
        """Refused."""
        return _refused()

    def callback_events(self, page: str, server_id: str, credential: Credential) -> Switched | Refusal:
        """All."""
        return WANTED

    def switch_callback(self, page: str, server_id: str, credential: Credential) -> Refusal | None:
        """Refused."""
        return _refused()

    def polling(self, page: str, credential: Credential) -> Switched | Refusal:
        """On."""
        return WANTED

    def switch_polling(self, page: str, credential: Credential) -> Refusal | None:
        """Refused."""
        return _refused()

    def banned(self, page: str, credential: Credential) -> BannedList | Refusal:
        """Nobody."""
        return BannedList((), 0)

    def reach(self, address: str) -> Reach:
        """Nobody answers."""
        return Reach.SILENT

    def close(self) -> None:
        """Nothing is open."""


def _refused() -> Refusal:
    return Refusal(Why.OTHER, "fake", Slot.COMMUNITY)
