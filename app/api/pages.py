"""Routes for pages: adding, changing, removing them, and the red button."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.ability_schemas import (
    CHECKED_EXAMPLE,
    PAGE_SHOWN_EXAMPLE,
    CheckedOut,
    PageShownOut,
    checked_out,
    shown_out,
)
from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.deps import Caller, Use, check_page, whole_house
from app.api.fields import Cursor, IdIn, Limit, NetworkId, NetworkName, Text, read_cursor, write_cursor
from app.api.page_schemas import (
    ADDED_EXAMPLE,
    PAGE_EXAMPLE,
    PAUSE_EXAMPLE,
    AddedOut,
    ChangedOut,
    PageChangesIn,
    PageIn,
    PageList,
    PageOut,
    PauseOut,
)
from app.domain.words import IntakeKind, Mode
from app.pipeline import trying
from app.pipeline.administration import page_check, pages, pausing
from app.pipeline.administration.page_abilities import page_abilities
from app.pipeline.administration.page_overview import find_pages
from app.pipeline.administration.pages import NewPage, PageChanges
from app.storage.pages import PageFilter

router = APIRouter(route_class=StrictRoute, tags=["pages"])
PolicyName = Annotated[Text, Query(min_length=1, max_length=64)]


@router.get(
    "/v1/pages",
    summary="List pages",
    responses={**errors(), **example({"items": [PAGE_EXAMPLE], "next_cursor": None}, "One page of the list.")},
)
def list_pages(  # noqa: PLR0917 - FastAPI passes everything by name
    who: Caller,
    use: Use,
    network: Annotated[NetworkName, Query()] | None = None,
    external_id: NetworkId | None = None,
    mode: Mode | None = None,
    policy: PolicyName | None = None,
    intake: IntakeKind | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageList:
    """Pages that the token may touch, in the order in which they were added."""
    wanted = PageFilter(who.pages, network, external_id, mode, policy, intake)
    found, after = find_pages(use.house, wanted, after=read_cursor(cursor), limit=limit)
    return PageList(items=[PageOut.model_validate(page) for page in found], next_cursor=write_cursor(after))


@router.post(
    "/v1/pages",
    status_code=201,
    summary="Add a page",
    responses={**errors(409, body=True), **example(ADDED_EXAMPLE, "Added; the secret is shown once.", status=201)},
)
def add_page(body: PageIn, who: Caller, use: Use, response: Response) -> AddedOut:
    """Add a page of a network. A token that is limited to pages may not."""
    added = pages.add_page(use.house, NewPage(**body.model_dump()), by=whole_house(who).by)
    response.headers["Location"] = f"/v1/pages/{added.id}"
    return AddedOut.model_validate(added)


@router.get(
    "/v1/pages/{page_id}",
    summary="Show a page",
    responses={**errors(404), **example(PAGE_SHOWN_EXAMPLE, "The page.")},
)
def show_page(page_id: IdIn, who: Caller, use: Use) -> PageShownOut:
    """How a page is set, how it is doing and what can be done on it; never a secret."""
    check_page(who, page_id)
    return shown_out(pages.show_page(use.house, page_id), page_abilities(use.house, page_id))


@router.post(
    "/v1/pages/{page_id}/check",
    summary="Test a page's tokens",
    responses={**errors(404, 409), **example(CHECKED_EXAMPLE, "What each token may do.")},
)
def check_tokens(page_id: IdIn, who: Caller, use: Use) -> CheckedOut:
    """Ask the network whether each token works and what it may do on the page; nothing is changed there.

    What a token may not do is remembered for a day: until then a person is asked at once.
    """
    check_page(who, page_id)
    return checked_out(page_id, page_check.check_page(use.house, page_id, use.clients, by=who.by))


@router.patch(
    "/v1/pages/{page_id}",
    summary="Change a page",
    responses={
        **errors(404, 409, body=True),
        **example({"page": PAGE_EXAMPLE, "warnings": []}, "The page as it is after the change."),
    },
)
def change_page(page_id: IdIn, body: PageChangesIn, who: Caller, use: Use) -> ChangedOut:
    """Change what the body names; a change of the mode holds from the next transaction on.

    With the `version` that you have read it is 409 if somebody else has changed the page since.
    A change to `enforce` that nobody has tried within a day (`POST /v1/previews`) is made, with a warning.
    """
    check_page(who, page_id)
    changes = PageChanges(**body.model_dump(exclude={"version"}))
    changed = trying.change(use.house, page_id, changes, by=who.by, pages=who.pages, version=body.version)
    return ChangedOut.model_validate(changed)


@router.delete(
    "/v1/pages/{page_id}",
    status_code=204,
    summary="Remove a page",
    responses={**errors(404), 204: {"description": "Removed."}},
)
def remove_page(page_id: IdIn, who: Caller, use: Use) -> None:
    """Take no more events of a page, cancel what is unsent, forget its secrets; decisions and history stay."""
    check_page(who, page_id)
    pages.remove_page(use.house, page_id, by=who.by)


@router.post(
    "/v1/pages/{page_id}/pause",
    summary="Stop sending for a page",
    responses={**errors(404), **example(PAUSE_EXAMPLE, "Nothing is sent for this page.")},
)
def pause_page(page_id: IdIn, who: Caller, use: Use) -> PauseOut:
    """Send nothing for this page until somebody resumes; taking events and judging go on."""
    check_page(who, page_id)
    return PauseOut.model_validate(pausing.pause(use.house, page_id, who.by))


@router.post(
    "/v1/pages/{page_id}/resume",
    summary="Let a page send again",
    responses={**errors(404), **example({**PAUSE_EXAMPLE, "paused_at": None, "paused_by": ""}, "It sends again.")},
)
def resume_page(page_id: IdIn, who: Caller, use: Use) -> PauseOut:
    """Let sending for this page go on, unless everything is paused."""
    check_page(who, page_id)
    return PauseOut.model_validate(pausing.resume(use.house, page_id, who.by))


@router.post(
    "/v1/pause",
    summary="Stop all sending",
    responses={**errors(), **example({**PAUSE_EXAMPLE, "page_id": None}, "Nothing is sent at all.")},
)
def pause_all(who: Caller, use: Use) -> PauseOut:
    """The red button: nothing is sent for any page. A token that is limited to pages may not."""
    return PauseOut.model_validate(pausing.pause(use.house, None, whole_house(who).by))


@router.post(
    "/v1/resume",
    summary="Let everything send again",
    responses={
        **errors(),
        **example({"page_id": None, "paused_at": None, "paused_by": "", "changed": True}, "Sending goes on."),
    },
)
def resume_all(who: Caller, use: Use) -> PauseOut:
    """Let sending go on, except for pages that are paused themselves."""
    return PauseOut.model_validate(pausing.resume(use.house, None, whole_house(who).by))
