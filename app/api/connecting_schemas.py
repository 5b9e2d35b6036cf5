"""The shapes of connecting a page and of its blacklist in JSON."""

from typing import Any

from pydantic import ConfigDict

from app.api.examples import PAGE_ID
from app.api.fields import Id, Instant, Model

BLACKLIST_EXAMPLE: dict[str, Any] = {
    "total": 12,
    "read": 12,
    "without_reason": 1,
    "without_term": 1,
    "doubtful": [
        {
            "id": "700000001",
            "is_community": False,
            "since": "2024-03-01T09:00:00.000000Z",
            "until": None,
            "reason": "",
            "comment": "",
            "without_reason": True,
            "without_term": True,
        }
    ],
}
CONNECTED_EXAMPLE: dict[str, Any] = {
    "page_id": PAGE_ID,
    "works": False,
    "intake": "callback",
    "done": [],
    "lacks": [
        {
            "code": "no_address",
            "text": "Не сказано, по какому адресу ВКонтакте найдёт этот сервис. Задайте DVORNIK_PUBLIC_URL …",
        }
    ],
    "advice": [{"code": "no_user_key", "text": "Ключа руководителя нет. …"}],
    "blacklist": BLACKLIST_EXAMPLE,
}


class BannedOut(Model):
    """One line of the blacklist; `since` and `until` null = unknown and without a term, `reason` '' = "other"."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    is_community: bool
    since: Instant | None
    until: Instant | None
    reason: str
    comment: str
    without_reason: bool
    without_term: bool


class BlacklistOut(Model):
    """The numbers of a blacklist, and the lines that nobody can account for; `read` of `total` were looked at."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [BLACKLIST_EXAMPLE]})
    total: int
    read: int
    without_reason: int
    without_term: int
    doubtful: tuple[BannedOut, ...]


class FindingOut(Model):
    """What was done or found: a code for programs, words for people."""

    model_config = ConfigDict(from_attributes=True)
    code: str
    text: str


class ConnectedOut(Model):
    """What came of connecting: `works` if nothing of `lacks` has to be mended; `advice` need not be followed."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [CONNECTED_EXAMPLE]})
    page_id: Id
    works: bool
    intake: str
    done: tuple[FindingOut, ...]
    lacks: tuple[FindingOut, ...]
    advice: tuple[FindingOut, ...]
    blacklist: BlacklistOut | None
