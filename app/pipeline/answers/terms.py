"""When a resident of a page is to be answered: the policy's working hours on the page's calendar."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.domain.clock import HOUR
from app.pipeline.configuration import Configuration, PageConfig
from app.policy.duties import AnswerRules
from app.review import calendar
from app.review.calendar import Calendar
from app.storage.tables import Page


@dataclass(frozen=True, slots=True)
class Terms:
    """What counts on one page: the score from which a message is an appeal, the rules, the office's hours."""

    appeal: float
    rules: AnswerRules
    calendar: Calendar

    def due(self, asked_at: int) -> int:
        """By when a resident who asks then is to be answered."""
        return self.calendar.after(asked_at, self.rules.hours * HOUR)

    def warned_until(self, now: int) -> int:
        """Whoever's term ends by then is to be warned of now."""
        return self.calendar.after(now, self.rules.warn_hours * HOUR)


class TermsOf:
    """The terms of pages, read once a walk."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._known: dict[int, Terms | None] = {}

    def page(self, session: Session, page_id: int) -> Terms | None:
        """The page's terms; None for a page that is not moderated any more."""
        if page_id not in self._known:
            page = self._configuration.current(session).by_id.get(page_id)
            self._known[page_id] = None if page is None else _read(session, page)
        return self._known[page_id]


def _read(session: Session, page: PageConfig) -> Terms:
    zone, hours = session.exec(select(Page.timezone, Page.calendar_json).where(col(Page.id) == page.id)).one()
    return Terms(page.policy.appeal, page.policy.policy.answers, calendar.read(hours, zone))
