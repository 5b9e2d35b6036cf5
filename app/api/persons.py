"""Routes about one person's data and about legal holds; a person's id travels in bodies and never in an address."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import ConfigDict, Field

from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.deps import Caller, Use
from app.api.fields import Cursor, Id, IdIn, Instant, Limit, Model, NetworkName, Text, read_cursor, write_cursor
from app.domain.principals import Principal
from app.pipeline.persons import erase as erasing
from app.pipeline.persons import holds as acts
from app.pipeline.persons.export import export
from app.pipeline.persons.holds import LONGEST_GROUND, LONGEST_ID, Subject, Who

router = APIRouter(route_class=StrictRoute, tags=["persons"])

_GROUND: Final = "требование вх. № 12 от 01.09.2026"
PERSON_EXAMPLE: Final[dict[str, Any]] = {"network": "vk", "id": "15170"}
_EXPORT_EXAMPLE: Final[dict[str, Any]] = {**PERSON_EXAMPLE, "comments_total": 0, "comments": []}
ERASURE_EXAMPLE: Final[dict[str, Any]] = {
    "applied": False,
    "rows": {"revision_body": 12, "evidence": 3},
    "waits": {"case": 1},
    "standing_bans": 0,
}
HOLD_EXAMPLE: Final[dict[str, Any]] = {
    "id": "7301844407214080002",
    "scope": "author",
    "subject_id": "7301844407214080001",
    "ground": "запрос прокуратуры № 5 от 02.09.2026",
    "set_by": "person:anna",
    "set_at": "2026-11-22T17:31:00.123456Z",
    "lifted_by": "",
    "lifted_at": None,
}


class PersonIn(Model):
    """Somebody by network and id there."""

    model_config = ConfigDict(json_schema_extra={"examples": [PERSON_EXAMPLE]})
    network: NetworkName
    id: Annotated[Text, Field(min_length=1, max_length=LONGEST_ID)]


class EraseIn(PersonIn):
    """`apply` false only tells what would be erased; true needs a ground: the requisites of a paper, without names."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**PERSON_EXAMPLE, "apply": True, "ground": _GROUND}]})
    apply: Annotated[bool, Field(strict=True)] = False
    ground: Annotated[Text, Field(max_length=LONGEST_GROUND)] = ""


class ErasureOut(Model):
    """Rows by table, what stands in the way, counted by its reason, and bans in force, which stay in the network."""

    model_config = ConfigDict(json_schema_extra={"examples": [ERASURE_EXAMPLE]})
    applied: bool
    rows: dict[str, int]
    waits: dict[str, int]
    standing_bans: int


class HoldIn(Model):
    """What is held: a page or a comment by `subject_id`, an author by `network` and `id`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"scope": "author", **PERSON_EXAMPLE, "ground": HOLD_EXAMPLE["ground"]}]}
    )
    scope: Literal["page", "author", "comment"]
    subject_id: IdIn | None = None
    network: NetworkName | None = None
    id: Annotated[Text, Field(min_length=1, max_length=LONGEST_ID)] | None = None
    ground: Annotated[Text, Field(min_length=1, max_length=LONGEST_GROUND)]


class HoldOut(Model):
    """A legal hold; `subject_id` is ours: of a page, a comment or an author."""

    model_config = ConfigDict(json_schema_extra={"examples": [HOLD_EXAMPLE]}, from_attributes=True)
    id: Id
    scope: str
    subject_id: Id
    ground: str
    set_by: str
    set_at: Instant
    lifted_by: str
    lifted_at: Instant | None


class HoldList(Model):
    """One page of a list, newest first; `next_cursor` null = the end."""

    items: list[HoldOut]
    next_cursor: str | None


@router.post(
    "/v1/persons/export",
    summary="Write down everything that is held about somebody",
    response_class=StreamingResponse,
    responses={
        **errors(404, body=True),
        200: {
            "description": "Everything, from the token's pages.",
            "content": {"application/json": {"schema": {"type": "object"}, "example": _EXPORT_EXAMPLE}},
        },
    },
)
def export_person(body: PersonIn, who: Caller, use: Use) -> StreamingResponse:
    """Texts, decisions, actions, cases, objections and answers; colleagues by their posts. Every call is journalled."""
    found = export(use.house, body.network, body.id, who=_who(who))
    return StreamingResponse(found.written(), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.post(
    "/v1/persons/erase",
    summary="Erase what is held about somebody, or tell what would be erased",
    responses={**errors(404, 409, body=True), **example(ERASURE_EXAMPLE, "What was, or would be, erased.")},
)
def erase_person(body: EraseIn, who: Caller, use: Use) -> ErasureOut:
    """Words, evidence and the person's id go for good; ids of ours, codes and the journal stay.

    Refused with all reasons while a hold, a case, an objection, an action or an answer about the person is open.
    """
    if body.apply:
        done = erasing.erase(use.house, body.network, body.id, ground=body.ground, who=_who(who))
        return ErasureOut(applied=True, rows=dict(done.rows), waits={}, standing_bans=done.bans)
    plan = erasing.plan(use.house, body.network, body.id, who=_who(who))
    return ErasureOut(applied=False, rows=dict(plan.rows), waits=dict(plan.waits), standing_bans=plan.bans)


@router.get(
    "/v1/holds",
    summary="List legal holds, newest first",
    responses={**errors(), **example({"items": [HOLD_EXAMPLE], "next_cursor": None}, "One page of the list.")},
)
def holds(who: Caller, use: Use, lifted: bool = False, cursor: Cursor = None, limit: Limit = 50) -> HoldList:  # noqa: FBT001, FBT002 - a query
    """Holds that stand, with `lifted` also those that were lifted."""
    found = acts.list_holds(use.house, who=_who(who), lifted_too=lifted, before=read_cursor(cursor), limit=limit + 1)
    more = found[limit - 1].id if len(found) > limit else None
    return HoldList(items=[HoldOut.model_validate(one) for one in found[:limit]], next_cursor=write_cursor(more))


@router.post(
    "/v1/holds",
    status_code=201,
    summary="Hold what must not be erased",
    responses={**errors(404, 409, body=True), **example(HOLD_EXAMPLE, "The hold stands.", status=201)},
)
def set_hold(body: HoldIn, who: Caller, use: Use) -> HoldOut:
    """Nothing of the page, the author or the comment is erased until the hold is lifted."""
    subject = Subject(body.scope, id=body.subject_id, network=body.network or "", external_id=body.id or "")
    return HoldOut.model_validate(acts.set_hold(use.house, subject, ground=body.ground, who=_who(who)))


@router.post(
    "/v1/holds/{hold_id}/lift",
    summary="Lift a legal hold",
    responses={
        **errors(404, 409),
        **example({**HOLD_EXAMPLE, "lifted_by": "person:anna", "lifted_at": "2026-11-23T09:00:00.000000Z"}),
    },
)
def lift_hold(hold_id: IdIn, who: Caller, use: Use) -> HoldOut:
    """What was held is erased again when its time comes."""
    return HoldOut.model_validate(acts.lift_hold(use.house, hold_id, who=_who(who)))


def _who(principal: Principal) -> Who:
    return Who(principal.by, principal.pages)
