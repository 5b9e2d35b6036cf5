"""Routes that judge a text and store nothing."""

from fastapi import APIRouter

from app.api import examples, schemas
from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.deps import Caller, Use, check_page
from app.api.shapes import opinion_out
from app.domain.principals import Principal
from app.pipeline.ask import Asker, Question
from app.pipeline.process import Services

router = APIRouter(route_class=StrictRoute, tags=["moderation"])


@router.post(
    "/v1/moderate",
    summary="Judge one text",
    responses={**errors(404, body=True), **example(examples.OPINION_EXAMPLE, "What would be decided.")},
)
def moderate(body: schemas.ModerateIn, who: Caller, use: Use) -> schemas.OpinionOut:
    """What would be decided about a text by the policy named, else by the page's, else by `default`."""
    return _opinion(body, who, use, _asker(use))


@router.post(
    "/v1/moderate/batch",
    summary="Judge up to 100 texts",
    responses={**errors(404, body=True), **example({"items": [examples.OPINION_EXAMPLE]}, "One opinion a text.")},
)
def moderate_batch(body: schemas.BatchIn, who: Caller, use: Use) -> schemas.BatchOut:
    """The same for several texts, in their order; one that is wrong refuses them all."""
    asker = _asker(use)
    return schemas.BatchOut(items=[_opinion(item, who, use, asker) for item in body.items])


def _asker(use: Services) -> Asker:
    return Asker(use.house, use.moderator, use.configuration)


def _opinion(body: schemas.ModerateIn, who: Principal, use: Services, asker: Asker) -> schemas.OpinionOut:
    if body.page_id is not None:
        check_page(who, body.page_id)
    question = Question(body.text, body.policy, body.page_id, body.author_id)
    return opinion_out(question, asker.ask(question), use.model)
