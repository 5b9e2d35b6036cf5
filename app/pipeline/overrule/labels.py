"""Keeps a person's verdict as a lesson: the text masked, beside what the machine had made of it."""

from typing import Final

from app.domain.words import Category, Reason, Verdict
from app.pipeline.overrule.sitting import Sitting
from app.pipeline.record.ledger import json_text
from app.review.masking import mask
from app.storage.tables import Decision, Label, RevisionBody

REVERSAL: Final = "reversal"
#: The source of a decision about a copy: one look at one text is one lesson, however many said it.
UNSEEN: Final = ""
_SOURCES: Final = {Reason.OBJECTION: "objection", Reason.AUDIT: "audit"}


def source_of(reason: str) -> str:
    """How a question with this reason came to a person, in the words of labels."""
    return _SOURCES.get(Reason(reason), "case")


def label(  # noqa: PLR0917 - one sentence: this decision says so about the text, the machine had said that
    sitting: Sitting,
    decision_id: int,
    source: str,
    verdict: Verdict,
    categories: tuple[Category, ...],
    machine: Decision | None,
) -> None:
    """Write the lesson down. Private messages, copies, erased texts and what was never judged teach nothing."""
    comment = sitting.comment
    if source == UNSEEN or machine is None or comment.private or comment.revision_id is None:
        return
    body = sitting.session.get(RevisionBody, comment.revision_id)
    if body is None or body.text is None:
        return
    sitting.session.add(
        Label(
            id=sitting.house.ids(),
            decision_id=decision_id,
            comment_id=comment.id,
            page_id=comment.page_id,
            text=mask(body.text),
            source=source,
            verdict=str(verdict),
            categories_json=json_text(categories),
            machine_verdict=machine.verdict,
            machine_categories_json=machine.categories_json,
            reasons_json=machine.reasons_json,
            model_version_id=machine.model_version_id,
            policy_version_id=machine.policy_version_id,
            account_id=sitting.who.account_id,
            labelled_at=sitting.at,
        )
    )
