"""Writes what a ledger has collected: one statement a table, in an order that the constraints allow."""

from typing import Final

from sqlalchemy import delete, update
from sqlmodel import col

from app.pipeline.record.ledger import Ledger
from app.storage.bulk import Bulk
from app.storage.nodes import bump_config
from app.storage.tables import (
    Action,
    Campaign,
    CampaignComment,
    Comment,
    Decision,
    Evidence,
    Page,
    Post,
    ReviewCase,
    Revision,
    RevisionBody,
    Unjudged,
)
from app.storage.transaction import Transaction

#: Tables in the order in which they are written.
_ORDER: Final = (Revision, RevisionBody, Unjudged, Decision, Action, ReviewCase, Evidence, Campaign, CampaignComment)


def write(bulk: Bulk, ledger: Ledger) -> None:
    """Write all but the journal and what is rare."""
    # Closed before the next one opens: a comment has one open case.
    if cases := ledger.changed_cases():
        bulk.update(ReviewCase, ("state", "ended", "ended_by", "closed_at"), cases)
    for table in _ORDER:
        bulk.insert_values(table, ledger.inserts[table])
    if comments := ledger.changed_comments():
        columns = (
            "state",
            "written_by",
            "revision_id",
            "revisions",
            "decision_id",
            "restored_revision_id",
            "changed_at",
        )
        bulk.update(Comment, columns, comments)
    if actions := ledger.changed_actions():
        bulk.update(Action, ("state", "outcome", "waiting_for", "ended_by", "changed_at"), actions)
    if completed := ledger.updates[Comment]:
        bulk.update(Comment, [name for name in completed[0] if name != "id"], completed)
    if posts := ledger.updates[Post]:
        bulk.update(Post, ("text", "attachments_json", "url", "published_at"), posts)


def write_rare(transaction: Transaction, ledger: Ledger) -> None:
    """Write what few batches bring: texts that wait for a model no longer, managers who must be read anew."""
    if ledger.judged:
        transaction.session.execute(delete(Unjudged).where(col(Unjudged.revision_id).in_(ledger.judged)))
    if ledger.stale_managers:
        stale = update(Page).where(col(Page.id).in_(ledger.stale_managers)).values(managers_read_at=None)
        transaction.session.execute(stale)
        bump_config(transaction.session)
