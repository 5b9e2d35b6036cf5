"""Texts that were seen lately, and the campaigns that their copies make."""

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from app.storage.columns import big, key


class SeenText(SQLModel, table=True):
    """Short-lived: one text that somebody wrote lately; deleted whole when nobody has repeated it for some days.

    `text_hash` is keyed: without the house's key it tells nobody what was written. `like_id` names the text that this
    one hardly differs from; then the copies of both are counted there.
    """

    __tablename__ = "seen_text"
    id: int = key()
    text_hash: int = big(unique=True)
    #: The beginning of the text in its compared form, for finding what is nearly the same; not kept of a near copy.
    text: str | None = None
    like_id: int | None = big(nullable=True)
    #: The page's own words or a manager's: whoever quotes them copies nobody.
    own_words: bool = False
    #: The newest occurrences: [comment, revision, author, page, place, at].
    seen_json: str = "[]"
    last_at: int = big()


class Campaign(SQLModel, table=True):
    """Comments of one page that say the same and share one question to a person."""

    __table_args__ = (UniqueConstraint("page_id", "text_id"),)
    id: int = key()
    page_id: int = big()
    #: The seen text, which may be gone already.
    text_id: int = big()
    first_comment_id: int = big()
    #: The case that stands for all; null where nobody was asked (shadow, or removals only).
    case_id: int | None = big(nullable=True, index=True)
    #: What that case asks about: categories and reasons. A copy that raises anything else gets a case of its own.
    asked_json: str = "[]"
    comments: int = 0
    first_at: int = big()
    last_at: int = big()


class CampaignComment(SQLModel, table=True):
    """A comment belongs to a campaign with the revision that says the same; after an edit it no longer does."""

    __tablename__ = "campaign_comment"
    __table_args__ = (UniqueConstraint("campaign_id", "revision_id"),)
    id: int = key()
    campaign_id: int = big()
    comment_id: int = big(index=True)
    revision_id: int = big()
    joined_at: int = big()
