"""What is known of connections whose network calls an address with their key in it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from app.domain.ports import Adapter
from app.storage.tables import Connection, Page


@dataclass(frozen=True, slots=True)
class ConnectionConfig:
    """A connection whose network calls an address with its key in it, and proves itself by the connection's secret."""

    id: int
    secret: str = field(repr=False)
    #: What the network wants to hear before it believes the address; '' = nothing.
    confirmation: str
    #: Its secret does not open: nobody can tell whose a delivery is.
    is_sealed: bool = False


def keyed_connections(
    session: Session, networks: Iterable[Adapter], opened: Callable[[str | None], str | None]
) -> dict[tuple[str, str], ConnectionConfig]:
    """Connections by network and key; `opened` gives a secret, '' where there is none, None where it does not open."""
    keyed = [network.name for network in networks if network.door is not None]
    if not keyed:
        return {}
    query = (
        select(Connection, Page.confirmation)
        .join(Page, col(Page.connection_id) == col(Connection.id))
        .where(col(Connection.network).in_(keyed), col(Page.removed_at).is_(None))
        # Of several pages the oldest that has a confirmation speaks for all.
        .order_by(col(Page.confirmation) == "", col(Page.id))
    )
    found: dict[tuple[str, str], ConnectionConfig] = {}
    for connection, confirmation in session.exec(query):
        name = (connection.network, connection.callback_key)
        if name not in found:
            secret = opened(connection.secret_enc)
            found[name] = ConnectionConfig(connection.id, secret or "", confirmation, is_sealed=secret is None)
    return found
