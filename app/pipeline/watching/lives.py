"""Writes down which tokens a network takes: a dead one is told of before an action needs it, a living one revives."""

import random
from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from sqlmodel import Session

from app.domain.connecting import Refusal, Why
from app.domain.ports import Credential
from app.domain.states import WaitingFor
from app.domain.watching import Matter
from app.journal.chain import Entry, append
from app.outbox.endings import Ink, bury
from app.pipeline.house import House
from app.pipeline.watching import incidents
from app.pipeline.watching.closing import has_dead
from app.storage.nodes import bump_config
from app.storage.outbox import wake_waiting
from app.storage.tables import Credential as CredentialRow

#: What says nothing about the token: the network was not reached, or wanted something else first.
_SILENT: Final = frozenset({Why.AWAY, Why.LATER, Why.PERSON})
_log = structlog.get_logger()


def settle_tokens(
    session: Session,
    house: House,
    connection_id: int,
    credentials: Sequence[Credential],
    lives: Mapping[int, Refusal | None],
) -> None:
    """`lives` holds what a network answered to each token, None = it did what it was asked."""
    now = house.clock.now()
    entries: list[Entry] = []
    for credential in credentials:
        if credential.id not in lives:
            continue
        refusal = lives[credential.id]
        if refusal is not None and refusal.why in _SILENT:
            continue
        row = session.get(CredentialRow, credential.id, populate_existing=True)
        # Renewed meanwhile: the answer was about the token before.
        if row is None or house.vault.fingerprint(credential.token) != row.fingerprint:
            continue
        if refusal is not None and refusal.why is Why.DEAD:
            ink = Ink(house.ids, now, random.random)
            entries += bury(session, ink, connection_id, row.id, sealed=row.token_enc, code=refusal.code)
        elif row.dead_at is not None:
            entries += _revive(session, house, row, now)
    if entries:
        append(session, house.journal_key, entries, now)
        bump_config(session)


def _revive(session: Session, house: House, row: CredentialRow, now: int) -> list[Entry]:
    row.dead_at, row.dead_code = None, ""
    session.add(row)
    session.flush()
    wake_waiting(session, row.connection_id, (WaitingFor.TOKEN.value,), now)
    if not has_dead(session, row.connection_id, row.page_id):
        incidents.end(session, house, Matter.TOKEN_DEAD, page_id=row.page_id, connection_id=row.connection_id)
    _log.warning("token_alive", connection=row.connection_id, credential=row.id)
    return [Entry("connection_woken", row.connection_id, {"by": "machine", "revived": [row.id]})]
