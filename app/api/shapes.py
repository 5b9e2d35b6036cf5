"""Makes the answers' shapes out of what the storage and the pipeline know."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from app.api import schemas
from app.domain.change import Change
from app.domain.decisions import Remove, Review
from app.domain.events import Segment
from app.domain.judged import judged_text
from app.pipeline.ask import Opinion, Question
from app.pipeline.manual_task import ManualTask
from app.pipeline.process import ModelName
from app.storage.decisions import DecisionRecord
from app.storage.tables import Action, Decision, RevisionBody
from model.explain import Span
from model.scorer import Scores


class _StoredChange(msgspec.Struct):
    """What would have changed a verdict, as it stands in the database."""

    without: list[tuple[int, int]]
    verdict: str


_BRIEF = tuple(schemas.ActionBrief.model_fields)
_WHOLE = tuple(name for name in schemas.ActionOut.model_fields if name != "manual")


def decision_out(record: DecisionRecord, *, private_too: bool) -> schemas.DecisionOut:
    """A stored decision; `private_too`: the reader may see the words of private messages."""
    decision, comment = record.decision, record.comment
    withheld = comment.private and not private_too
    text = None if withheld or record.body is None else record.body.text
    judged = None if withheld else _judged(record.body)
    return schemas.DecisionOut(
        id=decision.id,
        page_id=decision.page_id,
        comment=schemas.CommentOut(
            id=comment.id,
            network=record.network,
            kind=comment.kind,
            external_id=comment.external_id,
            author_id=record.author,
            text=text,
            revision=record.revision,
            url=comment.url,
            erased_at=record.body.erased_at if record.body else None,
            withheld=withheld,
        ),
        verdict=decision.verdict,
        categories=_strings(decision.categories_json),
        scores=_stored_scores(decision),
        reasons=_strings(decision.reasons_json),
        clauses=_strings(decision.clauses_json),
        explanation=_telling(
            msgspec.json.decode(decision.explanation_json, type=list[tuple[int, int, float, str]]), judged
        ),
        change=_change(msgspec.json.decode(decision.change_json, type=_StoredChange | None), judged),
        actions=[schemas.ActionBrief(**_fields(action, _BRIEF)) for action in record.actions],
        mode=decision.mode,
        policy=schemas.Version(name=record.policy_name, version=record.policy_version),
        model=_model(record.model_name, record.model_version),
        decided_by=decision.decided_by,
        decided_at=decision.decided_at,
        context=_context(decision),
        supersedes=decision.supersedes,
    )


def action_out(action: Action, task: ManualTask | None = None) -> schemas.ActionOut:
    """A stored action; `task` is what it asks of a person."""
    manual = None
    if task is not None:
        manual = schemas.ManualOut(
            what=task.what, place=task.place, comment=task.comment, author=task.author, page=task.page
        )
    return schemas.ActionOut(**_fields(action, _WHOLE), manual=manual)


def opinion_out(question: Question, opinion: Opinion, model: ModelName) -> schemas.OpinionOut:
    """An opinion on a text that is not stored."""
    judgement, ruling = opinion.moderated.judgement, opinion.moderated.ruling
    grounds = ruling.grounds if isinstance(ruling, Remove | Review) else ()
    categories = ruling.categories if isinstance(ruling, Review) else [ground.category for ground in grounds]
    return schemas.OpinionOut(
        comment=schemas.TextJudged(network=opinion.network, author_id=question.author, text=question.text),
        verdict=str(ruling.verdict),
        categories=[str(category) for category in categories],
        scores=_scores(judgement.scores),
        reasons=[str(reason) for reason in ruling.reasons],
        clauses=list(dict.fromkeys(str(ground.clause) for ground in grounds)),
        explanation=_telling(judgement.explanation, question.text),
        change=_change(judgement.change, question.text),
        actions=[
            schemas.ActionPlanned(
                kind=str(planned.kind), state=str(state), ban_seconds=planned.ban.seconds if planned.ban else None
            )
            for planned, state in opinion.planned
        ],
        mode=str(opinion.mode),
        policy=schemas.Version(name=opinion.policy_name, version=opinion.policy_version),
        model=schemas.ModelUsed(name=model.name, version=model.version),
        decided_by="machine",
        decided_at=opinion.at,
        context=None,
    )


def _telling(spans: Iterable[Span | tuple[int, int, float, str]], text: str | None) -> list[schemas.Telling]:
    return [
        schemas.Telling(
            text=None if text is None else text[start:end], start=start, end=end, share=share, category=category
        )
        for start, end, share, category in spans
    ]


def _change(change: Change | _StoredChange | None, text: str | None) -> schemas.Change | None:
    if change is None:
        return None
    places = [
        schemas.Place(text=None if text is None else text[start:end], start=start, end=end)
        for start, end in change.without
    ]
    return schemas.Change(without=places, verdict=str(change.verdict))


def _judged(body: RevisionBody | None) -> str | None:
    """The text that the offsets count in: the author's own words and what hangs on them."""
    if body is None or body.text is None:
        return None
    segments = msgspec.json.decode(body.segments_json, type=list[tuple[str, str]])
    return judged_text(body.text, [Segment(kind, text) for kind, text in segments])


def _context(decision: Decision) -> schemas.Context | None:
    found = msgspec.json.decode(decision.basis_json).get("context")
    return None if found is None else schemas.Context(**{"campaign": None, **found})


def _stored_scores(decision: Decision) -> schemas.Scores | None:
    heads = (
        decision.score_spam,
        decision.score_insult,
        decision.score_obscenity,
        decision.score_threat,
        decision.score_appeal,
    )
    known = [score for score in heads if score is not None]
    return _scores(Scores(*known)) if len(known) == len(heads) else None


def _scores(scores: Scores | None) -> schemas.Scores | None:
    return None if scores is None else schemas.Scores(**scores._asdict())


def _model(name: str | None, version: str | None) -> schemas.ModelUsed | None:
    return schemas.ModelUsed(name=name, version=version) if name is not None and version is not None else None


def _strings(text: str) -> list[str]:
    return msgspec.json.decode(text, type=list[str])


def _fields(row: Action, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
