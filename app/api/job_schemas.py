"""The shapes of long work in JSON."""

from typing import Any, Final

from pydantic import ConfigDict, field_validator

from app.api.fields import Id, Instant, Model

JOB_EXAMPLE: Final[dict[str, Any]] = {
    "id": "7301844407214080009",
    "kind": "preview",
    "page_id": None,
    "state": "done",
    "done": 2592000,
    "total": 2592000,
    "result": {
        "seen": 1840,
        "erased": 12,
        "failed": 0,
        "before": 31,
        "removed": 44,
        "kept": 1,
        "taken": 6,
        "categories": {"insult": 40, "spam": 4},
        "examples": ["7301844407214080001"],
        "kept_examples": [],
    },
    "error": "",
    "asked_by": "person:anna",
    "created_at": "2026-11-22T17:31:00.123456Z",
    "ended_at": "2026-11-22T17:31:09.123456Z",
}


class JobOut(Model):
    """Long work: `done` of `total` steps; `result` is what was found so far, null before the first step."""

    model_config = ConfigDict(json_schema_extra={"examples": [JOB_EXAMPLE]}, from_attributes=True)
    id: Id
    kind: str
    page_id: Id | None
    state: str
    done: int
    total: int
    result: dict[str, Any] | None
    error: str
    asked_by: str
    created_at: Instant
    ended_at: Instant | None

    @field_validator("result")
    @classmethod
    def _ids_are_strings(cls, result: dict[str, Any] | None) -> dict[str, Any] | None:
        """Lists in results hold ids, which JavaScript cannot hold as numbers."""
        if result is None:
            return None
        return {
            name: [str(one) for one in value] if isinstance(value, list) else value for name, value in result.items()
        }


class JobList(Model):
    """One page of a list, newest first; `next_cursor` null = the end."""

    items: list[JobOut]
    next_cursor: str | None
