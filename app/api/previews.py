"""The route that asks what a policy at another level, or a page on its own, would have removed."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.deps import Caller, Use
from app.api.fields import Id, IdIn, Model, Text
from app.domain.errors import InvalidInputError
from app.domain.principals import Principal
from app.pipeline import trying
from app.pipeline.process import Services

router = APIRouter(route_class=StrictRoute, tags=["jobs"])

_OF_LEVEL: Final[dict[str, Any]] = {"policy": "novokuznetsk-59", "level": "strict"}
_OF_PAGE: Final[dict[str, Any]] = {"page_id": "7301844400000000001"}


class PreviewIn(Model):
    """What is tried: a `policy` at a `level` on the token's pages, or a page (`page_id`) as if it were enforced."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OF_LEVEL, _OF_PAGE]})
    policy: Annotated[Text, Field(min_length=1, max_length=100)] | None = None
    level: Literal["careful", "usual", "strict"] | None = None
    page_id: IdIn | None = None


class PreviewOut(Model):
    """The worker looks; `GET /v1/jobs/{job_id}` says how far it has got and what it has found."""

    job_id: Id


@router.post(
    "/v1/previews",
    summary="Ask what would have been removed",
    status_code=202,
    responses={
        **errors(404, 409, body=True),
        **example({"job_id": "7301844407214080009"}, "The worker looks.", status=202),
    },
)
def preview(body: PreviewIn, who: Caller, use: Use) -> PreviewOut:
    """Judge stored texts again as new ones are judged: 30 days for a level of a policy, 7 for a page's own removals.

    Nothing is changed by it. Asking twice gives the same job while it has not ended.
    """
    return PreviewOut(job_id=_asked(body, who, use))


def _asked(body: PreviewIn, who: Principal, use: Services) -> int:
    if body.page_id is not None and body.policy is None and body.level is None:
        return trying.try_enforcing(use.house, body.page_id, who=who)
    if body.page_id is None and body.policy is not None and body.level is not None:
        return trying.try_level(use.house, use.configuration, body.policy, body.level, who=who)
    raise InvalidInputError("body", "ожидается policy вместе с level или только page_id")
