"""Holds the machine back when it removes more than a page's people could look after.

A broken model or a raid shows first as a wave of removals. Above the budget the page falls to `review` until a person
puts it back: every further removal waits for a yes.
"""

from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import func
from sqlmodel import Session, col, select

from app import telemetry
from app.domain.clock import HOUR
from app.domain.ids import first_id_at
from app.domain.states import ActionState
from app.domain.watching import Matter
from app.domain.words import ActionKind, Mode
from app.journal.chain import Entry, append
from app.pipeline.configuration import PageConfig
from app.pipeline.house import House
from app.pipeline.mode_change import apply_mode_change
from app.storage import incidents
from app.storage.nodes import bump_config
from app.storage.tables import Action, Decision, Page
from app.storage.transaction import Transaction

_log = structlog.get_logger()
#: Machine removals an hour on one page.
PER_HOUR: Final = 30
#: And no larger share of the hour's comments, once there are enough of them for a share to mean anything.
SHARE: Final = 0.2
ENOUGH: Final = 20
_COUNTED: Final = (ActionState.PENDING, ActionState.SENDING, ActionState.MANUAL, ActionState.DONE, ActionState.FAILED)
_MACHINE: Final = "machine"


@dataclass(slots=True)
class _Hour:
    """What the last hour of a page holds, this batch included."""

    comments: int
    removals: int


class Budget:
    """Counts one transaction's removals on top of the last hour's."""

    def __init__(self, transaction: Transaction, at: int) -> None:
        self._transaction = transaction
        self._at = at
        self._decided: dict[int, int] = {}
        self._hours: dict[int, _Hour] = {}
        self.exceeded: set[int] = set()

    def decided(self, page: PageConfig) -> None:
        """One more comment of the page was judged in this transaction."""
        self._decided[page.id] = self._decided.get(page.id, 0) + 1

    def allows(self, page: PageConfig) -> bool:
        """Whether one more removal is within the budget; it is counted if it is."""
        if page.id in self.exceeded:
            return False
        hour = self._hours.get(page.id) or self._load(page)
        comments = hour.comments + self._decided.get(page.id, 0)
        wanted = hour.removals + 1
        if wanted > PER_HOUR or (comments > ENOUGH and wanted > SHARE * comments):
            self.exceeded.add(page.id)
            return False
        hour.removals = wanted
        return True

    def _load(self, page: PageConfig) -> _Hour:
        """Ids are ordered by time, so the last hour is a range of an index."""
        since = first_id_at(max(self._at - HOUR, page.budget_from or 0))
        decisions = select(func.count()).where(Decision.page_id == page.id, col(Decision.id) >= since)
        removals = select(func.count()).where(
            Action.page_id == page.id,
            col(Action.id) >= since,
            Action.kind == ActionKind.DELETE_COMMENT,
            Action.ordered_by == _MACHINE,
            col(Action.state).in_(_COUNTED),
        )
        session = self._transaction.session
        hour = _Hour(session.exec(decisions).one(), session.exec(removals).one())
        self._hours[page.id] = hour
        return hour


def fall_to_review(session: Session, house: House, page_id: int, at: int) -> None:
    """Take the machine's hands off a page, and say so once."""
    page = session.exec(select(Page).where(Page.id == page_id).with_for_update()).one()
    if page.mode != Mode.ENFORCE:
        return
    apply_mode_change(session, house, page, Mode.REVIEW, at, _MACHINE)
    entry = Entry("budget_exceeded", page_id, {"per_hour": PER_HOUR, "share": SHARE, "mode": Mode.REVIEW})
    append(session, house.journal_key, [entry], at)
    bump_config(session)
    incidents.begin(session, house.ids, at, Matter.BUDGET, page_id=page_id)
    telemetry.ALERTS.labels("budget").inc()
    _log.error("a page fell to review: too many removals in an hour", page=page_id, per_hour=PER_HOUR, share=SHARE)
