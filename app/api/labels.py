"""The route that gives people's verdicts out as lessons for training."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import ConfigDict

from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.decisions import chosen_pages
from app.api.deps import Caller, Use
from app.api.fields import Cursor, IdIn, Limit, Model, Moment, micros, read_cursor, write_cursor
from app.pipeline.labels.export import lessons, note_export
from app.storage.labels import LabelFilter

LABEL_EXAMPLE: Final[dict[str, Any]] = {
    "id": "5f0c1f7d2ab94c03e8d1",
    "text": "Вы там совсем? Звоните мне [телефон]",
    "labels": [],
    "appeal": None,
    "verdict": "keep",
    "source": "audit",
    "agrees": False,
    "machine_verdict": "remove",
    "machine_labels": ["insult"],
    "reasons": ["score_over_remove"],
    "model": "ru-1f3a",
    "policy": "novokuznetsk-59/1",
    "weight": 50.0,
    "labelled_on": "2026-11-22",
}
router = APIRouter(route_class=StrictRoute, tags=["labels"])
_SINCE = Query(description="Labelled then or later; RFC 3339.", examples=["2026-11-22T00:00:00Z"])


class LabelOut(Model):
    """What a person made of a text, without anybody's id; see `docs/model.md`."""

    model_config = ConfigDict(json_schema_extra={"examples": [LABEL_EXAMPLE]}, from_attributes=True)
    id: str
    text: str
    labels: list[str]
    appeal: bool | None
    verdict: str
    source: str
    agrees: bool | None
    machine_verdict: str
    machine_labels: list[str]
    reasons: list[str]
    model: str | None
    policy: str
    weight: float | None
    labelled_on: str


class LabelList(Model):
    """One page of a list, oldest first; `next_cursor` null = the end."""

    items: list[LabelOut]
    next_cursor: str | None


@router.get(
    "/v1/labels",
    summary="List people's labels, oldest first",
    responses={**errors(404), **example({"items": [LABEL_EXAMPLE], "next_cursor": None}, "One page of the list.")},
)
def labels(  # noqa: PLR0917 - FastAPI passes everything by name
    who: Caller,
    use: Use,
    page_id: IdIn | None = None,
    since: Annotated[Moment | None, _SINCE] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> LabelList:
    """People's verdicts as `dvornik train --labels` takes them, masked; every call is noted in the journal.

    A page of the list may hold fewer items than `limit`, even none, and still a `next_cursor`: go on until it is null.
    """
    wanted = LabelFilter(chosen_pages(who, page_id), micros(since))
    after = read_cursor(cursor)
    note_export(use.house, wanted, by=who.signed, after=after)
    found = lessons(use.house, wanted, after=after, limit=limit)
    return LabelList(
        items=[LabelOut.model_validate(lesson) for lesson in found.lessons], next_cursor=write_cursor(found.next_after)
    )
