"""Accounts and their bearer tokens: a token is shown once, kept as a digest, and belongs to a named account."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.domain.errors import ConflictError, InvalidInputError, NotAuthenticatedError, NotFoundError
from app.domain.principals import Principal
from app.domain.words import Role
from app.journal.chain import Entry
from app.pipeline.administration.acting import Acting
from app.pipeline.house import House
from app.storage import accounts as queries
from app.storage.tables import Account, ApiToken
from app.storage.vault import hash_token

#: What every token begins with, so that a leaked one is recognised.
PREFIX = "dv_"
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class TokenShown:
    """A token as lists show it; `pages` None = every page, instants in microseconds."""

    id: int
    account_id: int
    name: str
    role: Role
    pages: frozenset[int] | None
    created_at: int
    revoked_at: int | None


def create_token(house: House, *, role: str, name: str, pages: Iterable[int] | None, by: str) -> tuple[int, str]:
    """Give the account of this name, new or known, a token; returns its id and the token itself, shown this once.

    Raises:
        InvalidInputError: the role, the name or a page is wrong.
    """
    checked, owner = _role(role), _name(name)
    limit = None if pages is None else frozenset(pages)
    plain = PREFIX + secrets.token_urlsafe(32)
    try:
        with house.database.write() as session:
            acting = Acting(session, house, house.clock.now(), by)
            _check_pages(session, limit)
            return _create(acting, _account(acting, owner), checked, limit, plain), plain
    except IntegrityError:
        raise ConflictError(f"учётную запись «{owner}» только что завёл кто-то другой: повторите") from None


def _role(value: str) -> Role:
    try:
        return Role(value)
    except ValueError:
        raise InvalidInputError("role", f"ожидается одна из ролей: {', '.join(Role)}") from None


def _name(value: str) -> str:
    name = " ".join(value.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInputError("name", f"ожидается имя сотрудника или программы, от 1 до {LONGEST_NAME} знаков")
    return name


def _check_pages(session: Session, pages: frozenset[int] | None) -> None:
    if pages is None:
        return
    unknown = pages - queries.known_pages(session, pages)
    if unknown or not pages:
        named = ", ".join(map(str, sorted(unknown))) or "список пуст"
        raise InvalidInputError("page", f"ожидаются номера добавленных страниц, а таких нет: {named}")


def _account(acting: Acting, name: str) -> Account:
    account = queries.account_named(acting.session, name)
    if account is None:
        account = Account(id=acting.house.ids(), name=name, created_at=acting.at)
        acting.session.add(account)
        acting.session.flush()
    return account


def _create(acting: Acting, account: Account, role: Role, pages: frozenset[int] | None, plain: str) -> int:
    limit = None if pages is None else sorted(pages)
    token = ApiToken(
        id=acting.house.ids(),
        account_id=account.id,
        role=role.value,
        token_hash=hash_token(plain),
        pages_json=None if limit is None else msgspec.json.encode(limit).decode(),
        created_at=acting.at,
        revoked_at=None,
    )
    acting.session.add(token)
    acting.session.flush()
    body = {"by": acting.who, "token": token.id, "role": role.value, "pages": limit}
    acting.settle([Entry("token_created", account.id, body)])
    return token.id


def list_tokens(house: House) -> tuple[TokenShown, ...]:
    """Every token, the oldest first, revoked ones too; never the token itself."""
    with house.database.read() as session:
        return tuple(
            TokenShown(
                id=token.id,
                account_id=account.id,
                name=account.name,
                role=Role(token.role),
                pages=pages_of(token),
                created_at=token.created_at,
                revoked_at=token.revoked_at,
            )
            for token, account in queries.all_tokens(session)
        )


def pages_of(token: ApiToken) -> frozenset[int] | None:
    """The pages that a token is limited to; None = every page."""
    if token.pages_json is None:
        return None
    return frozenset(msgspec.json.decode(token.pages_json, type=list[int]))


def revoke_token(house: House, token_id: int, *, by: str) -> bool:
    """End a token at once; False when it had ended before.

    Raises:
        NotFoundError: there is no such token.
    """
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        token = session.get(ApiToken, token_id, with_for_update=True) if queries.is_id(token_id) else None
        if token is None:
            raise NotFoundError(f"ключа {token_id} нет")
        if token.revoked_at is not None:
            return False
        token.revoked_at = acting.at
        session.add(token)
        acting.settle([Entry("token_revoked", token.account_id, {"by": acting.who, "token": token.id})])
        return True


def authenticate(house: House, bearer: str) -> Principal:
    """Who holds this token. It is found by its digest, so nothing that an attacker can time depends on the token.

    Raises:
        NotAuthenticatedError: it is no token, an unknown one, or revoked.
    """
    if not bearer.startswith(PREFIX) or not bearer.isascii():
        raise NotAuthenticatedError("ключ не подходит")
    with house.database.read() as session:
        found = queries.token_by_hash(session, hash_token(bearer))
    if found is None:
        raise NotAuthenticatedError("ключ не подходит")
    token, account = found
    return Principal(account.id, account.name, Role(token.role), pages_of(token))
