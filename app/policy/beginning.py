"""Where the actions of a ruling begin, and whether a person is asked; pure."""

from app.domain.decisions import PlannedAction, Remove, Review, Ruling
from app.domain.states import ActionState
from app.domain.words import ActionKind, Mode, Reason
from app.policy.ladder import machine_may
from app.policy.rules import BanBy


def begin(ruling: Ruling, mode: Mode, *, ban_by: BanBy) -> tuple[tuple[PlannedAction, ActionState], ...]:
    """The machine's actions for a ruling and the state that each begins in.

    A ban waits as `proposed` also where everything else goes out at once. It opens no case, because the question about
    the comment is answered: people find it among the page's proposed actions, where it is confirmed or cancelled.
    Only an office that lets the machine ban has short dated bans begin as `pending`, and not for a mailing: the promise
    behind that permission is about what a text itself says.
    """
    if not isinstance(ruling, Remove):
        return ()
    banning = BanBy.PERSON if Reason.REPEAT in ruling.reasons else ban_by
    return tuple((action, _first_state(action, mode, banning)) for action in ruling.actions)


def _first_state(action: PlannedAction, mode: Mode, ban_by: BanBy) -> ActionState:
    if mode is Mode.SHADOW:
        return ActionState.SHADOW
    if mode is Mode.REVIEW:
        return ActionState.PROPOSED
    if action.kind is ActionKind.BAN_AUTHOR and not (ban_by is BanBy.MACHINE and machine_may(action.ban)):
        return ActionState.PROPOSED
    return ActionState.PENDING


def opens_case(ruling: Ruling, mode: Mode) -> bool:
    """Whether a person is asked: never in shadow, for every `review`, and in review mode for every `remove`.

    A removal asks in every live mode when the text may be something else beside, as a threat inside an insult: that it
    is gone does not answer who was threatened.
    """
    if mode is Mode.SHADOW:
        return False
    return isinstance(ruling, Review) or (isinstance(ruling, Remove) and (mode is Mode.REVIEW or bool(ruling.beside)))
