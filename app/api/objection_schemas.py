"""The shapes of objections in JSON."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field

from app.api.examples import DECISION_ID, PAGE_ID
from app.api.fields import Id, Instant, Model, Text
from app.pipeline.objections.opening import LONGEST_TEXT

OBJECTION_ID: Final = "7301844407214090001"
_NUMBER: Final = "1А2С6-АС867-343УМ"
ACCEPTED_EXAMPLE: dict[str, Any] = {
    "accepted": True,
    "answer_within_days": 30,
    "message": "Возражение принято.",
}
BRIEF_EXAMPLE: dict[str, Any] = {
    "id": OBJECTION_ID,
    "page_id": PAGE_ID,
    "decision_id": DECISION_ID,
    "comment_id": "7301844407214080001",
    "case_id": "7301844407214080003",
    "channel": "site",
    "state": "decided",
    "outcome": "upheld",
    "received_at": "2026-11-23T09:00:00.000000Z",
    "due_at": "2026-12-23T09:00:00.000000Z",
    "answered_at": None,
    "answered_by": "",
}
OBJECTION_EXAMPLE: dict[str, Any] = {
    **BRIEF_EXAMPLE,
    "number": _NUMBER,
    "text": "Я никого не оскорблял, верните комментарий",
    "withheld": False,
    "decided_by": "person:anna",
    "decided_at": "2026-11-24T09:00:00.000000Z",
    "receipt": f"Мы получили ваше возражение и проверим решение {_NUMBER}. Ответим не позже 23.12.2026.",
    "prepared_answer": f"Мы проверили решение {_NUMBER} по вашему возражению и оставляем его в силе.",
    "answer": None,
}


class ObjectionIn(Model):
    """An objection from a site: the number that the notice prints, and the words."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"number": _NUMBER, "text": "Я никого не оскорблял. Мой телефон …"}]}
    )
    number: Annotated[Text, Field(min_length=1, max_length=60)]
    text: Annotated[Text, Field(min_length=1, max_length=LONGEST_TEXT)]


class ObjectionAccepted(Model):
    """The same for every number that is written without a misprint."""

    accepted: bool
    answer_within_days: int
    message: str


class ObjectionTypedIn(Model):
    """What somebody told or brought to the office."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "По телефону: комментарий был о дороге"}]})
    text: Annotated[Text, Field(min_length=1, max_length=LONGEST_TEXT)]


class AnswerIn(Model):
    """What the author was told; without it the prepared answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"text": "Мы вернули ваш комментарий."}]})
    text: Annotated[Text, Field(min_length=1, max_length=LONGEST_TEXT)] | None = None


class ObjectionOpened(Model):
    """The objection that waits; `joined`: there was one to this decision already, the words were added to it."""

    id: Id
    case_id: Id | None
    due_at: Instant
    joined: bool


class ObjectionOut(Model):
    """An objection: `state` is `open`, `decided` or `answered`, `outcome` `upheld`, `reversed` or `moot`."""

    id: Id
    page_id: Id
    decision_id: Id
    comment_id: Id
    case_id: Id | None
    channel: str
    state: str
    outcome: str | None
    received_at: Instant
    due_at: Instant
    answered_at: Instant | None
    answered_by: str


class ObjectionWhole(ObjectionOut):
    """An objection with its words; they are null when erased, or `withheld` where the role reads no messages."""

    model_config = ConfigDict(json_schema_extra={"examples": [OBJECTION_EXAMPLE]})
    number: str
    text: str | None
    withheld: bool
    decided_by: str
    decided_at: Instant | None
    receipt: str
    prepared_answer: str | None
    answer: str | None


class ObjectionList(Model):
    """One page of a list, newest first; `next_cursor` null = the end."""

    items: list[ObjectionOut]
    next_cursor: str | None
