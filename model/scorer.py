"""Scores comments: sums of cached token parts, one logit per question, calibrated probabilities out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from model import likeliest, names
from model.artefact import Artefact
from model.explain import Evidence, Span, spans
from model.heads import NOTHING, Heads, Scores
from model.labels import HEADS
from model.lemmas import warm_up
from model.logits import Logits, Read
from model.memory import Memory
from model.normalise import MAX_BEFORE, normalise
from model.tokens import forms
from model.weights import Floats, Weights, lemmas_and_kinds

__all__ = ["CACHE_BYTES", "Look", "Scorer", "Scores"]

CACHE_BYTES: Final = 32 * 2**20
# Tokens that are added up at once when there are many texts: their rows take about a megabyte.
_AT_ONCE: Final = 8192


class Look(NamedTuple):
    """What one look at a text found; whoever explains it or judges a part of it looks nothing up again.

    Its words have the places from `first` up to `last` in `rows`, which texts of one batch share; a text without
    words has neither.
    """

    scores: Scores
    read: Read | None = None
    rows: Floats | None = None
    first: int = 0
    last: int = 0


_NOTHING_SEEN: Final = Look(NOTHING)


def _read(text: str) -> Read:
    normalised = normalise(text)
    return Read(text[:MAX_BEFORE], normalised, forms(normalised.text))


class Scorer:
    """Judges texts with one artefact; safe to share between threads."""

    def __init__(self, artefact: Artefact, *, cache_bytes: int = CACHE_BYTES) -> None:
        warm_up()
        self.manifest = artefact.manifest
        self._weights = Weights(artefact.arrays)
        self._heads = Heads(artefact.manifest.logits, artefact.manifest.heads, artefact.arrays.platt)
        self._logits = Logits(self._weights, cache_bytes)
        self._evidence = dict(zip(HEADS, self._heads.evidence, strict=True))

    def memories(self) -> Mapping[str, Memory]:
        """How full each memory behind the scores is, by its name."""
        return self._logits.memories() | likeliest.memories() | names.memories()

    def score(self, text: str) -> Scores:
        """Probabilities for one text; any text is accepted, one without words scores zero."""
        read = _read(text)
        return self._scores(read, self._logits.gather(read.words)) if read.words else NOTHING

    def look(self, text: str) -> Look:
        """The scores, with what `explain` and `score_rest` need."""
        read = _read(text)
        if not read.words:
            return _NOTHING_SEEN
        rows = self._logits.gather(read.words)
        return Look(self._scores(read, rows), read, rows, 0, len(read.words))

    def look_many(self, texts: Sequence[str]) -> list[Look]:
        """A look at each text, with the scores that `score_many` gives."""
        found = [_NOTHING_SEEN] * len(texts)
        for numbers, reads in _batches(texts):
            rows, last = self._gather_many(reads), 0
            scored = self._heads.many(self._logits.of_many(reads, rows))
            for number, read, scores in zip(numbers, reads, scored, strict=True):
                first, last = last, last + len(read.words)
                found[number] = Look(scores, read, rows, first, last)
        return found

    def score_rest(self, rest: str, look: Look) -> Scores:
        """As `score`, for what is left of a text that was looked at: its words are mostly that text's."""
        read = _read(rest)
        if not read.words:
            return NOTHING
        if look.read is None or look.rows is None:
            return self.score(rest)
        place_of = dict(zip(look.read.words, range(look.first, look.last), strict=True))
        known = [place_of.get(word, -1) for word in read.words]
        if -1 in known:
            return self._scores(read, self._logits.gather(read.words))
        return self._scores(read, look.rows.take(known, 0))

    def score_many(self, texts: Sequence[str]) -> list[Scores]:
        """Probabilities for many texts, each as `score` gives them up to the last bits, at less than half the price."""
        found = [NOTHING] * len(texts)
        for numbers, reads in _batches(texts):
            for number, scores in zip(numbers, self._scores_of_many(reads), strict=True):
                found[number] = scores
        return found

    def logits(self, text: str) -> tuple[float, ...]:
        """Raw logits in the manifest's order, before calibration; for training and for tests."""
        read = _read(text)
        if not read.words:
            return (0.0,) * self._weights.logits
        return tuple(self._logits.of_one(read, self._logits.gather(read.words)))

    def explain(
        self, text: str, *, categories: Sequence[str], limit: int = 5, look: Look | None = None
    ) -> tuple[Span, ...]:
        """The words that speak most for the categories, strongest first, as spans of the text as given.

        `look` is one at this very text, if there was one.
        """
        for category in categories:
            if category not in HEADS:
                raise ValueError(f"unknown category {category!r}, expected some of {HEADS}")
        _, read, rows, first, last = look or self.look(text)
        if read is None or rows is None:
            return ()
        lemmas, kinds = lemmas_and_kinds(rows[first:last]).tolist()
        evidence = Evidence(self._weights, rows[first:last, :-2], lemmas, kinds, self._evidence)
        return spans(read.normalised, read.words, evidence, categories=categories, limit=limit)

    def _scores(self, read: Read, rows: Floats) -> Scores:
        return self._heads.one(self._logits.of_one(read, rows))

    def _gather_many(self, reads: Sequence[Read]) -> Floats:
        return self._logits.gather([word for read in reads for word in read.words])

    def _scores_of_many(self, reads: Sequence[Read]) -> list[Scores]:
        return self._heads.many(self._logits.of_many(reads, self._gather_many(reads)))


def _batches(texts: Sequence[str]) -> Iterator[tuple[list[int], list[Read]]]:
    """Texts that have words, with their numbers, some thousand tokens at a time."""
    numbers: list[int] = []
    reads: list[Read] = []
    tokens = 0
    for number, text in enumerate(texts):
        read = _read(text)
        if not read.words:
            continue
        numbers.append(number)
        reads.append(read)
        tokens += len(read.words)
        if tokens >= _AT_ONCE:
            yield numbers, reads
            numbers, reads, tokens = [], [], 0
    if reads:
        yield numbers, reads
