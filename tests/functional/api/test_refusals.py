"""Whoever is turned away too often waits; whoever has a good token goes on, behind the same address too."""

from dataclasses import replace

import httpx
import pytest

from app.api.access import ACCESS
from app.pipeline.administration.accounts import list_tokens, revoke_token
from app.pipeline.refusals import BURST, EVERY, Refusals
from tests.fakes.yard import Yard

WAIT = str(EVERY // 1_000_000)


@pytest.fixture
def guarded(small_yard: Yard) -> Yard:
    """An installation that counts refusals as the service does."""
    small_yard.services = replace(small_yard.services, refusals=Refusals())
    small_yard.app.state.services = small_yard.services
    return small_yard


def _guess(yard: Yard, times: int) -> list[int]:
    wrong = [{"Authorization": f"Bearer dv_{number}"} for number in range(times)]
    return [yard.anonymous.get("/v1/decisions", headers=one).status_code for one in wrong]


def _refused_for_now(answer: httpx.Response) -> bool:
    problem = answer.json()
    return (answer.status_code, problem["status"], answer.headers["retry-after"]) == (429, 429, WAIT)


def test_guessing_tokens_is_slowed_down(guarded: Yard) -> None:
    """After a bucket of wrong tokens every route tells the address to wait, also with a token that is new and good."""
    assert _guess(guarded, BURST + 2) == [401] * BURST + [429, 429]
    fresh = guarded.client("admin")

    for route in sorted(ACCESS):
        method, path = route.split(" ")
        assert _refused_for_now(fresh.request(method, path)), route
    guarded.clock.advance(EVERY)
    assert fresh.get("/v1/decisions").status_code == 200
    assert _guess(guarded, 2) == [401, 429]


def test_a_token_that_was_good_goes_on(guarded: Yard) -> None:
    """A guesser behind the same address shuts nobody out who has worked before."""
    anna = guarded.client("viewer", "anna")
    anna.get("/v1/decisions")
    _guess(guarded, BURST + 1)

    assert anna.get("/v1/decisions").status_code == 200
    assert guarded.anonymous.get("/v1/decisions").status_code == 429


def test_refusals_of_a_good_token_count_against_its_address(guarded: Yard) -> None:
    """Those of the table and those of a route; a good request does not clear them, and whoever is known goes on."""
    viewer = guarded.client("viewer")
    limited = guarded.client("admin", pages=[guarded.page])
    codes = [viewer.post("/v1/pause").status_code for _ in range(BURST - 1)]

    assert set(codes) == {403}
    assert viewer.get("/v1/decisions").status_code == 200
    assert limited.post("/v1/pause").status_code == 403
    assert _refused_for_now(guarded.client("admin", "boris").get("/v1/decisions"))
    assert _guess(guarded, 1) == [429]
    assert [one.post("/v1/pause").status_code for one in (limited, viewer)] == [403, 403]
    assert viewer.get("/v1/decisions").status_code == 200


def test_a_token_that_was_taken_away_is_a_guess(guarded: Yard) -> None:
    """Once it is refused as a token, it waits like any other."""
    anna = guarded.client("viewer", "anna")
    assert anna.get("/v1/decisions").status_code == 200
    _guess(guarded, BURST)
    [token] = [one.id for one in list_tokens(guarded.house) if one.name == "anna"]
    assert revoke_token(guarded.house, token, by="cli")

    assert anna.get("/v1/decisions").status_code == 401
    assert _refused_for_now(anna.get("/v1/decisions"))


def test_wrong_requests_of_the_right_people_do_not_count(guarded: Yard) -> None:
    """400, 404 and 409 are no refusals: whoever types wrongly is not taken for a guesser."""
    client = guarded.client("viewer")
    for _ in range(BURST + 1):
        assert client.get("/v1/decisions?limit=0").status_code == 400
        assert client.get("/v1/pages/404").status_code == 404

    assert guarded.client("viewer", "boris").get("/v1/decisions").status_code == 200


def test_who_watches_is_never_turned_away(guarded: Yard) -> None:
    """Health and metrics need no token and answer a guesser's neighbours as ever."""
    _guess(guarded, BURST + 1)

    assert [guarded.anonymous.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200] * 3
