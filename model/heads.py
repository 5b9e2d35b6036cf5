"""Turns logits into the probability of every head; the only place that knows how a head is made of its parts."""

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.labels import HEADS

# Beyond this a sigmoid in float64 is 0 or 1; the bound keeps exp in range.
_LARGEST: Final = 36.0
Floats = NDArray[np.float64]


class Scores(NamedTuple):
    """Calibrated probabilities."""

    spam: float
    insult: float
    obscenity: float
    threat: float
    appeal: float


NOTHING: Final = Scores(0.0, 0.0, 0.0, 0.0, 0.0)
# How far a kind that explains a text worse than another kind falls behind it, in log-odds for each unit. The best
# explained kind keeps the toxic score itself: where one is likelier than not, the highest of the kinds is that score.
BEND: Final = 0.5
# A text may be so toxic that a kind half as likely still looks certain, so a kind that is not the best explained one
# stays within this much, in log-odds, of its own likelihood among toxic texts: «тупая овца» is no obscenity.
MARGIN: Final = 3.0


class Heads:
    """Calibration and rule of one artefact.

    A head of one part is that logit, calibrated. A head of two parts, (toxic, kind), is the toxic logit less half of
    what the kind lacks against the likeliest of the kinds that share the toxic logit, and less all that the likeliest
    lacks against even odds: rough speech about nobody is toxic to annotators and still of no kind. A kind that is not
    the likeliest is at most `MARGIN` above its own logit.

    `evidence` says per head, in the order of HEADS, which logits speak for it and how much.
    """

    def __init__(self, logits: Sequence[str], heads: Mapping[str, Sequence[str]], platt: Floats) -> None:
        parts = [[logits.index(part) for part in heads[head]] for head in HEADS]
        self._first = [p[0] for p in parts]
        self._kinds = [p[1] if len(p) > 1 else -1 for p in parts]
        self._rivals = [
            [k for f, k in zip(self._first, self._kinds, strict=True) if f == first and k >= 0] if kind >= 0 else []
            for first, kind in zip(self._first, self._kinds, strict=True)
        ]
        self._slopes: list[float] = platt[:, 0].tolist()
        self._offsets: list[float] = platt[:, 1].tolist()
        self._platt = platt
        self.evidence = [[(p[0], self._slopes[p[0]]), *((k, BEND * self._slopes[k]) for k in p[1:])] for p in parts]

    def one(self, logits: Sequence[float]) -> Scores:
        """The scores of one text."""
        known = [a * z + b for z, a, b in zip(logits, self._slopes, self._offsets, strict=True)]
        exp = math.exp
        found = []
        for first, kind, rivals in zip(self._first, self._kinds, self._rivals, strict=True):
            value = known[first]
            if kind >= 0:
                best = max([known[rival] for rival in rivals])
                value += BEND * (known[kind] - best) + min(best, 0.0)
                if known[kind] < best:
                    value = min(value, known[kind] + MARGIN)
            if not -_LARGEST < value < _LARGEST:
                value = min(max(value, -_LARGEST), _LARGEST)
            found.append(1.0 / (1.0 + exp(-value)))
        return Scores(*found)

    def many(self, logits: Floats) -> list[Scores]:
        """The scores of (texts, H) logits; equal to `one` up to the last bits."""
        known = logits * self._platt[:, 0] + self._platt[:, 1]
        values = known[:, self._first]
        for head, (kind, rivals) in enumerate(zip(self._kinds, self._rivals, strict=True)):
            if kind >= 0:
                best = known[:, rivals].max(axis=1)
                values[:, head] += BEND * (known[:, kind] - best) + np.minimum(best, 0.0)
                most = np.where(known[:, kind] < best, known[:, kind] + MARGIN, np.inf)
                values[:, head] = np.minimum(values[:, head], most)
        return list(map(Scores._make, (1.0 / (1.0 + np.exp(-np.clip(values, -_LARGEST, _LARGEST)))).tolist()))
