"""Calls back what was not sent, and orders the reverse of what was, as far as the network goes."""

from collections.abc import Collection
from typing import Final

from sqlmodel import col, select

from app.domain.states import CANCELLABLE, UNFINISHED, ActionState, CommentState, Outcome
from app.domain.words import ActionKind
from app.outbox.permission import REMOVALS
from app.outbox.terms import is_end_of_term
from app.pipeline.overrule.sitting import Sitting
from app.pipeline.record.deciding import Wanted
from app.storage.tables import Action

_SENT: Final = (ActionState.SENDING.value, ActionState.DONE.value)


def call_back(sitting: Sitting, reason: str, *, only: Collection[int] | None = None) -> None:
    """Cancel what has not been sent about the comment; `only` these actions, if told.

    Lifting a ban is owed to its author whatever becomes of the comment, and stays.
    """
    for action in sitting.comment.actions:
        if only is not None and action.id not in only:
            continue
        if only is None and action.kind is ActionKind.UNBAN_AUTHOR:
            continue
        if action.state in CANCELLABLE or action.state is ActionState.SHADOW:
            hand = sitting.hand
            sitting.ledger.end_action(action, ActionState.CANCELLED, hand.by, reason, signed=hand.signed)


def lift(sitting: Sitting) -> tuple[tuple[Wanted, ...], tuple[str, ...]]:
    """What takes back all that was sent about the comment, and in words what cannot be taken back."""
    query = select(Action).where(Action.comment_id == sitting.comment.id, col(Action.state).in_(_SENT))
    sent = list(sitting.session.exec(query.order_by(col(Action.id))))
    wanted: list[Wanted] = []
    cannot: list[str] = []
    for orders, refusal in (_comment(sitting, sent), _author(sitting, sent)):
        wanted += [orders] if orders else []
        cannot += [refusal] if refusal else []
    return tuple(wanted), tuple(cannot)


def _comment(sitting: Sitting, sent: Collection[Action]) -> tuple[Wanted | None, str]:
    removals = [action for action in sent if action.kind in REMOVALS]
    going = [action for action in removals if action.state == ActionState.SENDING]
    state = sitting.comment.state
    if state is CommentState.WITHDRAWN:
        return None, "автор сам удалил комментарий: вернуть его нельзя"
    if state is not CommentState.REMOVED and not going:
        return None, ""
    ours = [action for action in removals if action.state == ActionState.DONE and action.outcome != Outcome.GONE]
    if not (ours or going):
        return None, "комментарий удалён в самой сети, не отсюда: вернуть его отсюда нельзя"
    network = sitting.network
    if network is None or not network.can_undo(ActionKind((going or ours)[-1].kind), sitting.kind):
        return None, "сеть не умеет возвращать такое удалённое"
    return Wanted(ActionKind.RESTORE_COMMENT, (going or ours)[-1].clause), ""


def _author(sitting: Sitting, sent: Collection[Action]) -> tuple[Wanted | None, str]:
    bans = [action for action in sent if action.kind == ActionKind.BAN_AUTHOR and _holds(action, sitting.at)]
    if not bans:
        return None, ""
    ban = bans[-1]
    others = select(Action).where(Action.author_id == ban.author_id, Action.page_id == ban.page_id)
    beside = list(sitting.session.exec(others))
    if any(_lifts(action, ban, sitting.at) for action in beside):
        return None, ""
    if any(
        action.kind == ActionKind.BAN_AUTHOR
        and action.comment_id != ban.comment_id
        and action.state in _SENT
        and _holds(action, sitting.at)
        for action in beside
    ):
        return None, "автор заблокирован и за другой комментарий: блокировка остаётся"
    if not sitting.comment.author:
        return None, "данные автора стёрты: снять блокировку можно только в самой сети"
    if sitting.network is None:
        return None, "сеть не умеет снимать блокировку"
    # Where the network offers no way to lift it, it becomes a task for somebody's hands.
    return Wanted(ActionKind.UNBAN_AUTHOR, ban.clause), ""


def _holds(ban: Action, at: int) -> bool:
    """Whether the ban stands or is just being sent."""
    return ban.outcome != Outcome.GONE and (ban.ban_until is None or ban.ban_until > at)


def _lifts(action: Action, ban: Action, at: int) -> bool:
    """Whether this is the ban's end, ordered or done; one that waits for the term to be over lifts nothing now."""
    if action.kind != ActionKind.UNBAN_AUTHOR or action.created_at < ban.created_at:
        return False
    if is_end_of_term(action) and action.state == ActionState.PENDING and action.due_at > at:
        return False
    return action.state == ActionState.DONE or action.state in UNFINISHED
