"""Routes of residents who wait for an answer, and of the office's answers on their way to them."""

from http import HTTPStatus

from fastapi import APIRouter

from app.api import answer_schemas as shapes
from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.decisions import chosen_pages
from app.api.deps import Caller, Use
from app.api.fields import Cursor, IdIn, Limit, read_cursor, read_place, write_cursor, write_place
from app.domain.answers import AnswerState, AppealEnd
from app.domain.clock import MINUTE
from app.domain.errors import NotFoundError
from app.domain.principals import Principal
from app.pipeline.answers import drafts, waiting
from app.pipeline.answers.waiting import WaitingShown
from app.pipeline.process import Services
from app.storage.answers import AnswerRecord, list_answers, read_answers
from app.storage.tables import Comment

router = APIRouter(route_class=StrictRoute, tags=["answers"])


@router.get(
    "/v1/appeals",
    summary="Who waits for an answer",
    responses={**errors(404), **example(shapes.APPEAL_LIST_EXAMPLE, "A part of the list.")},
)
def appeals(
    who: Caller, use: Use, page_id: IdIn | None = None, cursor: Cursor = None, limit: Limit = 50
) -> shapes.AppealList:
    """Residents of the token's pages who wait, the earliest term first. Terms run in each page's working hours."""
    pages = chosen_pages(who, page_id)
    found = waiting.waiting(use.house, pages, who=who, after=read_place(cursor), limit=limit)
    return shapes.AppealList(
        items=[_appeal(one) for one in found.items],
        next_cursor=write_place(found.after),
        waiting=found.waiting,
        late=found.late,
    )


@router.get(
    "/v1/appeals/{comment_id}",
    summary="Show one resident's message",
    responses={**errors(404), **example(shapes.APPEAL_EXAMPLE, "The message and its clock.")},
)
def appeal(comment_id: IdIn, who: Caller, use: Use) -> shapes.AppealOut:
    """A message that waits, or waited, by its comment's id."""
    return _appeal(waiting.one(use.house, comment_id, who=who))


@router.post(
    "/v1/comments/{comment_id}/appeal",
    summary="Let a message wait for an answer",
    responses={**errors(404, 409), **example(shapes.APPEAL_EXAMPLE, "Its clock runs.")},
)
def wait(comment_id: IdIn, who: Caller, use: Use) -> shapes.AppealOut:
    """For a message that the machine did not take for an appeal, or whose clock was stopped by mistake."""
    waiting.wait(use.house, use.configuration, comment_id, who=who)
    return _appeal(waiting.one(use.house, comment_id, who=who))


@router.post(
    "/v1/appeals/{comment_id}/answered",
    summary="Mark a message as answered",
    responses={
        **errors(404, 409),
        **example({**shapes.APPEAL_EXAMPLE, "ended": "answered", "ended_by": "person:anna"}, "Its clock stands."),
    },
)
def answered(comment_id: IdIn, who: Caller, use: Use) -> shapes.AppealOut:
    """The resident was answered elsewhere; an answer in the thread is found without that."""
    waiting.stop(use.house, comment_id, AppealEnd.ANSWERED, who=who)
    return _appeal(waiting.one(use.house, comment_id, who=who))


@router.post(
    "/v1/appeals/{comment_id}/not_needed",
    summary="Mark a message as needing no answer",
    responses={
        **errors(404, 409),
        **example({**shapes.APPEAL_EXAMPLE, "ended": "not_needed", "ended_by": "person:anna"}, "Its clock stands."),
    },
)
def not_needed(comment_id: IdIn, who: Caller, use: Use) -> shapes.AppealOut:
    """Thanks, a remark between neighbours, or a repetition of what was answered."""
    waiting.stop(use.house, comment_id, AppealEnd.NOT_NEEDED, who=who)
    return _appeal(waiting.one(use.house, comment_id, who=who))


