"""Routes by which people answer questions, and take their own and the machine's decisions back."""

from fastapi import APIRouter

from app.api import review_examples as examples
from app.api import verdict_schemas as shapes
from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.deps import Caller, Use
from app.api.fields import IdIn
from app.api.review_schemas import CaseBrief
from app.api.review_shapes import bulk_done, bulk_planned, case_brief, ruled_out
from app.domain.decisions import LawViolation
from app.domain.errors import InvalidInputError, NotFoundError
from app.domain.principals import Principal
from app.domain.words import Verdict
from app.pipeline.overrule import bulk, claims, reversal, verdicts
from app.pipeline.overrule.wishes import BanWish, PersonVerdict, Ruled
from app.pipeline.process import Services
from app.storage.cases import read_case
from app.storage.tables import Decision

router = APIRouter(route_class=StrictRoute)


@router.post(
    "/v1/review/{case_id}/claim",
    summary="Look at a case",
    tags=["review"],
    responses={**errors(404, 409), **example(examples.CLAIM_EXAMPLE, "It is yours for ten minutes.")},
)
def claim(case_id: IdIn, who: Caller, use: Use) -> shapes.ClaimOut:
    """Take a case for ten minutes, or prolong that; the answer names the text that your verdict will be about."""
    claimed = claims.claim(use.house, case_id, who=who)
    return shapes.ClaimOut(case_id=claimed.case.id, revision=claimed.revision_number, until=claimed.until)


@router.post(
    "/v1/review/{case_id}/release",
    summary="Give a case back",
    tags=["review"],
    responses={**errors(404, 409), **example(examples.BRIEF_EXAMPLE, "Everybody may take it.")},
)
def release(case_id: IdIn, who: Caller, use: Use) -> CaseBrief:
    """End your lease; a case that you do not hold stays as it is."""
    claims.release(use.house, case_id, who=who)
    return _shown(use, case_id, who)


@router.post(
    "/v1/review/{case_id}/skip",
    summary="Pass a case by",
    tags=["review"],
    responses={**errors(404, 409), **example(examples.BRIEF_EXAMPLE, "It comes last for you.")},
)
def skip(case_id: IdIn, who: Caller, use: Use) -> CaseBrief:
    """Leave a case to others; in your own queue it comes last."""
    claims.skip(use.house, case_id, who=who)
    return _shown(use, case_id, who)


@router.post(
    "/v1/review/{case_id}/hand_over",
    summary="Hand a case over",
    tags=["review"],
    responses={**errors(404, 409, body=True), **example(examples.BRIEF_EXAMPLE, "Your colleague sees it as theirs.")},
)
def hand_over(case_id: IdIn, body: shapes.HandOverIn, who: Caller, use: Use) -> CaseBrief:
    """Leave a case to a colleague who may decide on this page, with a word why; everybody may still take it."""
    claims.hand_over(use.house, case_id, who=who, to=body.to, note=body.note)
    return _shown(use, case_id, who)


@router.post(
    "/v1/review/{case_id}/verdict",
    summary="Answer a case",
    tags=["review"],
    responses={**errors(404, 409, body=True), **example(examples.RULED_EXAMPLE, "It is decided.")},
)
def verdict(case_id: IdIn, body: shapes.VerdictIn, who: Caller, use: Use) -> shapes.RuledOut:
    """Keep or remove. What follows is sent after 15 seconds, in every mode of the page; until then it can be undone.

    409 tells who did what and when: the case is closed, somebody else holds it, or the author has changed the text.
    """
    ruled = verdicts.rule(
        use.house,
        use.configuration,
        case_id,
        _meant(body, revision=body.revision),
        who=who,
        abilities=use.abilities,
    )
    return ruled_out(ruled)


