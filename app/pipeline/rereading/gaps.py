"""Notices when a page may have missed what its network gave up telling, and has that time read again."""

import threading
from typing import Final

import structlog

from app.domain.clock import DAY, HOUR, MINUTE, SECOND
from app.domain.watching import Matter
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.storage import duties, rereads
from app.storage.tables import Incident

NAME: Final = "gaps in deliveries"
EVERY: Final = MINUTE
#: An incident that was ended a moment ago may still be on its way into the database.
_LAG: Final = 10 * SECOND
#: After a failure the networks try again for an hour or two; how soon they stop calling us at all, they do not say.
DOWN: Final = 30 * MINUTE
#: What was tried for the last time when an incident began was written so long before it.
REPEATS: Final = 2 * HOUR
_log = structlog.get_logger()


def notice_incidents(house: House, _configuration: Configuration, _stop: threading.Event) -> None:
    """The duty: pages that hear their network again have the time before it read again."""
    until = house.clock.now() - _LAG
    with house.database.write() as session:
        after = duties.read_cursor(session, NAME)
        for incident in rereads.deaf_times(session, after=until if after is None else after, until=until):
            began = incident.began_at - _before(incident, rereads.silence_limit(session, incident.page_id))
            rereads.open_gap(
                session,
                house.ids,
                incident.page_id,
                from_at=began,
                to_at=incident.ended_at or until,
                code=incident.what,
                at=house.clock.now(),
            )
        duties.write_cursor(session, NAME, until, house.clock.now())


def _before(incident: Incident, silence: int | None) -> int:
    """How long before an incident was noticed something may have been lost already."""
    return (silence or DAY) if incident.what == Matter.SILENCE else REPEATS


def notice_downtime(house: House) -> None:
    """At a start: after longer than a pause for a restart every page that its network calls is read again."""
    now = house.clock.now()
    with house.database.read() as session:
        seen = rereads.last_sign_of_life(session)
    if seen is None or now - seen < DOWN:
        return
    with house.database.write() as session:
        pages = rereads.called_pages(session)
        for page in pages:
            from_at = max(seen - REPEATS, page.created_at)
            rereads.open_gap(session, house.ids, page.id, from_at=from_at, to_at=now, code="service_down", at=now)
    _log.warning("the service was down, pages are read again", minutes=(now - seen) // MINUTE, pages=len(pages))
