"""Changes of who is in the group and what they may."""

from typing import Any

import pytest

from app.domain.clock import SECOND
from app.domain.events import AuthorBanned, AuthorUnbanned, Ignored, PageChanged
from tests.unit.networks.telegram.samples import CITIZEN, DATE, PAGE, change, channel, event, member, told

BY = "901000001"
MUTE = {"can_send_messages": False, "is_member": True}


@pytest.mark.parametrize(
    ("before", "after", "until"),
    [
        (member("member"), member("kicked", until_date=0), None),
        (member("member"), member("kicked", until_date=DATE + 3600), (DATE + 3600) * SECOND),
        (member("left"), member("kicked", until_date=0), None),
        (member("member"), member("restricted", until_date=DATE + 60, **MUTE), (DATE + 60) * SECOND),
        (member("restricted", until_date=DATE + 60, **MUTE), member("kicked", until_date=0), None),
        (
            member("restricted", until_date=DATE + 60, **MUTE),
            member("restricted", until_date=DATE + 90, **MUTE),
            (DATE + 90) * SECOND,
        ),
    ],
)
def test_whoever_may_not_write_is_banned(before: dict[str, Any], after: dict[str, Any], until: int | None) -> None:
    """Thrown out or only mute, for a term or for ever: a person did it, and the machine is bound by it."""
    found = event("chat_member", change(before, after))

    assert (found.page, found.type) == (PAGE, "chat_member")
    assert found.body == AuthorBanned(str(CITIZEN), BY, until)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (member("kicked", until_date=0), member("left")),
        (member("kicked", until_date=0), member("member")),
        (member("restricted", until_date=0, **MUTE), member("member")),
        (member("restricted", until_date=0, **MUTE), member("restricted", can_send_messages=True, is_member=True)),
    ],
)
def test_whoever_may_write_again_is_unbanned(before: dict[str, Any], after: dict[str, Any]) -> None:
    """A term that runs out is not told of, so a person did it."""
    assert event("chat_member", change(before, after)).body == AuthorUnbanned(str(CITIZEN), BY, expired=False)


@pytest.mark.parametrize(("before", "after"), [("member", "administrator"), ("administrator", "left")])
def test_a_change_of_administrators_makes_the_list_stale(before: str, after: str) -> None:
    """Whoever runs the page is read anew."""
    found = event("chat_member", change(member(before), member(after)))

    details = {"by": BY, "user": str(CITIZEN), "level_old": before, "level_new": after}
    assert found.body == PageChanged("group_officers_edit", details)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (member("left"), member("member")),
        (member("member"), member("left")),
        (member("member"), member("restricted", can_send_messages=True, can_send_polls=False)),
        (member("administrator"), member("creator")),
        (member("kicked", until_date=0), member("kicked", until_date=0)),
    ],
)
def test_who_comes_and_goes_is_nothing_to_us(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Nobody was kept out or let in by a person."""
    assert told("chat_member", change(before, after)) == Ignored("telegram", PAGE, "chat_member", "membership")


@pytest.mark.parametrize(
    ("after", "lost"),
    [
        (member("administrator", 7, can_delete_messages=True, can_restrict_members=True), ""),
        (member("administrator", 7, can_delete_messages=False, can_restrict_members=True), "delete"),
        (member("administrator", 7, can_delete_messages=True), "ban"),
        (member("administrator", 7), "delete,ban"),
        (member("member", 7), "read,delete,ban,admin"),
        (member("kicked", 7, until_date=0), "read,delete,ban"),
        (member("left", 7), "read,delete,ban"),
    ],
)
def test_what_the_bot_may_not_do_any_more_is_told(after: dict[str, Any], lost: str) -> None:
    """In the house's words for rights, so that people hear of it; '' = it may do everything."""
    found = event("my_chat_member", change(member("administrator", 7), after))

    assert found.body == PageChanged("rights", {"lost": lost, "by": BY})


def test_dialogues_and_channels_of_the_bot_are_no_pages() -> None:
    """Somebody stops the bot, somebody lets it into a channel."""
    for chat in ({"id": CITIZEN, "type": "private"}, channel()):
        found = told("my_chat_member", change(member("member", 7), member("kicked", 7), chat=chat))
        assert isinstance(found, Ignored)
        assert found.reason == "not_on_page"


def test_riddles_for_newcomers_are_no_judgement() -> None:
    """Another bot mutes and frees whoever joins; what it bans is banned, and an administrator without a name is one."""
    muted, free = member("restricted", until_date=0, **MUTE), member("member")
    robot = {"id": 88, "is_bot": True, "first_name": "Привратник"}
    hidden = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    for before, after in ((free, muted), (muted, free)):
        assert isinstance(told("chat_member", change(before, after, **{"from": robot})), Ignored)
        assert not isinstance(told("chat_member", change(before, after, **{"from": hidden})), Ignored)
    banned = change(free, member("kicked", until_date=0), **{"from": robot})
    assert event("chat_member", banned).body == AuthorBanned(str(CITIZEN), "88", None)
