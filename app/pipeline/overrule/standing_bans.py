"""What becomes of a ban that was proposed or confirmed before a person agrees that the comment goes.

A ban follows from the decision that holds, and a person's removal is a new one: what is to stand is ordered anew under
it, by whoever ordered it, with the same term and the same confirmations.
"""

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session, col, select

from app.domain.principals import Principal
from app.domain.states import CANCELLABLE, ActionState, WaitingFor
from app.domain.words import ActionKind
from app.journal.chain import Entry
from app.outbox.moves import MACHINE, move
from app.pipeline.overrule.sitting import Sitting
from app.pipeline.record.deciding import Hand, Wanted
from app.storage.accounts import actor
from app.storage.tables import Action

_SUPERSEDED: Final = "superseded"


def is_mere_proposal(ban: Action) -> bool:
    """Whether nobody but the machine stands behind the ban so far, and nothing of it is on its way."""
    return ban.state == ActionState.PROPOSED and ban.ordered_by == MACHINE and not ban.confirmed_by


def take_over(sitting: Sitting, *, proposals: bool) -> Action | None:
    """The unsent ban that a person's removal leaves standing, ended under the old decision; None if there is none.

    What people have confirmed, or the office's rules let the machine order, stands; `proposals`: so does what was only
    proposed.
    """
    live = {
        one.id: one for one in sitting.comment.actions if one.kind is ActionKind.BAN_AUTHOR and one.state in CANCELLABLE
    }
    if not live:
        return None
    query = select(Action).where(col(Action.id).in_(sorted(live))).order_by(col(Action.id).desc())
    ban = next((one for one in sitting.session.exec(query) if proposals or not is_mere_proposal(one)), None)
    if ban is not None:
        hand = sitting.hand
        sitting.ledger.end_action(live[ban.id], ActionState.CANCELLED, hand.by, _SUPERSEDED, signed=hand.signed)
    return ban


def go_on(sitting: Sitting, ban: Action, decision_id: int, *, not_before: int) -> None:
    """Order the ban anew under this decision; nothing of it is sent before `not_before` (microseconds)."""
    proposed = ban.state == ActionState.PROPOSED
    wanted = Wanted(
        ActionKind.BAN_AUTHOR,
        ban.clause,
        ban.ban_reason,
        ban.ban_seconds,
        ban.confirmed_by,
        None if proposed else WaitingFor.UNDO_WINDOW,
        max(ban.due_at, not_before),
    )
    state = ActionState.PROPOSED if proposed else ActionState.PENDING
    hand = Hand(ban.ordered_by, actor(sitting.session, ban.ordered_by))
    sitting.deciding.order(sitting.comment, sitting.page, wanted, state, decision_id, hand=hand)


def propose_again(sitting: Sitting, undone: Sequence[Action], decided_by: str, decision_id: int) -> None:
    """A ban that an undone decision had only taken over is proposed as before; whoever confirms it does so anew."""
    taken_over = [
        one
        for one in undone
        if one.kind == ActionKind.BAN_AUTHOR and one.state in CANCELLABLE and one.ordered_by != decided_by
    ]
    for ban in taken_over[-1:]:
        wanted = Wanted(ActionKind.BAN_AUTHOR, ban.clause, ban.ban_reason, ban.ban_seconds)
        hand = Hand(ban.ordered_by, actor(sitting.session, ban.ordered_by))
        sitting.deciding.order(sitting.comment, sitting.page, wanted, ActionState.PROPOSED, decision_id, hand=hand)


def hold_bans(session: Session, comment_id: int, who: Principal, at: int) -> list[Entry]:
    """Bans that wait to be sent are proposed, because it is asked again whether the comment, which is locked, must go.

    Whoever confirms one does so anew. Returns what the journal is to hold.
    """
    query = select(Action).where(
        Action.comment_id == comment_id,
        Action.kind == ActionKind.BAN_AUTHOR.value,
        Action.state == ActionState.PENDING.value,
    )
    entries = []
    for ban in session.exec(query.order_by(col(Action.id)).with_for_update()):
        ban.confirmed_by = ""
        entry = move(ban, ActionState.PROPOSED, at, by=who.by)
        entries.append(entry._replace(body={**entry.body, "by": who.signed}))
    return entries
