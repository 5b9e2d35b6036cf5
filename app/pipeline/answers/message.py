"""One resident's message with everything that whoever answers it needs."""

from dataclasses import dataclass

from sqlmodel import Session

from app.domain.answers import AnswerState
from app.domain.errors import NotFoundError
from app.domain.principals import Principal
from app.domain.words import OWN
from app.pipeline.answers.drafts import ANSWERING, cannot_agree
from app.pipeline.house import House
from app.review import calendar
from app.storage import answers, appeals, waiting
from app.storage.accounts import is_id
from app.storage.answers import AnswerRecord
from app.storage.tables import Appeal, Author, Comment, Page, Post


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as this person may see it; `text` None = erased or `withheld`.

    `left` are working microseconds to the term, None where nobody waits. `answer` is the one in the making, `earlier`
    are those that are closed. `cannot_agree` says why this person may not agree to the draft, '' if they may.
    """

    comment: Comment
    author: str | None
    page: Page
    text: str | None
    withheld: bool
    post: Post | None
    appeal: Appeal | None
    left: int | None
    answered_before: int | None
    answer: AnswerRecord | None
    earlier: tuple[AnswerRecord, ...]
    cannot_agree: str
    may_answer: bool


def message_view(house: House, comment_id: int, who: Principal) -> MessageView:
    """A resident's message, whether anybody waits for an answer to it or not.

    Raises:
        NotFoundError: there is no such message, or not for this person.
    """
    now = house.clock.now()
    with house.database.read() as session:
        comment = session.get(Comment, comment_id) if is_id(comment_id) else None
        if comment is None or comment.written_by in OWN or not who.may_touch(comment.page_id):
            raise NotFoundError(f"сообщения {comment_id} нет")
        return _view(session, comment, who, now)


def _view(session: Session, comment: Comment, who: Principal, now: int) -> MessageView:
    page = session.get_one(Page, comment.page_id)
    author = session.get(Author, comment.author_id) if comment.author_id is not None else None
    appeal = session.get(Appeal, comment.id)
    withheld = comment.private and not who.reads_private
    found = answers.answers_to(session, comment.id)
    live = next((one for one in found if one.answer.closed_at is None), None)
    waits = appeal is not None and appeal.closed_at is None
    hours = calendar.read(page.calendar_json, page.timezone)
    is_draft = live is not None and live.answer.state == AnswerState.DRAFT.value
    return MessageView(
        comment=comment,
        author=author.external_id if author else None,
        page=page,
        text=None if withheld else appeals.text_of(session, comment.revision_id),
        withheld=withheld,
        post=session.get(Post, comment.post_id) if comment.post_id is not None else None,
        appeal=appeal,
        left=hours.between(now, appeal.due_at) if appeal and waits else None,
        answered_before=waiting.answered_before(session, comment),
        answer=live,
        earlier=tuple(one for one in found if one.answer.closed_at is not None),
        cannot_agree=cannot_agree(session, live.answer, who) if live and is_draft else "",
        may_answer=who.role in ANSWERING,
    )
