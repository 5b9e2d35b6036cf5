"""Every table of the house, described once; migrations, queries and the writer's statements all start here.

Erasable tables (author, revision_body, evidence, note, post, label, the bodies of objections and answers) hold what a
person wrote or is, a short-lived one (seen_text) forgets it by itself; permanent ones hold ids, codes and numbers.
`*_json` columns hold compact JSON text, `*_at` columns microseconds of UTC, ids are made by `app.domain.ids`. There are
no relationships: queries join by id and say what they read.
"""

from sqlmodel import SQLModel

from app.storage.tables_comments import (
    Author,
    Comment,
    Post,
    RejectedEvent,
    Revision,
    RevisionBody,
    SeenEvent,
)
from app.storage.tables_copies import (
    Campaign,
    CampaignComment,
    SeenText,
)
from app.storage.tables_decisions import (
    Action,
    ChainHead,
    Decision,
    Evidence,
    Journal,
    Note,
    ReviewCase,
)
from app.storage.tables_desk import (
    Answer,
    AnswerBody,
    Appeal,
    DeskSession,
    DutyCursor,
    Job,
    Label,
    LegalHold,
    Objection,
    ObjectionBody,
    SignInLink,
)
from app.storage.tables_pages import (
    Account,
    ApiToken,
    Capability,
    Connection,
    Control,
    Credential,
    ModelVersion,
    Page,
    PolicyVersion,
)
from app.storage.tables_registry import (
    RegistryEntry,
)
from app.storage.tables_watch import (
    AlertChannel,
    AlertMessage,
    Incident,
    Poll,
    Reread,
    Unjudged,
    Watch,
)

__all__ = [
    "Account",
    "Action",
    "AlertChannel",
    "AlertMessage",
    "Answer",
    "AnswerBody",
    "ApiToken",
    "Appeal",
    "Author",
    "Campaign",
    "CampaignComment",
    "Capability",
    "ChainHead",
    "Comment",
    "Connection",
    "Control",
    "Credential",
    "Decision",
    "DeskSession",
    "DutyCursor",
    "Evidence",
    "Incident",
    "Job",
    "Journal",
    "Label",
    "LegalHold",
    "ModelVersion",
    "Note",
    "Objection",
    "ObjectionBody",
    "Page",
    "PolicyVersion",
    "Poll",
    "Post",
    "RegistryEntry",
    "RejectedEvent",
    "Reread",
    "ReviewCase",
    "Revision",
    "RevisionBody",
    "SeenEvent",
    "SeenText",
    "SignInLink",
    "Unjudged",
    "Watch",
    "metadata",
]

#: All tables, as migrations compare them.
metadata = SQLModel.metadata
