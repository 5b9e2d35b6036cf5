"""Notices that a connection's deliveries fail for now, tells people once an incident, and once when they work again."""

from typing import Final

import structlog
from sqlmodel import Session

from app.domain.clock import MINUTE
from app.domain.ids import IdSource
from app.domain.ports import Delivery, Done, Retry
from app.domain.watching import Matter
from app.outbox.backoff import CAP
from app.storage import incidents
from app.storage.tables import Connection
from app.telemetry import ALERTS

#: An incident of which nothing was heard for longer than any delay is over: what failed then was given up.
LIFE: Final = 2 * CAP
#: A hiccup that is over sooner is worth no letter.
PATIENCE: Final = 5 * MINUTE

_log = structlog.get_logger()


def in_trouble(connection: Connection, now: int) -> bool:
    """Whether the last deliveries of the connection failed and may work again by themselves."""
    return connection.trouble_began_at is not None and (connection.trouble_at or 0) >= now - LIFE


def notice(session: Session, ids: IdSource, connection_id: int, delivery: Delivery, now: int) -> None:
    """Begin, prolong or end the connection's incident by what became of a delivery."""
    # `Manual` and `Failed` may come without a call: they tell nothing about the network.
    if not isinstance(delivery, Done | Retry):
        return
    connection = session.get(Connection, connection_id, with_for_update=True, populate_existing=True)
    if connection is None:
        return
    if isinstance(delivery, Retry) and _is_transient(delivery):
        _fails(connection, delivery.code, now)
        if now - (connection.trouble_began_at or now) >= PATIENCE:
            incidents.begin(session, ids, now, Matter.SENDING, connection_id=connection_id, code=delivery.code)
    elif (isinstance(delivery, Done) or delivery.dead or delivery.pause_connection) and connection.trouble_began_at:
        _answers(connection, now)
        incidents.end(session, ids, now, Matter.SENDING, connection_id=connection_id)


def _is_transient(delivery: Retry) -> bool:
    """Neither a limit nor a token: the network, or the way to it, is out of order."""
    away = delivery.waiting is None and not delivery.pause_connection and not delivery.dead
    return away and not delivery.moved_to


def _fails(connection: Connection, code: str, now: int) -> None:
    if not in_trouble(connection, now):
        connection.trouble_began_at = now
        ALERTS.labels("deliveries_fail").inc()
        _log.warning("deliveries_fail", connection=connection.id, network=connection.network, code=code)
    connection.trouble_at, connection.trouble_code = now, code


def _answers(connection: Connection, now: int) -> None:
    if in_trouble(connection, now):
        minutes = (now - (connection.trouble_began_at or now)) // MINUTE
        _log.warning("deliveries_work_again", connection=connection.id, network=connection.network, minutes=minutes)
    connection.trouble_began_at, connection.trouble_at, connection.trouble_code = None, None, ""
