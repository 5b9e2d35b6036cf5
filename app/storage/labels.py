"""Queries over people's labels, oldest first, each with what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col, func

from app.domain.words import Reason
from app.storage.tables import Decision, Label, ModelVersion, PolicyVersion, ReviewCase
from app.storage.walk import Statement, first_id

_MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class LabelFilter:
    """Which labels; `pages` None = all, `since` in microseconds."""

    pages: tuple[int, ...] | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """A label, the machine's versions of model and policy, and whether it is people's last word on the text."""

    label: Label
    revision_id: int
    model: str | None
    policy: str
    policy_version: int
    stands: bool


def list_labels(
    session: Session, wanted: LabelFilter, *, after: int | None, limit: int, source: str | None = None
) -> tuple[list[LabelRecord], int | None]:
    """Labels behind `after` and the id behind which the next ones are (None at the end)."""
    statement: Statement = (
        select(
            Label,
            col(Decision.revision_id),
            col(ModelVersion.version),
            col(PolicyVersion.name),
            col(PolicyVersion.version),
        )
        .join(Decision, col(Decision.id) == col(Label.decision_id))
        .join(PolicyVersion, col(PolicyVersion.id) == col(Label.policy_version_id))
        .outerjoin(ModelVersion, col(ModelVersion.id) == col(Label.model_version_id))
    )
    if source is not None:
        statement = statement.where(col(Label.source) == source)
    rows = session.execute(_chosen(statement, wanted, after).order_by(col(Label.id)).limit(limit)).all()
    last = last_words(session, [row[0].comment_id for row in rows])
    records = [
        LabelRecord(label, revision, model, policy, version, last.get(revision, (0, ""))[0] == label.decision_id)
        for label, revision, model, policy, version in rows
    ]
    return records, rows[-1][0].id if len(rows) == limit else None


def _chosen(statement: Statement, wanted: LabelFilter, after: int | None) -> Statement:
    if wanted.pages is not None:
        statement = statement.where(col(Label.page_id).in_(wanted.pages))
    if wanted.since is not None:
        statement = statement.where(col(Label.labelled_at) >= wanted.since, col(Label.id) >= first_id(wanted.since))
    return statement if after is None else statement.where(col(Label.id) > after)


def last_words(session: Session, comments: Collection[int]) -> Mapping[int, tuple[int, str]]:
    """By revision the newest decision that a person took about it, here or in the network, and its verdict."""
    statement = (
        select(col(Decision.revision_id), col(Decision.id), col(Decision.verdict))
        .where(col(Decision.comment_id).in_(comments), col(Decision.decided_by) != _MACHINE)
        .order_by(col(Decision.id))
    )
    return {revision: (decision, verdict) for revision, decision, verdict in session.execute(statement)}


def audits_opened(session: Session, wanted: LabelFilter) -> int:
    """How many questions of the random sample were opened."""
    statement = select(func.count()).select_from(ReviewCase).where(col(ReviewCase.reason) == str(Reason.AUDIT))
    if wanted.pages is not None:
        statement = statement.where(col(ReviewCase.page_id).in_(wanted.pages))
    if wanted.since is not None:
        bound = first_id(wanted.since)
        statement = statement.where(col(ReviewCase.opened_at) >= wanted.since, col(ReviewCase.id) >= bound)
    return int(session.execute(statement).scalar_one())


def of_comments(records: Sequence[LabelRecord]) -> list[int]:
    """The comments that labels are about."""
    return [record.label.comment_id for record in records]
