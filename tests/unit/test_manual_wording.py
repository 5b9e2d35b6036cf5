"""A task tells a person in a network what to do there, and who ends the term of a ban."""

from dataclasses import replace

import pytest

from app.domain.abilities import BanTerms
from app.domain.manual_wording import what_to_do
from app.domain.words import ActionKind
from app.networks.vk.abilities import ABILITIES as VK

ENDLESS = replace(VK, ban_terms=BanTerms(dated=False))


@pytest.mark.parametrize("kind", list(ActionKind))
def test_every_task_is_a_sentence(kind: ActionKind) -> None:
    """Whatever the network, each kind of task is told in Russian."""
    for abilities in (None, VK, ENDLESS):
        said = what_to_do(kind, 86_400, abilities)
        assert said[0].isupper()
        assert said.endswith(".")
        assert not any("a" <= letter <= "z" for letter in said)


def test_the_term_of_a_ban_is_said_and_who_ends_it() -> None:
    """Where the network keeps no terms, the ban is set without one, and the program lifts it or reminds of it."""
    assert what_to_do(ActionKind.BAN_AUTHOR, 3 * 86_400, VK) == "Заблокируйте автора на странице на 3 дня."
    assert "бессрочно" in what_to_do(ActionKind.BAN_AUTHOR, None, ENDLESS)
    assert "программа снимет блокировку сама" in what_to_do(ActionKind.BAN_AUTHOR, 86_400, ENDLESS)
    by_hand = replace(ENDLESS, can_unban=False)
    assert "программа напомнит снять" in what_to_do(ActionKind.BAN_AUTHOR, 86_400, by_hand)


def test_an_album_goes_whole() -> None:
    """Who removes one message of an album by hand removes the others too."""
    assert "альбома" in what_to_do(ActionKind.DELETE_COMMENT, None, VK, album=True)
