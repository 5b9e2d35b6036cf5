"""Which connection a page sends through, and the tokens in its slots."""

import secrets
from dataclasses import dataclass
from typing import Final

from app.domain.errors import ConflictError
from app.domain.ports import Slot
from app.domain.states import WaitingFor
from app.pipeline.administration.acting import Acting
from app.pipeline.administration.page_fields import form_of
from app.storage import outbox
from app.storage import pages as queries
from app.storage.tables import Connection, Credential, Page

#: What a new token, or one that a person has looked after, puts an end to.
TOKEN_TROUBLES: Final = (WaitingFor.TOKEN.value, WaitingFor.CAPTCHA.value)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens by slot as a person gave them: None = not given, '' = take it away."""

    user: str | None
    community: str | None

    def of(self, slot: Slot) -> str | None:
        """The token of one slot."""
        return self.user if slot is Slot.USER else self.community


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token belongs; page 0 = good for every page of the connection."""

    connection_id: int
    slot: Slot
    page_id: int


def connection_for(acting: Acting, network: str, tokens: Tokens) -> Connection:
    """The connection that already has the owner's token, else a new one."""
    owner = form_of(acting.house, network).owner
    token = tokens.of(owner)
    if token:
        fingerprint = acting.house.vault.fingerprint(token)
        found = queries.connection_with(acting.session, network, owner, fingerprint)
        if found is not None:
            return found
    connection = Connection(
        id=acting.house.ids(),
        network=network,
        callback_key=secrets.token_urlsafe(24),
        created_at=acting.at,
        paused_until=None,
    )
    acting.session.add(connection)
    acting.session.flush()
    return connection


def store_tokens(acting: Acting, page: Page, tokens: Tokens) -> tuple[str, ...]:
    """Put tokens into the page's slots and take away those given as ''; returns the slots that have changed."""
    wiring = form_of(acting.house, page.network)
    changed = []
    for slot in (Slot.USER, Slot.COMMUNITY):
        token = tokens.of(slot)
        if token is None or f"{slot}_token" not in wiring.uses:
            continue
        place = Place(page.connection_id, slot, 0 if slot is wiring.owner else page.id)
        if _store(acting, place, token):
            changed.append(str(slot))
    if changed:
        wake(acting, page.connection_id)
    return tuple(changed)


def _store(acting: Acting, place: Place, token: str) -> bool:
    present = queries.credential_at(acting.session, place.connection_id, place.slot, place.page_id)
    fingerprint = acting.house.vault.fingerprint(token)
    if present is None and not token:
        return False
    if present is not None:
        if present.fingerprint == fingerprint and present.dead_at is None:
            return False
        # A new row, because the old token's death and what was learned from it are not the new one's.
        queries.drop_credentials(acting.session, [present.id])
    if token:
        acting.session.add(
            Credential(
                id=acting.house.ids(),
                connection_id=place.connection_id,
                page_id=place.page_id,
                slot=place.slot.value,
                token_enc=acting.house.vault.seal(token),
                fingerprint=fingerprint,
                dead_at=None,
                created_at=acting.at,
            )
        )
        acting.session.flush()
    return True


def wake(acting: Acting, connection_id: int) -> None:
    """Whatever the old token was waited for is tried again at once."""
    connection = queries.connections_of(acting.session, [connection_id])[connection_id]
    connection.paused_until, connection.pause_code = None, ""
    acting.session.add(connection)
    acting.session.flush()
    outbox.wake_waiting(acting.session, connection_id, TOKEN_TROUBLES, acting.at)


def change_tokens(acting: Acting, page: Page, tokens: Tokens) -> tuple[str, ...]:
    """Give a page other tokens; returns the slots that have changed.

    A page whose owner's token becomes that of another connection moves there. A living token that other pages use is
    left to them and the page moves to a connection of its own; a dead one is replaced for all of them at once, if
    whoever acts may touch them all.

    Raises:
        ConflictError: the page has to move while a worker is sending for it.
    """
    form = form_of(acting.house, page.network)
    owner = form.owner
    if f"{owner}_token" in form.uses and tokens.of(owner) is not None:
        target = _target(acting, page, owner, tokens)
        if target != page.connection_id:
            _move(acting, page, target)
    return store_tokens(acting, page, tokens)


def _target(acting: Acting, page: Page, owner: Slot, tokens: Tokens) -> int:
    """The connection on which the page belongs with its new owner's token."""
    token = tokens.of(owner)
    present = queries.credential_at(acting.session, page.connection_id, owner, 0)
    if token:
        fingerprint = acting.house.vault.fingerprint(token)
        if present is not None and present.fingerprint == fingerprint:
            return page.connection_id
        found = queries.connection_with(acting.session, page.network, owner, fingerprint)
        if found is not None:
            return found.id
    alone = len(queries.pages_of_connection(acting.session, page.connection_id)) == 1
    stays = alone or present is None or (token and present.dead_at is not None)
    if stays and not serves_foreign(acting, page.connection_id):
        return page.connection_id
    connection = connection_for(acting, page.network, tokens)
    # The network goes on signing with the secret that it was told.
    connection.secret_enc = queries.connections_of(acting.session, [page.connection_id])[page.connection_id].secret_enc
    acting.session.add(connection)
    return connection.id


def left_to_people(tokens: Tokens, manual: int) -> tuple[str, ...]:
    """What a new token does not mend: actions that were handed to people because no token could do them."""
    if not manual or not (tokens.user or tokens.community):
        return ()
    told = (
        f"отданных людям действий: {manual}. Новый ключ их не отправит, он действует для следующих."
        " Сделайте их сами: консоль, «Страницы», эта страница, «Сделать вручную в сети»"
    )
    return (told,)


def serves_foreign(acting: Acting, connection_id: int) -> bool:
    """Whether pages that whoever acts may not touch send through the connection too."""
    served = queries.pages_of_connection(acting.session, connection_id)
    return acting.pages is not None and not acting.pages.issuperset(page.id for page in served)


def _move(acting: Acting, page: Page, connection_id: int) -> None:
    if queries.is_sending(acting.session, page.id):
        raise ConflictError("сейчас отправляется действие этой страницы: повторите через минуту")
    old = page.connection_id
    for credential in queries.credentials_of(acting.session, [old]):
        if credential.page_id == page.id:
            credential.connection_id = connection_id
            acting.session.add(credential)
    page.connection_id = connection_id
    acting.session.add(page)
    acting.session.flush()
    queries.move_actions(acting.session, page.id, connection_id)
    abandon(acting, old)


def abandon(acting: Acting, connection_id: int) -> None:
    """Forget the tokens of a connection that serves no page any more."""
    if not queries.pages_of_connection(acting.session, connection_id):
        doomed = [one.id for one in queries.credentials_of(acting.session, [connection_id])]
        queries.drop_credentials(acting.session, doomed)
