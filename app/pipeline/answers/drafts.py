"""Answers to residents on their way out of the office: drafted, agreed by somebody with a post, published, closed.

Each step is one transaction with its journal entry. Publishing is done by hand in the network, or was done there and is
found by the walk of the clocks; the programme itself writes nothing to residents.
"""

from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from app.domain.answers import AnswerState, AppealEnd
from app.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from app.domain.principals import Principal
from app.domain.states import GONE
from app.domain.words import OWN, Role
from app.journal.chain import Entry, append
from app.pipeline.answers.ending import end
from app.pipeline.answers.steps import check_state, check_version, entry, move
from app.pipeline.house import House
from app.storage import answers as queries
from app.storage.accounts import is_id, others_with_post
from app.storage.appeals import lock_appeal
from app.storage.outbox import lock_comment
from app.storage.tables import Account, Answer, AnswerBody, Comment

LONGEST_ANSWER: Final = 4_000
#: Who may work on answers at all.
ANSWERING: Final = (Role.RESPONDER, Role.MODERATOR, Role.ADMIN)


@dataclass(slots=True)
class _Act:
    """One step of one person on one answer, its comment locked first."""

    session: Session
    house: House
    who: Principal
    at: int
    answer: Answer


def draft(house: House, comment_id: int, text: str, *, who: Principal) -> int:
    """Begin an answer to a resident's message; returns its id.

    Raises:
        NotFoundError: there is no such message, or not for this person.
        InvalidInputError: the text is empty or too long, or the message is no resident's.
        ConflictError: somebody works on an answer already, or the message is gone.
    """
    text = _checked(text)
    with house.database.write() as session:
        comment = locked_message(session, comment_id, who)
        _check_answerable(comment)
        if other := queries.live_answer(session, comment_id):
            check_state(other, AnswerState.CLOSED)
        at = house.clock.now()
        answer = Answer(
            id=house.ids(),
            page_id=comment.page_id,
            comment_id=comment.id,
            state=AnswerState.DRAFT.value,
            drafted_by=who.by,
            created_at=at,
            changed_at=at,
        )
        session.add(answer)
        session.add(AnswerBody(answer_id=answer.id, text=text))
        session.flush()
        append(session, house.journal_key, [entry("answer_drafted", answer, who.signed)], at)
    return answer.id


def edit(house: House, answer_id: int, text: str, *, version: int, who: Principal) -> int:
    """Change the text; an agreed one must be agreed anew. Returns the new version.

    Raises:
        NotFoundError: there is no such answer, or not for this person.
        InvalidInputError: the text is empty or too long.
        ConflictError: somebody changed it meanwhile, or it is published or closed.
    """
    text = _checked(text)
    with house.database.write() as session:
        act = _locked(session, house, answer_id, who)
        answer = act.answer
        check_state(answer, AnswerState.DRAFT, AnswerState.AGREED)
        check_version(answer, version)
        answer.version += 1
        answer.drafted_by = who.by
        answer.agreed_by, answer.agreed_post, answer.agreed_at = "", "", None
        session.get_one(AnswerBody, answer.id).text = text
        move(answer, AnswerState.DRAFT, act.at, signed=act.who.signed)
        append(session, house.journal_key, [entry("answer_edited", answer, act.who.signed)], act.at)
    return answer.version


def agree(house: House, answer_id: int, *, version: int, who: Principal) -> None:
    """Let a text go out, as somebody who answers for it by their post.

    Raises:
        NotFoundError: there is no such answer, or not for this person.
        NotAllowedError: this person has no post, or wrote the text and somebody else could agree.
        ConflictError: the text was changed meanwhile, or it is no draft.
    """
    with house.database.write() as session:
        act = _locked(session, house, answer_id, who)
        answer = act.answer
        check_state(answer, AnswerState.DRAFT)
        check_version(answer, version)
        if why_not := cannot_agree(session, answer, who):
            raise NotAllowedError(why_not)
        answer.agreed_by, answer.agreed_at = who.by, act.at
        answer.agreed_post = session.get_one(Account, who.account_id).post
        # The journal tells an office of one from one where two people looked.
        agreed = move(answer, AnswerState.AGREED, act.at, signed=act.who.signed, alone=answer.drafted_by == who.by)
        append(session, house.journal_key, [agreed], act.at)


