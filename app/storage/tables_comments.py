"""What the networks told us: events, authors, posts, comments and their revisions."""

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import SQLModel

from app.storage.columns import big, key


class SeenEvent(SQLModel, table=True):
    """A delivery that was taken; the unique index is a 63-bit hash, compared with the full key on a hit."""

    __tablename__ = "event"
    id: int = key()
    page_id: int = big()
    key_hash: int = big(unique=True)
    key: str
    type: str
    outcome: str
    received_at: int = big(index=True)


class RejectedEvent(SQLModel, table=True):
    """A delivery that the database refused for its data; no text is kept."""

    __tablename__ = "rejected_event"
    id: int = key()
    page_id: int = big()
    key: str
    type: str
    code: str
    received_at: int = big()


class Author(SQLModel, table=True):
    """Erasable: who a pseudonym is; an erased author keeps only the row."""

    __table_args__ = (UniqueConstraint("network", "external_id"),)
    id: int = key()
    network: str
    external_id: str | None = None
    first_seen_at: int = big()
    erased_at: int | None = big(nullable=True)


class Post(SQLModel, table=True):
    """What comments stand under; the page's own words."""

    __table_args__ = (
        UniqueConstraint("page_id", "external_id"),
        Index("ix_post_published", "page_id", "published_at"),
    )
    id: int = key()
    page_id: int = big()
    external_id: str
    text: str | None = None
    #: What hangs on it (`photo:1_2`): posts with a photo or video may count for more.
    attachments_json: str = "[]"
    url: str = ""
    published_at: int | None = big(nullable=True)
    received_at: int = big()
    erased_at: int | None = big(nullable=True)


class Comment(SQLModel, table=True):
    """A text's identity and present state on its page."""

    __table_args__ = (
        UniqueConstraint("page_id", "kind", "scope", "external_id"),
        Index("ix_comment_author", "author_id", "page_id"),
        # Most comments answer nobody and cost it nothing.
        Index(
            "ix_comment_thread",
            "page_id",
            "thread_root",
            "id",
            sqlite_where=text("thread_root <> ''"),
            postgresql_where=text("thread_root <> ''"),
        ),
    )
    id: int = key()
    page_id: int = big()
    kind: str
    scope: str
    external_id: str
    author_id: int | None = big(nullable=True)
    written_by: str
    post_id: int | None = big(nullable=True)
    post_external_id: str = ""
    thread_root: str = ""
    reply_to: str = ""
    url: str = ""
    private: bool = False
    state: str
    revision_id: int | None = big(nullable=True)
    revisions: int = 0
    decision_id: int | None = big(nullable=True)
    #: A person's restore holds for this revision: it is not judged again.
    restored_revision_id: int | None = big(nullable=True)
    written_at: int | None = big(nullable=True)
    received_at: int = big()
    changed_at: int = big()


class Revision(SQLModel, table=True):
    """One state of a comment's text and attachments."""

    __table_args__ = (UniqueConstraint("comment_id", "number"),)
    id: int = key()
    comment_id: int = big()
    number: int
    digest: str
    act: str
    received_at: int = big()


class RevisionBody(SQLModel, table=True):
    """Erasable: the words of a revision; the salt makes its digest useless once it is erased."""

    __tablename__ = "revision_body"
    revision_id: int = key()
    text: str | None = None
    segments_json: str = "[]"
    attachments_json: str = "[]"
    salt: str | None = None
    erased_at: int | None = big(nullable=True)
