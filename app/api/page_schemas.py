"""The shapes of pages in JSON; tokens and secrets go in and never come out."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from app.api.examples import PAGE_ID
from app.api.fields import Id, Instant, Model, Text

_NEW_EXAMPLE: dict[str, Any] = {
    "network": "vk",
    "external_id": "229000001",
    "title": "Администрация Новокузнецкого района",
    "policy": "novokuznetsk-59",
    "confirmation": "a1b2c3d4",
}
PAGE_EXAMPLE: dict[str, Any] = {
    "id": PAGE_ID,
    "network": "vk",
    "external_id": "229000001",
    "title": "Администрация Новокузнецкого района",
    "policy": "novokuznetsk-59",
    "mode": "review",
    "timezone": "Asia/Novokuznetsk",
    "office": "administration",
    "calendar": {"week": {"mon": ["08:30", "17:30"], "fri": ["08:30", "16:30"]}, "days_off": ["2027-01-11"]},
    "callback_url": "/callbacks/vk",
    "has_secret": True,
    "has_confirmation": True,
    "trusted": ["-229000002"],
    "tokens": [{"slot": "user", "dead_at": None, "dead_code": ""}],
    "paused_at": None,
    "paused_by": "",
    "waits_until": None,
    "wait_code": "",
    "trouble_began_at": None,
    "trouble_code": "",
    "last_event_at": "2026-11-22T17:31:00.123456Z",
    "pending": 0,
    "proposed": 2,
    "failed": 0,
    "manual": 0,
    "unjudged": 0,
    "gap": None,
    "created_at": "2026-11-01T08:00:00.000000Z",
    "intake": "callback",
    "version": "5f0c1f7d2ab94c03",
}
ADDED_EXAMPLE: dict[str, Any] = {
    "id": PAGE_ID,
    "network": "vk",
    "external_id": "229000001",
    "callback_url": "/callbacks/vk",
    "secret": "5f0c1a7be2d94d0f8b63a1c4e7d2f905",
    "mode": "shadow",
    "policy": "novokuznetsk-59",
    "intake": "callback",
    "warnings": ["нет ключа доступа: решения принимаются, но действия ждут, пока его не укажут"],
}
PAUSE_EXAMPLE: dict[str, Any] = {
    "page_id": PAGE_ID,
    "paused_at": "2026-11-22T17:31:00.123456Z",
    "paused_by": "person:anna",
    "changed": True,
}

_Short = Annotated[Text, Field(max_length=256)]
#: {"week": {"mon": ["09:00", "18:00"], …}, "days_off": [dates], "work_days": {date: hours}}; {} = the usual hours.
_Calendar = dict[_Short, Any]
#: Longer than any token of a network; the pipeline says what is wrong with one that is not fit.
_Token = Annotated[Text, Field(max_length=4096)]


class PageIn(Model):
    """A page to add; a secret that is not given is made up and shown once. `intake`: `callback` or `longpoll`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NEW_EXAMPLE]})
    network: _Short
    external_id: _Short
    title: _Short
    policy: _Short = "default"
    mode: _Short = "shadow"
    timezone: _Short = "Europe/Moscow"
    office: _Short = "administration"
    calendar: _Calendar | None = None
    secret: _Short | None = None
    confirmation: _Short | None = None
    user_token: _Token | None = None
    community_token: _Token | None = None
    intake: _Short | None = None


class PageChangesIn(Model):
    """What shall be different; what is not named stays. '' takes a token or the confirmation away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mode": "enforce", "version": PAGE_EXAMPLE["version"]}]})
    title: _Short | None = None
    policy: _Short | None = None
    mode: _Short | None = None
    timezone: _Short | None = None
    office: _Short | None = None
    calendar: _Calendar | None = None
    secret: _Short | None = None
    confirmation: _Short | None = None
    user_token: _Token | None = None
    community_token: _Token | None = None
    intake: _Short | None = None
    trusted: Annotated[tuple[_Short, ...], Field(max_length=1000)] | None = None
    version: Annotated[_Short, Field(description="The version that you have read; another one is 409.")] | None = None


class TokenOut(Model):
    """Whether a token lives; since when and why it is dead."""

    model_config = ConfigDict(from_attributes=True)
    slot: str
    dead_at: Instant | None
    dead_code: str


class GapOut(Model):
    """A time in which the network may not have told of everything; `found` of `seen` comments nobody had told us of.

    `by_eye` says in Russian what a person has to look through, where the network does not let it be read again.
    """

    model_config = ConfigDict(from_attributes=True)
    from_at: Instant
    to_at: Instant
    state: str
    code: str
    seen: int
    found: int
    ended_at: Instant | None
    by_eye: str


class PageOut(Model):
    """A page and how it is doing; `version` changes with whatever a person can set, and with nothing else."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [PAGE_EXAMPLE]})
    id: Id
    network: str
    external_id: str
    title: str
    policy: str
    mode: str
    timezone: str
    office: str
    calendar: dict[str, Any]
    callback_url: str | None
    has_secret: bool
    has_confirmation: bool
    trusted: tuple[str, ...]
    tokens: tuple[TokenOut, ...]
    paused_at: Instant | None
    paused_by: str
    waits_until: Instant | None
    wait_code: str
    trouble_began_at: Instant | None
    trouble_code: str
    last_event_at: Instant | None
    pending: int
    proposed: int
    failed: int
    manual: int
    unjudged: int
    gap: GapOut | None
    created_at: Instant
    intake: str
    version: str


class PageList(Model):
    """Pages of the token, in the order in which they were added; `next_cursor` null = the end."""

    items: list[PageOut]
    next_cursor: str | None


class AddedOut(Model):
    """A page that was added; `secret` is shown this once, null where there is none to show."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [ADDED_EXAMPLE]})
    id: Id
    network: str
    external_id: str
    callback_url: str
    secret: str | None
    mode: str
    policy: str
    intake: str
    warnings: tuple[str, ...]


class ChangedOut(Model):
    """A page after its change, and what its keeper should know."""

    model_config = ConfigDict(from_attributes=True)
    page: PageOut
    warnings: tuple[str, ...]


class PauseOut(Model):
    """Whether sending is stopped (`page_id` null = everywhere); `changed`: by this very request."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [PAUSE_EXAMPLE]})
    page_id: Id | None
    paused_at: Instant | None
    paused_by: str
    changed: bool
