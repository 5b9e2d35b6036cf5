"""Routes of objections: taken from the office's site, typed in at the desk, shown, answered."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter

from app.api import objection_schemas as shapes
from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.decisions import chosen_pages
from app.api.deps import Caller, Use
from app.api.fields import Cursor, IdIn, Limit, read_cursor, write_cursor
from app.domain import decision_number
from app.domain.clock import DAY
from app.domain.errors import InvalidInputError
from app.domain.principals import Principal
from app.domain.states import ObjectionState
from app.pipeline.objections import answering, opening
from app.pipeline.objections.reading import reads_words
from app.storage.objections import ObjectionFilter, ObjectionRecord

router = APIRouter(route_class=StrictRoute, tags=["objections"])

_ACCEPTED = shapes.ObjectionAccepted(
    accepted=True,
    answer_within_days=opening.TERM // DAY,
    message=(
        "Возражение принято. Если номер верен, его рассмотрит сотрудник, и мы ответим в течение 30 дней. "
        "Чтобы получить ответ, укажите в тексте, как с вами связаться."
    ),
)


@router.post(
    "/v1/objections",
    status_code=HTTPStatus.ACCEPTED,
    summary="Object to a decision by its printed number",
    responses={**errors(body=True), **example(shapes.ACCEPTED_EXAMPLE, "Taken.", status=202)},
)
def send(body: shapes.ObjectionIn, who: Caller, use: Use) -> shapes.ObjectionAccepted:
    """For the form on the office's site.

    The answer is the same whether or not the number stands for a decision; a number with a misprint is told at once,
    which needs no knowledge of the decisions. An account passes 60 times an hour and a number 5 times a day, in each
    process; then it is 429.
    """
    value = decision_number.read(body.number)
    if value is None:
        raise InvalidInputError("body.number", "ожидается номер решения из уведомления, например 1А2С6-АС867-343УМ")
    number = decision_number.write(value)
    use.rates.use(who.account_id, number, use.house.clock.now())
    opening.from_site(use.house, number=number, text=body.text, who=who)
    return _ACCEPTED


@router.post(
    "/v1/decisions/{decision_id}/objections",
    summary="Type an objection in",
    responses={
        **errors(404, body=True),
        **example(
            {
                "id": shapes.OBJECTION_ID,
                "case_id": "7301844407214080003",
                "due_at": "2026-12-23T09:00:00.000000Z",
                "joined": False,
            },
            "It waits for a person.",
        ),
    },
)
def type_in(decision_id: IdIn, body: shapes.ObjectionTypedIn, who: Caller, use: Use) -> shapes.ObjectionOpened:
    """An objection that came by telephone, on paper or in person, to a removal of the token's pages."""
    opened = opening.typed_in(use.house, decision_id, text=body.text, who=who)
    return shapes.ObjectionOpened(
        id=opened.objection_id, case_id=opened.case_id, due_at=opened.due_at, joined=opened.joined
    )


@router.get(
    "/v1/objections",
    summary="List objections, newest first",
    responses={
        **errors(404),
        **example({"items": [shapes.BRIEF_EXAMPLE], "next_cursor": None}, "One page of the list."),
    },
)
def objections(  # noqa: PLR0917 - FastAPI passes everything by name
    who: Caller,
    use: Use,
    page_id: IdIn | None = None,
    state: ObjectionState | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> shapes.ObjectionList:
    """Objections of the token's pages. `state` is filtered as it was last written down, a minute ago at most."""
    wanted = ObjectionFilter(pages=chosen_pages(who, page_id), state=state)
    records, before = answering.listed(use.house, wanted, before=read_cursor(cursor), limit=limit)
    return shapes.ObjectionList(
        items=[shapes.ObjectionOut(**_brief(one)) for one in records], next_cursor=write_cursor(before)
    )


@router.get(
    "/v1/objections/{objection_id}",
    summary="Show one objection",
    responses={**errors(404), **example(shapes.OBJECTION_EXAMPLE, "The objection.")},
)
def objection(objection_id: IdIn, who: Caller, use: Use) -> shapes.ObjectionWhole:
    """An objection with its words, how it was decided, and the answer prepared in Russian."""
    return _whole(answering.show(use.house, objection_id, who=who), who)


@router.post(
    "/v1/objections/{objection_id}/answer",
    summary="Close an objection with its answer",
    responses={
        **errors(404, 409, body=True),
        **example({**shapes.OBJECTION_EXAMPLE, "state": "answered"}, "It is answered."),
    },
)
def answer(objection_id: IdIn, body: shapes.AnswerIn, who: Caller, use: Use) -> shapes.ObjectionWhole:
    """Write down what the author was told, once the question about the comment is decided at `/v1/review`."""
    return _whole(answering.answer(use.house, objection_id, text=body.text, who=who), who)


def _brief(record: ObjectionRecord) -> dict[str, Any]:
    objection = record.objection
    state, outcome = answering.stands(objection, record.case)
    kept = ("id", "page_id", "decision_id", "comment_id", "channel", "received_at", "due_at", "answered_at")
    return {
        **{name: getattr(objection, name) for name in (*kept, "answered_by")},
        "case_id": record.case.id if record.case is not None else objection.case_id,
        "state": state.value,
        "outcome": outcome.value if outcome is not None else None,
    }


def _whole(shown: answering.ObjectionView, who: Principal) -> shapes.ObjectionWhole:
    record = shown.record
    withheld = not reads_words(record.objection, who)
    body = record.body
    return shapes.ObjectionWhole(
        **_brief(record),
        number=shown.number,
        text=None if withheld or body is None else body.text,
        withheld=withheld,
        decided_by=shown.decided_by,
        decided_at=shown.decided_at,
        receipt=shown.got,
        prepared_answer=shown.prepared,
        answer=None if withheld or body is None else body.answer,
    )
