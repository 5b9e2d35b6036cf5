"""The shapes of people's answers in JSON: claims, verdicts on one case or many, and what became of them."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.fields import Id, IdIn, Instant, Model, Text
from app.api.review_examples import BULK_EXAMPLE, VERDICT_EXAMPLE
from app.api.schemas import ActionOut
from app.domain.words import Category, LawLevel
from app.pipeline.overrule.bulk import LARGEST

_Name = Annotated[Text, Field(min_length=1, max_length=200)]
_Words = Annotated[Text, Field(max_length=2000)]
_Reason = Annotated[Text, Field(min_length=1, max_length=2000)]
#: A ban in seconds; the networks take a year at most.
_BanSeconds = Annotated[int, Field(ge=3600, le=365 * 86_400, strict=True)]


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


class BulkVerdict(Model):
    """One verdict for many cases; each is about the text that the list showed."""

    verdict: Annotated[str, Field(pattern="^(keep|remove)$")]
    categories: Annotated[tuple[Category, ...], Field(max_length=4)] = ()
    clause: Annotated[Text, Field(max_length=500)] = ""
    law: LawIn | None = None
    ban: BanIn | None = None
    note: _Words = ""
    #: Why one person decides where two should: an office of one writes it down.
    second_reason: _Words = ""


class VerdictIn(BulkVerdict):
    """What a person decides about the text of `revision`.

    `remove` needs a category that the page's act names, with its clause, or a law; both are checked.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [VERDICT_EXAMPLE]})
    revision: Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]
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


class BulkIn(BulkVerdict):
    """With `dry_run` (the default) `case_ids` are listed with what would happen, and nothing changes.

    Instead of cases `campaign_of` names one whose copies are meant: a `remove` lists all comments of its campaign that
    still say the same. Nobody is banned so, and what looks like an appeal is refused: it is looked at one by one.

    Without `dry_run` the `token` of such a list carries out exactly that list with exactly that verdict.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [BULK_EXAMPLE]})
    dry_run: bool = True
    case_ids: Annotated[tuple[IdIn, ...], Field(max_length=LARGEST)] = ()
    campaign_of: IdIn | None = None
    token: Annotated[Text, Field(max_length=65_536)] = ""


class BulkItemOut(Model):
    """One case, or a copy that has none: what the network would be asked for, what was decided, or why nothing is."""

    case_id: Id | None
    #: Null where a list of cases was carried out.
    comment_id: Id | None
    revision: int | None
    actions: list[str]
    decision_id: Id | None
    undo_until: Instant | None
    #: '' = it is done, or would be.
    why_not: str


class BulkOut(Model):
    """What would happen (`token` carries it out), or what became of it (`token` null).

    `left` counts the copies that this list does not hold, or that still stand; `question` is the case that asks about
    them now.
    """

    items: list[BulkItemOut]
    token: str | None
    left: int
    question: Id | None
