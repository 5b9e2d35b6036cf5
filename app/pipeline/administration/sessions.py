"""Who is signed in at the console: a browser's session stands on an API token and ends with it."""

import secrets
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.errors import NotAuthenticatedError, NotFoundError
from app.domain.principals import Principal
from app.domain.words import Role
from app.journal.chain import Entry, append
from app.pipeline.administration.accounts import PREFIX, pages_of
from app.pipeline.house import House
from app.storage import sessions as queries
from app.storage.accounts import actor, token_by_hash
from app.storage.tables import Account, ApiToken, DeskSession, SignInLink
from app.storage.vault import hash_token

#: However busy somebody is, the browser asks again after a working day.
LONGEST: Final = 12 * HOUR
#: A browser that was left alone for this long is nobody's.
IDLE: Final = 2 * HOUR
LINK_LIVES: Final = 15 * MINUTE
#: A session is marked as seen at most this often: reading a page is no reason to write.
_SEEN_STEP: Final = MINUTE
_KEPT: Final = 30 * DAY
_SECRET_LENGTH: Final = 43


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session as it is handed to the browser, this once."""

    secret: str
    principal: Principal
    expires_at: int


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link's secret, shown this once; `expires_at` in microseconds."""

    secret: str
    role: Role
    expires_at: int
    #: How many good tokens the account has; the link stands for the newest.
    tokens: int


def make_link(house: House, *, name: str, by: str) -> NewLink:
    """A link that signs its bearer in once as this account, with the rights of its newest token.

    Raises:
        NotFoundError: no account of this name has a token that is good.
    """
    secret = secrets.token_urlsafe(32)
    with house.database.write() as session:
        at = house.clock.now()
        found = queries.good_tokens(session, " ".join(name.split()))
        if not found:
            raise NotFoundError(f"у учётной записи «{name}» нет действующего ключа: выдайте его (token create)")
        token = found[0]
        link = SignInLink(
            id=house.ids(),
            secret_hash=hash_token(secret),
            api_token_id=token.id,
            created_by=actor(session, by),
            created_at=at,
            expires_at=at + LINK_LIVES,
        )
        session.add(link)
        body = {"by": link.created_by, "token": token.id, "link": link.id}
        append(session, house.journal_key, [Entry("sign_in_link_created", token.account_id, body)], at)
    return NewLink(secret, Role(token.role), link.expires_at, len(found))


def sign_in_by_link(house: House, secret: str) -> NewSession:
    """Use a link up.

    Raises:
        NotAuthenticatedError: it is unknown, used, too old, or its token was revoked; all look the same.
    """
    refused = NotAuthenticatedError("ссылка уже использована или устарела: попросите новую")
    if not _is_secret(secret):
        raise refused
    with house.database.write() as session:
        at = house.clock.now()
        found = queries.link_by_hash(session, hash_token(secret))
        if found is None or found[0].used_at is not None or found[0].expires_at <= at:
            raise refused
        link, token = found
        link.used_at = at
        account = session.get_one(Account, token.account_id)
        return _start(session, house, token, account, at, how="link")


def sign_in_by_token(house: House, bearer: str) -> NewSession:
    """Exchange an API token for a session.

    Raises:
        NotAuthenticatedError: it is no token, an unknown one, or revoked.
    """
    bearer = bearer.strip()
    refused = NotAuthenticatedError("ключ не подходит: проверьте, что он скопирован целиком и не отозван")
    if not bearer.startswith(PREFIX) or not bearer.isascii():
        raise refused
    with house.database.write() as session:
        found = token_by_hash(session, hash_token(bearer))
        if found is None:
            raise refused
        token, account = found
        return _start(session, house, token, account, house.clock.now(), how="token")


def _start(session: Session, house: House, token: ApiToken, account: Account, at: int, *, how: str) -> NewSession:
    if token.role == Role.SITE:
        raise NotAuthenticatedError("это ключ сайта: он для программы, а не для входа")
    queries.forget_old(session, at - _KEPT)
    secret = secrets.token_urlsafe(32)
    row = DeskSession(
        id=house.ids(),
        secret_hash=hash_token(secret),
        account_id=account.id,
        api_token_id=token.id,
        created_at=at,
        seen_at=at,
        expires_at=at + LONGEST,
    )
    session.add(row)
    body = {"token": token.id, "session": row.id, "how": how}
    append(session, house.journal_key, [Entry("signed_in", account.id, body)], at)
    return NewSession(secret, _principal(token, account), row.expires_at)


def resume(house: House, secret: str) -> Principal:
    """Who is signed in with this secret.

    Raises:
        NotAuthenticatedError: nobody, the session was ended, has run out or stood idle, or its token was revoked.
    """
    refused = NotAuthenticatedError("сеанс закончился: войдите снова")
    if not _is_secret(secret):
        raise refused
    at = house.clock.now()
    with house.database.read() as session:
        found = queries.session_by_hash(session, hash_token(secret))
    if found is None or found[0].expires_at <= at or found[0].seen_at + IDLE <= at:
        raise refused
    row, token, account = found
    if row.seen_at + _SEEN_STEP <= at:
        with house.database.write() as session:
            queries.mark_seen(session, row.id, at)
    return _principal(token, account)


def sign_out(house: House, secret: str) -> None:
    """End this browser's session; one that has ended already stays so."""
    if not _is_secret(secret):
        return
    with house.database.write() as session:
        found = queries.session_by_hash(session, hash_token(secret))
        if found is None:
            return
        row, _, account = found
        at = house.clock.now()
        row.ended_at = at
        session.add(row)
        append(session, house.journal_key, [Entry("signed_out", account.id, {"session": row.id})], at)


def sign_out_everywhere(house: House, who: Principal) -> int:
    """End every session of this account, this one too; how many there were."""
    with house.database.write() as session:
        at = house.clock.now()
        ended = queries.end_sessions(session, at, account_id=who.account_id)
        append(session, house.journal_key, [Entry("signed_out_everywhere", who.account_id, {"sessions": ended})], at)
    return ended


def _principal(token: ApiToken, account: Account) -> Principal:
    return Principal(account.id, account.name, Role(token.role), pages_of(token))


def _is_secret(value: str) -> bool:
    return len(value) == _SECRET_LENGTH and value.isascii()
