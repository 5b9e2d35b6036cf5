"""Routes of the register of official pages, which the acts oblige an office to keep and to publish."""

from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import ConfigDict, Field

from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.deps import Caller, Use, whole_house
from app.api.fields import Cursor, Id, IdIn, Instant, Limit, Model, Text, read_cursor, write_cursor
from app.domain.principals import Principal
from app.domain.words import Role
from app.pipeline.registry import keeping, listing, papers
from app.pipeline.registry.keeping import EntryChanges
from app.pipeline.registry.listing import Listed

router = APIRouter(route_class=StrictRoute, tags=["registry"])

ENTRY_EXAMPLE: Final[dict[str, Any]] = {
    "id": "7301844400000000101",
    "page_id": "7301844400000000001",
    "organisation": "Администрация Новокузнецкого муниципального района",
    "office": "administration",
    "network": "vk",
    "title": "Новокузнецкий район",
    "url": "https://vk.com/club229000001",
    "responsible_post": "начальник отдела информации",
    "checked_at": "2026-11-22T17:31:00.123456Z",
    "reviewed_at": "2026-10-05T06:00:00.000000Z",
    "review_due": False,
    "exempt_act": "",
    "exempt_on": "",
    "responsible_name": None,
    "responsible_since": None,
}
_CHANGE_EXAMPLE: Final[dict[str, Any]] = {
    "organisation": "Дом культуры",
    "exempt_act": "постановление № 12",
    "exempt_on": "2026-03-01",
}
_TABLES: Final[dict[str, Any]] = {
    "text/csv": {"schema": {"type": "string"}, "example": "\ufeffОрганизация;Чья страница;Сеть;Ссылка\r\n"},
    "text/html": {"schema": {"type": "string"}, "example": '<table lang="ru">…</table>'},
}


class Form(StrEnum):
    """What the register is given as; tables hold it whole."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"


class EntryOut(Model):
    """One official page, or a body that needs none (`exempt_act`); names are null for those who need not know them."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [ENTRY_EXAMPLE]})
    id: Id
    page_id: Id | None
    organisation: str
    office: str
    network: str
    title: str
    url: str
    responsible_post: str
    checked_at: Instant | None
    reviewed_at: Instant | None
    review_due: bool
    exempt_act: str
    exempt_on: str
    responsible_name: str | None = None
    responsible_since: str | None = None


class EntryList(Model):
    """Entries in the order in which they came; `next_cursor` null = the end."""

    items: list[EntryOut]
    next_cursor: str | None


_Line = Annotated[Text, Field(max_length=500)]


class EntryIn(Model):
    """What shall stand in an entry; what is not named stays, '' takes a value away. Days are `YYYY-MM-DD`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANGE_EXAMPLE]})
    organisation: _Line | None = None
    responsible_post: _Line | None = None
    responsible_name: _Line | None = None
    responsible_since: _Line | None = None
    exempt_act: _Line | None = None
    exempt_on: _Line | None = None
    title: _Line | None = None
    url: _Line | None = None
    office: _Line | None = None


class ReviewIn(Model):
    """Entries that somebody has looked through; null = all that the token may touch."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ids": ["7301844400000000101"]}]})
    ids: Annotated[tuple[IdIn, ...], Field(max_length=1000)] | None = None


class ReviewedOut(Model):
    """How many entries were looked through."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reviewed": 12}]})
    reviewed: int


@router.get(
    "/v1/registry",
    summary="The register of official pages",
    responses={
        **errors(),
        200: {
            "model": EntryList,
            "description": "The register.",
            "content": {
                "application/json": {"example": {"items": [ENTRY_EXAMPLE], "next_cursor": None}},
                **_TABLES,
            },
        },
    },
)
def show(
    who: Caller,
    use: Use,
    form: Annotated[Form, Query(alias="format")] = Form.JSON,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Official pages with their links, who answers for them by post, and when they were last checked and reviewed.

    `format=csv` is a table for Russian Excel that `dvornik page import` reads again; `format=html` is a table for the
    office's site. Both hold the whole register and no names.
    """
    if form is Form.JSON:
        found, after = listing.listed(use.house, who.pages, after=read_cursor(cursor) or 0, limit=limit)
        answer = EntryList(items=[shown(one, who) for one in found], next_cursor=write_cursor(after))
        return Response(answer.model_dump_json(), media_type="application/json")
    lines = listing.whole(use.house, who.pages)
    if form is Form.CSV:
        headers = {"Content-Disposition": 'attachment; filename="official-pages.csv"'}
        return Response(papers.as_csv(lines), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(papers.as_html(lines, now=use.house.clock.now()), media_type="text/html; charset=utf-8")


@router.post(
    "/v1/registry",
    status_code=201,
    summary="Enter a body without a page here",
    responses={**errors(body=True), **example(ENTRY_EXAMPLE, "Entered.", status=201)},
)
def add(body: EntryIn, who: Caller, use: Use) -> EntryOut:
    """A body that an act frees from having a page, or whose page is moderated elsewhere. Pages enter by themselves."""
    return shown(keeping.add_body(use.house, _changes(body), by=whole_house(who).by), who)


@router.patch(
    "/v1/registry/{entry_id}",
    summary="Change an entry",
    responses={**errors(404, body=True), **example(ENTRY_EXAMPLE, "The entry as it is by now.")},
)
def change(entry_id: IdIn, body: EntryIn, who: Caller, use: Use) -> EntryOut:
    """Whose page it is, who answers for it, which act frees the body. Title and kind of a page are the page's own."""
    return shown(keeping.change_entry(use.house, entry_id, _changes(body), by=who.by, pages=who.pages), who)


@router.delete(
    "/v1/registry/{entry_id}",
    status_code=204,
    summary="Strike an entry out",
    responses=errors(403, 404),
)
def remove(entry_id: IdIn, who: Caller, use: Use) -> None:
    """Only one without a page here: a page's entry goes with its page."""
    keeping.remove_body(use.house, entry_id, by=who.by, pages=who.pages)


@router.post(
    "/v1/registry/review",
    summary="Note a review",
    responses={**errors(404, body=True), **example({"reviewed": 12}, "Noted.")},
)
def review(body: ReviewIn, who: Caller, use: Use) -> ReviewedOut:
    """Somebody has looked whether entries are still right; the acts ask for it each quarter."""
    return ReviewedOut(reviewed=keeping.review(use.house, body.ids, by=who.by, pages=who.pages))


def shown(line: Listed, who: Principal) -> EntryOut:
    """An entry as this account may see it: names only for those who run the office's affairs."""
    out = EntryOut.model_validate(line)
    if who.role is Role.ADMIN:
        return out
    return out.model_copy(update={"responsible_name": None, "responsible_since": None})


def _changes(body: EntryIn) -> EntryChanges:
    return EntryChanges(**body.model_dump())
