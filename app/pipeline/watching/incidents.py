"""Opens and closes incidents: once for each matter, whoever sees it first, told to people in the same transaction."""

import structlog
from sqlmodel import Session

from app.domain.clock import MINUTE
from app.domain.watching import Matter
from app.pipeline.house import House
from app.storage import incidents
from app.telemetry import ALERTS

_log = structlog.get_logger()


def begin(
    session: Session, house: House, matter: Matter, *, page_id: int = 0, connection_id: int = 0, code: str = ""
) -> bool:
    """Open an incident in the caller's transaction; True if it is new, which is counted and logged once."""
    at = house.clock.now()
    new = incidents.begin(session, house.ids, at, matter, page_id=page_id, connection_id=connection_id, code=code)
    if new:
        ALERTS.labels(matter.value).inc()
        _log.error("incident_began", what=matter.value, page=page_id, connection=connection_id, code=code)
    return new


def end(session: Session, house: House, matter: Matter, *, page_id: int = 0, connection_id: int = 0) -> bool:
    """Close an incident in the caller's transaction; True if it was open."""
    at = house.clock.now()
    ended = incidents.end(session, house.ids, at, matter, page_id=page_id, connection_id=connection_id)
    if ended is None:
        return False
    minutes = (at - ended.began_at) // MINUTE
    _log.warning("incident_ended", what=matter.value, page=page_id, connection=connection_id, minutes=minutes)
    return True
