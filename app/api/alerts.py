"""Routes about incidents, and about who is told of them; an address is shown only to those who may set it."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field

from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.decisions import chosen_pages
from app.api.deps import Caller, Use, whole_house
from app.api.examples import PAGE_ID
from app.api.fields import Cursor, Id, IdIn, Instant, Limit, Model, Text, read_cursor, write_cursor
from app.domain.principals import Principal
from app.domain.watching import ChannelKind, Matter
from app.pipeline.administration import alert_channels as acts
from app.pipeline.watching.shown import IncidentFilter, list_incidents
from app.working import alert_post

router = APIRouter(route_class=StrictRoute, tags=["alerts"])

_CHANNEL_ID: Final = "7301844407214080005"
INCIDENT_EXAMPLE: Final[dict[str, Any]] = {
    "id": "7301844407214080004",
    "what": "callback_server",
    "code": "failed",
    "text": "сеть не может передать события: сервер не отвечает сети как надо",
    "advice": "Проверьте, что сервис доступен из интернета, затем подключите страницу заново: dvornik page connect.",
    "pages": [PAGE_ID],
    "began_at": "2026-11-22T17:31:00.123456Z",
    "seen_at": "2026-11-22T17:41:00.123456Z",
    "ended_at": None,
}
_NEW_EXAMPLE: Final[dict[str, Any]] = {
    "kind": "email",
    "address": "press@adm.example",
    "quiet": "22:00-07:00",
    "timezone": "Asia/Novokuznetsk",
}
CHANNEL_EXAMPLE: Final[dict[str, Any]] = {
    "id": _CHANNEL_ID,
    "kind": "email",
    "address": "press@adm.example",
    "pages": None,
    "quiet": "22:00-07:00",
    "timezone": "Asia/Novokuznetsk",
    "created_at": "2026-11-22T17:31:00.123456Z",
    "created_by": "person:anna",
    "last_sent_at": None,
    "waiting": 0,
    "last_error": "",
}
_Short = Annotated[Text, Field(max_length=256)]


class IncidentOut(Model):
    """Something that a person must know of; `pages` are the token's, empty where it is about the whole service."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [INCIDENT_EXAMPLE]})
    id: Id
    what: str
    code: str
    text: str
    advice: str
    pages: tuple[Id, ...]
    began_at: Instant
    seen_at: Instant
    ended_at: Instant | None


class IncidentList(Model):
    """One page of a list, newest first; `next_cursor` null = the end."""

    items: list[IncidentOut]
    next_cursor: str | None


class ChannelIn(Model):
    """Whom to tell: an e-mail address; a VK user's number and the `page` whose key writes; a chat and a bot's `token`.

    `pages` null = of everything. `quiet` holds letters back, as `22:00-07:00` in `timezone`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_NEW_EXAMPLE]})
    kind: ChannelKind
    address: _Short
    page: IdIn | None = None
    token: _Short = ""
    pages: Annotated[tuple[IdIn, ...], Field(max_length=5000)] | None = None
    quiet: _Short = ""
    timezone: _Short = "Europe/Moscow"


class ChannelOut(Model):
    """A channel, never with a token; `waiting` letters, and why the last one was not taken."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [CHANNEL_EXAMPLE]})
    id: Id
    kind: str
    address: str
    pages: tuple[Id, ...] | None
    quiet: str
    timezone: str
    created_at: Instant
    created_by: str
    last_sent_at: Instant | None
    waiting: int
    last_error: str


class ChannelList(Model):
    """All channels, in the order in which they were added."""

    items: list[ChannelOut]
    next_cursor: str | None = None


class TriedOut(Model):
    """Whether a letter was taken; else why not."""

    sent: bool
    code: str


@router.get(
    "/v1/incidents",
    summary="List incidents, newest first",
    responses={**errors(404), **example({"items": [INCIDENT_EXAMPLE], "next_cursor": None}, "One page of the list.")},
)
def incidents(  # noqa: PLR0917 - FastAPI passes everything by name
    who: Caller,
    use: Use,
    page_id: IdIn | None = None,
    what: Matter | None = None,
    is_open: Annotated[bool | None, Query(alias="open", description="true = only those that have not ended.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> IncidentList:
    """Incidents of the token's pages and of the service; an incident of a shared connection names all its pages."""
    wanted = IncidentFilter(pages=chosen_pages(who, page_id), what=what, open=is_open)
    items, before = list_incidents(use.house, wanted, before=read_cursor(cursor), limit=limit)
    return IncidentList(items=[IncidentOut.model_validate(one) for one in items], next_cursor=write_cursor(before))


@router.get(
    "/v1/alert-channels",
    summary="List who is told",
    responses={**errors(), **example({"items": [CHANNEL_EXAMPLE], "next_cursor": None}, "Every channel.")},
)
def channels(who: Caller, use: Use) -> ChannelList:
    """Channels with their addresses. A token that is limited to pages may not."""
    whole_house(who)
    return ChannelList(items=[ChannelOut.model_validate(one) for one in acts.list_channels(use.house)])


@router.post(
    "/v1/alert-channels",
    status_code=201,
    summary="Tell somebody of incidents",
    responses={**errors(404, body=True), **example(CHANNEL_EXAMPLE, "Added.", status=201)},
)
def add_channel(body: ChannelIn, who: Caller, use: Use) -> ChannelOut:
    """Every incident that begins from now on is told there, once, and its end. A limited token may not."""
    new = acts.NewChannel(**body.model_dump())
    return ChannelOut.model_validate(acts.add_channel(use.house, new, by=whole_house(who).by))


@router.delete(
    "/v1/alert-channels/{channel_id}",
    status_code=204,
    summary="Tell somebody nothing more",
    responses={**errors(404), 204: {"description": "Removed, its address erased."}},
)
def remove_channel(channel_id: IdIn, who: Caller, use: Use) -> Response:
    """What was not sent yet is not sent any more. For a token that is limited to pages there is no channel."""
    _check(who, channel_id)
    acts.remove_channel(use.house, channel_id, by=who.by)
    return Response(status_code=204)


@router.post(
    "/v1/alert-channels/{channel_id}/test",
    summary="Send a letter that tells nothing",
    responses={**errors(404), **example({"sent": True, "code": ""}, "Whether it was taken.")},
)
def try_channel(channel_id: IdIn, who: Caller, use: Use) -> TriedOut:
    """Try the whole way to the channel's server, which may take a minute. A limited token finds no channel."""
    _check(who, channel_id)
    code = acts.try_channel(use.house, alert_post(use.settings, use.house.clock), channel_id)
    return TriedOut(sent=not code, code=code)


def _check(who: Principal, channel_id: int) -> None:
    """An address is shown to nobody who may not touch every page; the answer is that of a channel that is not there."""
    if who.pages is not None:
        raise acts.missing(channel_id)
