"""What the program cannot do in a network a person does there and ticks off here."""

import pytest

from app.domain.errors import ConflictError, NotFoundError
from app.domain.principals import Principal
from app.domain.states import ActionState
from app.domain.words import ActionKind, Role
from app.pipeline.overrule.actions import done_by_hand
from app.storage.tables import Comment

ANNA = Principal(7, "anna", Role.MODERATOR, None)


@pytest.mark.parametrize(
    ("kind", "was", "becomes"),
    [
        (ActionKind.DELETE_COMMENT, "visible", "removed"),
        (ActionKind.RESTORE_COMMENT, "removed", "visible"),
        (ActionKind.BAN_AUTHOR, "visible", "visible"),
        (ActionKind.DELETE_COMMENT, "withdrawn", "withdrawn"),
    ],
)
def test_it_counts_as_done_by_this_person(world, kind, was, becomes) -> None:
    """The action ends as acted, the comment is where the person has put it, the journal names who says so."""
    comment = world.add_comment(state=was)
    number = world.add_action(comment, kind, state=ActionState.MANUAL, last_error="15")
    done_by_hand(world.house, number, who=ANNA)

    action = world.action(number)
    assert (action.state, action.outcome, action.ended_by) == ("done", "acted", "person:anna")
    assert action.sent_at == world.clock.now()
    assert world.row(Comment, comment).state == becomes
    assert world.journal(comment) == ["action_done", *([f"comment_{becomes}"] if becomes != was else [])]


@pytest.mark.parametrize("state", [one for one in ActionState if one is not ActionState.MANUAL])
def test_only_what_waits_for_hands_can_be_ticked_off(world, state) -> None:
    """Whatever the program does itself, or has ended, is not for people to declare done."""
    number = world.add_action(world.add_comment(), state=state)
    with pytest.raises(ConflictError):
        done_by_hand(world.house, number, who=ANNA)
    assert world.action(number).state == state


def test_another_page_s_action_is_not_there(world) -> None:
    """A page-limited person ticks off nothing elsewhere."""
    number = world.add_action(world.add_comment(), state=ActionState.MANUAL)
    limited = Principal(7, "anna", Role.MODERATOR, frozenset({world.page + 1}))
    for missing in (number, 2**62):
        with pytest.raises(NotFoundError):
            done_by_hand(world.house, missing, who=limited)
