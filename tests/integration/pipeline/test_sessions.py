"""A browser's session stands on a token, ends in time and with it; a link signs in once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from app.domain.clock import DAY, MINUTE
from app.domain.errors import NotAuthenticatedError, NotFoundError
from app.domain.words import Role
from app.pipeline.administration.accounts import create_token, list_tokens, revoke_token
from app.pipeline.administration.sessions import (
    IDLE,
    LINK_LIVES,
    LONGEST,
    NewSession,
    make_link,
    resume,
    sign_in_by_link,
    sign_in_by_token,
    sign_out,
    sign_out_everywhere,
)
from app.pipeline.house import House
from app.storage.tables import DeskSession, Journal, SignInLink
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house


@pytest.fixture
def clock() -> FakeClock:
    """Time of the test's own."""
    return FakeClock()


@pytest.fixture
def house(sqlite_url: str, clock: FakeClock) -> Iterator[House]:
    """A house on SQLite."""
    made = make_house(sqlite_url, clock)
    yield made
    made.database.dispose()


def _token(house: House, role: Role = Role.MODERATOR, name: str = "Анна") -> str:
    return create_token(house, role=role, name=name, pages=None, by="cli")[1]


def _kinds(house: House) -> list[str]:
    with house.database.read() as session:
        return list(session.exec(select(Journal.kind).order_by(Journal.seq)))


def _is_over(house: House, started: NewSession) -> bool:
    try:
        resume(house, started.secret)
    except NotAuthenticatedError:
        return True
    return False


def test_a_session_is_its_token_s_principal(house: House) -> None:
    """Whoever signs in with a token is who the token says; the secret is stored as a digest only."""
    started = sign_in_by_token(house, f"  {_token(house)}\n")

    assert resume(house, started.secret) == started.principal
    with house.database.read() as session:
        [row] = session.exec(select(DeskSession))
    assert started.secret not in {row.secret_hash, str(row.id)}
    assert "signed_in" in _kinds(house)


@pytest.mark.parametrize("token", ["", "dv_", "dv_" + "x" * 43, "dv_\u00e9", "Bearer dv_x", "x" * 9000])
def test_what_is_no_token_signs_nobody_in(house: House, token: str) -> None:
    """An unknown, cut or foreign key is refused."""
    with pytest.raises(NotAuthenticatedError):
        sign_in_by_token(house, token)


def test_a_site_s_token_signs_nobody_in(house: House) -> None:
    """The key of the office's site is a program's."""
    with pytest.raises(NotAuthenticatedError, match="ключ сайта"):
        sign_in_by_token(house, _token(house, Role.SITE))


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "é" * 43, "x" * 5000])
def test_an_unknown_secret_is_nobody_s(house: House, secret: str) -> None:
    """A cookie that we did not give out opens nothing."""
    with pytest.raises(NotAuthenticatedError):
        resume(house, secret)
    sign_out(house, secret)


def test_a_session_ends_after_a_working_day_however_busy(house: House, clock: FakeClock) -> None:
    """Asking again and again prolongs nothing beyond twelve hours."""
    started = sign_in_by_token(house, _token(house))
    for _ in range(12):
        clock.advance(LONGEST // 12 - 1)
        assert not _is_over(house, started)
    clock.advance(13)

    assert _is_over(house, started)


def test_a_session_that_was_left_alone_ends(house: House, clock: FakeClock) -> None:
    """Two hours without a request end it; a request before that starts them anew."""
    started = sign_in_by_token(house, _token(house))
    clock.advance(IDLE - MINUTE)
    assert not _is_over(house, started)
    clock.advance(IDLE - MINUTE)
    assert not _is_over(house, started)
    clock.advance(IDLE)

    assert _is_over(house, started)


def test_a_revoked_token_ends_its_sessions(house: House) -> None:
    """From the revocation on the browser is signed out."""
    started = sign_in_by_token(house, _token(house))
    revoke_token(house, list_tokens(house)[0].id, by="cli")

    assert _is_over(house, started)


def test_signing_out_ends_one_or_all(database_url: str) -> None:
    """One browser goes alone; «everywhere» takes the account's others, and nobody else's; on either engine."""
    house = make_house(database_url)
    token = _token(house)
    first, second = sign_in_by_token(house, token), sign_in_by_token(house, token)
    other = sign_in_by_token(house, _token(house, name="Борис"))
    sign_out(house, first.secret)
    assert [_is_over(house, one) for one in (first, second, other)] == [True, False, False]

    assert sign_out_everywhere(house, second.principal) == 1
    assert [_is_over(house, one) for one in (first, second, other)] == [True, True, False]
    assert {"signed_out", "signed_out_everywhere"} <= set(_kinds(house))
    house.database.dispose()


def test_a_link_works_once_and_soon(house: House, clock: FakeClock) -> None:
    """A link opens one session of its account; used, old, or of a revoked token it opens nothing, and all look alike."""
    _token(house)
    used, old, revoked = (make_link(house, name=" Анна ", by="cli") for _ in range(3))
    assert sign_in_by_link(house, used.secret).principal.name == "Анна"
    clock.advance(LINK_LIVES)
    fresh = make_link(house, name="Анна", by="cli")
    revoke_token(house, list_tokens(house)[0].id, by="cli")

    said = set()
    for link in (used.secret, old.secret, revoked.secret, fresh.secret, "x" * 43, ""):
        with pytest.raises(NotAuthenticatedError) as refused:
            sign_in_by_link(house, link)
        said.add(str(refused.value))
    assert len(said) == 1


def test_a_link_needs_a_token(house: House) -> None:
    """Nobody without a good token is given a link; whoever has two gets the rights of the newer one."""
    with pytest.raises(NotFoundError):
        make_link(house, name="Анна", by="cli")
    _token(house, Role.ADMIN)
    _token(house, Role.VIEWER)
    link = make_link(house, name="Анна", by="cli")

    assert (link.role, link.tokens) == (Role.VIEWER, 2)
    assert sign_in_by_link(house, link.secret).principal.role == Role.VIEWER


def test_of_many_who_use_a_link_at_once_one_comes_in(database_url: str) -> None:
    """On either engine one of several simultaneous uses signs in."""
    house = make_house(database_url)
    _token(house)
    link = make_link(house, name="Анна", by="cli")

    def use(_: int) -> bool:
        try:
            sign_in_by_link(house, link.secret)
        except NotAuthenticatedError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(use, range(6))) == [False] * 5 + [True]
    house.database.dispose()


def test_old_sessions_and_links_are_forgotten(house: House, clock: FakeClock) -> None:
    """A month after they ran out their rows are gone with the next sign-in; living ones stay."""
    sign_in_by_token(house, _token(house))
    make_link(house, name="Анна", by="cli")
    clock.advance(LONGEST + 31 * DAY)
    living = sign_in_by_token(house, _token(house, name="Вера"))

    with house.database.read() as session:
        assert [row.account_id for row in session.exec(select(DeskSession))] == [living.principal.account_id]
        assert list(session.exec(select(SignInLink))) == []
