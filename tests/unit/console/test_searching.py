"""The journal's search line: what was typed becomes a filter, or is refused in words."""

from datetime import UTC, datetime

import pytest

from app.console.searching import read_search
from app.console.story_wording import people, percent
from app.domain.clock import DAY, SECOND
from app.domain.errors import InvalidInputError
from app.domain.principals import Principal
from app.domain.words import Role
from app.storage.tables import Page

ANNA = Principal(7, "anna", Role.MODERATOR, frozenset({1, 2}))


def page(number: int, zone: str) -> Page:
    """A page in a time zone."""
    return Page(
        id=number, network="vk", external_id=str(number), connection_id=1, title="", policy_name="", mode="shadow",
        timezone=zone, created_at=0,
    )  # fmt: skip


PAGES = [page(1, "Asia/Novokuznetsk"), page(2, "Europe/Moscow")]


def test_an_empty_line_asks_for_everything_that_the_reader_may_see() -> None:
    """Nothing is chosen, and the reader's pages hold all the same."""
    search = read_search({}, PAGES, ANNA)

    assert search.wanted.pages == (1, 2)
    assert not search.wanted.chooses
    assert not search.is_narrow
    everyone = Principal(8, "boris", Role.VIEWER, None)
    assert read_search({}, PAGES, everyone).wanted.pages is None


def test_days_are_those_of_the_page() -> None:
    """The last day counts to its end, and a day begins at the page's own midnight."""
    for number, hours in ((1, 7), (2, 3)):
        wanted = read_search({"page": str(number), "since": "2026-11-22", "until": "2026-11-22"}, PAGES, ANNA).wanted
        midnight = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() - hours * 3600) * SECOND
        assert (wanted.pages, wanted.since, wanted.until) == ((number,), midnight, midnight + DAY)


def test_the_next_page_keeps_the_search() -> None:
    """What was typed goes along, the place is new; at the end there is no next page."""
    search = read_search({"words": "а & б", "verdict": "remove", "before": "9"}, PAGES, ANNA)

    assert search.before == 9
    assert search.next_page(5) == "verdict=remove&words=%D0%B0+%26+%D0%B1&before=5"
    assert search.next_page(None) == ""


@pytest.mark.parametrize(
    "query",
    [
        {"page": "3"},
        {"verdict": "delete"},
        {"category": "rude"},
        {"reason": "score"},
        {"by": "me"},
        {"since": "22.11.2026"},
        {"until": "0001-01-01"},
        {"before": "-1"},
        {"before": str(2**63)},
        {"before": "٣"},
    ],
)
def test_what_cannot_be_looked_for_is_refused(query: dict[str, str]) -> None:
    """A misspelt filter never quietly lets everything through."""
    with pytest.raises(InvalidInputError) as caught:
        read_search(query, PAGES, ANNA)
    assert caught.value.where in query


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (None, "—"),
        (0.0, "0,0 %"),
        (0.0001, "меньше 0,1 %"),
        (0.9738, "97,4 %"),
        (0.99999, "больше 99,9 %"),
        (1.0, "100,0 %"),
    ],
)
def test_a_share_is_never_rounded_to_certainty(share: float | None, said: str) -> None:
    """What is nearly sure is not called sure."""
    assert percent(share) == said


def test_two_who_signed_are_both_named() -> None:
    """A ban for ever bears two names."""
    assert people("person:Анна, person:Борис") == "Анна, Борис"
