"""Somebody has a page read again who knows of a gap that the program does not."""

from typing import Final

from app.domain.clock import DAY, rfc3339
from app.domain.errors import InvalidInputError
from app.domain.ports import Slot
from app.journal.chain import Entry
from app.pipeline.administration.acting import Acting
from app.pipeline.administration.page_overview import missing
from app.pipeline.house import House
from app.storage import outbox, rereads
from app.storage import pages as queries

#: What is older has been seen by everybody who was ever going to see it.
LONGEST: Final = 30 * DAY


def order_reread(house: House, page_id: int, *, since: int, by: str) -> tuple[str, ...]:
    """Have everything read again that was written on a page since an instant (microseconds); returns warnings.

    Raises:
        NotFoundError: there is no such page.
        InvalidInputError: the instant lies ahead, or too far back.
    """
    now = house.clock.now()
    if not now - LONGEST <= since < now:
        earliest = rfc3339(now - LONGEST)
        raise InvalidInputError("since", f"ожидается прошедшее время не раньше {earliest}")
    with house.database.write() as session:
        acting = Acting(session, house, now, by)
        page = queries.page_of(session, page_id, lock=True)
        if page is None:
            raise missing(page_id)
        rereads.open_gap(session, house.ids, page.id, from_at=since, to_at=now, code="asked", at=now)
        keys = outbox.usable_credentials(session, page.connection_id, page.id)
        acting.settle([Entry("reread_asked", page.id, {"by": acting.who, "since": since})])
    if "user_token" not in house.networks[page.network].form.uses or any(key.slot == Slot.USER for key in keys):
        return ()
    return ("у страницы нет действующего ключа руководителя: списки комментариев сеть показывает не каждому ключу",)
