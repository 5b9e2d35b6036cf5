"""The closed vocabularies of the house: every code that is stored, shown or sent is named here once."""

from enum import StrEnum
from typing import Final


class IntakeKind(StrEnum):
    """How a page's events come: the network calls us, or we ask it."""

    CALLBACK = "callback"
    LONGPOLL = "longpoll"


class Kind(StrEnum):
    """The surface on which a comment stands."""

    WALL = "wall"
    PHOTO = "photo"
    VIDEO = "video"
    MARKET = "market"
    DISCUSSION = "discussion"
    MESSAGE = "message"
    POST = "post"


class Category(StrEnum):
    """A violation that a regulation may name; the values are the artefact's head names."""

    SPAM = "spam"
    INSULT = "insult"
    OBSCENITY = "obscenity"
    THREAT = "threat"


class Mode(StrEnum):
    """Where the machine's actions begin on a page."""

    SHADOW = "shadow"
    REVIEW = "review"
    ENFORCE = "enforce"


class Verdict(StrEnum):
    """What should happen to a comment; it does not depend on the page's mode."""

    KEEP = "keep"
    REVIEW = "review"
    REMOVE = "remove"


class LawLevel(StrEnum):
    """Whose law is broken."""

    FEDERAL = "federal"
    REGIONAL = "regional"
    MUNICIPAL = "municipal"


class ActionKind(StrEnum):
    """What can be asked of a network."""

    DELETE_COMMENT = "delete_comment"
    HIDE_COMMENT = "hide_comment"
    BAN_AUTHOR = "ban_author"
    RESTORE_COMMENT = "restore_comment"
    UNBAN_AUTHOR = "unban_author"


class WrittenBy(StrEnum):
    """Whose words a comment is; only a citizen's and a foreign community's words are judged."""

    CITIZEN = "citizen"
    PAGE = "page"
    MANAGER = "manager"
    COMMUNITY = "community"


#: Whoever speaks for the office: nobody judges these words, bans their author or answers them.
OWN: Final = frozenset({WrittenBy.PAGE, WrittenBy.MANAGER})


class Reason(StrEnum):
    """Why a decision is what it is; texts for people stand in one catalogue."""

    SCORE_OVER_REMOVE = "score_over_remove"
    SCORE_OVER_REVIEW = "score_over_review"
    INDETERMINATE = "indeterminate"
    PROTECTED_APPEAL = "protected_appeal"
    PRIVATE_MESSAGE = "private_message"
    NO_TEXT = "no_text"
    FIRST_LINK = "first_link"
    CAMPAIGN = "campaign"
    REPEAT = "repeat"
    NETWORK_PERSON = "network_person"
    PERSON = "person"
    OBJECTION = "objection"
    AUDIT = "audit"
    AGE_LIMIT = "age_limit"
    BUDGET = "budget"
    MODE = "mode"


class Office(StrEnum):
    """Whose page it is: what an act asks of a page may depend on it."""

    HEAD = "head"
    ADMINISTRATION = "administration"
    SETTLEMENT = "settlement"
    INSTITUTION = "institution"


class Role(StrEnum):
    """What an account may do; `admin` may do everything, the others are not ordered."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    MODERATOR = "moderator"
    AUDITOR = "auditor"
    ADMIN = "admin"
    SITE = "site"
