"""Writes a dossier down: as one JSON document, and as an archive with the evidence as it came."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from app.domain.clock import SECOND, rfc3339
from app.domain.words import Category
from app.journal.proof import Proven, are_whole
from app.pipeline.dossier import Dossier
from app.storage.dossier import TextState
from app.storage.tables import Action, Decision, Evidence

FORMAT: Final = "dvornik-dossier/1"
_README: Final = """Дело о решении {number}

dossier.json          решение, все редакции текста, основание, оценки, пороги, действия, уведомления, возражения
text/                 редакции текста, как они были написаны
evidence/             события соцсети, как они пришли, и ответы соцсети на наши действия
journal.jsonl         записи журнала об этом комментарии, по строке на запись
SHA256SUMS            контрольные суммы остальных файлов

Записи журнала связаны цепочкой: подпись каждой зависит от предыдущей. В поле check стоит whole, если запись
подходит к своему месту. Весь журнал проверяет команда: dvornik journal verify
"""


def as_json(dossier: Dossier) -> dict[str, Any]:
    """The dossier as JSON: ids are strings, instants RFC 3339, what is withheld or erased is null."""
    view = dossier.view
    decision, comment = view.record.decision, view.record.comment
    told: dict[str, Any] = _plain(
        {
            "format": FORMAT,
            "number": dossier.number,
            "made_at": dossier.made_at,
            "outside": dossier.outside,
            "page": {
                "id": view.page.id,
                "network": view.page.network,
                "external_id": view.page.external_id,
                "title": view.page.title,
                "timezone": view.page.timezone,
            },
            "act": None if dossier.act is None else {"text": str(dossier.act), "body": dossier.act.body},
            "comment": {
                **_some(comment, "id", "kind", "external_id", "url", "private", "written_by", "state"),
                **_some(comment, "written_at", "received_at"),
                "author": view.record.author,
                "withheld": view.withheld,
                "post": None if view.post is None else _some(view.post, "external_id", "url", "text", "published_at"),
            },
            "revisions": [_text(one, decision) for one in dossier.texts],
            "decision": {
                **_decision(dossier, decision),
                "categories": _json(decision.categories_json),
                "reasons": _json(decision.reasons_json),
                "clauses": _json(decision.clauses_json),
                "mode": decision.mode,
                "law": None if view.law is None else _some(view.law, "level", "act", "article"),
                "policy": {"name": view.record.policy_name, "version": view.record.policy_version},
                "model": _model(dossier),
                "scores": {head: getattr(decision, f"score_{head}") for head in (*map(str, Category), "appeal")},
                "thresholds": {one.head: _some(one, "review", "remove") for one in view.weighed},
                "basis": dossier.basis,
                "telling": [_telling(dossier, span) for span in view.telling],
                "change": _json(decision.change_json),
            },
            "decisions": [_decision(dossier, one) for one in reversed(view.chain)],
            "actions": [_action(dossier, one) for one in reversed(view.actions)],
            "notices": {str(kind): text for kind, text in dossier.notices.items()},
            "objections": [
                {
                    **_some(one, "id", "channel", "state", "outcome", "received_at", "due_at", "answered_at"),
                    "answered_by": _who(dossier, one.answered_by),
                    "withheld": one.id in dossier.unread,
                    "text": None if body is None else body.text,
                    "answer": None if body is None else body.answer,
                }
                for one, body in dossier.objections
            ],
            "cases": [
                {
                    **_some(one, "id", "reason", "opened_at", "closed_at", "ended"),
                    "ended_by": _who(dossier, one.ended_by),
                }
                for one in reversed(view.cases)
            ],
            "notes": [_some(one, "id", "text", "written_at") for one in reversed(view.notes)],
            "evidence": [_evidence(one) for one in dossier.evidence],
            "journal": {"whole": are_whole(dossier.journal), "entries": [_entry(one) for one in dossier.journal]},
        }
    )
    return told


def pack(dossier: Dossier) -> bytes:
    """The dossier as a ZIP archive with texts, evidence, the journal's entries and checksums."""
    files = {
        "README.txt": _README.format(number=dossier.number).encode(),
        "dossier.json": json.dumps(as_json(dossier), ensure_ascii=False, indent=2).encode(),
        "journal.jsonl": b"".join(
            json.dumps(_plain(_entry(one)), ensure_ascii=False).encode() + b"\n" for one in dossier.journal
        ),
    }
    for text in dossier.texts:
        if text.text is not None:
            files[f"text/{text.number}.txt"] = text.text.encode("utf-8", "replace")
    for one in dossier.evidence:
        if one.body is not None:
            files[f"evidence/{one.id}-{one.kind}.json"] = one.body
    files["SHA256SUMS"] = "".join(f"{_digest(data)}  {name}\n" for name, data in sorted(files.items())).encode()
    moment = datetime.fromtimestamp(dossier.made_at // SECOND, UTC).timetuple()[:6]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, moment)
            info.external_attr = 0o600 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _decision(dossier: Dossier, one: Decision) -> dict[str, Any]:
    told = _some(one, "id", "verdict", "decided_at", "supersedes")
    return {**told, "revision_id": one.revision_id, "decided_by": _who(dossier, one.decided_by)}


def _action(dossier: Dossier, one: Action) -> dict[str, Any]:
    named = ("id", "decision_id", "kind", "state", "outcome", "clause", "ban_seconds", "ban_until", "attempts")
    return {
        **_some(one, *named, "last_error", "created_at", "sent_at", "changed_at"),
        "ordered_by": _who(dossier, one.ordered_by),
        "confirmed_by": [_who(dossier, by) for by in one.confirmed_by.split(", ") if by],
        "ended_by": _who(dossier, one.ended_by),
    }


def _text(one: TextState, decision: Decision) -> dict[str, Any]:
    told = _some(one, "id", "number", "act", "received_at", "text", "attachments", "digest", "erased_at")
    return {**told, "attached_words": _json(one.segments_json), "decided_about": one.id == decision.revision_id}


def _telling(dossier: Dossier, span: Any) -> dict[str, Any]:
    words = dossier.view.words
    text = None if words is None else words[span.start : span.end]
    return {"text": text, "start": span.start, "end": span.end, "share": span.share, "category": span.category}


def _model(dossier: Dossier) -> dict[str, Any] | None:
    record = dossier.view.record
    return None if record.model_name is None else {"name": record.model_name, "version": record.model_version}


def _evidence(one: Evidence) -> dict[str, Any]:
    """What is kept, by its checksum; a network's answer is short and stands here itself."""
    told = _some(one, "id", "kind", "decision_id", "action_id", "received_at", "erased_at")
    if one.body is None:
        return {**told, "bytes": None, "sha256": None, "content": None}
    content = _readable(one.body)
    return {**told, "bytes": len(one.body), "sha256": _digest(one.body), "content": content}


def _readable(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _entry(one: Proven) -> dict[str, Any]:
    entry = one.entry
    return {
        **_some(entry, "chain", "seq", "at", "kind", "key_id", "mac"),
        "body": _readable(entry.body.encode()),
        "signed": entry.body,
        "check": one.check,
    }


def _who(dossier: Dossier, by: str) -> dict[str, Any] | None:
    if not by:
        return None
    someone = dossier.who(by)
    return {"kind": someone.kind, "post": someone.post or None, "name": someone.name or None}


def _some(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _json(text: str) -> Any:
    return msgspec.json.decode(text)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _plain(value: Any, name: str = "") -> Any:
    """Ids as strings and instants as RFC 3339; what was signed or came from outside stays as it is."""
    if isinstance(value, Mapping):
        kept = {"basis", "body", "content"}
        return {key: one if key in kept else _plain(one, str(key)) for key, one in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(one, name) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        if name in {"at", "ban_until"} or name.endswith("_at"):
            return rfc3339(value)
        if name in {"id", "supersedes"} or name.endswith("_id"):
            return str(value)
    return value
