"""What was decided, what is to be done about it, and the record of it all."""

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from app.storage.columns import big, key


class Decision(SQLModel, table=True):
    """What was decided about a revision and why; never changed, only superseded."""

    __table_args__ = (
        Index("ix_decision_page", "page_id", "id"),
        Index("ix_decision_comment", "comment_id", "id"),
    )
    id: int = key()
    comment_id: int = big()
    revision_id: int = big()
    page_id: int = big()
    verdict: str
    categories_json: str
    reasons_json: str
    clauses_json: str
    #: Null where judging failed: then the reason is `indeterminate`.
    score_spam: float | None = None
    score_insult: float | None = None
    score_obscenity: float | None = None
    score_threat: float | None = None
    score_appeal: float | None = None
    explanation_json: str = "[]"
    #: {"without": [[start, end], …], "verdict": …}: without these places of the text; null: no words would have.
    change_json: str = "null"
    #: The thresholds and the author's history that the decision was taken with.
    basis_json: str = "{}"
    mode: str
    policy_version_id: int = big()
    model_version_id: int | None = big(nullable=True)
    decided_by: str
    decided_at: int = big()
    supersedes: int | None = big(nullable=True)


class Action(SQLModel, table=True):
    """Something to be done in the network, and how far it has got: the outbox and its history in one."""

    __table_args__ = (
        Index(
            "ix_action_due",
            "connection_id",
            "due_at",
            sqlite_where=text("state IN ('pending', 'sending')"),
            postgresql_where=text("state IN ('pending', 'sending')"),
        ),
        Index(
            "ix_action_open",
            "page_id",
            "state",
            "id",
            sqlite_where=text("state IN ('proposed', 'pending', 'sending', 'manual', 'failed')"),
            postgresql_where=text("state IN ('proposed', 'pending', 'sending', 'manual', 'failed')"),
        ),
        Index("ix_action_comment", "comment_id"),
        Index("ix_action_author", "author_id", "page_id", "kind"),
        Index("ix_action_page", "page_id", "id"),
    )
    id: int = key()
    idempotency_key: str = Field(unique=True)
    kind: str
    state: str
    outcome: str | None = None
    waiting_for: str | None = None
    decision_id: int = big(index=True)
    comment_id: int = big()
    page_id: int = big()
    connection_id: int = big()
    author_id: int | None = big(nullable=True)
    #: Who asks for it: `machine`, `person:<account>` or `network:<id>`.
    ordered_by: str
    confirmed_by: str = ""
    clause: str
    ban_seconds: int | None = big(nullable=True)
    ban_until: int | None = big(nullable=True)
    ban_reason: str = ""
    attempts: int = 0
    last_error: str = ""
    due_at: int = big()
    #: Counts claims, so that a worker that lost its lease cannot write the end of an action that another one holds.
    claim: int = 0
    sent_at: int | None = big(nullable=True)
    created_at: int = big()
    changed_at: int = big()
    ended_by: str = ""


class ReviewCase(SQLModel, table=True):
    """An open question to a person about one comment; one open case a comment."""

    __tablename__ = "review_case"
    __table_args__ = (
        Index(
            "ux_case_open",
            "comment_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index(
            "ix_case_rank",
            "rank",
            "id",
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index(
            "ix_case_page_rank",
            "page_id",
            "rank",
            "id",
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_case_comment", "comment_id"),
        Index("ix_case_page", "page_id", "id"),
    )
    id: int = key()
    comment_id: int = big()
    page_id: int = big()
    revision_id: int = big()
    decision_id: int = big()
    state: str
    reason: str
    protected: bool = False
    #: The strongest category in question, '' where there is none.
    category: str = ""
    #: 0 = the machine is sure, 1 = it cannot tell; the queue's second order.
    uncertainty: float = 0.0
    #: The queue's order in one number, the smallest first (`app.domain.urgency`).
    rank: int = big(default=0)
    claimed_by: str = ""
    claimed_until: int | None = big(nullable=True)
    #: Handed over to this account; everybody may still take it.
    assigned_to: str = ""
    #: Accounts that have passed it by: it comes last for them.
    skipped_json: str = "[]"
    ended: str | None = None
    ended_by: str = ""
    opened_at: int = big()
    closed_at: int | None = big(nullable=True)


class Evidence(SQLModel, table=True):
    """Erasable: the raw event or an API reply, kept for removals and cases only."""

    id: int = key()
    comment_id: int = big(index=True)
    decision_id: int | None = big(nullable=True)
    action_id: int | None = big(nullable=True)
    kind: str
    body: bytes | None = Field(default=None, sa_type=LargeBinary)
    received_at: int = big()
    erased_at: int | None = big(nullable=True)


class Note(SQLModel, table=True):
    """Erasable: a person's free words on a comment or an action."""

    id: int = key()
    comment_id: int = big(index=True)
    action_id: int | None = big(nullable=True)
    account_id: int | None = big(nullable=True)
    text: str | None = None
    written_at: int = big()
    erased_at: int | None = big(nullable=True)


class ChainHead(SQLModel, table=True):
    """The last link of a journal chain; a transaction locks the row before it appends."""

    __tablename__ = "chain_head"
    chain: int = key()
    seq: int = big()
    mac: str


class Journal(SQLModel, table=True):
    """Append-only, chained: mac = HMAC(key, chain‖seq‖previous mac‖body); the body holds no personal data."""

    chain: int = key()
    seq: int = key()
    at: int = big()
    kind: str
    #: The comment, page or account that the entry is about, for finding it again.
    subject_id: int | None = big(nullable=True, index=True)
    body: str
    key_id: str
    mac: str
