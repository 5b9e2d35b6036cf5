"""Says in Russian who did what and when, to whoever comes second."""

from collections.abc import Mapping
from typing import Final

from app.domain.clock import rfc3339
from app.domain.states import CaseEnd
from app.storage.accounts import PERSON
from app.storage.tables import ReviewCase

_ENDS: Final[Mapping[str, str]] = {
    CaseEnd.KEPT: "комментарий оставлен",
    CaseEnd.REMOVED: "комментарий удалён",
    CaseEnd.WITHDRAWN: "автор сам удалил комментарий",
    CaseEnd.GONE: "комментария больше нет",
    CaseEnd.SUPERSEDED: "текст изменился",
    CaseEnd.EXPIRED: "срок случайной проверки вышел",
}
_NAMES: Final[Mapping[str, str]] = {"machine": "программа", "author": "автор", "": "неизвестно кто"}


def named(by: str) -> str:
    """Who `decided_by`, `ended_by` or `claimed_by` means."""
    if by.startswith("network:"):
        return "человек в самой сети"
    return _NAMES.get(by, by.removeprefix(PERSON))


def closed(case: ReviewCase) -> str:
    """How a case was closed."""
    what = _ENDS.get(case.ended or "", "решено")
    when = f" ({rfc3339(case.closed_at)})" if case.closed_at is not None else ""
    return f"вопрос {case.id} уже закрыт: {what}, {named(case.ended_by)}{when}"


def claimed(case: ReviewCase) -> str:
    """Who holds a case, and until when."""
    until = f" до {rfc3339(case.claimed_until)}" if case.claimed_until is not None else ""
    return f"вопрос {case.id} сейчас смотрит {named(case.claimed_by)}{until}"
