"""Scores comments: sums of cached token parts, one logit per question, calibrated probabilities out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from model import likeliest, names
from model.artefact import Artefact
from model.explain import Evidence, Span, spans
from model.heads import NOTHING, Heads, Scores
from model.labels import HEADS
from model.lemmas import warm_up
from model.logits import Logits
from model.memory import Memory
from model.normalise import Normalised
from model.sight import Read
from model.tokens import forms
from model.weights import Floats, Weights, lemmas_and_kinds

__all__ = ["CACHE_BYTES", "Look", "Scorer", "Scores"]

CACHE_BYTES: Final = 32 * 2**20
# Characters that are looked at together when there are many texts: rows of their words take about a megabyte.
_AT_ONCE: Final = 65_536


class Look(NamedTuple):
    """What one look at a text found; whoever explains it looks nothing up again.

    `table` has the rows of its words at `read.places`; a text without words has neither.
    """

    scores: Scores
    read: Read | None = None
    table: Floats | None = None


_NOTHING_SEEN: Final = Look(NOTHING)


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
        return self.look(text).scores

    def look(self, text: str) -> Look:
        """The scores, with what `explain` needs."""
        (read,), table = self._logits.sight.read([text])
        if not read.places:
            return _NOTHING_SEEN
        return Look(self._heads.one(self._logits.of_one(read, table)), read, table)

    def look_many(self, texts: Sequence[str]) -> list[Look]:
        """A look at each text; scores are those of `score` up to the last bits, at less than half the price."""
        return [look for part in _parts(texts) for look in self._look_at(part)]

    def score_many(self, texts: Sequence[str]) -> list[Scores]:
        """The scores alone."""
        return [look.scores for look in self.look_many(texts)]

    def _look_at(self, texts: Sequence[str]) -> list[Look]:
        read, table = self._logits.sight.read(texts)
        worded = [one for one in read if one.places]
        scores = iter(self._heads.many(self._logits.of_many(worded, table))) if worded else iter(())
        return [Look(next(scores), one, table) if one.places else _NOTHING_SEEN for one in read]

    def logits(self, text: str) -> tuple[float, ...]:
        """Raw logits in the manifest's order, before calibration; for training and for tests."""
        (read,), table = self._logits.sight.read([text])
        if not read.places:
            return (0.0,) * self._weights.logits
        return tuple(self._logits.of_one(read, table))

    def explain(
        self, text: str, *, categories: Sequence[str], limit: int = 5, look: Look | None = None
    ) -> tuple[Span, ...]:
        """The words that speak most for the categories, strongest first, as spans of the text as given.

        `look` is one at this very text, if there was one.
        """
        for category in categories:
            if category not in HEADS:
                raise ValueError(f"unknown category {category!r}, expected some of {HEADS}")
        _, read, table = look or self.look(text)
        if read is None or table is None:
            return ()
        rows = table.take(read.places, 0)
        lemmas, kinds = (part.tolist() for part in lemmas_and_kinds(rows))
        evidence = Evidence(self._weights, rows, lemmas, kinds, self._evidence)
        normalised = Normalised(read.plain, read.undone, read.layers)
        return spans(normalised, forms(read.plain), evidence, categories=categories, limit=limit)


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Texts, some ten thousand characters at a time."""
    first = size = 0
    for number, text in enumerate(texts):
        size += len(text)
        if size >= _AT_ONCE:
            yield texts[first : number + 1]
            first, size = number + 1, 0
    if first < len(texts):
        yield texts[first:]
