"""Makes the shapes of questions to people out of what the storage and the pipeline know."""

from dataclasses import asdict
from typing import Any

from app.api import review_schemas as shapes
from app.api import verdict_schemas
from app.api.schemas import Place, Telling
from app.api.shapes import action_out, decision_out
from app.domain.principals import Principal
from app.domain.states import ActionState, CaseState
from app.pipeline.case_view import CampaignShown, CaseView, ObjectionShown, why_open
from app.pipeline.overrule.bulk import BulkPlan, BulkResult
from app.pipeline.overrule.wishes import Ruled
from app.storage.case_context import History, Neighbour, RevisionShown
from app.storage.cases import CaseRecord
from app.storage.tables import Post


def case_brief(found: CaseRecord, who: Principal, now: int) -> shapes.CaseBrief:
    """A question as the queue shows it at this instant: a lease that has run out binds nobody."""
    return shapes.CaseBrief(**_brief(found, who, now), why=why_open(found))


def _brief(found: CaseRecord, who: Principal, now: int) -> dict[str, Any]:
    case = found.case
    claimed = case.state == CaseState.CLAIMED and (case.claimed_until or 0) > now
    lapsed = case.state == CaseState.CLAIMED and not claimed
    return {
        "id": case.id,
        "page_id": case.page_id,
        "state": CaseState.OPEN.value if lapsed else case.state,
        "reason": case.reason,
        "protected": case.protected,
        "category": case.category,
        "uncertainty": case.uncertainty,
        "opened_at": case.opened_at,
        "claimed_by": case.claimed_by if claimed else "",
        "claimed_until": case.claimed_until if claimed else None,
        "assigned_to": case.assigned_to,
        "decision": decision_out(found.record, private_too=who.reads_private),
    }


def case_out(view: CaseView, who: Principal, now: int) -> shapes.CaseOut:
    """A question with everything around it."""
    words = view.words
    return shapes.CaseOut(
        **_brief(view.record, who, now),
        why=view.why,
        page_title=view.page.title,
        mode=view.page.mode,
        revision=view.record.record.revision,
        is_current=view.is_current,
        words=words,
        telling=[Telling(text=_cut(words, one.start, one.end), **one._asdict()) for one in view.telling],
        change=[Place(text=_cut(words, start, end), start=start, end=end) for start, end in view.change],
        revisions=[_revision(one) for one in view.revisions],
        post=_post(view.post),
        thread=[_neighbour(one) for one in view.thread],
        history=_history(view.history),
        campaign=_campaign(view.campaign),
        choices=[
            shapes.ChoiceOut(category=one.category, clause=one.clause, how=one.how, ladder=list(one.ladder))
            for one in view.choices
        ],
        effects=[shapes.EffectOut(**asdict(one)) for one in view.effects],
        objection=_objection(view.objection),
        actions=[action_out(one) for one in view.actions],
        notes=[
            shapes.NoteOut(id=one.id, text=one.text, account_id=one.account_id, written_at=one.written_at)
            for one in view.notes
        ],
    )


def _cut(words: str | None, start: int, end: int) -> str | None:
    return None if words is None else words[start:end]


def _revision(one: RevisionShown) -> shapes.RevisionOut:
    return shapes.RevisionOut(
        number=one.number,
        text=one.text,
        attachments=list(one.attachments),
        act=one.act,
        received_at=one.received_at,
        erased_at=one.erased_at,
    )


def _post(post: Post | None) -> shapes.PostOut | None:
    if post is None:
        return None
    return shapes.PostOut(
        id=post.id, external_id=post.external_id, text=post.text, url=post.url, published_at=post.published_at
    )


def _neighbour(one: Neighbour) -> shapes.NeighbourOut:
    return shapes.NeighbourOut(
        comment_id=one.comment_id,
        external_id=one.external_id,
        reply_to=one.reply_to,
        author_id=one.author,
        written_by=one.written_by,
        text=one.text,
        state=one.state,
        written_at=one.written_at,
        received_at=one.received_at,
        url=one.url,
    )


def _history(history: History) -> shapes.HistoryOut:
    newest = [shapes.EarlierOut(**{**asdict(one), "categories": list(one.categories)}) for one in history.newest]
    return shapes.HistoryOut(
        kept=history.kept, reviewed=history.reviewed, removed=history.removed, bans=history.bans, newest=newest
    )


def _campaign(campaign: CampaignShown | None) -> shapes.CampaignOut | None:
    if campaign is None:
        return None
    members = [
        shapes.MemberOut(comment_id=one.comment_id, decision_id=one.decision_id, state=one.state)
        for one in campaign.members
    ]
    return shapes.CampaignOut(
        id=campaign.id,
        comments=campaign.comments,
        visible=campaign.visible,
        authors=campaign.authors,
        asks_for_all=campaign.asks_for_all,
        at_once=campaign.at_once,
        members=members,
    )


def _objection(shown: ObjectionShown | None) -> shapes.ObjectionBrief | None:
    if shown is None:
        return None
    one = shown.objection
    return shapes.ObjectionBrief(
        id=one.id,
        state=one.state,
        outcome=one.outcome,
        channel=one.channel,
        text=shown.text,
        answer=shown.answer,
        received_at=one.received_at,
        due_at=one.due_at,
    )


def ruled_out(ruled: Ruled) -> verdict_schemas.RuledOut:
    """What became of a person's verdict."""
    return verdict_schemas.RuledOut(
        decision_id=ruled.decision_id,
        case_id=ruled.case_id,
        actions=[action_out(one) for one in ruled.actions],
        undo_until=ruled.undo_until,
        second_needed=ruled.second_needed,
        cannot=list(ruled.cannot),
    )


def bulk_planned(plan: BulkPlan) -> verdict_schemas.BulkOut:
    """What one verdict would do to many cases."""
    items = [
        verdict_schemas.BulkItemOut(
            case_id=one.case_id,
            comment_id=one.comment_id,
            revision=one.revision,
            actions=[str(kind) for kind in one.actions],
            decision_id=None,
            undo_until=None,
            why_not=one.why_not,
        )
        for one in plan.items
    ]
    return verdict_schemas.BulkOut(items=items, token=plan.token, left=plan.left, question=None)


def _asked_of_the_network(ruled: Ruled | None) -> list[str]:
    """What goes out by itself; a ban that is only proposed waits for its own yes."""
    return [one.kind for one in ruled.actions if one.state != ActionState.PROPOSED] if ruled else []


def bulk_done(result: BulkResult) -> verdict_schemas.BulkOut:
    """What one verdict has done to many cases."""
    items = [
        verdict_schemas.BulkItemOut(
            case_id=one.case_id,
            comment_id=one.comment_id,
            revision=None,
            actions=_asked_of_the_network(one.ruled),
            decision_id=one.ruled.decision_id if one.ruled else None,
            undo_until=one.ruled.undo_until if one.ruled else None,
            why_not=one.why_not,
        )
        for one in result.items
    ]
    return verdict_schemas.BulkOut(items=items, token=None, left=result.left, question=result.question)
