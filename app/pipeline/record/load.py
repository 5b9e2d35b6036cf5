"""Loads and locks everything that a batch touches: authors, posts, comments, their open actions and cases."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from app.domain.events import AuthorBanned, AuthorUnbanned, Event, Published, Removed, Written
from app.domain.ids import IdSource
from app.domain.states import ActionState, CaseState, CommentState
from app.domain.words import OWN, ActionKind, WrittenBy
from app.pipeline.configuration import PageConfig
from app.pipeline.record.known_posts import KnownPosts, PostKey
from app.pipeline.record.ledger import ActionRow, CaseRow, CommentKey, CommentRow, Ledger, key_of
from app.storage.bulk import Bulk, Row
from app.storage.tables import Action, Author, Comment, Decision, Post, ReviewCase, Revision, RevisionBody, Unjudged

_COMMENT: Final = (
    "page_id",
    "kind",
    "scope",
    "external_id",
    "id",
    "author_id",
    "written_by",
    "state",
    "revision_id",
    "revisions",
    "decision_id",
    "restored_revision_id",
    "private",
    "written_at",
    "changed_at",
)
_KEY: Final = ("page_id", "kind", "scope", "external_id")
_ACTION: Final = ("id", "kind", "state", "outcome", "comment_id", "page_id", "author_id")
#: Actions that an event can still move, or that tell an echo from a person's act.
_LIVE: Final = "t.state IN ('proposed', 'pending', 'sending', 'manual', 'done', 'shadow')"


class Loader:
    """Fills a ledger for a batch of events that were not seen before."""

    def __init__(self, bulk: Bulk, ledger: Ledger, ids: IdSource, known_posts: KnownPosts | None = None) -> None:
        self._bulk = bulk
        self._known_posts = known_posts or KnownPosts()
        self._ledger = ledger
        self._ids = ids

    def load(self, events: Sequence[tuple[Event, PageConfig]]) -> None:
        """Load and lock, in the order authors, posts, comments, so that two writers never wait in a ring."""
        self._authors(events)
        self._posts(events)
        self._comments(events)
        known = [row for row in self._ledger.comments.values() if not row.fresh]
        if known:
            self._behind(known)

    def load_waiting(self, revisions: Sequence[int]) -> None:
        """Lock what waits for a model, after its comments, with what was decided about those."""
        columns = ("revision_id",)
        rows = self._bulk.match(
            Unjudged, columns, [(id_,) for id_ in sorted(revisions)], columns, order="revision_id", lock=True
        )
        self._ledger.waiting = {row[0] for row in rows}
        decisions = sorted({(row.decision_id,) for row in self._ledger.comments.values() if row.decision_id})
        self._ledger.decided = dict(self._bulk.match(Decision, ("id",), decisions, ("id", "revision_id")))

    def load_one(self, comment_id: int) -> CommentRow | None:
        """Load and lock a comment that is known by its id, with what hangs on it; None if there is none."""
        self._take(self._bulk.match(Comment, ("id",), [(comment_id,)], _COMMENT, lock=True))
        found = next((row for row in self._ledger.comments.values() if row.id == comment_id), None)
        if found is not None:
            self._behind([found])
        return found

    def _authors(self, events: Iterable[tuple[Event, PageConfig]]) -> None:
        wanted = sorted({(str(event.network), name) for event, _ in events for name in _people(event) if name})
        known = {
            (network, name): id_
            for network, name, id_ in self._bulk.match(
                Author, ("network", "external_id"), wanted, ("network", "external_id", "id")
            )
        }
        missing = [pair for pair in wanted if pair not in known]
        rows = [self._author(network, name) for network, name in missing]
        inserted = self._bulk.insert_missing(Author, rows)
        self._ledger.new_authors |= inserted
        known.update({(row["network"], row["external_id"]): row["id"] for row in rows if row["id"] in inserted})
        lost = [pair for pair in missing if pair not in known]
        for network, name, id_ in self._bulk.match(
            Author, ("network", "external_id"), lost, ("network", "external_id", "id")
        ):
            known[network, name] = id_
        self._ledger.authors.update(known)

    def _author(self, network: str, name: str) -> Row:
        row = {"id": self._ids(), "network": network, "external_id": name}
        return {**row, "first_seen_at": self._ledger.at, "erased_at": None}

    def _posts(self, events: Iterable[tuple[Event, PageConfig]]) -> None:
        wanted = sorted({(page.id, name) for event, page in events if (name := _post_of(event))})
        known = self._known_posts.of(wanted)
        found = self._found_posts([pair for pair in wanted if pair not in known])
        self._known_posts.remember(found)
        known |= found
        missing = [pair for pair in wanted if pair not in known]
        rows = [self._post(page_id, name) for page_id, name in missing]
        inserted = self._bulk.insert_missing(Post, rows)
        known.update({(row["page_id"], row["external_id"]): row["id"] for row in rows if row["id"] in inserted})
        known |= self._found_posts([pair for pair in missing if pair not in known])
        self._ledger.posts.update(known)

    def _found_posts(self, wanted: Sequence[PostKey]) -> dict[PostKey, int]:
        columns = ("page_id", "external_id", "id")
        return {(page, name): id_ for page, name, id_ in self._bulk.match(Post, columns[:2], wanted, columns)}

    def _post(self, page_id: int, external_id: str) -> Row:
        row: dict[str, object] = {"id": self._ids(), "page_id": page_id, "external_id": external_id, "text": None}
        return {
            **row,
            "attachments_json": "[]",
            "url": "",
            "published_at": None,
            "received_at": self._ledger.at,
            "erased_at": None,
        }

    def _comments(self, events: Iterable[tuple[Event, PageConfig]]) -> None:
        first: dict[CommentKey, tuple[Event, PageConfig]] = {}
        for event, page in events:
            if isinstance(event.body, Written | Removed):
                first.setdefault(key_of(page.id, event.body.ref), (event, page))
        keys = sorted(first)
        self._take(self._bulk.match(Comment, _KEY, keys, _COMMENT, lock=True))
        new = [(key, *self._comment(key, *first[key])) for key in keys if key not in self._ledger.comments]
        inserted = self._bulk.insert_missing(Comment, [row for _, _, row in new])
        self._ledger.comments.update((key, comment) for key, comment, _ in new if comment.id in inserted)
        lost = [key for key in keys if key not in self._ledger.comments]
        self._take(self._bulk.match(Comment, _KEY, lost, _COMMENT, lock=True))

    def _comment(self, key: CommentKey, event: Event, page: PageConfig) -> tuple[CommentRow, Row]:
        """A comment as it is first heard of; its revision and decision ids are made here, before they exist."""
        body, at = event.body, self._ledger.at
        written = body if isinstance(body, Written) else None
        by = page.written_by(written.author) if written else WrittenBy.CITIZEN
        comment = CommentRow(
            id=self._ids(),
            page_id=page.id,
            author_id=self._ledger.authors.get((page.network, written.author)) if written else None,
            written_by=by,
            state=CommentState.VISIBLE if written else CommentState.REMOVED,
            revision_id=self._ids() if written else None,
            revisions=1 if written else 0,
            decision_id=self._ids() if written and by not in OWN else None,
            restored_revision_id=None,
            private=written is not None and written.private,
            written_at=written.written_at if written else None,
            fresh=True,
            changed_at=at,
        )
        comment.stored = comment.columns()
        _, kind, scope, external_id = key
        row = {
            "id": comment.id,
            "page_id": page.id,
            "kind": kind,
            "scope": scope,
            "external_id": external_id,
            "author_id": comment.author_id,
            "written_by": str(by),
            "post_id": self._ledger.posts.get((page.id, written.post)) if written else None,
            "post_external_id": written.post if written else "",
            "thread_root": written.thread_root if written else "",
            "reply_to": written.reply_to if written else "",
            "url": written.url if written else "",
            "private": comment.private,
            "state": str(comment.state),
            "revision_id": comment.revision_id,
            "revisions": comment.revisions,
            "decision_id": comment.decision_id,
            "restored_revision_id": None,
            "written_at": comment.written_at,
            "received_at": at,
            "changed_at": at,
        }
        return comment, row

    def _take(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for values in rows:
            comment = _row(values)
            self._ledger.comments[values[:4]] = comment

    def _behind(self, known: Sequence[CommentRow]) -> None:
        """What hangs on comments that were here before this batch."""
        by_id = {row.id: row for row in known}
        ids = [(id_,) for id_ in sorted(by_id)]
        for values in self._bulk.match(Action, ("comment_id",), ids, _ACTION, where=_LIVE, lock=True):
            by_id[values[4]].actions.append(_action(values))
        columns = ("id", "comment_id", "state")
        for id_, comment_id, state in self._bulk.match(
            ReviewCase, ("comment_id",), ids, columns, where="t.state <> 'closed'", lock=True
        ):
            by_id[comment_id].case = CaseRow(id_, comment_id, CaseState(state))
        revisions = {row.revision_id: row for row in known if row.revision_id}
        keys = [(id_,) for id_ in revisions]
        for id_, digest, at, act in self._bulk.match(Revision, ("id",), keys, ("id", "digest", "received_at", "act")):
            revisions[id_].digest, revisions[id_].digest_at, revisions[id_].act = digest, at, act
        salts = self._bulk.match(RevisionBody, ("revision_id",), keys, ("revision_id", "salt"), order="revision_id")
        for id_, salt in salts:
            revisions[id_].salt = salt or ""
        authors = {row.author_id for row in known if row.author_id}
        names = dict(self._bulk.match(Author, ("id",), [(id_,) for id_ in authors], ("id", "external_id")))
        for row in known:
            row.author = names.get(row.author_id) or ""


def _row(values: tuple[Any, ...]) -> CommentRow:
    (
        id_,
        author_id,
        written_by,
        state,
        revision_id,
        revisions,
        decision_id,
        restored,
        private,
        written_at,
        changed_at,
    ) = values[4:]
    row = CommentRow(
        id=id_,
        page_id=values[0],
        author_id=author_id,
        written_by=WrittenBy(str(written_by)),
        state=CommentState(str(state)),
        revision_id=revision_id,
        revisions=revisions,
        decision_id=decision_id,
        restored_revision_id=restored,
        private=bool(private),
        written_at=written_at,
        changed_at=changed_at,
    )
    row.stored = row.columns()
    return row


def _action(values: tuple[Any, ...]) -> ActionRow:
    id_, kind, state, outcome, comment_id, page_id, author_id = values
    return ActionRow(id_, ActionKind(str(kind)), ActionState(str(state)), outcome, comment_id, page_id, author_id)


def _people(event: Event) -> tuple[str, ...]:
    body = event.body
    return (body.author,) if isinstance(body, Written | AuthorBanned | AuthorUnbanned) else ()


def _post_of(event: Event) -> str:
    body = event.body
    if isinstance(body, Published):
        return body.external_id
    return body.post if isinstance(body, Written) else ""
