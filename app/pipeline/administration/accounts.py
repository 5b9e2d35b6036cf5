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
LONGEST_POST = 200


@dataclass(frozen=True, slots=True)
class TokenShown:
    """A token as lists show it; `pages` None = every page, instants in microseconds."""

    id: int
    account_id: int
    name: str
    #: The person's post in the office, '' where they hold none.
    post: str
    role: Role
    pages: frozenset[int] | None
    created_at: int
    revoked_at: int | None


def create_token(
    house: House, *, role: str, name: str, pages: Iterable[int] | None, by: str, post: str | None = None
) -> tuple[int, str]:
    """Give the account of this name, new or known, a token; returns its id and the token itself, shown this once.

    `post` is set beside it; None leaves the account's post as it is.

    Raises:
        InvalidInputError: the role, the name, the post or a page is wrong.
    """
    checked, owner, office = _role(role), _name(name), None if post is None else _post(post)
    limit = None if pages is None else frozenset(pages)
    plain = PREFIX + secrets.token_urlsafe(32)
    try:
        with house.database.write() as session:
            acting = Acting(session, house, house.clock.now(), by)
            _check_pages(session, limit)
            account = _account(acting, owner)
            if office is not None:
                _give_post(acting, account, office)
            return _create(acting, account, checked, limit, plain), plain
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


def _post(value: str) -> str:
    post = " ".join(value.split())
    if len(post) > LONGEST_POST or not post.isprintable():
        raise InvalidInputError("post", f"ожидается должность в одну строку, не больше {LONGEST_POST} знаков")
    return post


def set_post(house: House, name: str, post: str, *, by: str) -> None:
    """Say which post in the office a person holds: with one they may agree to answers; '' takes it away.

    Raises:
        NotFoundError: there is no account of this name.
        InvalidInputError: it is too long or no line.
    """
    owner, office = _name(name), _post(post)
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        account = queries.account_named(session, owner)
        if account is None:
            raise NotFoundError(f"учётной записи «{owner}» нет: она появляется с первым ключом")
        if _give_post(acting, account, office):
            acting.settle([Entry("account_changed", account.id, {"by": acting.who, "post": bool(office)})])


def _give_post(acting: Acting, account: Account, post: str) -> bool:
    """Whether that changes anything. The journal learns that there is one, the words may name a person."""
    if account.post == post:
        return False
    account.post = post
    acting.session.add(account)
    acting.session.flush()
    return True


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
    body = {"by": acting.who, "token": token.id, "role": role.value, "pages": limit, "post": bool(account.post)}
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
                post=account.post,
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
