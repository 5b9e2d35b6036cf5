"""The shapes of decisions and actions in JSON; ids are strings, times RFC 3339 with `Z`."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.examples import ACTION_EXAMPLE, DECISION_EXAMPLE, OPINION_EXAMPLE
from app.api.fields import Id, IdIn, Instant, Model, Text
from app.domain.judged import TEXT_LIMIT


class Problem(Model):
    """An error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[dict[str, str]] | None = None
    error_id: str | None = None


class Telling(Model):
    """Words that speak for a category; `text` is null when the words were erased or are withheld."""

    text: str | None
    start: int
    end: int
    share: float
    category: str


class Place(Model):
    """A place of the judged text, [start, end) in code points; `text` is null when it was erased or is withheld."""

    text: str | None
    start: int
    end: int


class Change(Model):
    """What would have changed the machine's verdict: without all of these places it would have been `verdict`."""

    without: list[Place]
    verdict: str


class Scores(Model):
    """Calibrated probabilities."""

    spam: float
    insult: float
    obscenity: float
    threat: float
    appeal: float


class Version(Model):
    """A policy in force when the decision was taken."""

    name: str
    version: int


class ModelUsed(Model):
    """The artefact that judged; null on a decision that no model took."""

    name: str
    version: str


class CommentOut(Model):
    """The comment as it was decided about.

    `text` is null when it was erased (`erased_at`) or is a private message that the role may not read (`withheld`).
    """

    id: Id
    network: str
    kind: str
    external_id: str
    author_id: str | None
    text: str | None
    revision: int
    url: str
    erased_at: Instant | None
    withheld: bool


class ActionBrief(Model):
    """An action as its decision shows it."""

    id: Id
    kind: str
    state: str
    outcome: str | None
    attempts: int
    last_error: str
    due_at: Instant


class ManualOut(Model):
    """What a person has to do in the network: `place` is where to go first; the other links are '' if unknown."""

    what: str
    place: str
    comment: str
    author: str
    page: str


class ActionOut(ActionBrief):
    """An action and who stands behind it; `manual` is the task of one that waits for a person's hands."""

    model_config = ConfigDict(json_schema_extra={"examples": [ACTION_EXAMPLE]})
    decision_id: Id
    comment_id: Id
    page_id: Id
    waiting_for: str | None
    ordered_by: str
    confirmed_by: str
    clause: str
    ban_seconds: int | None
    ban_until: Instant | None
    created_at: Instant
    changed_at: Instant
    ended_by: str
    manual: ManualOut | None = None


class Context(Model):
    """What the text alone does not show: its copies within the policy's hours, this comment included.

    Counts stand still at 128 of the newest comments. `campaign` is shared by all comments of the page that say it.
    """

    texts: int
    authors: int
    own_texts: int
    own_places: int
    authors_everywhere: int
    pages: int
    contact: bool
    near: bool
    campaign: Id | None


class Judged(Model):
    """What every judgement has, stored or not; `context` is null without copies, and for a text that is not stored."""

    verdict: str
    categories: list[str]
    scores: Scores | None
    reasons: list[str]
    clauses: list[str]
    explanation: list[Telling]
    #: null: nothing to change, or no telling words alone would have changed it.
    change: Change | None
    mode: str
    policy: Version
    model: ModelUsed | None
    decided_by: str
    decided_at: Instant
    context: Context | None


class DecisionOut(Judged):
    """A decision and everything that explains it."""

    model_config = ConfigDict(json_schema_extra={"examples": [DECISION_EXAMPLE]})
    id: Id
    page_id: Id
    comment: CommentOut
    actions: list[ActionBrief]
    supersedes: Id | None


class TextJudged(Model):
    """The text that was asked about."""

    network: str | None
    author_id: str | None
    text: str


class ActionPlanned(Model):
    """What would be done; `ban_seconds` null = for ever, or no ban."""

    kind: str
    state: str
    ban_seconds: int | None


class OpinionOut(Judged):
    """A decision without ids: nothing was stored, nothing will be done."""

    model_config = ConfigDict(json_schema_extra={"examples": [OPINION_EXAMPLE]})
    comment: TextJudged
    actions: list[ActionPlanned]


class ModerateIn(Model):
    """A text to judge: by the policy named, else by the page's, else by `default`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Ты — дебил", "policy": "novokuznetsk-59"}]})
    text: Annotated[str, Field(max_length=TEXT_LIMIT)]
    policy: Annotated[Text, Field(min_length=1, max_length=64)] | None = None
    page_id: IdIn | None = None
    author_id: Annotated[Text, Field(min_length=1, max_length=64)] | None = None


class BatchIn(Model):
    """Several texts; one that is wrong refuses them all and is named by its place."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [{"text": "Спасибо за новый двор!"}]}]})
    items: Annotated[list[ModerateIn], Field(min_length=1, max_length=100)]


class BatchOut(Model):
    """Opinions in the order of the texts."""

    items: list[OpinionOut]


class CancelIn(Model):
    """Why; kept as an erasable note."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Это цитата из песни"}]})
    reason: Annotated[Text, Field(min_length=1, max_length=2000)]


class ConfirmIn(Model):
    """Another term than the ladder's, in days; why one person decides on a ban for ever where there is no second."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"ban_days": 3}]})
    ban_days: Annotated[int, Field(ge=1, le=365, strict=True)] | None = None
    second_reason: Annotated[str, Field(max_length=2000)] = ""


class DecisionList(Model):
    """One page of a list, newest first; `next_cursor` null = the end."""

    items: list[DecisionOut]
    next_cursor: str | None


class ActionList(Model):
    """One page of a list, newest first; `next_cursor` null = the end."""

    items: list[ActionOut]
    next_cursor: str | None


class Confirmed(Model):
    """The action after the confirmation; `second_needed`: a ban for ever waits for another person's word."""

    action: ActionOut
    second_needed: bool
