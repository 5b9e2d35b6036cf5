"""How a page's events come: which way a new page is given, and how it is changed."""

import pytest

from app.domain.errors import InvalidInputError
from app.pipeline.administration.pages import NewPage, PageChanges, add_page, change_page, remove_page
from tests.integration.connecting.conftest import GROUP, Town


@pytest.mark.parametrize(
    ("given", "intake"),
    [
        ({"community_token": "c"}, "longpoll"),
        ({"community_token": "c", "user_token": "u"}, "callback"),
        ({"community_token": "c", "secret": "s"}, "callback"),
        ({"community_token": "c", "confirmation": "1a2b"}, "callback"),
        ({"user_token": "u"}, "callback"),
        ({}, "callback"),
        ({"community_token": "c", "intake": "callback"}, "callback"),
        ({"user_token": "u", "intake": "longpoll"}, "longpoll"),
        ({"network": "telegram", "external_id": "-100", "community_token": "c"}, "callback"),
    ],
)
def test_a_new_page_is_heard_in_the_way_that_needs_least(town: Town, given: dict[str, str], intake: str) -> None:
    """A community's key alone is enough to ask; whatever a callback needs means that VK is to call."""
    new = NewPage(**{"network": "vk", "external_id": str(GROUP), "title": "Район"} | given)
    added = add_page(town.house, new, by="cli")
    assert (added.intake, town.row(added.id).intake) == (intake, intake)
    polled = intake == "longpoll"
    assert (added.secret is None) is polled
    assert ("page connect" in " ".join(added.warnings)) is not bool(new.confirmation)


def test_a_page_that_comes_back_is_heard_as_it_is_asked_for(town: Town) -> None:
    """Nothing of the way in which it was heard before its removal is left."""
    page = town.page(intake="longpoll")
    remove_page(town.house, page, by="cli")
    assert town.page(intake=None, user_token="u") == page
    assert town.row(page).intake == "callback"
    assert town.row(page).secret_enc


def test_a_way_that_there_is_not_is_refused(town: Town) -> None:
    """When a page is added and when it is changed, with the ways that there are."""
    with pytest.raises(InvalidInputError, match="callback, longpoll"):
        town.page(intake="pigeon")
    page = town.page()
    with pytest.raises(InvalidInputError, match="callback, longpoll"):
        change_page(town.house, page, PageChanges(intake="pigeon"), by="cli")
    assert change_page(town.house, page, PageChanges(intake="callback"), by="cli").warnings == ()
    [warning] = change_page(town.house, page, PageChanges(intake="longpoll"), by="cli").warnings
    assert f"dvornik page connect {page}" in warning
