"""Turns logits into the probability of every head; the only place that knows how a head is made of its parts."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

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


def combine(known: Sequence[Any], heads: Sequence[Sequence[int]]) -> list[Any]:
    """One value per head from the probabilities of its parts, numbers or arrays alike: their product."""
    values = []
    for parts in heads:
        value = 1.0
        for part in parts:
            value = value * known[part]
        values.append(value)
    return values


class Heads:
    """Calibration and rule of one artefact. `parts` are, per head in the order of HEADS, numbers of logits."""

    def __init__(self, logits: Sequence[str], heads: Mapping[str, Sequence[str]], platt: Floats) -> None:
        self.parts = [[logits.index(part) for part in heads[head]] for head in HEADS]
        self.slopes: list[float] = platt[:, 0].tolist()
        self._offsets: list[float] = platt[:, 1].tolist()
        self._platt = platt

    def one(self, logits: Sequence[float]) -> Scores:
        """The scores of one text."""
        known = []
        exp = math.exp
        for logit, slope, offset in zip(logits, self.slopes, self._offsets, strict=True):
            value = slope * logit + offset
            if not -_LARGEST < value < _LARGEST:
                value = min(max(value, -_LARGEST), _LARGEST)
            known.append(1.0 / (1.0 + exp(-value)))
        return Scores(*combine(known, self.parts))

    def many(self, logits: Floats) -> list[Scores]:
        """The scores of (texts, H) logits; equal to `one` up to the last bits."""
        values = np.clip(logits * self._platt[:, 0] + self._platt[:, 1], -_LARGEST, _LARGEST)
        known = list((1.0 / (1.0 + np.exp(-values))).T)
        return [Scores(*row) for row in np.stack(combine(known, self.parts), axis=1).tolist()]
