"""What keeps a page heard: where polling stands, how deliveries fare, who is told when they stop, what waits."""

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.storage.columns import big, key


class Poll(SQLModel, table=True):
    """Where polling of a page stands; the cursor moves in the transaction that stores the events before it."""

    page_id: int = key()
    server: str = ""
    #: The network's key of this session, sealed.
    key_enc: str | None = None
    cursor: str = ""
    due_at: int = big(default=0)
    polled_at: int | None = big(nullable=True)
    #: Polling fails: since when and with which code.
    trouble_began_at: int | None = big(nullable=True)
    trouble_code: str = ""
    lease_owner: str = ""
    lease_until: int = big(default=0)


class Watch(SQLModel, table=True):
    """How deliveries of a page fare, as it was seen last."""

    page_id: int = key()
    checked_at: int | None = big(nullable=True)
    #: What the network says of our connection: its own word, or our code where it says nothing.
    state: str = ""
    #: The page's own 99th percentile gap between deliveries, microseconds, and when it was computed.
    silence_limit: int | None = big(nullable=True)
    silence_limit_at: int | None = big(nullable=True)


class Incident(SQLModel, table=True):
    """Something that a person must know of, from its beginning to its end; one open for each matter."""

    __table_args__ = (
        Index(
            "ix_incident_open",
            "what",
            "page_id",
            "connection_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_incident_page", "page_id", "id"),
    )
    id: int = key()
    what: str
    #: 0 = it is not about one page or one connection.
    page_id: int = big(default=0)
    connection_id: int = big(default=0)
    code: str = ""
    began_at: int = big()
    seen_at: int = big()
    ended_at: int | None = big(nullable=True)


class AlertChannel(SQLModel, table=True):
    """Where an office is told of incidents; the address is sealed, for it is somebody's."""

    __tablename__ = "alert_channel"
    id: int = key()
    kind: str
    target_enc: str
    #: Pages that it is told of; null = every page and the service itself.
    pages_json: str | None = None
    #: Minutes of the day, in `timezone`, between which nothing is sent; both null = always.
    quiet_from: int | None = None
    quiet_to: int | None = None
    timezone: str
    created_at: int = big()
    created_by: str
    removed_at: int | None = big(nullable=True)


class AlertMessage(SQLModel, table=True):
    """One message to one channel about the beginning or the end of an incident."""

    __tablename__ = "alert_message"
    __table_args__ = (
        UniqueConstraint("incident_id", "channel_id", "part"),
        Index(
            "ix_alert_message_due",
            "due_at",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
    )
    id: int = key()
    incident_id: int = big(foreign_key="incident.id")
    channel_id: int = big(foreign_key="alert_channel.id")
    #: `began` or `ended`.
    part: str
    due_at: int = big()
    sent_at: int | None = big(nullable=True)
    attempts: int = 0
    last_error: str = ""


class Reread(SQLModel, table=True):
    """A gap in a page's deliveries whose comments are read again from the network; instants in microseconds."""

    __table_args__ = (
        Index(
            "ix_reread_open",
            "page_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: int = key()
    page_id: int = big()
    from_at: int = big()
    to_at: int = big()
    state: str
    cursor_json: str = "{}"
    #: Comments that were read, and how many of them nobody had told us of.
    seen: int = 0
    found: int = 0
    code: str = ""
    created_at: int = big()
    ended_at: int | None = big(nullable=True)


class Unjudged(SQLModel, table=True):
    """A revision that waits for a working model; `raw` is its event, which becomes evidence if it is acted on."""

    revision_id: int = key()
    comment_id: int = big(index=True)
    page_id: int = big(index=True)
    received_at: int = big()
    #: It was read again after a gap: nobody had told us of it.
    read_again: bool = False
    raw: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
