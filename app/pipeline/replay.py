"""Takes the machine's past decisions once more with another model or policy, and counts what would have been different.

The texts, the facts beside them and the ruling are those of production. Whoever replays goes by id, a portion at a
time, that is read in one short transaction and judged outside of it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from sqlmodel import select

from app.domain.decisions import NO_CONTEXT, Context, Facts, Judgement
from app.domain.events import Segment
from app.domain.judged import judged_text
from app.domain.words import Verdict
from app.pipeline.house import House
from app.pipeline.scoring import ScoresMany, judge_texts
from app.policy.binding import BoundPolicy
from app.policy.decide import decide
from app.storage.past_decisions import Taken, walk_machine_decisions
from app.storage.tables import Decision, ModelVersion
from app.storage.walk import first_id, last_id
from model.scorer import Scores

#: Decisions of one portion; read and judged in some tens of milliseconds.
PORTION: Final = 500
#: Decisions of each kind of change that are named.
EXAMPLES: Final = 20


class _Basis(msgspec.Struct):
    """What a decision keeps of the facts that it was taken with."""

    facts: dict[str, Any] = {}
    context: dict[str, Any] = {}


_basis: Final = msgspec.json.Decoder(_Basis).decode
_segments: Final = msgspec.json.Decoder(list[tuple[str, str]]).decode


@dataclass(frozen=True, slots=True)
class Past:
    """Which decisions are taken once more: dated from `since` to before `until` (microseconds); `pages` None = all."""

    since: int
    until: int
    pages: tuple[int, ...] | None = None

    @property
    def begin(self) -> int:
        """Where the first portion begins."""
        return first_id(self.since) - 1

    def share_done(self, position: int | None) -> float:
        """How far a position is on its way, 0…1: ids are made in order of time."""
        last = last_id(self.until)
        return 1.0 if position is None else min(max((position - self.begin) / (last - self.begin), 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What decides this time.

    `policy_of` gives a page's policy bound to the candidate's thresholds (None = the page is left out). Decisions of
    the model `model_id` are taken with their stored scores, whether or not their words are still there; all others
    need `scorer`.
    """

    policy_of: Callable[[int], BoundPolicy | None]
    model_id: int | None
    scorer: ScoresMany | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """One decision taken once more; `after` is None where it cannot be (its words are erased, or no model is at hand).

    `people` is what a person said of the same words, if anybody did; `text` the words that were judged.
    """

    decision_id: int
    page_id: int
    before: Verdict
    after: Verdict | None
    people: Verdict | None
    private: bool
    text: str | None


@dataclass(frozen=True, slots=True)
class Portion:
    """Some decisions, and the position where the next portion begins (None at the end)."""

    again: tuple[Again, ...]
    position: int | None


def model_id_of(house: House, digest: str) -> int | None:
    """The row of an artefact that has judged here; None if it never did."""
    with house.database.read() as session:
        return session.exec(select(ModelVersion.id).where(ModelVersion.digest == digest)).first()


def take_again(house: House, past: Past, candidate: Candidate, position: int, limit: int = PORTION) -> Portion:
    """The portion behind `position` (first `past.begin`); a portion may be empty before the end."""
    with house.database.read() as session:
        walked = walk_machine_decisions(session, past.pages, after=position, until=last_id(past.until), limit=limit)
    wanted = [one for one in walked.taken if past.since <= one.decision.decided_at < past.until]
    policies = {page: candidate.policy_of(page) for page in {one.decision.page_id for one in wanted}}
    ruled = [(one, policy) for one in wanted if (policy := policies[one.decision.page_id]) is not None]
    judgements = _judgements([one for one, _ in ruled], candidate)
    again = (_again(one, policy, judgement) for (one, policy), judgement in zip(ruled, judgements, strict=True))
    return Portion(tuple(again), walked.next_after)


def _judgements(taken: Sequence[Taken], candidate: Candidate) -> list[Judgement | None]:
    found = [_stored(one.decision) if one.decision.model_version_id == candidate.model_id else None for one in taken]
    if candidate.scorer is None:
        return found
    missing = [
        (place, text) for place, one in enumerate(taken) if not found[place] and (text := _text(one)) is not None
    ]
    for (place, _), judgement in zip(
        missing, judge_texts(candidate.scorer, [text for _, text in missing]), strict=True
    ):
        found[place] = judgement
    return found


