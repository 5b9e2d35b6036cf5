"""What is new in a copy of a question that waits for a person, for those who need ten thousand of them."""

from typing import Any, Final

from app.storage.tables import Author, Comment, Decision, ReviewCase, Revision, RevisionBody

#: Columns of a copied row that differ from those of the row it was copied from, by table.
COPIED: Final[dict[type[Any], tuple[str, ...]]] = {
    Author: ("id",),
    Comment: ("id", "author_id", "revision_id", "decision_id"),
    Revision: ("id", "comment_id"),
    RevisionBody: ("revision_id",),
    Decision: ("id", "comment_id", "revision_id"),
    ReviewCase: ("id", "comment_id", "revision_id", "decision_id", "rank"),
}
