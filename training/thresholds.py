"""Finds scores that keep a promise: at most one of so many clean comments removed wrongly, under any category."""

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.stats import binom

from model.labels import CATEGORIES
from model.manifest import PromisedThresholds

PROMISES: Final = {"1/300": 1 / 300, "1/1000": 1 / 1000, "1/3000": 1 / 3000}
REVIEW_SHARES: Final = ("0.01", "0.02", "0.03", "0.05", "0.1")
DELTA: Final = 0.05
# Lifts a threshold above the comment that sets it, whichever way it is compared.
_MARGIN: Final = 1e-6
READINGS: Final = Path(__file__).parent / "readings.jsonl"


def errors_allowed(n: int, share: float) -> int:
    """Most errors among n clean comments that still prove the share with 95 % confidence; -1 when n proves nothing."""
    allowed = -1
    while binom.cdf(allowed + 1, n, share) <= DELTA:
        allowed += 1
    return allowed


def labels_needed(share: float) -> int:
    """Fewest clean comments that prove the share when none of them is an error."""
    return math.ceil(math.log(DELTA) / math.log1p(-share))


def log_odds(probabilities: Any) -> Any:
    """Logits of probabilities, finite at 0 and 1."""
    p = np.clip(np.asarray(probabilities, dtype=np.float64), 1e-15, 1 - 1e-15)
    return np.log(p) - np.log1p(-p)


def family(scores: Any, zero: Mapping[str, float]) -> Any:
    """One number a comment, (n, 4) -> (n,): the most that any category stands above its own zero, in log-odds.

    Cutting this number at t is the same as cutting each category at its zero + t, so one order statistic covers all.
    """
    return (log_odds(scores) - np.array([zero[c] for c in CATEGORIES])).max(axis=1)


def at(t: float, zero: Mapping[str, float]) -> dict[str, float]:
    """The thresholds of all categories, as probabilities, for one cut of the family."""
    return {c: float(1.0 / (1.0 + math.exp(-min(max(t + zero[c], -36.0), 36.0)))) for c in CATEGORIES}


def promise(numbers: Any, share: float, zero: Mapping[str, float]) -> PromisedThresholds | str:
    """Thresholds that keep a promise on these clean comments, or the reason why they cannot prove one."""
    n = len(numbers)
    allowed = errors_allowed(n, share)
    if allowed < 0:
        needed = labels_needed(share)
        return f"чистых комментариев {n}, нужно {needed}: не хватает меток, {needed - n}"
    ordered = np.sort(numbers)[::-1]
    cut = float(ordered[allowed]) + _MARGIN
    return PromisedThresholds(at(cut, zero), n, allowed, int((numbers >= cut).sum()), 1.0 - DELTA)


def review_thresholds(scores: Any, promises: Iterable[PromisedThresholds]) -> dict[str, dict[str, float]]:
    """For each share of comments that people can read, the scores from which a comment is shown to them.

    One probability for all categories, so that people see the likeliest violations; never above a removal threshold.
    """
    ceiling = {c: min((p.thresholds[c] for p in promises), default=1.0) for c in CATEGORIES}
    worst = np.asarray(scores).max(axis=1)
    cuts = {share: float(np.quantile(worst, 1.0 - float(share))) for share in REVIEW_SHARES}
    return {share: {c: min(cut, ceiling[c]) for c in CATEGORIES} for share, cut in cuts.items()}


def readings(path: Path = READINGS) -> dict[str, str]:
    """What a reader decided about held-out comments: digest of the text -> "clean" or the category that it violates."""
    if not path.exists():
        return {}
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        value = json.loads(line)
        if value["verdict"] not in ("clean", *CATEGORIES):
            raise ValueError(f"{path}:{number}: unknown verdict {value['verdict']!r}")
        found[value["digest"]] = value["verdict"]
    return found
