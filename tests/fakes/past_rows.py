"""Rows of an installation with some history, as the program wrote them at any revision of the schema."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.storage.vault import Vault

AT: Final = 1_790_000_000_000_000
#: What COPY, CSV and careless quoting would each spoil.
AWKWARD: Final = "Ёлки\t\\N \"кавычки\" 'и' \\. \r\nперенос 🙂 \u2028 конец\\"
PAGE_EXTERNAL: Final = "229000777"
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def rows_of_a_history(vault: Vault) -> Rows:
    """Rows by table, with every column that a table has ever had; what is sealed opens with this vault."""
    return {**_offices(vault), **_comments(), **_decisions(), **_copies(), **_desk(), **_watch(vault)}


#: What may stand in a table only once, besides numbers of rows.
_ONCE: Final = {
    "account": ["name"],
    "api_token": ["token_hash"],
    "connection": ["callback_key"],
    "page": ["external_id"],
    "policy_version": ["name"],
    "model_version": ["digest"],
    "author": ["external_id"],
    "event": ["key", "key_hash"],
    "seen_text": ["text_hash"],
    "action": ["idempotency_key"],
    "desk_session": ["secret_hash"],
    "sign_in_link": ["secret_hash"],
    "duty_cursor": ["name"],
}
#: How far apart the numbers of two histories are.
APART: Final = 1000


def another(rows: Rows, number: int) -> Rows:
    """The same history once more, for a database that holds others already: nothing of it meets theirs."""
    return {table: [_moved(table, row, number) for row in history] for table, history in rows.items()}


def _moved(table: str, row: Mapping[str, Any], number: int) -> dict[str, Any]:
    moved = dict(row)
    for name, value in row.items():
        if (name == "id" or name.endswith("_id")) and isinstance(value, int) and value:
            moved[name] = value + APART * number
    for name in _ONCE.get(table, ()):
        if row[name] is not None:
            moved[name] = row[name] - number if isinstance(row[name], int) else f"{row[name]}{number}"
    return moved


def _offices(vault: Vault) -> Rows:
    sealed = vault.seal("секрет")
    return {
        "account": [{"id": 1, "name": "anna", "post": "специалист", "created_at": AT}],
        "api_token": [
            {
                "id": 2,
                "account_id": 1,
                "role": "moderator",
                "token_hash": "ab" * 32,
                "pages_json": "[6]",
                "created_at": AT,
            },
            {"id": 3, "account_id": 1, "role": "viewer", "token_hash": "cd" * 32, "created_at": AT, "revoked_at": AT},
        ],
        "connection": [
            {
                "id": 4,
                "network": "vk",
                "callback_key": "key",
                "secret_enc": sealed,
                "paused_until": AT,
                "pause_code": "flood",
                "trouble_began_at": AT,
                "trouble_at": AT,
                "trouble_code": "timeout",
                "lease_owner": "w",
                "lease_until": AT,
                "created_at": AT,
            }
        ],
        "credential": [
            {
                "id": 5,
                "connection_id": 4,
                "page_id": 6,
                "slot": "user",
                "token_enc": vault.seal("token"),
                "fingerprint": vault.fingerprint("token"),
                "dead_code": "",
                "created_at": AT,
            }
        ],
        "capability": [{"credential_id": 5, "method": "groups.ban", "code": "15", "until_at": AT}],
        "page": [
            {
                "id": 6,
                "network": "vk",
                "external_id": PAGE_EXTERNAL,
                "connection_id": 4,
                "title": AWKWARD,
                "policy_name": "novokuznetsk-59",
                "mode": "review",
                "timezone": "Asia/Novokuznetsk",
                "secret_enc": sealed,
                "confirmation": "c0ffee",
                "trusted_json": '["1"]',
                "managers_json": '["5"]',
                "managers_read_at": AT,
                "budget_from": AT,
                "paused_by": "",
                "created_at": AT,
                "office": "settlement",
                "calendar_json": "{}",
                "intake": "longpoll",
                "callback_server": "1",
                "previous_secret_enc": vault.seal("прежний"),
                "previous_secret_until": AT,
            }
        ],
        "policy_version": [
            {
                "id": 7,
                "name": "own",
                "version": 1,
                "digest": "ef" * 32,
                "source": "[policy]",
                "created_at": AT,
                "created_by": "cli",
            }
        ],
        "model_version": [
            {"id": 8, "name": "dvornik", "version": "0.1", "digest": "01" * 32, "first_used_at": AT},
        ],
    }


def _comments() -> Rows:
    return {
        "event": [
            {
                "id": 10,
                "page_id": 6,
                "key_hash": 2**63 - 1,
                "key": "e" * 40,
                "type": "wall_reply_new",
                "outcome": "judged",
                "received_at": AT,
            }
        ],
        "rejected_event": [
            {"id": 11, "page_id": 6, "key": "f" * 40, "type": "wall_reply_new", "code": "data", "received_at": AT},
        ],
        "author": [
            {"id": 12, "network": "vk", "external_id": "15170", "first_seen_at": AT},
            {"id": 13, "network": "vk", "external_id": None, "first_seen_at": AT, "erased_at": AT},
        ],
        "post": [
            {
                "id": 14,
                "page_id": 6,
                "external_id": "7",
                "text": AWKWARD,
                "url": "u",
                "published_at": AT,
                "received_at": AT,
                "attachments_json": '["photo:1_2"]',
            }
        ],
        "comment": [_comment(15, "1", state="visible", revision=16), _comment(17, "2", state="removed", revision=18)],
        "revision": [
            {"id": 16, "comment_id": 15, "number": 1, "digest": "aa", "act": "new", "received_at": AT},
            {"id": 18, "comment_id": 17, "number": 1, "digest": "bb", "act": "new", "received_at": AT},
        ],
        "revision_body": [
            {
                "revision_id": 16,
                "text": AWKWARD,
                "segments_json": "[]",
                "attachments_json": "[]",
                "salt": "s",
            },
            {"revision_id": 18, "segments_json": "[]", "attachments_json": "[]", "erased_at": AT},
        ],
    }


def _comment(number: int, external: str, *, state: str, revision: int) -> dict[str, Any]:
    return {
        "id": number,
        "page_id": 6,
        "kind": "wall",
        "scope": "",
        "external_id": external,
        "author_id": 12,
        "written_by": "citizen",
        "post_id": 14,
        "post_external_id": "7",
        "thread_root": "",
        "reply_to": "",
        "url": "u",
        "private": False,
        "state": state,
        "revision_id": revision,
        "revisions": 1,
        "decision_id": number + 10,
        "written_at": AT,
        "received_at": AT,
        "changed_at": AT,
    }


def _decisions() -> Rows:
    return {
        "decision": [_decision(25, 15, 16, "review"), _decision(27, 17, 18, "remove")],
        "action": [_action(28, "delete_comment", "done"), _action(29, "ban_author", "proposed")],
        "review_case": [
            _case(30, 15, 16, 25, protected=False, uncertainty=0.25, state="open"),
            _case(31, 17, 18, 27, protected=True, uncertainty=0.5, state="closed"),
        ],
        "evidence": [
            {
                "id": 32,
                "comment_id": 17,
                "decision_id": 27,
                "kind": "event",
                "body": bytes(range(256)),
                "received_at": AT,
            },
            {"id": 33, "comment_id": 17, "kind": "event", "received_at": AT, "erased_at": AT},
        ],
        "note": [{"id": 34, "comment_id": 15, "account_id": 1, "text": AWKWARD, "written_at": AT}],
    }


def _decision(number: int, comment: int, revision: int, verdict: str) -> dict[str, Any]:
    return {
        "id": number,
        "comment_id": comment,
        "revision_id": revision,
        "page_id": 6,
        "verdict": verdict,
        "categories_json": '["insult"]',
        "reasons_json": '["score_over_review"]',
        "clauses_json": "[]",
        "score_spam": 0.1,
        "score_insult": 1 / 3,
        "score_obscenity": 5e-324,
        "score_threat": 0.0,
        "score_appeal": None,
        "explanation_json": "[]",
        "change_json": "null",
        "basis_json": "{}",
        "mode": "review",
        "policy_version_id": 7,
        "model_version_id": 8,
        "decided_by": "machine",
        "decided_at": AT,
    }


def _action(number: int, kind: str, state: str) -> dict[str, Any]:
    return {
        "id": number,
        "idempotency_key": f"k{number}",
        "kind": kind,
        "state": state,
        "decision_id": 27,
        "comment_id": 17,
        "page_id": 6,
        "connection_id": 4,
        "author_id": 12,
        "ordered_by": "machine",
        "confirmed_by": "",
        "clause": "п. 2.5",
        "ban_seconds": 86_400,
        "ban_reason": AWKWARD,
        "attempts": 1,
        "last_error": "",
        "due_at": AT,
        "claim": 1,
        "created_at": AT,
        "changed_at": AT,
        "ended_by": "",
    }


def _case(
    number: int, comment: int, revision: int, decision: int, *, protected: bool, uncertainty: float, state: str
) -> dict[str, Any]:
    return {
        "id": number,
        "comment_id": comment,
        "page_id": 6,
        "revision_id": revision,
        "decision_id": decision,
        "state": state,
        "reason": "score_over_review",
        "protected": protected,
        "uncertainty": uncertainty,
        "claimed_by": "",
        "ended_by": "",
        "opened_at": AT,
        "closed_at": AT if state == "closed" else None,
        "category": "insult",
        "rank": 5,
        "assigned_to": "anna",
        "skipped_json": "[1]",
    }


def _copies() -> Rows:
    return {
        "seen_text": [
            {"id": 40, "text_hash": 5, "text": "привет", "own_words": True, "seen_json": "[]", "last_at": AT},
        ],
        "campaign": [
            {
                "id": 41,
                "page_id": 6,
                "text_id": 40,
                "first_comment_id": 15,
                "case_id": 30,
                "asked_json": "[]",
                "comments": 1,
                "first_at": AT,
                "last_at": AT,
            }
        ],
        "campaign_comment": [{"id": 42, "campaign_id": 41, "comment_id": 15, "revision_id": 16, "joined_at": AT}],
    }


def _desk() -> Rows:
    by = {"drafted_by": "anna", "agreed_by": "", "agreed_post": "", "published_by": "", "closed_by": ""}
    return {
        "answer": [
            {
                "id": 50,
                "page_id": 6,
                "comment_id": 15,
                "state": "draft",
                "version": 2,
                **by,
                "created_at": AT,
                "changed_at": AT,
            }
        ],
        "answer_body": [{"answer_id": 50, "text": AWKWARD}],
        "appeal": [
            {"comment_id": 15, "page_id": 6, "thread": "1", "asked_at": AT, "due_at": AT, "ended_by": ""},
        ],
        "desk_session": [
            {
                "id": 51,
                "secret_hash": "h",
                "account_id": 1,
                "api_token_id": 2,
                "created_at": AT,
                "seen_at": AT,
                "expires_at": AT,
            }
        ],
        "duty_cursor": [{"name": "walk", "position": 15, "walked_at": AT}],
        "job": [
            {
                "id": 52,
                "kind": "preview",
                "page_id": 6,
                "params_json": "{}",
                "state": "done",
                "done": 1,
                "total": 1,
                "position": 9,
                "result_json": "null",
                "error": "",
                "asked_by": "anna",
                "lease_owner": "",
                "lease_until": 0,
                "created_at": AT,
                "ended_at": AT,
            }
        ],
        "label": [
            {
                "id": 53,
                "decision_id": 25,
                "comment_id": 15,
                "page_id": 6,
                "text": AWKWARD,
                "source": "case",
                "verdict": "keep",
                "categories_json": "[]",
                "appeal": False,
                "machine_verdict": "review",
                "machine_categories_json": "[]",
                "reasons_json": "[]",
                "policy_version_id": 7,
                "account_id": 1,
                "labelled_at": AT,
            }
        ],
        "legal_hold": [
            {
                "id": 54,
                "scope": "comment",
                "subject_id": 15,
                "ground": "№ 1",
                "set_by": "anna",
                "set_at": AT,
                "lifted_by": "",
            },
        ],
        "objection": [
            {
                "id": 55,
                "page_id": 6,
                "comment_id": 17,
                "decision_id": 27,
                "channel": "letter",
                "state": "open",
                "received_at": AT,
                "due_at": AT,
                "answered_by": "",
            }
        ],
        "objection_body": [{"objection_id": 55, "text": AWKWARD}],
        "sign_in_link": [
            {
                "id": 56,
                "secret_hash": "h",
                "api_token_id": 2,
                "created_by": "cli",
                "created_at": AT,
                "expires_at": AT,
            }
        ],
    }


def _watch(vault: Vault) -> Rows:
    return {
        "poll": [
            {
                "page_id": 6,
                "server": "https://lp.vk.com/1",
                "key_enc": vault.seal("ключ"),
                "cursor": "17",
                "due_at": AT,
                "polled_at": AT,
                "trouble_code": "",
                "lease_owner": "",
                "lease_until": 0,
            }
        ],
        "watch": [{"page_id": 6, "checked_at": AT, "state": "ok", "silence_limit": AT, "silence_limit_at": AT}],
        "incident": [
            {"id": 60, "what": "silence", "page_id": 6, "connection_id": 0, "code": "", "began_at": AT, "seen_at": AT},
        ],
        "alert_channel": [
            {
                "id": 61,
                "kind": "mail",
                "target_enc": vault.seal("a@example.org"),
                "quiet_from": 1320,
                "quiet_to": 420,
                "timezone": "UTC",
                "created_at": AT,
                "created_by": "cli",
            }
        ],
        "alert_message": [
            {
                "id": 62,
                "incident_id": 60,
                "channel_id": 61,
                "part": "began",
                "due_at": AT,
                "attempts": 0,
                "last_error": "",
            }
        ],
        "reread": [
            {
                "id": 63,
                "page_id": 6,
                "from_at": AT,
                "to_at": AT,
                "state": "open",
                "cursor_json": "{}",
                "seen": 0,
                "found": 0,
                "code": "",
                "created_at": AT,
            }
        ],
        "unjudged": [
            {
                "revision_id": 16,
                "comment_id": 15,
                "page_id": 6,
                "received_at": AT,
                "read_again": False,
                "raw": b"{\x00\xff}",
            },
        ],
    }
