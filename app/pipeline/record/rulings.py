"""A comment's text becomes a revision, a ruling, actions and perhaps a case."""

from dataclasses import replace
from typing import Final

from app import telemetry
from app.domain.decisions import NO_CONTEXT, Facts, Judgement, Remove, Ruling
from app.domain.events import Act, Written
from app.domain.ids import IdSource
from app.domain.judged import has_text, judged_text, only_links
from app.domain.rereading import MARK
from app.domain.states import ActionState
from app.domain.words import OWN, ActionKind, Mode, Reason, Verdict, WrittenBy
from app.outbox.permission import AGE_LIMIT
from app.pipeline.configuration import PageConfig
from app.pipeline.record.budget import Budget
from app.pipeline.record.deciding import MACHINE, Deciding, Hand, Opinion, planned
from app.pipeline.record.digest import digest_of, new_salt
from app.pipeline.record.items import Item
from app.pipeline.record.ledger import CommentRow, Ledger, json_text
from app.pipeline.record.past import Past
from app.pipeline.record.repeats import Repeats
from app.policy.beginning import begin, opens_case
from app.policy.decide import decide
from app.policy.ladder import standing
from app.policy.rules import live_mode
from app.storage.tables import Evidence, Revision, RevisionBody

#: The author was a manager when the text came in and is none by the time it is written down.
_NOT_JUDGED: Final = Judgement(None, failure="not_judged")
_COUNTED: Final = {verdict: telemetry.VERDICTS.labels(verdict) for verdict in Verdict}


#: So are nearly all.
_USUAL: Final = Facts()


def is_judged(by: WrittenBy) -> bool:
    """The page's own words and its managers' get no decision."""
    return by not in OWN


