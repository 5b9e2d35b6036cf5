"""Gives people's verdicts out as lessons for training: masked, without anybody's id, each export in the journal."""

import hmac
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import msgspec

from app.domain.clock import SECOND
from app.domain.words import Verdict
from app.journal.chain import Entry, append
from app.pipeline.house import House
from app.review.masking import mask
from app.storage.audits import probabilities
from app.storage.labels import LabelFilter, LabelRecord, list_labels, of_comments
from app.storage.vault import JournalKey

AUDIT: Final = "audit"
#: Labels of one transaction.
PORTION: Final = 500
_strings: Final = msgspec.json.Decoder(list[str]).decode
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a person made of a text; no id in it is one of ours or of a network's.

    `labels` are the categories that it was removed for, none where it was kept. `agrees` compares with the machine's
    verdict, None where the machine only asked. `weight` is how many decisions like this one it stands for: more than 1
    for the random sample, None where the probability is not known.
    """

    id: str
    text: str
    labels: list[str]
    appeal: bool | None
    verdict: str
    source: str
    agrees: bool | None
    machine_verdict: str
    machine_labels: list[str]
    reasons: list[str]
    model: str | None
    policy: str
    weight: float | None
    labelled_on: str


@dataclass(frozen=True, slots=True)
class Lessons:
    """Some lessons; `left_out` counts labels that teach nothing, by why; `next_after` None = the end."""

    lessons: Sequence[Lesson]
    left_out: Mapping[str, int]
    next_after: int | None


def note_export(house: House, wanted: LabelFilter, *, by: str, after: int | None = None) -> None:
    """Write into the journal who is given which labels; before the first of them leaves."""
    body = {"by": by, "pages": wanted.pages, "since": wanted.since, "after": after}
    with house.database.write() as session:
        append(session, house.journal_key, [Entry("labels_exported", None, body)], house.clock.now())


def lessons(house: House, wanted: LabelFilter, *, after: int | None, limit: int = PORTION) -> Lessons:
    """The next lessons, oldest first; one whose comment was edited later teaches still, for it belongs to its words.

    Left out: `erased` texts, labels that people's later decision about the same words `superseded`, and removals
    `without_category`: a violation of law is no kind of text that a model knows.
    """
    with house.database.read() as session:
        records, next_after = list_labels(session, wanted, after=after, limit=limit)
        drawn = probabilities(session, of_comments([one for one in records if one.label.source == AUDIT]))
    left_out: Counter[str] = Counter()
    found = []
    for record in records:
        missing = _missing(record)
        if missing:
            left_out[missing] += 1
        else:
            found.append(_lesson(house.journal_key, record, weight_of(record, drawn)))
    return Lessons(found, left_out, next_after)


def all_lessons(house: House, wanted: LabelFilter) -> Iterator[Lessons]:
    """Every lesson, a portion at a time."""
    after: int | None = None
    while True:
        portion = lessons(house, wanted, after=after)
        yield portion
        after = portion.next_after
        if after is None:
            return


def line(lesson: Lesson) -> bytes:
    """A lesson as a line of JSON."""
    return _encode(lesson) + b"\n"


def weight_of(record: LabelRecord, drawn: Mapping[int, Sequence[tuple[int, float]]]) -> float | None:
    """How many decisions a label stands for: the inverse of the probability with which its decision was drawn."""
    label = record.label
    if label.source != AUDIT:
        return 1.0
    before = [probability for at, probability in drawn.get(label.comment_id, ()) if at <= label.labelled_at]
    return 1 / before[-1] if before else None


def _missing(record: LabelRecord) -> str:
    if record.label.text is None:
        return "erased"
    if not record.stands:
        return "superseded"
    if record.label.verdict == Verdict.REMOVE and not _strings(record.label.categories_json):
        return "without_category"
    return ""


def _lesson(key: JournalKey, record: LabelRecord, weight: float | None) -> Lesson:
    label = record.label
    asked = label.machine_verdict == Verdict.REVIEW
    return Lesson(
        id=pseudonym(key, record.revision_id),
        # Once more: what masking has learnt since the label was written holds for old labels too.
        text=mask(label.text or ""),
        labels=_strings(label.categories_json),
        appeal=label.appeal,
        verdict=label.verdict,
        source=label.source,
        agrees=None if asked else label.machine_verdict == label.verdict,
        machine_verdict=label.machine_verdict,
        machine_labels=_strings(label.machine_categories_json),
        reasons=_strings(label.reasons_json),
        model=record.model,
        policy=f"{record.policy}/{record.policy_version}",
        weight=weight,
        labelled_on=f"{datetime.fromtimestamp(label.labelled_at // SECOND, UTC):%Y-%m-%d}",
    )


def pseudonym(key: JournalKey, revision_id: int) -> str:
    """A name for a text that is the same in every export and leads nobody to it without the key."""
    return hmac.new(key.secret, b"label\x1f%d" % revision_id, sha256).hexdigest()[:20]
