"""What an author has done and suffered on a page: read in one query, kept up to date within the batch."""

from collections.abc import Iterable

from app.domain.states import ActionState, CommentState
from app.domain.words import ActionKind
from app.policy.ladder import History, PastBan, StandingRemoval
from app.storage.bulk import Bulk
from app.storage.tables import Action, Comment

AuthorOnPage = tuple[int, int]
#: Bans in any state, but only such removals as this program has carried out: an author may have many proposed ones.
_TELLING = (
    "t.kind IN ('delete_comment', 'ban_author')"
    " AND (t.kind = 'ban_author' OR t.state = 'done' AND coalesce(t.outcome, '') <> 'gone')"
)
_COLUMNS = ("author_id", "page_id", "kind", "state", "sent_at", "changed_at", "created_at", "comment_id")


class Past:
    """Histories of the authors of a batch, by (author, page)."""

    def __init__(self, bulk: Bulk) -> None:
        self._bulk = bulk
        self._histories: dict[AuthorOnPage, tuple[list[StandingRemoval], list[PastBan]]] = {}

    def load(self, authors: Iterable[AuthorOnPage]) -> None:
        """Read the actions against these authors on these pages."""
        wanted = sorted(set(authors))
        self._histories = {pair: ([], []) for pair in wanted}
        rows = self._bulk.match(Action, ("author_id", "page_id"), wanted, _COLUMNS, where=_TELLING)
        written = self._written_at(row[7] for row in rows if row[2] == ActionKind.DELETE_COMMENT)
        for author_id, page_id, kind, state, sent_at, changed_at, created_at, comment_id in rows:
            removals, bans = self._histories[author_id, page_id]
            if kind == ActionKind.BAN_AUTHOR:
                effective = (sent_at or changed_at) if state == ActionState.DONE else None
                bans.append(PastBan(effective, ActionState(state)))
            elif comment_id in written:
                removals.append(StandingRemoval(written[comment_id] or created_at, sent_at or changed_at))

    def _written_at(self, comments: Iterable[int]) -> dict[int, int | None]:
        """When removed comments were written; None for an edited one, whose removed words came later than its first.

        A comment that people restored is no offence and is left out.
        """
        columns = ("id", "state", "revisions", "written_at")
        rows = self._bulk.match(Comment, ("id",), sorted({(id_,) for id_ in comments}), columns)
        return {
            id_: written_at if revisions == 1 else None
            for id_, state, revisions, written_at in rows
            if state == CommentState.REMOVED
        }

    def history(self, author: AuthorOnPage) -> History:
        """The author's history on the page, this batch's own proposals included."""
        removals, bans = self._histories.get(author, ((), ()))
        return History(tuple(removals), tuple(bans))

    def is_empty(self, author: AuthorOnPage) -> bool:
        """Whether nothing is known against the author on the page."""
        known = self._histories.get(author)
        return known is None or not (known[0] or known[1])

    def is_first(self, author: AuthorOnPage) -> bool:
        """Whether the comment at hand is the only one of its author on this page; of many no third one is read."""
        mark = "?" if self._bulk.is_sqlite else "%s"
        sql = f"SELECT 1 FROM comment WHERE author_id = {mark} AND page_id = {mark} LIMIT 2"  # noqa: S608 - two marks
        return len(self._bulk.run(sql, author)) < 2

    def ban_began(self, author: AuthorOnPage, state: ActionState) -> None:
        """A ban was proposed in this batch: the author's next text in it does not propose another."""
        self._histories.setdefault(author, ([], []))[1].append(PastBan(None, state))
