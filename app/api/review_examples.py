"""What a question to a person, a verdict and its result look like, for the description of the API."""

from typing import Any

from app.api.examples import ACTION_EXAMPLE, ACTION_ID, DECISION_EXAMPLE, DECISION_ID, PAGE_ID

CASE_ID = "7301844407214080003"
_CLAUSE = ACTION_EXAMPLE["clause"]
_DECISION: dict[str, Any] = {
    **DECISION_EXAMPLE,
    "verdict": "review",
    "reasons": ["protected_appeal"],
    "mode": "enforce",
    "actions": [],
}
BRIEF_EXAMPLE: dict[str, Any] = {
    "id": CASE_ID,
    "page_id": PAGE_ID,
    "state": "claimed",
    "reason": "protected_appeal",
    "why": "Похоже на жалобу, вопрос или критику жителя, но в тексте есть оскорбление: такое удаляет только человек.",
    "protected": True,
    "category": "insult",
    "uncertainty": 0.12,
    "opened_at": "2026-11-22T17:31:00.123456Z",
    "claimed_by": "person:anna",
    "claimed_until": "2026-11-22T17:41:00.123456Z",
    "assigned_to": "",
    "decision": _DECISION,
}
CASE_LIST_EXAMPLE: dict[str, Any] = {"items": [BRIEF_EXAMPLE], "next_cursor": "EAAGSf1_fgAAZV9nfX4AAAE"}
CASE_EXAMPLE: dict[str, Any] = {
    **BRIEF_EXAMPLE,
    "page_title": "Администрация Новокузнецкого района",
    "mode": "enforce",
    "revision": 1,
    "is_current": True,
    "words": "Ты — дебил",
    "telling": DECISION_EXAMPLE["explanation"],
    "change": [{"text": "дебил", "start": 5, "end": 10}],
    "revisions": [
        {
            "number": 1,
            "text": "Ты — дебил",
            "attachments": [],
            "act": "new",
            "received_at": "2026-11-22T17:31:00.123456Z",
            "erased_at": None,
        }
    ],
    "post": {
        "id": "7301844407214070000",
        "external_id": "17",
        "text": "Ремонт улицы Садовой завершён",
        "url": "https://vk.com/wall-229000001_17",
        "published_at": "2026-11-22T09:00:00.000000Z",
    },
    "thread": [],
    "history": {"kept": 4, "reviewed": 0, "removed": 1, "bans": 0, "newest": []},
    "campaign": None,
    "choices": [{"category": "insult", "clause": _CLAUSE, "how": "delete_comment", "ladder": [86400, 259200]}],
    "effects": [
        {
            "kind": "delete_comment",
            "possible": True,
            "undo": "restore_comment",
            "text": "Комментарий исчезнет со страницы. Потом его можно вернуть, пока сеть это позволяет.",
        }
    ],
    "objection": None,
    "actions": [],
    "notes": [],
}
CLAIM_EXAMPLE: dict[str, Any] = {"case_id": CASE_ID, "revision": 1, "until": "2026-11-22T17:41:00.123456Z"}
VERDICT_EXAMPLE: dict[str, Any] = {
    "verdict": "remove",
    "revision": 1,
    "categories": ["insult"],
    "clause": _CLAUSE,
    "ban": {"seconds": 86400},
}
RULED_EXAMPLE: dict[str, Any] = {
    "decision_id": DECISION_ID,
    "case_id": CASE_ID,
    "actions": [
        {
            **ACTION_EXAMPLE,
            "id": ACTION_ID,
            "kind": "delete_comment",
            "state": "pending",
            "waiting_for": "undo_window",
            "ordered_by": "person:anna",
            "ban_seconds": None,
        }
    ],
    "undo_until": "2026-11-22T17:31:15.123456Z",
    "second_needed": False,
    "cannot": [],
}
UNDONE_EXAMPLE: dict[str, Any] = {**RULED_EXAMPLE, "actions": [], "undo_until": None}
BULK_EXAMPLE: dict[str, Any] = {
    "dry_run": True,
    "case_ids": [CASE_ID],
    "verdict": "remove",
    "categories": ["spam"],
    "clause": _CLAUSE,
}
BULK_OUT_EXAMPLE: dict[str, Any] = {
    "items": [
        {
            "case_id": CASE_ID,
            "comment_id": "7301844407214080004",
            "revision": 1,
            "actions": ["delete_comment"],
            "decision_id": None,
            "undo_until": None,
            "why_not": "",
        }
    ],
    "token": "gAAAAABn…",
    "left": 0,
    "question": None,
}
