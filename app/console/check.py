"""Trying a text: what any policy would make of it; nothing is stored."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.shell import Form, Use, render, text
from app.domain.decisions import Remove, Review
from app.domain.judged import TEXT_LIMIT
from app.domain.words import Mode
from app.pipeline.administration.policies import PolicyShown, list_policies
from app.pipeline.ask import DEFAULT_POLICY, Asker, Opinion, Question
from app.pipeline.decision_view import weigh
from app.pipeline.process import Services

router = APIRouter()

_HEADS: Final = ("spam", "insult", "obscenity", "threat", "appeal")


@router.get("/check")
def check(request: Request, use: Use, policy: str = DEFAULT_POLICY) -> Response:
    """The empty form."""
    policies = list_policies(use.house)
    return _page(request, policies, policy)


@router.post("/check")
def judge(request: Request, use: Use, sent: Form) -> Response:
    """What would be decided about the text."""
    policies, name, typed = list_policies(use.house), text(sent, "policy", DEFAULT_POLICY), text(sent, "text")
    if len(typed) > TEXT_LIMIT:
        wrong = f"Здесь {len(typed)} знаков, а проверяется не больше {TEXT_LIMIT}: сократите текст."
        return _page(request, policies, name, typed, wrong=wrong, status=400)
    if not typed:
        return _page(request, policies, name, wrong="Вставьте текст комментария.", status=400)
    opinion = Asker(use.house, use.moderator, use.configuration).ask(Question(typed, name))
    return _page(request, policies, name, typed, answer=_answer(use, opinion))


def _page(
    request: Request,
    policies: Sequence[PolicyShown],
    policy: str,
    typed: str = "",
    *,
    answer: dict[str, Any] | None = None,
    wrong: str = "",
    status: int = 200,
) -> Response:
    return render(
        request,
        "check.html",
        status=status,
        policies=policies,
        policy=policy,
        typed=typed,
        answer=answer,
        wrong=wrong,
        limit=TEXT_LIMIT,
    )


def _answer(use: Services, opinion: Opinion) -> dict[str, Any]:
    judgement, ruling = opinion.moderated.judgement, opinion.moderated.ruling
    grounds = ruling.grounds if isinstance(ruling, Remove | Review) else ()
    scores = judgement.scores._asdict() if judgement.scores else dict.fromkeys(_HEADS)
    change = judgement.change
    if change is not None and change.instead_of is not ruling.verdict:
        change = None
    return {
        "verdict": ruling.verdict,
        "mode": opinion.mode,
        "live": opinion.mode is Mode.ENFORCE,
        "categories": ruling.categories if isinstance(ruling, Review) else [ground.category for ground in grounds],
        "reasons": ruling.reasons,
        "clauses": list(dict.fromkeys(str(ground.clause) for ground in grounds)),
        "telling": [(span.start, span.end) for span in judgement.explanation],
        "change": change,
        "weighed": weigh(scores, ruling.basis),
        "planned": [planned for planned, _ in opinion.planned],
        "policy": f"{opinion.policy_name}, версия {opinion.policy_version}",
        "model": use.model.version,
    }