@router.post(
    "/v1/review/bulk",
    summary="Answer many cases",
    tags=["review"],
    responses={**errors(404, 409, body=True), **example(examples.BULK_OUT_EXAMPLE, "What would happen to each.")},
)
def many(body: shapes.BulkIn, who: Caller, use: Use) -> shapes.BulkOut:
    """List what one verdict would do to up to 200 cases or copies; the list's token then does exactly that.

    What has changed in between is left as it is and told. What follows can be undone for ten minutes.
    """
    meant = _meant(body, revision=0)
    if body.dry_run:
        if body.token:
            raise InvalidInputError("body.token", "ожидается вместе с dry_run = false")
        return bulk_planned(_planned(body, meant, who, use))
    for field, named in (("case_ids", body.case_ids), ("campaign_of", body.campaign_of)):
        if named:
            raise InvalidInputError(
                f"body.{field}", "ожидается token предварительного просмотра: вопросы названы в нём"
            )
    done = bulk.carry(use.house, use.configuration, body.token, meant, who=who, abilities=use.abilities)
    return bulk_done(done)


def _planned(body: shapes.BulkIn, meant: PersonVerdict, who: Principal, use: Services) -> bulk.BulkPlan:
    if body.campaign_of is None:
        return bulk.plan(use.house, use.configuration, body.case_ids, meant, who=who)
    if body.case_ids:
        raise InvalidInputError("body.campaign_of", "ожидается вместо case_ids, а не вместе с ними")
    return bulk.plan_copies(use.house, use.configuration, body.campaign_of, meant, who=who)


@router.post(
    "/v1/decisions/{decision_id}/reverse",
    summary="Take a decision back",
    tags=["decisions"],
    responses={**errors(404, 409, body=True), **example(examples.RULED_EXAMPLE, "It is taken back.")},
)
def reverse(decision_id: IdIn, body: shapes.ReverseIn, who: Caller, use: Use) -> shapes.RuledOut:
    """Take back a removal that stands: what was sent is restored and unbanned where the network can (see `cannot`).

    A `keep` or a question is put to people anew instead: `case_id` is the case that asks, and nothing is sent.
    """
    if _verdict_of(use, decision_id, who) == Verdict.REMOVE:
        ruled = reversal.reverse(
            use.house,
            use.configuration,
            decision_id,
            who=who,
            reason=body.reason,
            second_reason=body.second_reason,
            abilities=use.abilities,
        )
        return ruled_out(ruled)
    case_id = reversal.reopen(use.house, decision_id, who=who, reason=body.reason)
    return ruled_out(Ruled(decision_id, case_id))


@router.post(
    "/v1/decisions/{decision_id}/undo",
    summary="Undo your decision",
    tags=["decisions"],
    responses={**errors(404, 409), **example(examples.UNDONE_EXAMPLE, "The question is open again.")},
)
def undo(decision_id: IdIn, who: Caller, use: Use) -> shapes.RuledOut:
    """Call your decision back while nothing of it was sent; the answer names the case that asks again."""
    return ruled_out(verdicts.undo(use.house, use.configuration, decision_id, who=who))


def _meant(body: shapes.VerdictIn | shapes.BulkVerdict, *, revision: int) -> PersonVerdict:
    return PersonVerdict(
        verdict=Verdict(body.verdict),
        revision=revision,
        categories=tuple(dict.fromkeys(body.categories)),
        clause=body.clause,
        law=LawViolation(body.law.level, body.law.act, body.law.article) if body.law else None,
        ban=BanWish(body.ban.seconds) if body.ban else None,
        note=body.note,
        second_reason=body.second_reason,
        personal_data=isinstance(body, shapes.VerdictIn) and body.personal_data,
    )


def _shown(use: Services, case_id: int, who: Principal) -> CaseBrief:
    with use.house.database.read() as session:
        found = read_case(session, case_id)
    if found is None:
        raise NotFoundError(f"вопроса {case_id} нет")
    return case_brief(found, who, use.house.clock.now())


def _verdict_of(use: Services, decision_id: int, who: Principal) -> str:
    with use.house.database.read() as session:
        decision = session.get(Decision, decision_id)
    if decision is None or not who.may_touch(decision.page_id):
        raise NotFoundError(f"решения {decision_id} нет")
    return decision.verdict
