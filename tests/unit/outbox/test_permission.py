"""What is asked anew before each call."""

from dataclasses import replace

import pytest

from app.domain.clock import DAY, HOUR
from app.domain.states import CommentState
from app.domain.words import ActionKind, Mode, Reason, WrittenBy
from app.outbox.permission import Cancel, Go, Gone, Hold, Propose, Standing, ask

NOW = 1_790_000_000_000_000
MACHINE = Standing(
    kind=ActionKind.DELETE_COMMENT,
    by_machine=True,
    created_at=NOW,
    decision_current=True,
    comment=CommentState.VISIBLE,
    written_by=WrittenBy.CITIZEN,
    author="5001",
    page="229000001",
    page_removed=False,
    mode=Mode.ENFORCE,
    paused=False,
    trusted=frozenset({"300"}),
    managers=frozenset({"777"}),
    managers_read_at=NOW,
)
PERSON = replace(MACHINE, by_machine=False)
BAN = replace(PERSON, kind=ActionKind.BAN_AUTHOR)
UNBAN = replace(PERSON, kind=ActionKind.UNBAN_AUTHOR)
RESTORE = replace(PERSON, kind=ActionKind.RESTORE_COMMENT)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (MACHINE, Go()),
        (PERSON, Go()),
        (BAN, Go()),
        (replace(MACHINE, mode=Mode.REVIEW), Propose(Reason.MODE)),
        (replace(MACHINE, mode=Mode.SHADOW), Cancel("mode")),
        (replace(PERSON, mode=Mode.SHADOW), Go()),
        (replace(BAN, mode=Mode.REVIEW), Go()),
        (replace(MACHINE, created_at=NOW - 72 * HOUR), Go()),
        (replace(MACHINE, created_at=NOW - 72 * HOUR - 1), Propose(Reason.AGE_LIMIT)),
        (replace(PERSON, created_at=NOW - 90 * DAY), Go()),
        (replace(MACHINE, decision_current=False), Cancel("superseded")),
        (replace(PERSON, decision_current=False), Cancel("superseded")),
        (replace(UNBAN, decision_current=False), Go()),
        (replace(MACHINE, page_removed=True), Cancel("page_removed")),
        (replace(MACHINE, paused=True), Hold("paused", 60_000_000)),
        (replace(PERSON, paused=True), Hold("paused", 60_000_000)),
        (replace(MACHINE, comment=CommentState.REMOVED), Gone()),
        (replace(PERSON, comment=CommentState.WITHDRAWN), Gone()),
        (replace(MACHINE, comment=CommentState.REMOVED, paused=True), Gone()),
        (replace(MACHINE, comment=CommentState.UNKNOWN), Go()),
        (replace(BAN, comment=CommentState.REMOVED), Go()),
        (replace(BAN, comment=CommentState.WITHDRAWN), Cancel("withdrawn")),
        (replace(RESTORE, comment=CommentState.WITHDRAWN), Cancel("withdrawn")),
        (replace(RESTORE, comment=CommentState.REMOVED), Go()),
        (replace(UNBAN, comment=CommentState.WITHDRAWN), Go()),
        *((replace(UNBAN, by_machine=True, mode=mode, created_at=NOW - 365 * DAY), Go()) for mode in Mode),
        (replace(UNBAN, by_machine=True, paused=True), Hold("paused", 60_000_000)),
        (replace(BAN, author=""), Cancel("author_unknown")),
        (replace(BAN, author="777"), Cancel("protected_author")),
        (replace(BAN, author="-229000001"), Cancel("protected_author")),
        (replace(BAN, author="-300"), Cancel("protected_author")),
        (replace(BAN, author="-300", trusted=frozenset({"-300"})), Cancel("protected_author")),
        (replace(BAN, author="300"), Cancel("protected_author")),
        (replace(BAN, author="301"), Go()),
        (replace(BAN, author="-777"), Go()),
        (replace(BAN, written_by=WrittenBy.MANAGER), Cancel("protected_author")),
        (replace(BAN, written_by=WrittenBy.PAGE, author=""), Cancel("protected_author")),
        (replace(MACHINE, author="777"), Cancel("protected_author")),
        (replace(PERSON, author="777"), Go()),
        (replace(UNBAN, author="777"), Go()),
        (replace(BAN, managers_read_at=None), Hold("managers_unknown", 600_000_000)),
        (replace(BAN, managers_read_at=NOW - DAY), Go()),
        (replace(BAN, managers_read_at=NOW - DAY - 1), Hold("managers_unknown", 600_000_000)),
        (replace(MACHINE, managers_read_at=None), Go()),
        (replace(BAN, ban_until=NOW), Cancel("term_over")),
        (replace(BAN, ban_until=NOW + 1), Go()),
    ],
)
def test_each_rule_has_its_answer(standing, expected):
    """Every protection of the design answers for itself, at its exact edge."""
    assert ask(standing, NOW) == expected
