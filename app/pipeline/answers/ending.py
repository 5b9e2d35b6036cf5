"""How a resident's waiting ends and begins again: the row and its journal entry in one step."""

from typing import Final

from app.domain.answers import AppealEnd
from app.journal.chain import Entry
from app.storage.tables import Appeal
from app.telemetry import APPEALS

MACHINE: Final = "machine"


def end(
    appeal: Appeal,
    ended: AppealEnd,
    by: str,
    at: int,
    *,
    signed: str = "",
    answered_at: int | None = None,
    answer_comment: int | None = None,
) -> Entry:
    """Stop the clock; `signed` is how the journal may keep `by`, `answered_at` when the resident got an answer."""
    appeal.ended, appeal.ended_by, appeal.closed_at = ended.value, by, at
    if ended is AppealEnd.ANSWERED:
        appeal.answered_at = at if answered_at is None else answered_at
        appeal.answer_comment_id = answer_comment
    APPEALS.labels(ended.value).inc()
    body = {"by": signed or by, "page": appeal.page_id, "due_at": appeal.due_at, "answer": answer_comment}
    return Entry(f"appeal_{ended.value}", appeal.comment_id, body)


def begin(appeal: Appeal, *, signed: str = MACHINE) -> Entry:
    """The clock of a new appeal runs."""
    APPEALS.labels("opened").inc()
    body = {"by": signed, "page": appeal.page_id, "asked_at": appeal.asked_at, "due_at": appeal.due_at}
    return Entry("appeal_opened", appeal.comment_id, body)


def begin_again(appeal: Appeal, *, signed: str = MACHINE) -> Entry:
    """Somebody waits again, within the term that they had."""
    appeal.ended, appeal.ended_by, appeal.closed_at = None, "", None
    appeal.answered_at, appeal.answer_comment_id = None, None
    APPEALS.labels("reopened").inc()
    return Entry("appeal_reopened", appeal.comment_id, {"by": signed, "page": appeal.page_id, "due_at": appeal.due_at})
