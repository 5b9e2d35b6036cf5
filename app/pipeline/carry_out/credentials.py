"""Opens the tokens that a network's client is given."""

from collections.abc import Sequence

import structlog
from sqlmodel import Session

from app.domain.errors import ConfigurationError
from app.domain.ports import Credential, Slot
from app.pipeline.house import House
from app.storage import outbox
from app.storage.tables import Credential as CredentialRow

_log = structlog.get_logger()


def open_credentials(session: Session, house: House, rows: Sequence[CredentialRow], now: int) -> list[Credential]:
    """Tokens as a client needs them; one that was sealed with another key is left out and told about."""
    blocked = outbox.blocked_methods(session, [row.id for row in rows], now)
    opened = []
    for row in rows:
        try:
            token = house.vault.open(row.token_enc)
        except ConfigurationError:
            _log.error("token_sealed_with_another_key", credential=row.id)
            continue
        opened.append(Credential(row.id, Slot(row.slot), token, blocked.get(row.id, frozenset())))
    return opened
