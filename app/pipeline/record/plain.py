"""The short way of the ordinary comment: new, kept, nobody's copy, its author without a past.

It writes what the general way would write and leaves everything that is in any way remarkable to that one.
"""

from typing import Final

from app import telemetry
from app.domain.events import Act, Written
from app.domain.judged import has_text, judged_text, only_links
from app.domain.words import Verdict
from app.journal.chain import Entry
from app.pipeline.configuration import PageConfig
from app.pipeline.record.budget import Budget
from app.pipeline.record.deciding import MACHINE
from app.pipeline.record.digest import digest_of, new_salt
from app.pipeline.record.items import Item
from app.pipeline.record.ledger import CommentRow, Ledger, json_text, key_of
from app.pipeline.record.past import Past
from app.pipeline.record.repeats import Repeats
from app.policy.decide import verdict_on_words
from app.policy.rules import live_mode
from app.storage.tables import Decision, Revision, RevisionBody
from model.scorer import Scores

_KEPT: Final = telemetry.VERDICTS.labels(Verdict.KEEP)


class Plain:
    """Takes the ordinary comments of one batch."""

    def __init__(self, ledger: Ledger, past: Past, budget: Budget, repeats: Repeats, *, model_version_id: int) -> None:
        self._ledger = ledger
        self._past = past
        self._budget = budget
        self._repeats = repeats
        self._model_version_id = model_version_id

    def take(self, item: Item, page: PageConfig) -> bool:
        """Put an ordinary comment into the ledger; False for any other, about which nothing is written then."""
        body, judgement = item.event.body, item.judgement
        if (
            not isinstance(body, Written)
            or body.act is not Act.NEW
            or judgement is None
            or judgement.scores is None
            or judgement.failure
            or judgement.change is not None
            or item.unjudged
            or item.waited is not None
            or item.read_again
        ):
            return False
        comment = self._ledger.comments[key_of(page.id, body.ref)]
        if not (
            self._is_unremarkable(comment, item, body, page)
            and verdict_on_words(page.policy, judgement.scores) is Verdict.KEEP
        ):
            return False
        self._add_revision(comment, body)
        self._add_decision(comment, page, judgement.scores, json_text(judgement.explanation))
        self._budget.decided(page)
        _KEPT.inc()
        return True

    def _is_unremarkable(self, comment: CommentRow, item: Item, body: Written, page: PageConfig) -> bool:
        """Whether nothing but the words could matter to the ruling."""
        return (
            comment.fresh
            # The page's own words have none.
            and comment.decision_id is not None
            and comment.author_id is not None
            and body.author not in page.trusted
            and not body.private
            and not only_links(body.text, body.segments)
            and has_text(judged_text(body.text, body.segments))
            and self._past.is_empty((comment.author_id, page.id))
            and self._repeats.is_alone(comment, item)
        )

    def _add_revision(self, comment: CommentRow, body: Written) -> None:
        salt = new_salt()
        segments = json_text([(segment.kind, segment.text) for segment in body.segments]) if body.segments else "[]"
        rows = self._ledger.inserts
        rows[Revision].append((comment.revision_id, comment.id, 1, digest_of(body, salt), "new", self._ledger.at))
        rows[RevisionBody].append((comment.revision_id, body.text, segments, json_text(body.attachments), salt, None))

    def _add_decision(self, comment: CommentRow, page: PageConfig, scores: Scores, explanation: str) -> None:
        mode = str(live_mode(page.policy.policy, page.mode))
        self._ledger.inserts[Decision].append(
            (
                comment.decision_id,
                comment.id,
                comment.revision_id,
                page.id,
                "keep",
                "[]",
                "[]",
                "[]",
                scores.spam,
                scores.insult,
                scores.obscenity,
                scores.threat,
                scores.appeal,
                explanation,
                "null",
                page.policy.basis_json,
                mode,
                page.policy_version_id,
                self._model_version_id,
                MACHINE.by,
                self._ledger.at,
                None,
            )
        )
        told = {
            "decision": comment.decision_id,
            "revision": comment.revision_id,
            "page": page.id,
            "verdict": "keep",
            "categories": (),
            "reasons": (),
            "clauses": (),
            "mode": mode,
            "policy": page.policy_version_id,
            "model": self._model_version_id,
            "by": MACHINE.signed,
        }
        self._ledger.entries.append(Entry("decision", comment.id, told))
