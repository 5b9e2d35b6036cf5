"""Writes a decision, the actions that it orders and the question that it leaves: one way for machine and people."""

from dataclasses import dataclass
from typing import Final

from app.domain.decisions import PersonRemove, PlannedAction, Remove, Review, Ruling
from app.domain.ids import IdSource
from app.domain.states import ActionState, CaseEnd, WaitingFor
from app.domain.words import ActionKind, Category, Mode, Reason
from app.pipeline.configuration import PageConfig
from app.pipeline.record.cases import new_case
from app.pipeline.record.ledger import CommentRow, Ledger, json_text
from app.storage.tables import Action, Decision, ReviewCase
from model.scorer import Scores


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model made of the text: it stands beside every decision about it, whoever takes it."""

    scores: Scores | None
    #: Telling words and what would have changed the verdict, as JSON.
    explanation: str
    change: str
    model_version_id: int | None


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose decision it is: as people read it, and as the journal may keep it."""

    by: str
    signed: str


MACHINE: Final = Hand("machine", "machine")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something to be done in the network; `ban_seconds` None = for ever."""

    kind: ActionKind
    clause: str
    #: The category whose code the network is told as the reason of a ban, or ''.
    category: str = ""
    ban_seconds: int | None = None
    confirmed_by: str = ""
    waiting_for: WaitingFor | None = None
    #: Not before this instant; None = at once.
    due_at: int | None = None


def planned(action: PlannedAction) -> Wanted:
    """An action that a policy asks for."""
    seconds = action.ban.seconds if action.ban else None
    return Wanted(action.kind, str(action.clause), str(action.category), seconds)


class Deciding:
    """Puts what was decided into a ledger."""

    def __init__(self, ledger: Ledger, ids: IdSource) -> None:
        self._ledger = ledger
        self._ids = ids

    def decide(
        self,
        comment: CommentRow,
        page: PageConfig,
        ruling: Ruling | PersonRemove,
        opinion: Opinion,
        *,
        mode: Mode,
        hand: Hand = MACHINE,
    ) -> int:
        """Store a ruling as the comment's newest decision and return its id; `mode` is where its actions begin."""
        # A fresh comment was inserted with the id that its first decision will have.
        supersedes = None if comment.fresh else comment.decision_id
        decision_id = (comment.decision_id if comment.fresh else None) or self._ids()
        scores = opinion.scores
        categories, clauses = _grounds(ruling)
        # Most rulings rest on nothing but the policy's own numbers.
        own = ruling.basis is page.policy.basis
        basis = page.policy.basis_json if own else json_text(dict(ruling.basis))
        self._ledger.add(
            Decision,
            id=decision_id,
            comment_id=comment.id,
            revision_id=comment.revision_id,
            page_id=comment.page_id,
            verdict=str(ruling.verdict),
            categories_json=json_text(categories),
            reasons_json=json_text(ruling.reasons),
            clauses_json=json_text(clauses),
            score_spam=scores.spam if scores else None,
            score_insult=scores.insult if scores else None,
            score_obscenity=scores.obscenity if scores else None,
            score_threat=scores.threat if scores else None,
            score_appeal=scores.appeal if scores else None,
            explanation_json=opinion.explanation,
            change_json=opinion.change,
            basis_json=basis,
            mode=str(mode),
            policy_version_id=page.policy_version_id,
            model_version_id=opinion.model_version_id,
            decided_by=hand.by,
            decided_at=self._ledger.at,
            supersedes=supersedes,
        )
        comment.decision_id = decision_id
        self._ledger.note(
            "decision",
            comment.id,
            decision=decision_id,
            revision=comment.revision_id,
            page=comment.page_id,
            verdict=ruling.verdict,
            categories=categories,
            reasons=ruling.reasons,
            clauses=clauses,
            mode=mode,
            policy=page.policy_version_id,
            model=opinion.model_version_id,
            by=hand.signed,
        )
        return decision_id

    def order(
        self,
        comment: CommentRow,
        page: PageConfig,
        wanted: Wanted,
        state: ActionState,
        decision_id: int,
        *,
        hand: Hand = MACHINE,
    ) -> None:
        """Put an action into the outbox, or among what is only proposed."""
        action_id = self._ids()
        self._ledger.add(
            Action,
            id=action_id,
            idempotency_key=f"{decision_id:x}:{wanted.kind}",
            kind=str(wanted.kind),
            state=str(state),
            outcome=None,
            waiting_for=str(wanted.waiting_for) if wanted.waiting_for else None,
            decision_id=decision_id,
            comment_id=comment.id,
            page_id=comment.page_id,
            connection_id=page.connection_id,
            author_id=comment.author_id,
            ordered_by=hand.by,
            confirmed_by=wanted.confirmed_by,
            clause=wanted.clause,
            ban_seconds=wanted.ban_seconds,
            ban_until=None,
            ban_reason=wanted.category,
            attempts=0,
            last_error="",
            due_at=self._ledger.at if wanted.due_at is None else wanted.due_at,
            claim=0,
            sent_at=None,
            created_at=self._ledger.at,
            changed_at=self._ledger.at,
            ended_by="",
        )
        self._ledger.note(
            "action_begun",
            comment.id,
            action=action_id,
            decision=decision_id,
            action_kind=wanted.kind,
            state=state,
            by=hand.signed,
        )
        self._ledger.pending += state is ActionState.PENDING

    def ask(self, comment: CommentRow, ruling: Ruling, decision_id: int) -> int:
        """Ask a person about the comment; a case that was open about an older text is closed first. Returns the id."""
        self._ledger.close_case(comment, CaseEnd.SUPERSEDED, MACHINE.by)
        case_id = self._ids()
        reasons = (Reason.SCORE_OVER_REVIEW,) if _beside(ruling) else ruling.reasons
        row = new_case(
            case_id,
            comment_id=comment.id,
            page_id=comment.page_id,
            revision_id=comment.revision_id,
            decision_id=decision_id,
            reason=str(reasons[0]) if reasons else str(Reason.PERSON),
            protected=Reason.PROTECTED_APPEAL in reasons,
            uncertainty=_doubt(ruling),
            category=_strongest(ruling),
            at=self._ledger.at,
        )
        self._ledger.add(ReviewCase, **row)
        self._ledger.note("case_opened", comment.id, case=case_id, decision=decision_id)
        return case_id


def _grounds(ruling: Ruling | PersonRemove) -> tuple[list[Category], list[str]]:
    """Categories and clauses, each once, the strongest first."""
    if isinstance(ruling, PersonRemove):
        return list(ruling.categories), list(ruling.clauses)
    grounds = ruling.grounds if isinstance(ruling, Remove | Review) else ()
    categories = ruling.categories if isinstance(ruling, Review) else [ground.category for ground in grounds]
    return list(categories), list(dict.fromkeys(str(ground.clause) for ground in grounds))


def _beside(ruling: Ruling) -> tuple[Category, ...]:
    """What a person is asked about although the text goes for something else."""
    return ruling.beside if isinstance(ruling, Remove) else ()


def _doubt(ruling: Ruling) -> float:
    """How far the machine is from knowing the answer; of what no act lets it answer it knows nothing."""
    if isinstance(ruling, Review):
        return ruling.uncertainty
    return 1.0 if _beside(ruling) else 0.0


def _strongest(ruling: Ruling) -> str:
    """The category that a person is asked about first, or ''."""
    if isinstance(ruling, Review):
        return str(ruling.categories[0]) if ruling.categories else ""
    if isinstance(ruling, Remove):
        return str((*ruling.beside, ruling.first.category)[0])
    return ""
