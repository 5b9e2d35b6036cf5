"""Gathers everything that a person needs to decide about one comment, in one reading transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import msgspec
from sqlmodel import Session

from app.domain.errors import NotFoundError
from app.domain.events import Segment
from app.domain.judged import judged_text
from app.domain.ports import Abilities
from app.domain.principals import Principal
from app.domain.questions import UNDO, effect, why
from app.domain.words import ActionKind, Category, Kind
from app.pipeline.configuration import PageConfig
from app.pipeline.objections.reading import readable_notes, reads_words
from app.pipeline.overrule.copies import offer
from app.pipeline.process import Services
from app.storage.campaigns import CampaignRecord, Member, campaign_about, campaign_comments, count_campaign
from app.storage.case_context import (
    History,
    Neighbour,
    RevisionShown,
    history_of,
    notes_on,
    objection_about,
    post_of,
    revisions_of,
    thread_of,
    unfinished_actions,
)
from app.storage.cases import CaseRecord, read_case
from app.storage.tables import Action, Comment, Note, Objection, ObjectionBody, Page, Post, ReviewCase, RevisionBody
from model.explain import Span

#: Comments of a campaign that are named one by one; the others are counted.
_MEMBERS: Final = 20
_spans = msgspec.json.Decoder(list[tuple[int, int, float, str]]).decode
_segments = msgspec.json.Decoder(list[tuple[str, str]]).decode
_codes = msgspec.json.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True, slots=True)
class Choice:
    """A category that the page's act names, with its clause; `ladder` are ban terms in seconds, empty = no ban."""

    category: Category
    clause: str
    how: ActionKind
    ladder: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action will really do on this network; `undo` None = it cannot be taken back."""

    kind: ActionKind
    possible: bool
    undo: ActionKind | None
    text: str


@dataclass(frozen=True, slots=True)
class CampaignShown:
    """Comments of the page that say the same; `members` names the first ones.

    `asks_for_all`: a keep of this case is about all of them; otherwise it is about this comment.
    `at_once` is what one removal could cover, this comment included; 0 = only one by one, `apart` says why.
    """

    id: int
    comments: int
    visible: int
    authors: int
    members: tuple[Member, ...]
    asks_for_all: bool
    at_once: int
    apart: str


@dataclass(frozen=True, slots=True)
class ObjectionShown:
    """Somebody objects to what was decided; `text` None = erased, or not for this reader."""

    objection: Objection
    text: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """One question with everything around it.

    `words` is the judged text that `telling` counts in: None where it is erased or the reader may not see it
    (`withheld`). `change` is what would have changed the machine's verdict, as places in `words`.
    """

    record: CaseRecord
    page: Page
    why: str
    withheld: bool
    words: str | None
    telling: tuple[Span, ...]
    change: tuple[tuple[int, int], ...]
    revisions: tuple[RevisionShown, ...]
    post: Post | None
    thread: tuple[Neighbour, ...]
    history: History
    campaign: CampaignShown | None
    choices: tuple[Choice, ...]
    effects: tuple[Effect, ...]
    objection: ObjectionShown | None
    actions: tuple[Action, ...]
    notes: tuple[Note, ...]

    @property
    def is_current(self) -> bool:
        """Whether the case asks about the newest state of the text; a verdict on an older one is refused."""
        return self.record.case.revision_id == self.record.record.comment.revision_id


def view(services: Services, case_id: int, who: Principal) -> CaseView:
    """The case as this person may see it.

    Raises:
        NotFoundError: there is no such case, or not for this person.
    """
    with services.house.database.read() as session:
        record = read_case(session, case_id)
        if record is None or not who.may_touch(record.case.page_id):
            raise NotFoundError(f"вопроса {case_id} нет")
        config = services.configuration.current(session).by_id.get(record.case.page_id)
        return _gather(session, services, record, config, who)


def _gather(
    session: Session, services: Services, found: CaseRecord, config: PageConfig | None, who: Principal
) -> CaseView:
    case, record = found.case, found.record
    comment = record.comment
    withheld = comment.private and not who.reads_private
    words = None if withheld else judged_words(record.body)
    campaign = campaign_about(session, case)
    together = None if campaign is None else count_campaign(session, campaign)
    return CaseView(
        record=found,
        page=session.get_one(Page, case.page_id),
        why=why_open(found, together),
        withheld=withheld,
        words=words,
        telling=telling(record.decision.explanation_json),
        change=_change(record.decision.change_json),
        revisions=_kept_back(revisions_of(session, comment.id), withheld=withheld),
        post=post_of(session, comment),
        thread=_read_by(thread_of(session, comment), who),
        history=history_of(session, comment, who.page_ids),
        campaign=_campaign(session, services, together, case, who),
        choices=choices(config) if config else (),
        effects=effects(services.abilities.get(record.network), comment),
        objection=_objection(objection_about(session, comment.id), who, withheld=withheld),
        actions=unfinished_actions(session, comment.id),
        notes=() if withheld else readable_notes(notes_on(session, comment.id), who),
    )


def judged_words(body: RevisionBody | None) -> str | None:
    """The text that an explanation's offsets count in: the author's own words and what hangs on them."""
    if body is None or body.text is None:
        return None
    return judged_text(body.text, [Segment(kind, text) for kind, text in _segments(body.segments_json)])


def telling(explanation_json: str) -> tuple[Span, ...]:
    """The telling words of a stored decision, as places in its judged text."""
    return tuple(Span(start, end, share, category) for start, end, share, category in _spans(explanation_json))


def choices(config: PageConfig) -> tuple[Choice, ...]:
    """What the page's act allows to remove, and by which clause."""
    return tuple(
        Choice(category, str(removal.clause), removal.how, removal.ladder)
        for category, removal in config.policy.policy.categories.items()
        if removal is not None
    )


