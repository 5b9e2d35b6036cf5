"""What each kind of event does to what we know, in the order of arrival."""

from typing import Final

from app.domain.decisions import Keep, Ruling
from app.domain.events import Act, AuthorBanned, AuthorUnbanned, PageChanged, PageMoved, Published, Removed, Written
from app.domain.states import CANCELLABLE, GONE, ActionState, CaseEnd, CommentState
from app.domain.states import Outcome as Done
from app.domain.words import ActionKind, Reason, Verdict
from app.pipeline.configuration import PageConfig
from app.pipeline.record.deciding import Hand
from app.pipeline.record.digest import digest_of
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.ledger import ORDERED, ActionRow, CommentRow, Ledger, json_text, key_of
from app.pipeline.record.people import People
from app.pipeline.record.rulings import Rulings, is_judged
from app.storage.tables import Comment, Post, Unjudged

#: They reach further than the comment that they came from.
_OF_AUTHORS: Final = frozenset({ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR})
_NETWORK: Final = Hand("network:unknown", "network:unknown")


class Happenings:
    """Applies one event after another to a ledger."""

    def __init__(self, ledger: Ledger, rulings: Rulings, people: People) -> None:
        self._ledger = ledger
        self._rulings = rulings
        self._people = people

    def apply(self, item: Item, page: PageConfig) -> Outcome:
        """Write what follows from an event that was not seen before."""
        body = item.event.body
        match body:
            case Written() if item.waited is not None:
                return self._waited(item, item.waited, body, page)
            case Written():
                restored = body.act is Act.RESTORE
                return self._restored(item, body, page) if restored else self._written(item, body, page)
            case Removed():
                return self._removed(body, page)
            case Published():
                return self._published(body, page)
            case AuthorBanned() | AuthorUnbanned() | PageChanged() | PageMoved():
                return self._people.apply(body, page)

    def _written(self, item: Item, body: Written, page: PageConfig) -> Outcome:
        comment = self._comment(body, page)
        if comment.fresh:
            return self._take(comment, item, body, page)
        self._complete(comment, body, page)
        if self._is_late(comment, item, body):
            self._rulings.add_revision(comment, body, act="late", current=comment.revision_id is None)
            self._ledger.note("late", comment.id, page=page.id, act=body.act)
            return Outcome.LATE
        if comment.revision_id and digest_of(body, comment.salt) == comment.digest:
            return Outcome.SAME
        sending = [action for action in comment.actions if action.state is ActionState.SENDING]
        self._call_back(comment, "superseded", by="machine")
        self._ledger.close_case(comment, CaseEnd.SUPERSEDED, "machine")
        comment.move(CommentState.VISIBLE)
        return self._take(comment, item, body, page, sending=sending)

    def _take(
        self,
        comment: CommentRow,
        item: Item,
        body: Written,
        page: PageConfig,
        *,
        sending: list[ActionRow] | None = None,
    ) -> Outcome:
        """A new newest revision: it is ruled on, unless its words are the page's own."""
        # Managers come and go: whose words these are is asked for each text.
        comment.written_by = page.written_by(body.author)
        self._rulings.add_revision(comment, body, act=str(body.act))
        # A person must see what is being removed this very moment: it waits for no model.
        if item.unjudged and not sending and is_judged(comment.written_by):
            return self._set_waiting(comment, item)
        ruling = self._rulings.rule(comment, item, body, page)
        if ruling is None:
            self._ledger.note("own_text", comment.id, page=page.id, by=comment.written_by)
            return Outcome.RECORDED
        if sending and ruling.verdict is Verdict.KEEP:
            # The old text is being removed this very moment and the new one may stay: a person must see it.
            self._rulings.open_case(comment, ruling, comment.decision_id or 0)
        return Outcome.DECIDED

    def _set_waiting(self, comment: CommentRow, item: Item) -> Outcome:
        """The newest words are kept and get no decision before a model works."""
        if comment.fresh:
            # It was inserted with the id that a decision would have had.
            comment.decision_id = None
        self._ledger.add(
            Unjudged,
            revision_id=comment.revision_id,
            comment_id=comment.id,
            page_id=comment.page_id,
            received_at=item.received_at,
            read_again=item.read_again,
            raw=item.event.raw,
        )
        self._ledger.note("unjudged", comment.id, page=comment.page_id, revision=comment.revision_id)
        return Outcome.UNJUDGED

    def _waited(self, item: Item, revision_id: int, body: Written, page: PageConfig) -> Outcome:
        """Words that waited for a model, ruled on now if they still stand and nobody has dealt with them."""
        if revision_id not in self._ledger.waiting:
            return Outcome.DUPLICATE
        self._ledger.judged.append(revision_id)
        comment = self._comment(body, page)
        dealt_with = revision_id in (comment.restored_revision_id, self._ledger.decided.get(comment.decision_id or 0))
        if comment.revision_id != revision_id or comment.state in GONE or dealt_with:
            return Outcome.LATE
        comment.written_by = page.written_by(body.author)
        return Outcome.RECORDED if self._rulings.rule(comment, item, body, page) is None else Outcome.DECIDED

    def _is_late(self, comment: CommentRow, item: Item, body: Written) -> bool:
        """Whether something fresher than this delivery is known: a `new` always comes first, a repeat may be old."""
        if body.act is Act.NEW:
            return True
        delay = item.event.delayed_by
        untouched = comment.state is CommentState.VISIBLE and comment.restored_revision_id is None
        if comment.act == Act.NEW and untouched:
            # An edit follows the text that it edits, however late that came itself: both may have waited for us.
            return False
        return delay > 0 and max(comment.digest_at, comment.changed_at) > item.received_at - delay

    def _restored(self, item: Item, body: Written, page: PageConfig) -> Outcome:
        """A person's `keep` for this text; the echo of our own restore says nothing new."""
        comment = self._comment(body, page)
        if not comment.fresh:
            self._complete(comment, body, page)
        if self._is_own_restore(comment):
            comment.move(CommentState.VISIBLE)
            return Outcome.ECHO
        if comment.fresh or not comment.revision_id or digest_of(body, comment.salt) != comment.digest:
            self._rulings.add_revision(comment, body, act=str(body.act))
        self._call_back(comment, "restored", by="network:unknown")
        self._ledger.close_case(comment, CaseEnd.KEPT, "network:unknown")
        comment.move(CommentState.VISIBLE)
        comment.restored_revision_id = comment.revision_id
        if not is_judged(comment.written_by):
            return Outcome.RECORDED
        ruling: Ruling = Keep((Reason.NETWORK_PERSON,))
        self._rulings.write_decision(comment, item, page, ruling, mode=page.mode, hand=_NETWORK)
        return Outcome.BOUND

    def _removed(self, body: Removed, page: PageConfig) -> Outcome:
        comment = self._comment_of(key_of(page.id, body.ref))
        if comment.fresh:
            self._ledger.note("gone_unseen", comment.id, page=page.id)
            return Outcome.RECORDED
        if comment.state is CommentState.WITHDRAWN:
            # Whoever deletes it once more deletes nothing: its author was first.
            return Outcome.RECORDED
        if self._is_own_removal(comment):
            comment.move(CommentState.REMOVED)
            return Outcome.ECHO
        if body.deleter and body.deleter == comment.author:
            return self._withdrawn(comment)
        by = f"network:{self._people.pseudonym(page, body.deleter)}" if body.deleter else "network:unknown"
        for action in comment.actions:
            if action.kind is ActionKind.DELETE_COMMENT and action.state in ORDERED:
                self._ledger.end_action(action, ActionState.DONE, by, "gone", Done.GONE)
            elif action.kind not in _OF_AUTHORS and action.state in CANCELLABLE:
                self._ledger.end_action(action, ActionState.CANCELLED, by, "gone")
        self._ledger.close_case(comment, CaseEnd.REMOVED if body.deleter else CaseEnd.GONE, by)
        comment.move(CommentState.REMOVED)
        self._ledger.note("removed_in_network", comment.id, page=page.id, by=by)
        return Outcome.BOUND

    def _withdrawn(self, comment: CommentRow) -> Outcome:
        """The author took it back: nothing is done about it any more, and it teaches nothing."""
        self._call_back(comment, "withdrawn", by="author")
        self._ledger.close_case(comment, CaseEnd.WITHDRAWN, "author")
        comment.move(CommentState.WITHDRAWN)
        self._ledger.note("withdrawn", comment.id)
        return Outcome.RECORDED

    def _published(self, body: Published, page: PageConfig) -> Outcome:
        post_id = self._ledger.posts[page.id, body.external_id]
        self._ledger.updates[Post].append(
            {
                "id": post_id,
                "text": body.text,
                "attachments_json": json_text(body.attachments),
                "url": body.url,
                "published_at": body.published_at,
            }
        )
        return Outcome.RECORDED

    def _complete(self, comment: CommentRow, body: Written, page: PageConfig) -> None:
        """A comment that was first heard of by its deletion gets its author and place."""
        if comment.author_id is not None or not body.author:
            return
        comment.author_id = self._ledger.authors[page.network, body.author]
        comment.written_by, comment.author = page.written_by(body.author), body.author
        self._ledger.updates[Comment].append(
            {
                "id": comment.id,
                "author_id": comment.author_id,
                "written_by": str(comment.written_by),
                "post_id": self._ledger.posts.get((page.id, body.post)),
                "post_external_id": body.post,
                "thread_root": body.thread_root,
                "reply_to": body.reply_to,
                "url": body.url,
                "private": body.private,
                "written_at": body.written_at,
            }
        )

    def _is_own_removal(self, comment: CommentRow) -> bool:
        """We are removing it or have removed it: the deletion is our own, come back to us."""
        return any(
            action.kind is ActionKind.DELETE_COMMENT
            and (
                action.state is ActionState.SENDING
                or (action.state is ActionState.DONE and comment.state is CommentState.REMOVED)
            )
            for action in comment.actions
        )

    def _is_own_restore(self, comment: CommentRow) -> bool:
        """We are restoring it, or have restored it and it has stood since."""
        return any(
            action.kind is ActionKind.RESTORE_COMMENT
            and (
                action.state is ActionState.SENDING
                or (action.state is ActionState.DONE and comment.state is CommentState.VISIBLE)
            )
            for action in comment.actions
        )

    def _call_back(self, comment: CommentRow, reason: str, *, by: str) -> None:
        for action in comment.actions:
            # Lifting a ban is owed to its author, whatever becomes of the comment.
            if action.kind is ActionKind.UNBAN_AUTHOR:
                continue
            if action.state in CANCELLABLE or action.state is ActionState.SHADOW:
                self._ledger.end_action(action, ActionState.CANCELLED, by, reason)

    def _comment(self, body: Written, page: PageConfig) -> CommentRow:
        return self._comment_of(key_of(page.id, body.ref))

    def _comment_of(self, key: tuple[int, str, str, str]) -> CommentRow:
        return self._ledger.comments[key]