def _again(one: Taken, policy: BoundPolicy, judgement: Judgement | None) -> Again:
    facts = facts_of(one.decision)
    if judgement is None and not facts.has_text:
        # There was nothing to judge, and nothing that a model could say changes that.
        judgement = Judgement(None, failure="no_text")
    return Again(
        decision_id=one.decision.id,
        page_id=one.decision.page_id,
        before=Verdict(one.decision.verdict),
        after=None if judgement is None else decide(policy, judgement, facts).verdict,
        people=None if one.people is None else Verdict(one.people),
        private=one.private,
        text=_text(one),
    )


def _text(one: Taken) -> str | None:
    if one.text is None:
        return None
    return judged_text(one.text, [Segment(kind, text) for kind, text in _segments(one.segments_json)])


def _stored(decision: Decision) -> Judgement | None:
    scores = (
        decision.score_spam,
        decision.score_insult,
        decision.score_obscenity,
        decision.score_threat,
        decision.score_appeal,
    )
    known = [score for score in scores if score is not None]
    return Judgement(Scores(*known)) if len(known) == len(scores) else None


def facts_of(decision: Decision) -> Facts:
    """What was known beside the words when a decision was taken; it is stored with the decision."""
    basis = _basis(decision.basis_json)
    counts = {name: value for name, value in basis.context.items() if name != "campaign"}
    return Facts(**basis.facts, context=Context(**counts) if counts else NO_CONTEXT)


@dataclass(slots=True)
class Change:
    """Decisions that would have changed in one way: how many, and what people had said of them."""

    decisions: int = 0
    people_kept: int = 0
    people_removed: int = 0
    examples: list[int] = field(default_factory=list)

    def add(self, again: Again) -> None:
        """Count one."""
        self.decisions += 1
        self.people_kept += again.people is Verdict.KEEP
        self.people_removed += again.people is Verdict.REMOVE
        if len(self.examples) < EXAMPLES:
            self.examples.append(again.decision_id)

    def as_json(self) -> dict[str, Any]:
        """Counts, and the examples' ids as strings."""
        numbers = {"decisions": self.decisions, "people_kept": self.people_kept, "people_removed": self.people_removed}
        return {**numbers, "examples": [str(one) for one in self.examples]}


@dataclass(slots=True)
class Tally:
    """What a replay has found so far."""

    taken: int = 0
    #: Cannot be taken once more: their words are erased, or were scored by another model and none is at hand.
    impossible: int = 0
    #: Removals before and after, among those that were taken.
    removed_before: int = 0
    removed_after: int = 0
    #: Of those that were taken: kept and removed by people.
    people_kept: int = 0
    people_removed: int = 0
    newly_removed: Change = field(default_factory=Change)
    no_longer_removed: Change = field(default_factory=Change)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, again: Sequence[Again]) -> None:
        """Count a portion."""
        for one in again:
            if one.after is None:
                self.impossible += 1
            else:
                self._add(one, one.after)

    def _add(self, one: Again, after: Verdict) -> None:
        self.taken += 1
        self.people_kept += one.people is Verdict.KEEP
        self.people_removed += one.people is Verdict.REMOVE
        removed_before, removed_after = one.before is Verdict.REMOVE, after is Verdict.REMOVE
        self.removed_before += removed_before
        self.removed_after += removed_after
        if after is not one.before:
            self.moves[str(one.before), str(after)] += 1
        if removed_after and not removed_before:
            self.newly_removed.add(one)
        if removed_before and not removed_after:
            self.no_longer_removed.add(one)

    @property
    def changed(self) -> int:
        """Decisions whose verdict would have been another."""
        return sum(self.moves.values())

    def as_json(self) -> Mapping[str, Any]:
        """All of it as JSON values."""
        return {
            "taken": self.taken,
            "impossible": self.impossible,
            "changed": self.changed,
            "removed_before": self.removed_before,
            "removed_after": self.removed_after,
            "people_kept": self.people_kept,
            "people_removed": self.people_removed,
            "newly_removed": self.newly_removed.as_json(),
            "no_longer_removed": self.no_longer_removed.as_json(),
            "moves": [{"before": a, "after": b, "decisions": n} for (a, b), n in sorted(self.moves.items())],
        }
