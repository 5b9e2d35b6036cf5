"""What a decision, an opinion and an action look like, for the description of the API."""

from typing import Any

DECISION_ID = "7301844407214080001"
ACTION_ID = "7301844407214080002"
PAGE_ID = "7301844400000000001"
_EXPLANATION = {"text": "дебил", "start": 5, "end": 10, "share": 0.81, "category": "insult"}
_SCORES = {"spam": 0.0021, "insult": 0.9931, "obscenity": 0.0307, "threat": 0.0012, "appeal": 0.0214}
_CLAUSE = "п. 2.5, Постановление администрации Новокузнецкого муниципального района от 16.03.2020 № 59"
_ACTION = {
    "id": ACTION_ID,
    "kind": "delete_comment",
    "state": "done",
    "outcome": "acted",
    "attempts": 1,
    "last_error": "",
    "due_at": "2026-11-22T17:31:00.123456Z",
}
_JUDGED: dict[str, Any] = {
    "verdict": "remove",
    "categories": ["insult"],
    "scores": _SCORES,
    "reasons": ["score_over_remove"],
    "clauses": [_CLAUSE],
    "explanation": [_EXPLANATION],
    "change": {"without": [{"text": "дебил", "start": 5, "end": 10}], "verdict": "keep"},
    "mode": "enforce",
    "policy": {"name": "novokuznetsk-59", "version": 1},
    "model": {"name": "default", "version": "2026.11.1"},
    "decided_by": "machine",
    "decided_at": "2026-11-22T17:31:00.123456Z",
    "context": None,
}
DECISION_EXAMPLE: dict[str, Any] = {
    "id": DECISION_ID,
    "page_id": PAGE_ID,
    "comment": {
        "id": "7301844407214080000",
        "network": "vk",
        "kind": "wall",
        "external_id": "4711",
        "author_id": "15170",
        "text": "Ты — дебил",
        "revision": 1,
        "url": "https://vk.com/wall-229000001_17?reply=4711",
        "erased_at": None,
        "withheld": False,
    },
    **_JUDGED,
    "actions": [_ACTION],
    "supersedes": None,
}
OPINION_EXAMPLE: dict[str, Any] = {
    "comment": {"network": None, "author_id": None, "text": "Ты — дебил"},
    **_JUDGED,
    "actions": [{"kind": "delete_comment", "state": "pending", "ban_seconds": None}],
}
ACTION_EXAMPLE: dict[str, Any] = {
    **_ACTION,
    "kind": "ban_author",
    "state": "proposed",
    "outcome": None,
    "attempts": 0,
    "decision_id": DECISION_ID,
    "comment_id": "7301844407214080000",
    "page_id": PAGE_ID,
    "waiting_for": None,
    "ordered_by": "machine",
    "confirmed_by": "",
    "clause": _CLAUSE,
    "ban_seconds": 86400,
    "ban_until": None,
    "created_at": "2026-11-22T17:31:00.123456Z",
    "changed_at": "2026-11-22T17:31:00.123456Z",
    "ended_by": "",
    "manual": None,
}
