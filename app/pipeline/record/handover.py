"""Passes a campaign's question on when the comment it was asked about is gone, edited or removed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from app.domain.ids import IdSource
from app.domain.states import CaseEnd
from app.domain.words import Mode, Reason
from app.pipeline.configuration import PageConfig
from app.pipeline.record.cases import new_case
from app.pipeline.record.ledger import Ledger
from app.policy.rules import live_mode
from app.storage.bulk import Bulk
from app.storage.campaigns import next_to_ask
from app.storage.tables import Campaign, ReviewCase

_words: Final = msgspec.json.Decoder(list[str]).decode


def hand_over(bulk: Bulk, ledger: Ledger, ids: IdSource, pages: Mapping[int, PageConfig]) -> None:
    """Open the cases that the closed cases of a batch leave open for others.

    The batch's rows must be written: whoever is asked about next is found in the database.
    """
    closed = [
        (case.id,)
        for row in ledger.comments.values()
        if (case := row.case) and case.changed and case.ended != CaseEnd.KEPT
    ]
    columns = ("id", "page_id", "asked_json")
    moved = []
    for campaign_id, page_id, asked in bulk.match(Campaign, ("case_id",), sorted(closed), columns, lock=True):
        page = pages.get(page_id)
        if page is None or live_mode(page.policy.policy, page.mode) is Mode.SHADOW:
            continue
        found = next_to_ask(bulk, campaign_id)
        if found is not None:
            case_id = ids()
            _ask(bulk, ledger, found, case_id=case_id, page_id=page_id, asked=_words(asked))
            moved.append({"id": campaign_id, "case_id": case_id})
    if moved:
        bulk.update(Campaign, ("case_id",), moved)


def _ask(
    bulk: Bulk, ledger: Ledger, about: tuple[Any, ...], *, case_id: int, page_id: int, asked: Sequence[str]
) -> None:
    comment_id, revision_id, decision_id, categories = about
    row = new_case(
        case_id,
        comment_id=comment_id,
        page_id=page_id,
        revision_id=revision_id,
        decision_id=decision_id,
        reason=str(Reason.CAMPAIGN),
        protected=Reason.PROTECTED_APPEAL in asked,
        uncertainty=1.0,
        category=next(iter(_words(categories)), ""),
        at=ledger.at,
    )
    bulk.insert(ReviewCase, [row])
    ledger.note("case_opened", comment_id, case=case_id, decision=decision_id)
