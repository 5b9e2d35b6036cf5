"""Comments that say the same share one question to a person: which campaign a comment joins, and who asks for it.

A campaign begins when the policy's numbers are reached, or when a copy of a comment that waits for a person would open
a second case about the same. Removals are no part of the sharing: each has its own action to confirm.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from app.domain.decisions import Context, Review, Ruling
from app.domain.ids import IdSource
from app.domain.states import CaseEnd, CaseState
from app.domain.words import Reason, Verdict
from app.pipeline.record.copies import Occurrence, Said
from app.pipeline.record.ledger import CommentRow, Ledger, json_text
from app.storage.bulk import Bulk
from app.storage.tables import Campaign, CampaignComment, Decision, ReviewCase

_COLUMNS: Final = ("id", "page_id", "text_id", "case_id", "asked_json", "comments")
#: They say how a text came to be looked at, not what is asked about it.
_OCCASIONS: Final = frozenset({Reason.REPEAT, Reason.CAMPAIGN, Reason.SCORE_OVER_REVIEW})
#: The policy's numbers were reached.
_NUMBERS: Final = frozenset({Reason.REPEAT, Reason.CAMPAIGN})
_words: Final = msgspec.json.Decoder(list[str]).decode
PageText = tuple[int, int]


def asked_about(categories: Iterable[str], reasons: Iterable[str]) -> frozenset[str]:
    """What a person is asked about a comment."""
    return frozenset(map(str, categories)) | {str(reason) for reason in reasons if reason not in _OCCASIONS}


def _asked(ruling: Review) -> frozenset[str]:
    return asked_about(ruling.categories, ruling.reasons)


@dataclass(frozen=True, slots=True)
class _Question:
    """A case about one comment, still open or answered with `kept`."""

    case: int
    asked: frozenset[str]


@dataclass(slots=True)
class CampaignRow:
    """A campaign under the transaction's lock; `question` is None where the next copy must ask anew."""

    id: int
    question: _Question | None
    comments: int
    #: Began in this batch.
    fresh: bool = False
    changed: bool = False

    def answers_for(self, ruling: Ruling) -> bool:
        """Whether its one case asks already what this ruling would ask."""
        return isinstance(ruling, Review) and self.question is not None and _asked(ruling) <= self.question.asked

    def asks(self, case_id: int, ruling: Ruling) -> None:
        """This case stands for all from here on, unless the ruling is a removal, which is its own question.

        What was asked before stays asked, or copies that raise the one and the other in turn would each open a case.
        """
        if isinstance(ruling, Review):
            asked = _asked(ruling) | (self.question.asked if self.question else frozenset())
            self.question, self.changed = _Question(case_id, asked), True


