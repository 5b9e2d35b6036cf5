"""Routes that show what was decided and why."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api import examples, schemas
from app.api.access import READS_PRIVATE
from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.deps import Caller, Use, check_page
from app.api.fields import Cursor, IdIn, Limit, Moment, NetworkId, micros, read_cursor, write_cursor
from app.api.shapes import decision_out
from app.domain.errors import NotFoundError
from app.domain.principals import Principal
from app.domain.words import Category, Verdict
from app.storage.decisions import DecisionFilter, list_decisions, read_decisions

router = APIRouter(route_class=StrictRoute, tags=["decisions"])

_SINCE = Query(description="Decided then or later; RFC 3339.", examples=["2026-11-22T00:00:00Z"])
_UNTIL = Query(description="Decided earlier; RFC 3339.", examples=["2026-11-23T00:00:00Z"])


@router.get(
    "/v1/decisions",
    summary="List decisions, newest first",
    responses={
        **errors(404),
        **example({"items": [examples.DECISION_EXAMPLE], "next_cursor": "ZV9nfX4AAAE"}, "One page of the list."),
    },
)
def decisions(  # noqa: PLR0917 - FastAPI passes everything by name
    who: Caller,
    use: Use,
    page_id: IdIn | None = None,
    verdict: Verdict | None = None,
    category: Category | None = None,
    author_id: NetworkId | None = None,
    since: Annotated[Moment | None, _SINCE] = None,
    until: Annotated[Moment | None, _UNTIL] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> schemas.DecisionList:
    """Decisions of the token's pages.

    A filter that lets few through may give fewer items than `limit`, even none, and still a `next_cursor`: go on until
    it is null. What is decided while you read appears before the first page of the list, never in the middle.
    """
    wanted = DecisionFilter(
        pages=chosen_pages(who, page_id),
        author=author_id,
        verdict=verdict,
        category=category,
        since=micros(since),
        until=micros(until),
    )
    with use.house.database.read() as session:
        records, before = list_decisions(session, wanted, before=read_cursor(cursor), limit=limit)
    private_too = who.role in READS_PRIVATE
    items = [decision_out(record, private_too=private_too) for record in records]
    return schemas.DecisionList(items=items, next_cursor=write_cursor(before))


@router.get(
    "/v1/decisions/{decision_id}",
    summary="Show one decision",
    responses={**errors(404), **example(examples.DECISION_EXAMPLE, "The decision.")},
)
def decision(decision_id: IdIn, who: Caller, use: Use) -> schemas.DecisionOut:
    """A decision with its comment, reasons, clauses, telling words, actions and versions."""
    with use.house.database.read() as session:
        records = read_decisions(session, [decision_id])
    if not records or not who.may_touch(records[0].decision.page_id):
        raise NotFoundError(f"решения {decision_id} нет")
    return decision_out(records[0], private_too=who.role in READS_PRIVATE)


def chosen_pages(who: Principal, page_id: int | None) -> tuple[int, ...] | None:
    """The pages that a list is held to: the one asked for, else the token's; None = every page."""
    if page_id is not None:
        check_page(who, page_id)
        return (page_id,)
    return who.page_ids
