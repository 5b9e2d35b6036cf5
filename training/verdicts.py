"""What happens to the comments written for the project: group by group, what is removed, shown to people or left."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from model.labels import CATEGORIES, HEADS
from model.manifest import Manifest
from training.judged import REVIEW_SHARE, over
from training.measures import Metrics, share
from training.samples import Sample

PROMISE: Final = "1/1000"
_FATES: Final = ("kept", "shown", "protected", "removed")


def promise_of(manifest: Manifest) -> str | None:
    """The promise to judge by: 1/1000, else the strictest that the data could prove."""
    if PROMISE in manifest.promises:
        return PROMISE
    return max(manifest.promises, key=lambda name: int(name.partition("/")[2]), default=None)


def fates(scores: Any, manifest: Manifest) -> list[str]:
    """For each text: removed, protected (over a removal threshold, but an appeal), shown to people, or kept."""
    promise = promise_of(manifest)
    nothing = np.zeros(len(scores), dtype=bool)
    removed = over(scores, manifest.promises[promise].thresholds).any(axis=1) if promise else nothing
    shown = over(scores, manifest.review[REVIEW_SHARE]).any(axis=1)
    appeal = _appeals(scores, manifest)
    return [_FATES[n] for n in np.select([removed & ~appeal, removed & appeal, shown], [3, 2, 1], 0)]


def _appeals(scores: Any, manifest: Manifest) -> Any:
    return scores[:, HEADS.index("appeal")] >= manifest.appeal


def by_group(samples: Sequence[Sample], scores: Any, manifest: Manifest) -> dict[str, Metrics]:
    """Per group and nature of its samples (violation, appeal, clean): the fates, and what a good judge would do."""
    fate = fates(scores, manifest)
    named = over(scores, manifest.review[REVIEW_SHARE])
    appeal = _appeals(scores, manifest)
    found: dict[str, Metrics] = {}
    for group in sorted({sample.group for sample in samples}):
        inside = [n for n, sample in enumerate(samples) if sample.group == group]
        found[group] = _group(inside, samples, fate, named, appeal)
    return found


def _group(inside: list[int], samples: Sequence[Sample], fate: list[str], named: Any, appeal: Any) -> Metrics:
    natures: Mapping[str, list[int]] = {
        "violations": [n for n in inside if samples[n].labels and not samples[n].appeal],
        "appeals": [n for n in inside if samples[n].appeal],
        "clean": [n for n in inside if not samples[n].labels and not samples[n].appeal],
    }
    found: Metrics = {}
    for nature, numbers in natures.items():
        if not numbers:
            continue
        counts = {name: sum(fate[n] == name for n in numbers) for name in _FATES}
        good = {
            # A violation is seen under its own name, by people or by the machine.
            "violations": sum(any(named[n, CATEGORIES.index(c)] for c in samples[n].labels) for n in numbers),
            "appeals": sum(bool(appeal[n]) for n in numbers),
            "clean": sum(fate[n] != "removed" for n in numbers),
        }[nature]
        found[nature] = counts | share(good, len(numbers))
    return found
