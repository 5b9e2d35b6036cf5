"""The shapes of questions to people in JSON: the queue, one case with everything around it, and what became of it."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.fields import Id, IdIn, Instant, Model, Text
from app.api.review_examples import BULK_EXAMPLE, CASE_EXAMPLE, VERDICT_EXAMPLE
from app.api.schemas import ActionOut, DecisionOut, Place, Telling
from app.domain.words import Category, LawLevel

#: Cases that one call decides about.
MOST_AT_ONCE = 200
_Name = Annotated[Text, Field(min_length=1, max_length=200)]
_Words = Annotated[Text, Field(max_length=2000)]
_Reason = Annotated[Text, Field(min_length=1, max_length=2000)]
#: A ban in seconds; the networks take a year at most.
_BanSeconds = Annotated[int, Field(ge=3600, le=365 * 86_400, strict=True)]


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
    """Comments of the page that say the same; a verdict about the case is about all of them."""

    id: Id
    comments: int
    visible: int
    authors: int
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


class ClaimOut(Model):
    """The case is yours until then; `revision` is the text that your verdict will be about."""

    case_id: Id
    revision: int
    until: Instant


class HandOverIn(Model):
    """To whom, by the account's name, and what they should know (kept as an erasable note)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "olga", "note": "Это по вашему району"}]})
    to: _Name
    note: _Words = ""


class LawIn(Model):
    """A law that the text breaks: only a person names one."""

    level: LawLevel
    act: _Name
    article: _Name


class BanIn(Model):
    """A ban that goes with the removal; `seconds` null = for ever, which needs a second person."""

    seconds: _BanSeconds | None


class VerdictIn(Model):
    """What a person decides about the text of `revision`.

    `remove` needs a category that the page's act names, with its clause, or a law; both are checked.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [VERDICT_EXAMPLE]})
    verdict: Annotated[str, Field(pattern="^(keep|remove)$")]
    revision: Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]
    categories: Annotated[tuple[Category, ...], Field(max_length=4)] = ()
    clause: Annotated[Text, Field(max_length=500)] = ""
    law: LawIn | None = None
    ban: BanIn | None = None
    note: _Words = ""
    #: Why one person decides where two should: an office of one writes it down.
    second_reason: _Words = ""
    #: The text shows somebody else's data: our own copy of it is covered once the verdict cannot be undone.
    personal_data: Annotated[bool, Field(strict=True)] = False


class RuledOut(Model):
    """What became of a verdict; until `undo_until` it can be taken back whole.

    `case_id` is the case that was answered, or after a taking back the one that asks again.
    """

    decision_id: Id
    case_id: Id | None
    actions: list[ActionOut]
    undo_until: Instant | None
    second_needed: bool
    #: What the network cannot take back, in words.
    cannot: list[str]


class ReverseIn(Model):
    """Why a decision is taken back; kept as an erasable note."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Это цитата из песни"}]})
    reason: _Reason
    second_reason: _Words = ""


class BulkVerdict(Model):
    """One verdict for many cases; each is about the text that the list showed."""

    verdict: Annotated[str, Field(pattern="^(keep|remove)$")]
    categories: Annotated[tuple[Category, ...], Field(max_length=4)] = ()
    clause: Annotated[Text, Field(max_length=500)] = ""
    law: LawIn | None = None
    ban: BanIn | None = None
    note: _Words = ""
    second_reason: _Words = ""


class BulkIn(BulkVerdict):
    """With `dry_run` (the default) `case_ids` are listed with what would happen, and nothing changes.

    Without it the `token` of such a list carries out exactly that list with exactly that verdict.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [BULK_EXAMPLE]})
    dry_run: bool = True
    case_ids: Annotated[tuple[IdIn, ...], Field(max_length=MOST_AT_ONCE)] = ()
    token: Annotated[Text, Field(max_length=65_536)] = ""


class BulkItemOut(Model):
    """One case: what would be asked of the network, or what was decided, or why nothing happens to it."""

    case_id: Id
    revision: int | None
    actions: list[str]
    decision_id: Id | None
    undo_until: Instant | None
    #: '' = it is done, or would be.
    why_not: str


class BulkOut(Model):
    """What would happen (`token` carries it out), or what became of it (`token` null)."""

    items: list[BulkItemOut]
    token: str | None
