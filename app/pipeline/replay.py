"""Judges stored texts once more with another model or policy, and counts what would have been different.

The texts, the facts beside them and the ruling are those of production. Whoever replays goes by id, a portion at a
time, that is read in one short transaction and judged outside of it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

import msgspec

from app.domain.decisions import NO_CONTEXT, Context, Facts
from app.domain.events import Segment
from app.domain.judged import judged_text
from app.domain.words import Verdict
from app.pipeline.house import House
from app.pipeline.scoring import ScoresMany, judge_texts
from app.policy.binding import BoundPolicy, Thresholds, bind
from app.policy.decide import decide
from app.policy.rules import parse
from app.storage.judged_texts import JudgedText, portion
from app.storage.pages import live_pages
from app.storage.policies import newest
from app.storage.walk import instant_of

#: Decisions looked at in one transaction; read and judged in some tens of milliseconds.
PORTION: Final = 500
#: Decisions of each kind of change that are named.
EXAMPLES: Final = 20
PolicyOf = Callable[[int], BoundPolicy | None]


class _Basis(msgspec.Struct):
    """What a decision keeps of the facts that it was taken with."""

    facts: dict[str, Any] = {}
    context: dict[str, Any] = {}


_COUNTS: Final = frozenset(field.name for field in fields(Context))
_basis: Final = msgspec.json.Decoder(_Basis).decode
_segments: Final = msgspec.json.Decoder(list[tuple[str, str]]).decode


@dataclass(frozen=True, slots=True)
class Past:
    """Which texts are judged once more: those decided about in [since, until), microseconds; `pages` None = all."""

    since: int
    until: int
    pages: tuple[int, ...] | None = None

    def share_done(self, position: int | None) -> float:
        """How far a position is on its way back in time, 0…1."""
        if position is None:
            return 1.0
        return min(max((self.until - instant_of(position)) / max(self.until - self.since, 1), 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What decides this time.

    `policy_of` gives a page's policy bound to the scorer's model; None = leave the page out. It is compared with the
    verdict of then, or with `instead_of`'s on the same words, where only the difference of two models is wanted.
    """

    scorer: ScoresMany
    policy_of: PolicyOf
    instead_of: "Candidate | None" = None

    def verdicts(self, texts: Sequence[tuple[JudgedText, str]]) -> list[Verdict | None]:
        """What it rules on texts with their words; None where the page is left out."""
        policies = {page: self.policy_of(page) for page in {text.page_id for text, _ in texts}}
        judgements = judge_texts(self.scorer, [words for _, words in texts])
        return [
            decide(policy, judgement, facts_of(text)).verdict if (policy := policies[text.page_id]) else None
            for (text, _), judgement in zip(texts, judgements, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Again:
    """One text judged once more; `after` is None where its words are erased.

    `people` is what a person made of the same words, if anybody did.
    """

    decision_id: int
    page_id: int
    before: Verdict
    after: Verdict | None
    people: Verdict | None
    private: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some texts, and the position where the next stretch begins (None at the end)."""

    again: tuple[Again, ...]
    position: int | None


def take_again(house: House, past: Past, candidate: Candidate, position: int | None) -> Stretch:
    """The next texts, newest first, from `position` on (None = from the newest); none may be among them."""
    with house.database.read() as session:
        read = portion(session, past.pages, since=past.since, until=past.until, before=position, size=PORTION)
    found = [(text, words_of(text)) for text in read.texts]
    said = [(text, words) for text, words in found if words is not None]
    erased = [_again(text, Verdict(text.verdict), None) for text, words in found if words is None]
    then = candidate.instead_of.verdicts(said) if candidate.instead_of else [Verdict(text.verdict) for text, _ in said]
    again = [
        _again(text, before, after)
        for (text, _), before, after in zip(said, then, candidate.verdicts(said), strict=True)
        if before is not None and after is not None
    ]
    return Stretch((*again, *erased), read.next_before)


def _again(text: JudgedText, before: Verdict, after: Verdict | None) -> Again:
    return Again(text.decision_id, text.page_id, before, after, text.by_people, text.private)


def pages_own(house: House, manifest: Thresholds) -> PolicyOf:
    """Each page under the policy that it follows at present, bound to a model; pages that were removed are left out.

    Raises:
        PolicyError: the model does not hold what a policy promises.
    """
    with house.database.read() as session:
        versions = {page.id: newest(session, page.policy_name) for page in live_pages(session, None)}
    bound: dict[int, BoundPolicy] = {}
    for version in versions.values():
        if version is not None and version.id not in bound:
            policy = parse(version.source, file=f"{version.name}, версия {version.version}")
            bound[version.id] = bind(policy, manifest)
    return {page: bound[version.id] for page, version in versions.items() if version is not None}.get


def words_of(text: JudgedText) -> str | None:
    """The words that were judged: the author's and those of what hangs on the comment; None when they are erased."""
    if text.body is None or text.body.text is None:
        return None
    return judged_text(text.body.text, [Segment(kind, said) for kind, said in _segments(text.body.segments_json)])


def facts_of(text: JudgedText) -> Facts:
    """What was known about the text beside its words when it was decided about, as its decision holds it."""
    basis = _basis(text.basis_json)
    counts = {name: value for name, value in basis.context.items() if name in _COUNTS}
    return Facts(**{**basis.facts, "private": text.private}, context=Context(**counts) if counts else NO_CONTEXT)


@dataclass(slots=True)
class Change:
    """Decisions that would have changed in one way: how many, what people had said of them, and some of their ids.

    Those that people kept are named apart.
    """

    decisions: int = 0
    people_kept: int = 0
    people_removed: int = 0
    examples: list[int] = field(default_factory=list)
    kept_examples: list[int] = field(default_factory=list)

    def add(self, again: Again) -> None:
        """Count one."""
        self.decisions += 1
        self.people_kept += again.people is Verdict.KEEP
        self.people_removed += again.people is Verdict.REMOVE
        named = self.kept_examples if again.people is Verdict.KEEP else self.examples
        if len(named) < EXAMPLES:
            named.append(again.decision_id)

    @property
    def named(self) -> list[int]:
        """Decisions to look at, those that people kept first."""
        return [*self.kept_examples, *self.examples]

    def as_json(self) -> dict[str, Any]:
        """Counts, and the examples' ids as strings."""
        numbers = {"decisions": self.decisions, "people_kept": self.people_kept, "people_removed": self.people_removed}
        named = {"examples": self.examples, "kept_examples": self.kept_examples}
        return {**numbers, **{name: [str(one) for one in ids] for name, ids in named.items()}}


@dataclass(slots=True)
class Tally:
    """What a replay has found so far."""

    judged: int = 0
    #: Texts that are erased: nothing can be said of them.
    erased: int = 0
    #: Removals before and after, among those that were judged.
    removed_before: int = 0
    removed_after: int = 0
    #: Of those that were judged: kept and removed by people.
    people_kept: int = 0
    people_removed: int = 0
    #: Removals before that people confirmed.
    confirmed: int = 0
    newly_removed: Change = field(default_factory=Change)
    no_longer_removed: Change = field(default_factory=Change)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, again: Sequence[Again]) -> None:
        """Count a portion."""
        for one in again:
            if one.after is None:
                self.erased += 1
            else:
                self._add(one, one.after)

    def _add(self, one: Again, after: Verdict) -> None:
        self.judged += 1
        self.people_kept += one.people is Verdict.KEEP
        self.people_removed += one.people is Verdict.REMOVE
        self.confirmed += one.people is Verdict.REMOVE and one.before is Verdict.REMOVE
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
            "judged": self.judged,
            "erased": self.erased,
            "changed": self.changed,
            "removed_before": self.removed_before,
            "removed_after": self.removed_after,
            "people_kept": self.people_kept,
            "people_removed": self.people_removed,
            "newly_removed": self.newly_removed.as_json(),
            "no_longer_removed": self.no_longer_removed.as_json(),
            "moves": [{"before": a, "after": b, "decisions": n} for (a, b), n in sorted(self.moves.items())],
        }


def take_all_again(house: House, past: Past, candidate: Candidate, told: Callable[[float], None]) -> Tally:
    """Judge everything once more; `told` hears after each portion how far that has got, 0…1."""
    tally, position = Tally(), None
    while True:
        found = take_again(house, past, candidate, position)
        tally.add(found.again)
        position = found.position
        told(past.share_done(position))
        if position is None:
            return tally