class Rulings:
    """Writes what follows from one text into the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        past: Past,
        budget: Budget,
        repeats: Repeats,
        *,
        ids: IdSource,
        model_version_id: int,
    ) -> None:
        self._ledger = ledger
        self._past = past
        self._budget = budget
        self._repeats = repeats
        self._ids = ids
        self._deciding = Deciding(ledger, ids)
        self._model_version_id = model_version_id

    def add_revision(self, comment: CommentRow, body: Written, *, act: str, current: bool = True) -> int:
        """Store a state of the text; `current` makes it the one that counts. Returns its id."""
        # A fresh comment was inserted with the id that its first revision will have.
        revision_id = (comment.revision_id if comment.fresh else None) or self._ids()
        if not comment.fresh:
            comment.revisions += 1
        salt = new_salt()
        digest = digest_of(body, salt)
        self._ledger.add(
            Revision,
            id=revision_id,
            comment_id=comment.id,
            number=comment.revisions,
            digest=digest,
            act=act,
            received_at=self._ledger.at,
        )
        self._ledger.add(
            RevisionBody,
            revision_id=revision_id,
            text=body.text,
            segments_json=json_text([(segment.kind, segment.text) for segment in body.segments]),
            attachments_json=json_text(body.attachments),
            salt=salt,
            erased_at=None,
        )
        if current:
            comment.revision_id, comment.digest, comment.digest_at, comment.salt = (
                revision_id,
                digest,
                self._ledger.at,
                salt,
            )
        return revision_id

    def rule(self, comment: CommentRow, item: Item, body: Written, page: PageConfig) -> Ruling | None:
        """Decide about the comment's newest revision; None for words that are not judged."""
        if not is_judged(comment.written_by):
            self._repeats.own_words(item)
            return None
        facts = self._facts(comment, item, body, page)
        context = self._repeats.count(comment, item, body, page)
        if context is not NO_CONTEXT:
            facts = replace(facts, context=context)
        mode = live_mode(page.policy.policy, page.mode)
        ruling = decide(page.policy, item.judgement or _NOT_JUDGED, facts)
        ruling, campaign = self._repeats.join(comment, item, context, ruling)
        self._budget.decided(page)
        if isinstance(ruling, Remove) and mode is Mode.ENFORCE and (held := self._held_back(item, body, page)):
            ruling, mode = replace(ruling, reasons=(*ruling.reasons, held)), Mode.REVIEW
        if item.read_again:
            ruling = replace(ruling, basis={**ruling.basis, MARK: True})
        decision_id = self.write_decision(comment, item, page, ruling, mode=mode)
        self._act(comment, page, ruling, decision_id, mode)
        if opens_case(ruling, mode) and not (campaign and campaign.answers_for(ruling)):
            case_id = self.open_case(comment, ruling, decision_id)
            self._repeats.case_opened(comment, case_id, ruling, campaign)
        if ruling.verdict is not Verdict.KEEP:
            self._keep_evidence(comment, decision_id, item)
        _COUNTED[ruling.verdict].inc()
        return ruling

    def _held_back(self, item: Item, body: Written, page: PageConfig) -> Reason | None:
        """Why the machine only proposes what it would have done by itself."""
        if self._ledger.at - self._written_at(item, body) > AGE_LIMIT:
            return Reason.AGE_LIMIT
        return None if self._budget.allows(page) else Reason.BUDGET

    def _written_at(self, item: Item, body: Written) -> int:
        """When these words were written; the network tells it of a comment's first ones only."""
        first = body.written_at if body.act is Act.NEW or item.read_again else None
        return first or (self._ledger.at if item.waited is None else item.received_at)

    def _facts(self, comment: CommentRow, item: Item, body: Written, page: PageConfig) -> Facts:
        has_words = has_text(judged_text(body.text, body.segments))
        links, bannable = only_links(body.text, body.segments), self._bannable(comment, body, page)
        facts = _USUAL
        if not has_words or links or body.private or not bannable:
            first = links and self._is_first(comment)
            facts = Facts(has_words, links, first, body.private, bannable=bannable)
        rules = page.policy.policy.bans
        if rules is None or comment.author_id is None or not facts.bannable:
            return facts
        history = self._past.history((comment.author_id, comment.page_id))
        if not history.removals and not history.bans:
            return facts
        stand = standing(history, rules, written_at=self._written_at(item, body), now=self._ledger.at)
        return replace(facts, offences=stand.offences, ban_running=stand.ban_running)

    def _is_first(self, comment: CommentRow) -> bool:
        return comment.author_id is not None and self._past.is_first((comment.author_id, comment.page_id))

    def _bannable(self, comment: CommentRow, body: Written, page: PageConfig) -> bool:
        return comment.author_id is not None and is_judged(comment.written_by) and body.author not in page.trusted

    def write_decision(
        self,
        comment: CommentRow,
        item: Item,
        page: PageConfig,
        ruling: Ruling,
        *,
        mode: Mode,
        hand: Hand = MACHINE,
    ) -> int:
        """Store a ruling as the comment's newest decision and return its id; `mode` is where its actions begin."""
        judgement = item.judgement
        opinion = Opinion(
            judgement.scores if judgement else None,
            json_text(judgement.explanation if judgement else ()),
            json_text(_change(judgement, ruling, hand.by)),
            self._model_version_id,
        )
        return self._deciding.decide(comment, page, ruling, opinion, mode=mode, hand=hand)

    def _act(self, comment: CommentRow, page: PageConfig, ruling: Ruling, decision_id: int, mode: Mode) -> None:
        for action, state in begin(ruling, mode, ban_by=page.policy.policy.ban_by):
            self._deciding.order(comment, page, planned(action), state, decision_id)
            is_ban = action.kind is ActionKind.BAN_AUTHOR and state is not ActionState.SHADOW
            if is_ban and comment.author_id is not None:
                self._past.ban_began((comment.author_id, comment.page_id), state)

    def open_case(self, comment: CommentRow, ruling: Ruling, decision_id: int) -> int:
        """Ask a person about the comment. Returns the case's id."""
        return self._deciding.ask(comment, ruling, decision_id)

    def _keep_evidence(self, comment: CommentRow, decision_id: int, item: Item) -> None:
        self._ledger.add(
            Evidence,
            id=self._ids(),
            comment_id=comment.id,
            decision_id=decision_id,
            action_id=None,
            kind="event",
            body=item.event.raw,
            received_at=item.received_at,
            erased_at=None,
        )


def _change(judgement: Judgement | None, ruling: Ruling, decided_by: str) -> object:
    """What would have changed the machine's verdict; nothing where more than the words decided."""
    change = judgement.change if judgement else None
    if change is None or decided_by != MACHINE.by or change.instead_of is not ruling.verdict:
        return None
    return {"without": change.without, "verdict": str(change.verdict)}
