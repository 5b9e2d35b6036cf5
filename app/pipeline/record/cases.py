"""What a new question to a person looks like as a row."""

from typing import Any

from app.domain.states import CaseState


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
    at: int,
) -> dict[str, Any]:
    """An open case that nobody has claimed."""
    return {
        "id": case_id,
        "comment_id": comment_id,
        "page_id": page_id,
        "revision_id": revision_id,
        "decision_id": decision_id,
        "state": str(CaseState.OPEN),
        "reason": reason,
        "protected": protected,
        "uncertainty": uncertainty,
        "claimed_by": "",
        "claimed_until": None,
        "ended": None,
        "ended_by": "",
        "opened_at": at,
        "closed_at": None,
    }
