"""What a new question to a person looks like as a row."""

from typing import Any

from app.domain.states import CaseState
from app.domain.urgency import rank


def new_case(
    case_id: int,
    *,
    comment_id: int,
    page_id: int,
    revision_id: int | None,
    decision_id: int,
    reason: str,
    protected: bool,
    uncertainty: float,
    category: str = "",
    sampled: bool = False,
    at: int,
) -> dict[str, Any]:
    """An open case that nobody has claimed; `sampled` = it only measures the machine."""
    return {
        "id": case_id,
        "comment_id": comment_id,
        "page_id": page_id,
        "revision_id": revision_id,
        "decision_id": decision_id,
        "state": str(CaseState.OPEN),
        "reason": reason,
        "protected": protected,
        "category": category,
        "uncertainty": uncertainty,
        "rank": rank(protected=protected, sampled=sampled, uncertainty=uncertainty, opened_at=at),
        "claimed_by": "",
        "claimed_until": None,
        "assigned_to": "",
        "skipped_json": "[]",
        "ended": None,
        "ended_by": "",
        "opened_at": at,
        "closed_at": None,
    }