def effects(abilities: Abilities | None, comment: Comment) -> tuple[Effect, ...]:
    """What each action would do to this comment or its author; nothing where the network has no adapter."""
    if abilities is None:
        return ()
    kind = Kind(comment.kind)
    return tuple(
        Effect(
            kind=what,
            possible=abilities.can(what, kind),
            undo=UNDO[what] if abilities.can(what, kind) and abilities.can_undo(what, kind) else None,
            text=effect(what, kind, abilities),
        )
        for what in UNDO
    )


def why_open(found: CaseRecord, together: CampaignRecord | None = None) -> str:
    """Why the case waits for a person, in one sentence; without its campaign with the numbers of the first comment."""
    decision = found.record.decision
    basis = cast("dict[str, Any]", msgspec.json.decode(decision.basis_json))
    counted = basis.get("context") or {}
    comments, authors = counted.get("texts", 1), counted.get("authors", 1)
    if together is not None:
        comments, authors = together.comments, together.authors
    return why(
        found.case.reason,
        verdict=decision.verdict,
        categories=_codes(decision.categories_json),
        mode=decision.mode,
        beside=basis.get("beside", ()),
        comments=comments,
        authors=authors,
    )


def _change(change_json: str) -> tuple[tuple[int, int], ...]:
    change = msgspec.json.decode(change_json)
    return tuple((start, end) for start, end in change["without"]) if change else ()


def _kept_back(revisions: Sequence[RevisionShown], *, withheld: bool) -> tuple[RevisionShown, ...]:
    if not withheld:
        return tuple(revisions)
    return tuple(replace(one, text=None, attachments=()) for one in revisions)


def _read_by(thread: Sequence[Neighbour], who: Principal) -> tuple[Neighbour, ...]:
    return tuple(replace(one, text=None) if one.private and not who.reads_private else one for one in thread)


def _campaign(
    session: Session, services: Services, together: CampaignRecord | None, case: ReviewCase, who: Principal
) -> CampaignShown | None:
    if together is None:
        return None
    members = campaign_comments(session, together.campaign.id, after=None, limit=_MEMBERS)
    offered = offer(session, services.configuration, case.id, who=who, at=services.house.clock.now())
    return CampaignShown(
        id=together.campaign.id,
        comments=together.comments,
        visible=together.visible,
        authors=together.authors,
        members=tuple(members),
        asks_for_all=together.campaign.case_id == case.id,
        at_once=offered.copies,
        apart=offered.why_not,
    )


def _objection(
    found: tuple[Objection, ObjectionBody | None] | None, who: Principal, *, withheld: bool
) -> ObjectionShown | None:
    if found is None:
        return None
    objection, body = found
    if withheld or body is None or not reads_words(objection, who):
        return ObjectionShown(objection, None, None)
    return ObjectionShown(objection, body.text, body.answer)