class Campaigns:
    """The campaigns of one batch's texts."""

    def __init__(self, bulk: Bulk, ledger: Ledger, ids: IdSource) -> None:
        self._bulk = bulk
        self._ledger = ledger
        self._ids = ids
        self._rows: dict[PageText, CampaignRow] = {}
        #: Questions about comments whose text has no campaign yet.
        self._questions: dict[int, _Question] = {}
        self._new: list[tuple[PageText, CampaignRow, int]] = []

    def load(self, texts: Sequence[tuple[int, Said]]) -> None:
        """Lock the campaigns of texts that were seen before, by page, and find who waits for an answer about one."""
        pairs = sorted({(page, said.id) for page, said in texts})
        rows = self._bulk.match(Campaign, ("page_id", "text_id"), pairs, _COLUMNS, lock=True)
        standing = self._standing(case for _, _, _, case, _, _ in rows if case is not None)
        for id_, page, text, case, asked, comments in rows:
            question = _Question(case, frozenset(_words(asked))) if case in standing else None
            self._rows[page, text] = CampaignRow(id_, question, comments)
        alone = [(page, said) for page, said in texts if (page, said.id) not in self._rows]
        self._questions |= self._open({one.comment for page, said in alone for one in said.on(page)})

    def _standing(self, cases: Iterable[int]) -> set[int]:
        """Cases that wait, or were answered: the text may stay."""
        keys = [(id_,) for id_ in sorted(set(cases))]
        rows = self._bulk.match(ReviewCase, ("id",), keys, ("id", "state", "ended"))
        return {id_ for id_, state, ended in rows if state != CaseState.CLOSED or ended == CaseEnd.KEPT}

    def _open(self, comments: set[int]) -> dict[int, _Question]:
        keys = [(id_,) for id_ in sorted(comments)]
        case_columns = ("id", "comment_id", "decision_id")
        cases = self._bulk.match(ReviewCase, ("comment_id",), keys, case_columns, where="t.state <> 'closed'")
        decisions = [(decision,) for _, _, decision in cases]
        columns = ("id", "verdict", "categories_json", "reasons_json")
        asked = {
            id_: asked_about(_words(categories), _words(reasons))
            for id_, verdict, categories, reasons in self._bulk.match(Decision, ("id",), decisions, columns)
            if verdict == Verdict.REVIEW
        }
        return {comment: _Question(case, asked[decision]) for case, comment, decision in cases if decision in asked}

    def join(self, comment: CommentRow, said: Said, ruling: Ruling, context: Context) -> CampaignRow | None:
        """The campaign that this comment belongs to, a new one if it is time."""
        key = comment.page_id, said.id
        campaign = self._rows.get(key)
        if campaign is not None:
            self._add(campaign, [said.seen[comment.id]])
            return campaign
        question = self._question_of(said, comment, ruling)
        if context.texts <= 1 or not (question or _NUMBERS & set(ruling.reasons)):
            return None
        return self._begin(key, said, question)

    def _question_of(self, said: Said, comment: CommentRow, ruling: Ruling) -> _Question | None:
        """The first question that waits about this text on this page and covers what the ruling would ask."""
        if not isinstance(ruling, Review):
            return None
        for one in said.on(comment.page_id):
            question = self._questions.get(one.comment)
            if one.comment != comment.id and question is not None and _asked(ruling) <= question.asked:
                return question
        return None

    def _begin(self, key: PageText, said: Said, question: _Question | None) -> CampaignRow:
        members = said.on(key[0])
        campaign = self._rows[key] = CampaignRow(self._ids(), question, 0, fresh=True)
        self._new.append((key, campaign, members[0].comment))
        self._add(campaign, members)
        self._ledger.note("campaign_began", key[0], campaign=campaign.id, comments=len(members))
        return campaign

    def _add(self, campaign: CampaignRow, members: Iterable[Occurrence]) -> None:
        for one in members:
            campaign.comments, campaign.changed = campaign.comments + 1, True
            self._ledger.add(
                CampaignComment,
                id=self._ids(),
                campaign_id=campaign.id,
                comment_id=one.comment,
                revision_id=one.revision,
                joined_at=self._ledger.at,
            )

    def case_opened(self, comment: CommentRow, case_id: int, ruling: Ruling) -> None:
        """Remember the question for the copies that follow in this batch."""
        if isinstance(ruling, Review):
            self._questions[comment.id] = _Question(case_id, _asked(ruling))

    def write(self) -> None:
        """Store what began and what changed."""
        for (page_id, text_id), campaign, first in self._new:
            self._ledger.add(
                Campaign,
                page_id=page_id,
                text_id=text_id,
                first_comment_id=first,
                first_at=self._ledger.at,
                **self._columns(campaign),
            )
        old = [self._columns(row) for row in self._rows.values() if row.changed and not row.fresh]
        if old:
            self._bulk.update(Campaign, ("case_id", "asked_json", "comments", "last_at"), old)

    def _columns(self, campaign: CampaignRow) -> dict[str, object]:
        question = campaign.question
        return {
            "id": campaign.id,
            "case_id": question.case if question else None,
            "asked_json": json_text(sorted(question.asked) if question else []),
            "comments": campaign.comments,
            "last_at": self._ledger.at,
        }
