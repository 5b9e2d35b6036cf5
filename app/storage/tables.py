"""Every table of the house, described once; migrations, queries and the writer's statements all start here.

Erasable tables (author, revision_body, evidence, note, post) hold what a person wrote or is; permanent ones hold ids,
codes and numbers. `*_json` columns hold compact JSON text, `*_at` columns microseconds of UTC, ids are made by
`app.domain.ids`. There are no relationships: queries join by id and say what they read.
"""

from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel


#: All tables, as migrations compare them.
metadata = SQLModel.metadata


def big(**options: Any) -> Any:
    """A 64-bit integer column."""
    return Field(sa_type=BigInteger, **options)


def key() -> Any:
    """A 63-bit primary key made before the insert."""
    return Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


class Control(SQLModel, table=True):
    """One row (id 1): the version of all cached configuration, the node counter, the pause of all sending."""

    id: int = key()
    config_version: int = big()
    next_node: int = big()
    paused_at: int | None = big(nullable=True)
    paused_by: str = ""


class Account(SQLModel, table=True):
    """A named person or program that may use the API."""

    id: int = key()
    name: str = Field(unique=True)
    created_at: int = big()


class ApiToken(SQLModel, table=True):
    """A bearer token of an account, stored as its SHA-256; `pages_json` null = every page."""

    __tablename__ = "api_token"
    id: int = key()
    account_id: int = big(foreign_key="account.id", index=True)
    role: str
    token_hash: str = Field(unique=True)
    pages_json: str | None = None
    created_at: int = big()
    revoked_at: int | None = big(nullable=True)


class Connection(SQLModel, table=True):
    """Credentials of one bot, app or person on one network; a worker leases it to send alone."""

    id: int = key()
    network: str
    callback_key: str = Field(unique=True)
    secret_enc: str | None = None
    paused_until: int | None = big(nullable=True)
    pause_code: str = ""
    lease_owner: str = ""
    lease_until: int = big(default=0)
    created_at: int = big()


class Credential(SQLModel, table=True):
    """A token in a slot (`user`, `community`); page_id 0 = good for every page of the connection."""

    __table_args__ = (UniqueConstraint("connection_id", "slot", "page_id"),)
    id: int = key()
    connection_id: int = big(foreign_key="connection.id", index=True)
    page_id: int = big(default=0)
    slot: str
    token_enc: str
    fingerprint: str = Field(index=True)
    dead_at: int | None = big(nullable=True)
    dead_code: str = ""
    created_at: int = big()


class Capability(SQLModel, table=True):
    """A method that a credential was seen unable to call; forgotten after `until_at` or by `page check`."""

    credential_id: int = Field(
        primary_key=True,
        sa_type=BigInteger,
        foreign_key="credential.id",
        sa_column_kwargs={"autoincrement": False},
    )
    method: str = Field(primary_key=True)
    code: str
    until_at: int = big()


class Page(SQLModel, table=True):
    """An official page on one network."""

    __table_args__ = (UniqueConstraint("network", "external_id"),)
    id: int = key()
    network: str
    external_id: str
    connection_id: int = big(foreign_key="connection.id", index=True)
    title: str
    policy_name: str
    mode: str
    timezone: str
    secret_enc: str | None = None
    confirmation: str = ""
    trusted_json: str = "[]"
    managers_json: str = "[]"
    managers_read_at: int | None = big(nullable=True)
    paused_at: int | None = big(nullable=True)
    paused_by: str = ""
    created_at: int = big()
    removed_at: int | None = big(nullable=True)


class PolicyVersion(SQLModel, table=True):
    """One text of a policy, never changed; the highest version of a name is in force."""

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("name", "version"),)
    id: int = key()
    name: str
    version: int
    digest: str
    source: str
    created_at: int = big()
    created_by: str


class ModelVersion(SQLModel, table=True):
    """An artefact that has judged, never changed."""

    __tablename__ = "model_version"
    id: int = key()
    name: str
    version: str
    digest: str = Field(unique=True)
    first_used_at: int = big()


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

    __table_args__ = (UniqueConstraint("page_id", "external_id"),)
    id: int = key()
    page_id: int = big()
    external_id: str
    text: str | None = None
    url: str = ""
    published_at: int | None = big(nullable=True)
    received_at: int = big()
    erased_at: int | None = big(nullable=True)


class Comment(SQLModel, table=True):
    """A text's identity and present state on its page."""

    __table_args__ = (
        UniqueConstraint("page_id", "kind", "scope", "external_id"),
        Index("ix_comment_author", "author_id", "page_id"),
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
            "ix_case_queue",
            "page_id",
            "protected",
            "opened_at",
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_case_comment", "comment_id"),
    )
    id: int = key()
    comment_id: int = big()
    page_id: int = big()
    revision_id: int = big()
    decision_id: int = big()
    state: str
    reason: str
    protected: bool = False
    #: 0 = the machine is sure, 1 = it cannot tell; the queue's second order.
    uncertainty: float = 0.0
    claimed_by: str = ""
    claimed_until: int | None = big(nullable=True)
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
    at: int = big(index=True)
    kind: str
    #: The comment, page or account that the entry is about, for finding it again.
    subject_id: int | None = big(nullable=True, index=True)
    body: str
    key_id: str
    mac: str
