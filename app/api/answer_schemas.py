"""The shapes of waiting residents and of the office's answers in JSON."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from app.api.examples import PAGE_ID
from app.api.fields import Id, Instant, Model, Text
from app.pipeline.answers.drafts import LONGEST_ANSWER

COMMENT_ID = "7301844407214060001"
ANSWER_ID = "7301844407214090004"
_ASKED: dict[str, Any] = {
    "id": COMMENT_ID,
    "page_id": PAGE_ID,
    "kind": "wall",
    "external_id": "4711",
    "author_id": "701000040",
    "text": "Когда починят дорогу на улице Мира?",
    "url": "https://vk.com/wall-229000001_17?reply=4711",
    "private": False,
    "withheld": False,
    "state": "visible",
}
APPEAL_EXAMPLE: dict[str, Any] = {
    "comment": _ASKED,
    "asked_at": "2026-11-23T03:00:01.000000Z",
    "due_at": "2026-11-24T03:00:01.000000Z",
    "working_minutes_left": 415,
    "warned_at": None,
    "answered_before": None,
    "ended": None,
    "ended_by": "",
    "answered_at": None,
    "answer_comment_id": None,
    "closed_at": None,
    "answer_id": ANSWER_ID,
}
APPEAL_LIST_EXAMPLE: dict[str, Any] = {"items": [APPEAL_EXAMPLE], "next_cursor": None, "waiting": 1, "late": 0}
ANSWER_EXAMPLE: dict[str, Any] = {
    "id": ANSWER_ID,
    "comment": _ASKED,
    "state": "agreed",
    "version": 2,
    "text": "Здравствуйте! Дорогу на улице Мира отремонтируют до пятницы.",
    "drafted_by": "person:anna",
    "agreed_by": "person:pyotr",
    "agreed_post": "начальник отдела дорог",
    "published_by": "",
    "closed_by": "",
    "created_at": "2026-11-23T04:00:00.000000Z",
    "changed_at": "2026-11-23T05:00:00.000000Z",
    "agreed_at": "2026-11-23T05:00:00.000000Z",
    "published_at": None,
    "closed_at": None,
}
_Words = Annotated[Text, Field(min_length=1, max_length=LONGEST_ANSWER)]
_Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="The version that you have read.")]


class AskedOut(Model):
    """A resident's message; `text` is null where it was erased or is not for this reader (`withheld`)."""

    id: Id
    page_id: Id
    kind: str
    external_id: str
    author_id: str | None
    text: str | None
    url: str
    private: bool
    withheld: bool
    state: str


class AppealOut(Model):
    """A resident's message that waits for an answer, or waited.

    `working_minutes_left` are minutes of the page's working hours up to the term, negative once it is over.
    `answered_before`: when the same resident was last answered on this page. `answer_id`: the answer in the making.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [APPEAL_EXAMPLE]})
    comment: AskedOut
    asked_at: Instant
    due_at: Instant
    working_minutes_left: int
    warned_at: Instant | None
    answered_before: Instant | None
    ended: str | None
    ended_by: str
    answered_at: Instant | None
    answer_comment_id: Id | None
    closed_at: Instant | None
    answer_id: Id | None


class AppealList(Model):
    """Who waits, the earliest term first; `waiting` and `late` count all of them."""

    items: list[AppealOut]
    next_cursor: str | None
    waiting: int
    late: int


class AnswerOut(Model):
    """The office's answer; what leaves the office names `agreed_post` and no person."""

    model_config = ConfigDict(json_schema_extra={"examples": [ANSWER_EXAMPLE]})
    id: Id
    comment: AskedOut
    state: str
    version: int
    text: str | None
    drafted_by: str
    agreed_by: str
    agreed_post: str
    published_by: str
    closed_by: str
    created_at: Instant
    changed_at: Instant
    agreed_at: Instant | None
    published_at: Instant | None
    closed_at: Instant | None


class AnswerList(Model):
    """Answers, newest first."""

    items: list[AnswerOut]
    next_cursor: str | None


class DraftIn(Model):
    """The words of an answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": ANSWER_EXAMPLE["text"]}]})
    text: _Words


class ChangedDraftIn(Model):
    """Other words, in place of the version that was read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": ANSWER_EXAMPLE["text"], "version": 2}]})
    text: _Words
    version: _Version


class VersionIn(Model):
    """The version that a step is meant for; another one is 409."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 2}]})
    version: _Version
