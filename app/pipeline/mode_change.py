"""What a page's change of mode does to the machine's unsent actions: they never go out under a mode that forbids it."""

from sqlmodel import Session, col, select

from app.domain.states import ActionState
from app.domain.words import ActionKind, Mode, Reason
from app.journal.chain import Entry, append
from app.outbox.moves import MACHINE, is_by_machine, move, propose
from app.pipeline.house import House
from app.storage import outbox
from app.storage.tables import Action, Comment, Page

#: Which of the machine's actions a mode does not let stand.
_TOUCHED = {
    Mode.ENFORCE: (),
    Mode.REVIEW: (ActionState.PENDING.value,),
    Mode.SHADOW: (ActionState.PENDING.value, ActionState.PROPOSED.value),
}


def apply_mode_change(  # noqa: PLR0917 - one sentence: this page, into this mode, at this time, by this person
    session: Session, house: House, page: Page, new_mode: Mode, at: int, by: str
) -> None:
    """Set the page's mode; review proposes what the machine has not sent, shadow cancels it, enforce sends nothing old.

    Orders of persons, and those that a person confirmed, stay as they are. Writes the journal's entries of the actions;
    the entry for the page itself and the configuration's version are the caller's.
    """
    page.mode = new_mode.value
    if new_mode is Mode.ENFORCE:
        page.budget_from = at
    session.add(page)
    entries: list[Entry] = []
    # The tasks are read without a lock and asked again under their comment's: what is being sent by then is sent.
    for action_id, comment_id in _unsent(session, page.id, new_mode):
        comment = outbox.lock_comment(session, comment_id)
        action = outbox.lock_action(session, action_id)
        if comment is None or action is None or action.state not in _TOUCHED[new_mode] or not is_by_machine(action):
            continue
        entries += _withdraw(session, house, action, comment, mode=new_mode, at=at, by=by)
    append(session, house.journal_key, entries, at)


def _unsent(session: Session, page_id: int, mode: Mode) -> list[tuple[int, int]]:
    query = select(Action.id, Action.comment_id).where(
        Action.page_id == page_id,
        col(Action.state).in_(_TOUCHED[mode]),
        Action.ordered_by == MACHINE,
        Action.confirmed_by == "",
        # The end of a ban's term is owed to its author in every mode.
        Action.kind != ActionKind.UNBAN_AUTHOR.value,
    )
    return list(session.exec(query.order_by(col(Action.comment_id), col(Action.id))))


def _withdraw(
    session: Session, house: House, action: Action, comment: Comment, *, mode: Mode, at: int, by: str
) -> list[Entry]:
    if comment.decision_id != action.decision_id:
        return [move(action, ActionState.CANCELLED, at, code="superseded", by=by)]
    if mode is Mode.SHADOW:
        return [move(action, ActionState.CANCELLED, at, code=Reason.MODE.value, by=by)]
    return propose(session, house.ids, action, comment, reason=Reason.MODE, at=at, by=by)
