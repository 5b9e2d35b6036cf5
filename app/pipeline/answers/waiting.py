"""Residents who wait for an answer, as people see them, and how a person sets or stops their clock."""

from dataclasses import dataclass, replace

from app.domain.answers import AppealEnd
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.principals import Principal
from app.journal.chain import append
from app.pipeline.answers.drafts import locked_message
from app.pipeline.answers.ending import begin, begin_again, end
from app.pipeline.answers.opening import Asked, may_wait, open_appeal, written
from app.pipeline.answers.terms import TermsOf
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.review import calendar
from app.storage import appeals as queries
from app.storage import waiting as lists
from app.storage.accounts import is_id
from app.storage.waiting import Waiting


@dataclass(frozen=True, slots=True)
class WaitingShown:
    """A resident's message as this person may see it; `left` are working microseconds to the term, negative past it."""

    record: Waiting
    left: int
    #: The words are of a private message, and this person does not read those.
    withheld: bool


@dataclass(frozen=True, slots=True)
class WaitingList:
    """One page of the list, the earliest term first; `after` is where the next one begins."""

    items: tuple[WaitingShown, ...]
    after: tuple[int, int] | None
    waiting: int
    late: int


def waiting(
    house: House,
    pages: tuple[int, ...] | None,
    *,
    who: Principal,
    after: tuple[int, int] | None = None,
    limit: int = 50,
) -> WaitingList:
    """Who waits on these pages (None: all); the caller has checked that they are this person's."""
    now = house.clock.now()
    with house.database.read() as session:
        found, further = lists.list_waiting(session, pages, after=after, limit=limit)
        total, late = lists.count_waiting(session, pages, now)
    return WaitingList(tuple(_shown(one, who, now) for one in found), further, total, late)


def one(house: House, comment_id: int, *, who: Principal) -> WaitingShown:
    """One resident's message, whether it still waits or not.

    Raises:
        NotFoundError: nobody waits there, or not for this person.
    """
    with house.database.read() as session:
        found = lists.read_waiting(session, comment_id) if is_id(comment_id) else None
    if found is None or not who.may_touch(found.appeal.page_id):
        raise _missing(comment_id)
    return _shown(found, who, house.clock.now())


def stop(house: House, comment_id: int, ended: AppealEnd, *, who: Principal) -> None:
    """A person says that the resident was answered, or that no answer is needed.

    Raises:
        NotFoundError: nobody waits there, or not for this person.
        InvalidInputError: that is not for a person to say.
        ConflictError: nobody waits any more.
    """
    if ended is AppealEnd.GONE:
        raise InvalidInputError("ended", "ожидается answered или not_needed")
    with house.database.write() as session:
        locked_message(session, comment_id, who)
        appeal = queries.lock_appeal(session, comment_id)
        if appeal is None:
            raise _missing(comment_id)
        if appeal.closed_at is not None:
            raise ConflictError(f"это сообщение уже не ждёт ответа: {appeal.ended_by}")
        at = house.clock.now()
        append(session, house.journal_key, [end(appeal, ended, who.by, at, signed=who.signed)], at)


def wait(house: House, configuration: Configuration, comment_id: int, *, who: Principal) -> None:
    """A person says that a message waits for an answer; one whose clock was stopped keeps its term.

    Raises:
        NotFoundError: there is no such message, or not for this person.
        InvalidInputError: it is no resident's message, or it is gone.
        ConflictError: it waits already, or its page is not moderated any more.
    """
    with house.database.write() as session:
        comment = locked_message(session, comment_id, who)
        if not may_wait(comment):
            raise InvalidInputError("comment_id", "ожидается сообщение жителя, которое ещё есть в сети")
        appeal = queries.lock_appeal(session, comment_id)
        at = house.clock.now()
        if appeal is not None:
            if appeal.closed_at is None:
                raise ConflictError("это сообщение уже ждёт ответа")
            entry = begin_again(appeal, signed=who.signed)
        else:
            terms = TermsOf(configuration).page(session, comment.page_id)
            if terms is None:
                raise ConflictError("страница снята с модерации")
            # The resident has waited since they wrote, whoever noticed it later.
            entry = begin(open_appeal(session, terms, Asked(comment, written(comment))), signed=who.signed)
        append(session, house.journal_key, [entry], at)


def _shown(record: Waiting, who: Principal, now: int) -> WaitingShown:
    hours = calendar.read(record.page.calendar_json, record.page.timezone)
    withheld = record.comment.private and not who.reads_private
    if withheld:
        record = replace(record, text=None)
    return WaitingShown(record, hours.between(now, record.appeal.due_at), withheld)


def _missing(comment_id: int) -> NotFoundError:
    return NotFoundError(f"среди ждущих ответа сообщения {comment_id} нет")
