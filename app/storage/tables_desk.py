"""What people do at the desk: objections, answers, waiting residents, labels, holds, sessions and long jobs."""

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.storage.columns import big, key


class Objection(SQLModel, table=True):
    """Somebody objects to a decision; a person answers within the term."""

    __table_args__ = (
        Index(
            "ix_objection_due",
            "page_id",
            "due_at",
            sqlite_where=text("state <> 'answered'"),
            postgresql_where=text("state <> 'answered'"),
        ),
        Index(
            "ix_objection_unanswered",
            "id",
            sqlite_where=text("state <> 'answered'"),
            postgresql_where=text("state <> 'answered'"),
        ),
        Index("ix_objection_walk", "page_id", "id"),
    )
    id: int = key()
    page_id: int = big()
    comment_id: int = big(index=True)
    decision_id: int = big(index=True)
    #: The question that is put to people; null while another one about the same comment is open.
    case_id: int | None = big(nullable=True, index=True)
    #: `site`, `person` (typed in at the desk) or `message` (written to the page).
    channel: str
    state: str
    outcome: str | None = None
    received_at: int = big()
    due_at: int = big()
    answered_at: int | None = big(nullable=True)
    answered_by: str = ""


class ObjectionBody(SQLModel, table=True):
    """Erasable: the words of an objection and of its answer."""

    __tablename__ = "objection_body"
    objection_id: int = key()
    text: str | None = None
    answer: str | None = None
    erased_at: int | None = big(nullable=True)


class Appeal(SQLModel, table=True):
    """A resident's message that waits for the office's answer; its clock runs in the page's working hours."""

    __table_args__ = (
        Index(
            "ix_appeal_waiting",
            "page_id",
            "due_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_appeal_due",
            "due_at",
            "comment_id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_appeal_page", "page_id", "asked_at"),
    )
    comment_id: int = key()
    page_id: int = big()
    #: Everybody who speaks in the same thread is answered there.
    thread: str = ""
    asked_at: int = big()
    due_at: int = big()
    warned_at: int | None = big(nullable=True)
    answered_at: int | None = big(nullable=True)
    #: The page's own comment that answers; null where a person marked it.
    answer_comment_id: int | None = big(nullable=True)
    #: `answered`, `not_needed`, `gone`; null while it waits.
    ended: str | None = None
    ended_by: str = ""
    closed_at: int | None = big(nullable=True)


class Answer(SQLModel, table=True):
    """The office's answer to a resident: draft → agreed by a post → published → closed."""

    __table_args__ = (Index("ix_answer_walk", "page_id", "id"),)
    id: int = key()
    page_id: int = big()
    comment_id: int = big(index=True)
    state: str
    #: Counts changes of the draft, so that nobody agrees to a text that they have not seen.
    version: int = 1
    drafted_by: str
    agreed_by: str = ""
    #: The post of whoever agreed: what leaves the office names the post and not the person.
    agreed_post: str = ""
    published_by: str = ""
    closed_by: str = ""
    created_at: int = big()
    changed_at: int = big()
    agreed_at: int | None = big(nullable=True)
    published_at: int | None = big(nullable=True)
    closed_at: int | None = big(nullable=True)


class AnswerBody(SQLModel, table=True):
    """Erasable: the words of an answer."""

    __tablename__ = "answer_body"
    answer_id: int = key()
    text: str | None = None
    erased_at: int | None = big(nullable=True)


class Label(SQLModel, table=True):
    """Erasable: what a person made of a text, with the text masked: the only copy that training ever sees."""

    id: int = key()
    decision_id: int = big(unique=True)
    comment_id: int = big(index=True)
    page_id: int = big()
    text: str | None = None
    #: How the question came to a person: `case`, `audit`, `objection` or `reversal`.
    source: str
    verdict: str
    categories_json: str = "[]"
    appeal: bool | None = None
    #: What the machine had decided, by which model and policy, and why.
    machine_verdict: str
    machine_categories_json: str = "[]"
    reasons_json: str = "[]"
    model_version_id: int | None = big(nullable=True)
    policy_version_id: int = big()
    account_id: int = big()
    labelled_at: int = big()
    erased_at: int | None = big(nullable=True)


class LegalHold(SQLModel, table=True):
    """Nothing of this page, author or comment is erased while the hold stands."""

    __tablename__ = "legal_hold"
    __table_args__ = (Index("ix_hold_subject", "scope", "subject_id"),)
    id: int = key()
    #: `page`, `author` or `comment`.
    scope: str
    subject_id: int = big()
    #: The paper that it rests on: «запрос прокуратуры № … от …».
    ground: str
    set_by: str
    set_at: int = big()
    lifted_by: str = ""
    lifted_at: int | None = big(nullable=True)


class DeskSession(SQLModel, table=True):
    """A browser that is signed in; it may do what the token behind it may do, and ends with it."""

    __tablename__ = "desk_session"
    id: int = key()
    secret_hash: str = Field(unique=True)
    account_id: int = big(index=True)
    api_token_id: int = big(index=True)
    created_at: int = big()
    seen_at: int = big()
    expires_at: int = big(index=True)
    ended_at: int | None = big(nullable=True)


class SignInLink(SQLModel, table=True):
    """A link that signs its bearer in once."""

    __tablename__ = "sign_in_link"
    id: int = key()
    secret_hash: str = Field(unique=True)
    api_token_id: int = big(index=True)
    created_by: str
    created_at: int = big()
    expires_at: int = big()
    used_at: int | None = big(nullable=True)


class Job(SQLModel, table=True):
    """Work that takes longer than a request, done by the worker step by step; a dead worker's lease ends."""

    __table_args__ = (Index("ix_job_state", "state", "id"),)
    id: int = key()
    kind: str
    page_id: int | None = big(nullable=True)
    params_json: str = "{}"
    state: str
    #: Steps done and to do, for the progress bar; `position` is where the next step begins.
    done: int = 0
    total: int = 0
    position: int = big(default=0)
    result_json: str = "null"
    error: str = ""
    asked_by: str
    lease_owner: str = ""
    lease_until: int = big(default=0)
    created_at: int = big()
    ended_at: int | None = big(nullable=True)


class DutyCursor(SQLModel, table=True):
    """How far a periodic duty has walked along a table's ids."""

    __tablename__ = "duty_cursor"
    name: str = Field(primary_key=True)
    position: int = big()
    walked_at: int = big()