def publish(house: House, answer_id: int, *, version: int, who: Principal) -> None:
    """Note that a person has copied the agreed text to the resident; their waiting ends by that.

    Raises:
        NotFoundError: there is no such answer, or not for this person.
        ConflictError: it is not agreed, or another version was.
    """
    with house.database.write() as session:
        act = _locked(session, house, answer_id, who)
        answer = act.answer
        check_state(answer, AnswerState.AGREED)
        check_version(answer, version)
        answer.published_by, answer.published_at = who.by, act.at
        entries = [move(answer, AnswerState.PUBLISHED, act.at, signed=act.who.signed)]
        append(session, house.journal_key, [*entries, *_end_waiting(act)], act.at)


def close(house: House, answer_id: int, *, who: Principal) -> None:
    """Nothing is left to do about an answer; an unpublished one is given up by that.

    Raises:
        NotFoundError: there is no such answer, or not for this person.
        ConflictError: it is closed already.
    """
    with house.database.write() as session:
        act = _locked(session, house, answer_id, who)
        answer, was = act.answer, act.answer.state
        check_state(answer, AnswerState.DRAFT, AnswerState.AGREED, AnswerState.PUBLISHED)
        answer.closed_by, answer.closed_at = who.by, act.at
        closed = move(answer, AnswerState.CLOSED, act.at, signed=act.who.signed, was=was)
        append(session, house.journal_key, [closed], act.at)


def cannot_agree(session: Session, answer: Answer, who: Principal) -> str:
    """Why this person may not agree to the text as it is; '' if they may."""
    if not session.get_one(Account, who.account_id).post:
        return "ответ согласует сотрудник с должностью: её указывает администратор (dvornik account set --post)"
    if answer.drafted_by == who.by and others_with_post(session, who.account_id, answer.page_id, ANSWERING):
        return "этот текст написали вы: его согласует другой сотрудник"
    return ""


def _end_waiting(act: _Act) -> list[Entry]:
    appeal = lock_appeal(act.session, act.answer.comment_id)
    if appeal is None or appeal.closed_at is not None:
        return []
    return [end(appeal, AppealEnd.ANSWERED, act.who.by, act.at, signed=act.who.signed)]


def _locked(session: Session, house: House, answer_id: int, who: Principal) -> _Act:
    missing = NotFoundError(f"ответа {answer_id} нет")
    found = session.get(Answer, answer_id) if is_id(answer_id) else None
    if found is None or not who.may_touch(found.page_id):
        raise missing
    comment = lock_comment(session, found.comment_id)
    answer = queries.lock_answer(session, answer_id)
    if comment is None or answer is None or (comment.private and not who.reads_private):
        raise missing
    return _Act(session, house, who, house.clock.now(), answer)


def locked_message(session: Session, comment_id: int, who: Principal) -> Comment:
    """A message that this person may read, locked.

    Raises:
        NotFoundError: there is none.
    """
    comment = lock_comment(session, comment_id) if is_id(comment_id) else None
    if comment is None or not who.may_touch(comment.page_id) or (comment.private and not who.reads_private):
        raise NotFoundError(f"сообщения {comment_id} нет")
    return comment


def _check_answerable(comment: Comment) -> None:
    if comment.written_by in OWN:
        raise InvalidInputError("comment_id", "ожидается сообщение жителя, а это слова самой страницы")
    if comment.state in GONE:
        raise ConflictError("этого сообщения уже нет в сети: отвечать не на что")


def _checked(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST_ANSWER or "\0" in text:
        raise InvalidInputError("text", f"ожидается текст ответа, от 1 до {LONGEST_ANSWER} знаков")
    return text
