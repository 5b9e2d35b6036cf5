"""Routes of the queue: questions to people, in the order in which they need an answer."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api import review_examples as examples
from app.api import review_schemas as shapes
from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.decisions import chosen_pages
from app.api.deps import Caller, Use
from app.api.fields import Cursor, IdIn, Limit, read_place, write_place
from app.api.review_shapes import case_brief, case_out
from app.domain.clock import HOUR
from app.domain.words import Category, Reason
from app.pipeline.case_view import view
from app.storage.accounts import PERSON
from app.storage.cases import CaseFilter, list_cases

router = APIRouter(route_class=StrictRoute, tags=["review"])

_OlderThan = Annotated[int | None, Query(ge=0, le=24 * 3650, description="Waits for so many hours at least.")]
_Assigned = Annotated[str | None, Query(min_length=1, max_length=200, description="Handed over to this account.")]
_Mine = Annotated[bool, Query(description="Only what was handed over to you or is held by you.")]


@router.get(
    "/v1/review",
    summary="The queue",
    responses={**errors(404), **example(examples.CASE_LIST_EXAMPLE, "A part of the queue.")},
)
def queue(  # noqa: PLR0917 - FastAPI passes everything by name
    who: Caller,
    use: Use,
    page_id: IdIn | None = None,
    category: Category | None = None,
    reason: Reason | None = None,
    older_than: _OlderThan = None,
    assigned_to: _Assigned = None,
    mine: _Mine = False,  # noqa: FBT002 - a query parameter
    cursor: Cursor = None,
    limit: Limit = 50,
) -> shapes.CaseList:
    """Open questions of the token's pages: protected appeals and objections by waiting time, then the most doubtful.

    What you have skipped comes last. A filter that lets few through may give fewer items than `limit`, even none, and
    still a `next_cursor`: go on until it is null.
    """
    now = use.house.clock.now()
    wanted = CaseFilter(
        pages=chosen_pages(who, page_id),
        category=category,
        reason=reason,
        older_than=None if older_than is None else now - older_than * HOUR,
        assigned_to=None if assigned_to is None else f"{PERSON}{assigned_to.removeprefix(PERSON)}",
        mine=who.by if mine else None,
        passed_by=who.by,
    )
    with use.house.database.read() as session:
        records, place = list_cases(session, wanted, after=read_place(cursor), limit=limit)
    return shapes.CaseList(items=[case_brief(one, who, now) for one in records], next_cursor=write_place(place))


@router.get(
    "/v1/review/{case_id}",
    summary="Show one question",
    responses={**errors(404), **example(examples.CASE_EXAMPLE, "The question.")},
)
def case(case_id: IdIn, who: Caller, use: Use) -> shapes.CaseOut:
    """A question with the text, what speaks in it, the thread, the author's history and what can be done."""
    return case_out(view(use, case_id, who), who, use.house.clock.now())