@router.get(
    "/v1/answers",
    summary="List answers, newest first",
    responses={
        **errors(404),
        **example({"items": [shapes.ANSWER_EXAMPLE], "next_cursor": None}, "One page of the list."),
    },
)
def answers(  # noqa: PLR0917 - FastAPI passes everything by name
    who: Caller,
    use: Use,
    page_id: IdIn | None = None,
    state: AnswerState | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> shapes.AnswerList:
    """Answers of the token's pages, those in the making and those that left the office."""
    pages = chosen_pages(who, page_id)
    with use.house.database.read() as session:
        records, before = list_answers(session, pages, state=state, before=read_cursor(cursor), limit=limit)
    return shapes.AnswerList(items=[_answer(one, who) for one in records], next_cursor=write_cursor(before))


@router.get(
    "/v1/answers/{answer_id}",
    summary="Show one answer",
    responses={**errors(404), **example(shapes.ANSWER_EXAMPLE, "The answer.")},
)
def answer(answer_id: IdIn, who: Caller, use: Use) -> shapes.AnswerOut:
    """An answer beside the message that it answers."""
    return _read(use, answer_id, who)


@router.post(
    "/v1/comments/{comment_id}/answers",
    status_code=HTTPStatus.CREATED,
    summary="Draft an answer",
    responses={
        **errors(404, 409, body=True),
        **example({**shapes.ANSWER_EXAMPLE, "state": "draft"}, "A draft that waits for agreement.", status=201),
    },
)
def draft(comment_id: IdIn, body: shapes.DraftIn, who: Caller, use: Use) -> shapes.AnswerOut:
    """Begin an answer to a resident's message; one that somebody works on already is 409."""
    return _read(use, drafts.draft(use.house, comment_id, body.text, who=who), who)


@router.patch(
    "/v1/answers/{answer_id}",
    summary="Change a draft",
    responses={
        **errors(404, 409, body=True),
        **example({**shapes.ANSWER_EXAMPLE, "state": "draft", "version": 3}, "The new version."),
    },
)
def change(answer_id: IdIn, body: shapes.ChangedDraftIn, who: Caller, use: Use) -> shapes.AnswerOut:
    """Other words; a text that was agreed must be agreed anew."""
    drafts.edit(use.house, answer_id, body.text, version=body.version, who=who)
    return _read(use, answer_id, who)


@router.post(
    "/v1/answers/{answer_id}/agree",
    summary="Agree to a text",
    responses={**errors(404, 409, body=True), **example(shapes.ANSWER_EXAMPLE, "It may be published.")},
)
def agree(answer_id: IdIn, body: shapes.VersionIn, who: Caller, use: Use) -> shapes.AnswerOut:
    """Needs a post in the office, and another person than the text's author wherever there is one."""
    drafts.agree(use.house, answer_id, version=body.version, who=who)
    return _read(use, answer_id, who)


@router.post(
    "/v1/answers/{answer_id}/publish",
    summary="Mark an answer as published",
    responses={
        **errors(404, 409, body=True),
        **example({**shapes.ANSWER_EXAMPLE, "state": "published"}, "The resident waits no more."),
    },
)
def publish(answer_id: IdIn, body: shapes.VersionIn, who: Caller, use: Use) -> shapes.AnswerOut:
    """You have copied the agreed text into the network. A text found in the thread is marked without that."""
    drafts.publish(use.house, answer_id, version=body.version, who=who)
    return _read(use, answer_id, who)


@router.post(
    "/v1/answers/{answer_id}/close",
    summary="Close an answer",
    responses={
        **errors(404, 409),
        **example({**shapes.ANSWER_EXAMPLE, "state": "closed"}, "Nothing is left to do."),
    },
)
def close(answer_id: IdIn, who: Caller, use: Use) -> shapes.AnswerOut:
    """Nothing is left to do; an unpublished answer is given up by that."""
    drafts.close(use.house, answer_id, who=who)
    return _read(use, answer_id, who)


def _read(use: Services, answer_id: int, who: Principal) -> shapes.AnswerOut:
    with use.house.database.read() as session:
        found = read_answers(session, [answer_id])
    if not found or not who.may_touch(found[0].answer.page_id):
        raise NotFoundError(f"ответа {answer_id} нет")
    return _answer(found[0], who)


def _asked(comment: Comment, author: str | None, text: str | None, *, withheld: bool) -> shapes.AskedOut:
    return shapes.AskedOut(
        id=comment.id,
        page_id=comment.page_id,
        kind=comment.kind,
        external_id=comment.external_id,
        author_id=author,
        text=None if withheld else text,
        url=comment.url,
        private=comment.private,
        withheld=withheld,
        state=comment.state,
    )


def _appeal(shown: WaitingShown) -> shapes.AppealOut:
    record, appeal = shown.record, shown.record.appeal
    return shapes.AppealOut(
        comment=_asked(record.comment, record.author, record.text, withheld=shown.withheld),
        asked_at=appeal.asked_at,
        due_at=appeal.due_at,
        # Rounded down on both sides of the term: a minute that is not whole is no minute.
        working_minutes_left=int(shown.left / MINUTE),
        warned_at=appeal.warned_at,
        answered_before=record.answered_before,
        ended=appeal.ended,
        ended_by=appeal.ended_by,
        answered_at=appeal.answered_at,
        answer_comment_id=appeal.answer_comment_id,
        closed_at=appeal.closed_at,
        answer_id=record.answer.id if record.answer else None,
    )


def _answer(record: AnswerRecord, who: Principal) -> shapes.AnswerOut:
    found = record.answer
    withheld = record.comment.private and not who.reads_private
    return shapes.AnswerOut(
        id=found.id,
        comment=_asked(record.comment, record.author, record.asked, withheld=withheld),
        state=found.state,
        version=found.version,
        text=None if withheld else record.text,
        drafted_by=found.drafted_by,
        agreed_by=found.agreed_by,
        agreed_post=found.agreed_post,
        published_by=found.published_by,
        closed_by=found.closed_by,
        created_at=found.created_at,
        changed_at=found.changed_at,
        agreed_at=found.agreed_at,
        published_at=found.published_at,
        closed_at=found.closed_at,
    )
