"""The shapes of questions to people in JSON: the queue, and one case with everything around it."""

from pydantic import ConfigDict

from app.api.fields import Id, Instant, Model
from app.api.review_examples import CASE_EXAMPLE
from app.api.schemas import ActionOut, DecisionOut, Place, Telling


class CaseBrief(Model):
    """A question as the queue shows it; `claimed_by` is '' when nobody holds it at present."""

    id: Id
    page_id: Id
    state: str
    reason: str
    #: One Russian sentence.
    why: str
    protected: bool
    category: str
    uncertainty: float
    opened_at: Instant
    claimed_by: str
    claimed_until: Instant | None
    assigned_to: str
    #: The decision that asks, with the comment as it was then.
    decision: DecisionOut


class CaseList(Model):
    """A part of the queue in its order; `next_cursor` null = the end."""

    items: list[CaseBrief]
    next_cursor: str | None


class RevisionOut(Model):
    """One state of the text; null = erased, or withheld from this role."""

    number: int
    text: str | None
    attachments: list[str]
    act: str
    received_at: Instant
    erased_at: Instant | None


class PostOut(Model):
    """What the comment stands under."""

    id: Id
    external_id: str
    text: str | None
    url: str
    published_at: Instant | None


class NeighbourOut(Model):
    """Another comment of the same thread as it stands now."""

    comment_id: Id
    external_id: str
    reply_to: str
    author_id: str | None
    written_by: str
    text: str | None
    state: str
    written_at: Instant | None
    received_at: Instant
    url: str


class EarlierOut(Model):
    """A decision about another comment of the author; decisions only, no words."""

    decision_id: Id
    page_id: Id
    page_title: str
    verdict: str
    categories: list[str]
    decided_by: str
    decided_at: Instant
    comment_state: str


class HistoryOut(Model):
    """The author on the pages of this token; counts are of the 500 newest decisions."""

    kept: int
    reviewed: int
    removed: int
    bans: int
    newest: list[EarlierOut]


class MemberOut(Model):
    """A comment that says the same."""

    comment_id: Id
    decision_id: Id | None
    state: str


class CampaignOut(Model):
    """Comments of the page that say the same. A `keep` is about all of them if the case asks for all.

    `at_once` is how many one removal by `POST /v1/review/bulk` with `campaign_of` could cover; 0 = only one by one.
    """

    id: Id
    comments: int
    visible: int
    authors: int
    asks_for_all: bool
    at_once: int
    members: list[MemberOut]


class ChoiceOut(Model):
    """What the page's act lets a person remove, and by which clause; `ladder` are its ban terms in seconds."""

    category: str
    clause: str
    how: str
    ladder: list[int]


class EffectOut(Model):
    """What an action will really do on this network; `undo` null = it cannot be taken back."""

    kind: str
    possible: bool
    undo: str | None
    text: str


class ObjectionBrief(Model):
    """An objection to what was decided about the comment."""

    id: Id
    state: str
    outcome: str | None
    channel: str
    text: str | None
    answer: str | None
    received_at: Instant
    due_at: Instant


class NoteOut(Model):
    """What a colleague wrote."""

    id: Id
    text: str | None
    account_id: Id | None
    written_at: Instant


class CaseOut(CaseBrief):
    """A question with everything that a person needs to decide."""

    model_config = ConfigDict(json_schema_extra={"examples": [CASE_EXAMPLE]})
    page_title: str
    mode: str
    #: The text that is shown; a claim pins it, and a verdict names it.
    revision: int
    #: False: the author has changed the text since; a verdict on this one is refused.
    is_current: bool
    #: The judged text: the author's words and what hangs on them, a line each.
    words: str | None
    telling: list[Telling]
    change: list[Place]
    revisions: list[RevisionOut]
    post: PostOut | None
    thread: list[NeighbourOut]
    history: HistoryOut
    campaign: CampaignOut | None
    choices: list[ChoiceOut]
    effects: list[EffectOut]
    objection: ObjectionBrief | None
    #: What is proposed, on its way or to be done by hand.
    actions: list[ActionOut]
    notes: list[NoteOut]
