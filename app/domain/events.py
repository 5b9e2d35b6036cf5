"""What a network told us, in words that no network owns; adapters make these values, the pipeline reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.words import Kind


class Act(StrEnum):
    """What happened to a text."""

    NEW = "new"
    EDIT = "edit"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class CommentRef:
    """A comment's identity on its page; `scope` is '' where the network needs none to find it."""

    kind: Kind
    scope: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A judged text beside the comment's own words: `link_url`, `link_title`, `doc_title`, `video_title`, `poll`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """A comment came into being, was edited or was restored.

    `author` is the network's id ('' unknown, a leading '-' marks a community). `attachments` name what hangs on the
    comment (`photo:1_2`) and count towards the revision's digest. `written_at` is the network's own time in
    microseconds, or None. `context` is text that explains but is no evidence (quotes, forwards).
    """

    act: Act
    ref: CommentRef
    author: str
    text: str
    segments: tuple[Segment, ...] = ()
    attachments: tuple[str, ...] = ()
    written_at: int | None = None
    post: str = ""
    thread_root: str = ""
    reply_to: str = ""
    url: str = ""
    private: bool = False
    context: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """A comment is gone from the network; `deleter` is the network's id of who did it, '' when it does not say."""

    ref: CommentRef
    deleter: str


@dataclass(frozen=True, slots=True)
class AuthorBanned:
    """Somebody put an author on the page's black list; `until` in microseconds, None = for ever."""

    author: str
    by: str
    until: int | None


@dataclass(frozen=True, slots=True)
class AuthorUnbanned:
    """An author left the black list, by a person or because the term ran out."""

    author: str
    by: str
    expired: bool


@dataclass(frozen=True, slots=True)
class Published:
    """The page's own post: context for comments, never judged."""

    external_id: str
    text: str
    published_at: int | None
    url: str
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageChanged:
    """Who runs the page or how it is set has changed.

    `details` holds codes and ids only; `by` and `user` are the network's ids of people. `what` "rights": `lost` names
    what the page's tokens may not do any more (`read,delete,ban,write,admin`), '' = they may do all that is needed.
    """

    what: str
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PageMoved:
    """The network has given the page another id, under which it goes on."""

    to: str


Body = Written | Removed | AuthorBanned | AuthorUnbanned | Published | PageChanged | PageMoved


@dataclass(frozen=True, slots=True)
class Event:
    """One delivery of one happening.

    `page` is the network's id of the page, '' = the only one that a connection serves. `key` makes repeats
    recognisable, `delayed_by` is how many microseconds ago, at the least, the network first tried to deliver it, `raw`
    is the body without secrets, kept as evidence.
    """

    network: str
    page: str
    type: str
    key: str
    body: Body
    raw: bytes = b""
    delayed_by: int = 0


@dataclass(frozen=True, slots=True)
class Ignored:
    """A delivery that is in order and needs nothing: an unknown type, a warning, a like. `reason` is a short code."""

    network: str
    page: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConfirmationRequest:
    """The network asks whether this server really is the page's."""

    network: str
    page: str
