"""A page's secret: set at once, or turned over while its network goes on using the one before for a while."""

import secrets
from dataclasses import dataclass, field
from typing import Final

from app.domain.clock import HOUR
from app.domain.errors import ConflictError, InvalidInputError
from app.domain.words import IntakeKind
from app.journal.chain import Entry
from app.pipeline.administration.acting import Acting
from app.pipeline.administration.page_fields import checked_secret, form_of
from app.pipeline.administration.page_overview import missing
from app.pipeline.house import House
from app.storage import pages as queries
from app.storage.tables import Connection, Page

#: How long the secret before is believed, hours; a network sends what was refused again for less than that.
USUAL_HOURS: Final = 24
MOST_HOURS: Final = 30 * 24


@dataclass(frozen=True, slots=True)
class RotatedSecret:
    """A page's new secret, shown this once, and until when the one before is believed (microseconds; None = not)."""

    page_id: int
    secret: str = field(repr=False)
    previous_until: int | None
    #: Whether `page connect` has set up the network's side and can change it there too.
    is_connected: bool
    #: Whether the page's events are fetched: then nobody sends anything that carries the secret.
    is_polled: bool


def new_secret() -> str:
    """Letters and digits only, within the shortest limit of all networks."""
    return secrets.token_hex(16)


def set_secret(house: House, page: Page, connection: Connection, secret: str) -> None:
    """Put a secret where its network keeps it; the one before is believed no longer."""
    if form_of(house, page.network).secret_on_page:
        page.secret_enc = house.vault.seal(secret)
        forget_previous(page)
    else:
        connection.secret_enc = house.vault.seal(secret)


def forget_previous(page: Page) -> None:
    """Believe only the present secret."""
    page.previous_secret_enc, page.previous_secret_until = None, None


def rotate_secret(
    house: House, page_id: int, *, by: str, hours: int = USUAL_HOURS, secret: str | None = None
) -> RotatedSecret:
    """Give a page another secret; the one before is believed for `hours`, 0 = it is known to others and ends at once.

    Raises:
        NotFoundError: there is no such page.
        InvalidInputError: its network keeps no secrets by page, or the secret or the hours are wrong.
        ConflictError: the secret before the present one is still believed: nobody knows which one the network uses.
    """
    if not 0 <= hours <= MOST_HOURS:
        raise InvalidInputError("hours", f"ожидается число часов от 0 до {MOST_HOURS}")
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        page = queries.page_of(session, page_id, lock=True)
        if page is None:
            raise missing(page_id)
        form = form_of(house, page.network)
        if not form.secret_on_page:
            raise InvalidInputError("page", f"у сети {page.network} секрет меняют сразу: page set СТРАНИЦА --secret -")
        fresh = new_secret() if secret is None else checked_secret(form, secret)
        _turn(page, hours, acting.at)
        page.secret_enc = house.vault.seal(fresh)
        session.add(page)
        session.flush()
        body = {"by": acting.who, "until": page.previous_secret_until}
        acting.settle([Entry("page_secret_rotated", page.id, body)])
    is_connected = bool(page.callback_server) and page.intake == IntakeKind.CALLBACK
    is_polled = page.intake == IntakeKind.LONGPOLL
    return RotatedSecret(page.id, fresh, page.previous_secret_until, is_connected, is_polled)


def _turn(page: Page, hours: int, now: int) -> None:
    if not hours:
        forget_previous(page)
        return
    if (page.previous_secret_until or 0) > now:
        raise ConflictError(
            "прежний секрет ещё принимается после прошлой замены: дождитесь конца срока или замените сразу (--hours 0)"
        )
    if page.secret_enc:
        page.previous_secret_enc, page.previous_secret_until = page.secret_enc, now + hours * HOUR
