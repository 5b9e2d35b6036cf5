"""Writes down everything that is held about one person, for the person: words, decisions, actions, objections, answers.

Colleagues appear by their posts, never by name. Legal holds are left out: they may be part of an investigation.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlmodel import Session, SQLModel, col, select

from app.domain.clock import rfc3339
from app.pipeline.house import House
from app.pipeline.persons.asked import Person, find, note, portions
from app.pipeline.persons.holds import Who
from app.storage import persons as queries
from app.storage.accounts import PERSON
from app.storage.tables import (
    Account,
    Action,
    Answer,
    AnswerBody,
    Appeal,
    CampaignComment,
    Comment,
    Decision,
    Evidence,
    Label,
    Note,
    Objection,
    ObjectionBody,
    Page,
    ReviewCase,
    Revision,
    RevisionBody,
)

#: What each table tells, beside ids; columns that end in `_by` name a post.
_TOLD: Final[Mapping[type[SQLModel], tuple[str, ...]]] = {
    Revision: ("number", "act", "received_at"),
    Decision: (
        "id",
        "verdict",
        "categories_json",
        "reasons_json",
        "clauses_json",
        "score_spam",
        "score_insult",
        "score_obscenity",
        "score_threat",
        "score_appeal",
        "mode",
        "decided_by",
        "decided_at",
        "supersedes",
    ),
    Action: (
        "id",
        "kind",
        "state",
        "outcome",
        "decision_id",
        "ordered_by",
        "confirmed_by",
        "ended_by",
        "clause",
        "ban_seconds",
        "ban_until",
        "created_at",
        "sent_at",
        "changed_at",
    ),
    ReviewCase: ("id", "state", "reason", "ended", "ended_by", "opened_at", "closed_at"),
    Objection: ("id", "decision_id", "channel", "state", "outcome", "received_at", "answered_at", "answered_by"),
    Answer: ("id", "state", "drafted_by", "agreed_post", "published_by", "closed_by", "created_at", "published_at"),
    Appeal: ("asked_at", "due_at", "answered_at", "ended", "ended_by", "closed_at"),
    Note: ("text", "written_at", "erased_at"),
    Label: ("text", "verdict", "categories_json", "labelled_at", "erased_at"),
    CampaignComment: ("campaign_id", "joined_at"),
}
_PLACES: Final = ("kind", "external_id", "url", "state", "private", "written_at", "received_at")
_NAMED: Final[Mapping[str, type[SQLModel]]] = {
    "decisions": Decision,
    "actions": Action,
    "cases": ReviewCase,
    "appeals": Appeal,
    "notes": Note,
    "labels": Label,
    "campaigns": CampaignComment,
}


@dataclass(frozen=True, slots=True)
class Export:
    """What is written down: a heading, and the comments as they are read from the database."""

    heading: Mapping[str, object]
    comments: Iterator[Mapping[str, object]]

    def written(self) -> Iterator[bytes]:
        """The whole as JSON, a piece at a time."""
        heading = _text(self.heading)
        yield heading[: heading.rindex("}")].rstrip().encode() + b',\n  "comments": [\n'
        first = True
        for comment in self.comments:
            yield (b"" if first else b",\n") + _text(comment).encode()
            first = False
        yield b"\n]}\n"


def export(house: House, network: str, external_id: str, *, who: Who) -> Export:
    """Everything about somebody from the pages that the asker may see; journalled before the first word is given.

    Raises:
        InvalidInputError: there is no such network, or this can be nobody's id.
        NotFoundError: nobody of this id has written to these pages.
    """
    person = find(house, network, external_id, who=who)
    pages = None if who.pages is None else sorted(who.pages)
    note(house, "person_exported", network, external_id, who, comments=person.total, pages=pages)
    heading = {
        "made_at": rfc3339(house.clock.now()),
        "network": person.network,
        "id": person.external_id,
        "first_seen_at": rfc3339(person.first_seen_at),
        "comments_total": person.total,
    }
    return Export(heading, _comments(house, person, who))


def _comments(house: House, person: Person, who: Who) -> Iterator[Mapping[str, object]]:
    for ids in portions(house, person, who):
        with house.database.read() as session:
            gathered = _Gathered(session, ids)
            portion = [gathered.told(comment) for comment in gathered.comments]
        yield from portion


class _Gathered:
    """What is known of a portion of comments."""

    def __init__(self, session: Session, ids: list[int]) -> None:
        self.comments = list(session.exec(select(Comment).where(col(Comment.id).in_(ids)).order_by(col(Comment.id))))
        self._pages = {page.id: page for page in session.exec(select(Page))}
        self._posts = {f"{PERSON}{one.name}": one.post for one in session.exec(select(Account))}
        tables: tuple[type[SQLModel], ...] = (*_NAMED.values(), Revision, Objection, Answer, Evidence)
        self._rows = {table: _by_comment(queries.rows_of(session, table, ids)) for table in tables}
        revisions = [row.id for rows in self._rows[Revision].values() for row in rows]
        objections = [row.id for rows in self._rows[Objection].values() for row in rows]
        answers = [row.id for rows in self._rows[Answer].values() for row in rows]
        self._texts = queries.bodies_of(session, RevisionBody, "revision_id", revisions)
        self._objections = queries.bodies_of(session, ObjectionBody, "objection_id", objections)
        self._answers = queries.bodies_of(session, AnswerBody, "answer_id", answers)

    def told(self, comment: Comment) -> Mapping[str, object]:
        page = self._pages[comment.page_id]
        return {
            "id": str(comment.id),
            "page": {"id": str(page.id), "external_id": page.external_id, "title": page.title},
            **{name: _plain(name, getattr(comment, name)) for name in _PLACES},
            "revisions": [self._revision(row) for row in self._of(Revision, comment)],
            **{name: [self._row(row) for row in self._of(table, comment)] for name, table in _NAMED.items()},
            "objections": [
                {**self._row(row), **_words(self._objections.get(row.id), "text", "answer")}
                for row in self._of(Objection, comment)
            ],
            "answers": [
                {**self._row(row), **_words(self._answers.get(row.id), "text")} for row in self._of(Answer, comment)
            ],
            "evidence": [_evidence(row) for row in self._of(Evidence, comment)],
        }

    def _of(self, table: type[SQLModel], comment: Comment) -> list[Any]:
        return self._rows[table].get(comment.id, [])

    def _revision(self, row: Any) -> dict[str, object]:
        body = self._texts.get(row.id)
        told = {**self._row(row), **_words(body, "text")}
        if body is None:
            return told
        attached = msgspec.json.decode(body.attachments_json)
        return {**told, "beside": msgspec.json.decode(body.segments_json), "attachments": attached}

    def _row(self, row: Any) -> dict[str, object]:
        told: dict[str, object] = {}
        for name in _TOLD[type(row)]:
            value = getattr(row, name)
            if name.endswith("_by"):
                told[name] = ", ".join(self._post(one) for one in value.split(", ")) if value else ""
            else:
                told[name.removesuffix("_json")] = _plain(name, value)
        return told

    def _post(self, by: str) -> str:
        """Who did it, without a name: a code, or a colleague's post."""
        kind, _, _ = by.partition(":")
        return self._posts.get(by) or kind


def _by_comment(rows: list[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.comment_id, []).append(row)
    return grouped


def _words(body: Any, *names: str) -> dict[str, object]:
    if body is None:
        return {}
    return {name: getattr(body, name) for name in names} | {"erased_at": _plain("erased_at", body.erased_at)}


def _evidence(row: Any) -> dict[str, object]:
    told = {"kind": row.kind, "received_at": rfc3339(row.received_at), "erased_at": _plain("erased_at", row.erased_at)}
    if row.body is None:
        return told
    try:
        return {**told, "body": msgspec.json.decode(row.body)}
    except msgspec.DecodeError:
        return {**told, "base64": base64.b64encode(row.body).decode()}


def _plain(name: str, value: object) -> object:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        if name.endswith(("_at", "_until")):
            return rfc3339(value)
        return str(value) if name in {"id", "supersedes"} or name.endswith("_id") else value
    return msgspec.json.decode(value) if isinstance(value, str) and name.endswith("_json") else value


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
