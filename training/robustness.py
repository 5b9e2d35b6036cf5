"""Measures what is left of recall when rude words are disguised."""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from model.lexicon import is_coarse, is_insulting, is_obscene
from training.disguise import KINDS, disguise
from training.measures import Metrics, wilson

_MOST: Final = 1000
_STEM: Final = 5
_TELLING: Final = 2.5
_FEWEST: Final = 4
_DRAWS: Final = 200
_SEED: Final = 20261122
_WORD: Final = re.compile(r"[^\W\d_]+")
# Scores of texts, highest of the three rude heads; any monotonous scale.
ScoreTexts = Callable[[list[str]], Any]


def telling_stems(toxic: Sequence[str], clean: Sequence[str]) -> frozenset[str]:
    """First letters of the words that toxic texts hold at least twelve times as often as clean ones.

    They come from the labels alone, so the attack does not aim at words that the normaliser knows.
    """
    counts = []
    for texts in (toxic, clean):
        held: Counter[str] = Counter()
        for text in texts:
            held.update({word[:_STEM] for word in _words(text) if len(word) >= 3})
        counts.append(held)
    found = set()
    for stem, n in counts[0].items():
        odds = np.log((n + 0.5) / (len(toxic) + 1)) - np.log((counts[1][stem] + 0.5) / (len(clean) + 1))
        if n >= _FEWEST and odds > _TELLING:
            found.add(stem)
    return frozenset(found)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("ё", "е"))


def targets(text: str, stems: frozenset[str]) -> list[str]:
    """The words of a text, as written, that somebody would disguise."""
    found = []
    for word in _WORD.findall(text):
        plain = word.lower().replace("ё", "е")
        rude = is_obscene(plain) or is_insulting(plain) or is_coarse(plain)
        if len(plain) >= 3 and (rude or plain[:_STEM] in stems):
            found.append(word)
    return found


def attacked(texts: Sequence[str], stems: frozenset[str]) -> list[tuple[str, list[str]]]:
    """Texts with a word to disguise, evenly taken when there are too many."""
    able = [(text, words) for text in texts if (words := targets(text, stems))]
    step = max(1, len(able) // _MOST)
    return able[::step][:_MOST]


def robustness(toxic: Sequence[str], clean: Sequence[str], cut: float, score: ScoreTexts) -> Metrics:
    """Recall of disguised comments over that of the same comments undisguised, per kind of disguise.

    `cut` is the score that 1 % of clean comments exceed. Empty when nothing rude is recognised undisguised.
    """
    chosen = attacked(toxic, telling_stems(toxic, clean))
    plain = score([text for text, _ in chosen]) > cut if chosen else np.zeros(0, dtype=bool)
    if not plain.any():
        return {}
    found: Metrics = {}
    for number, kind in enumerate(KINDS):
        draw = random.Random(_SEED + number)  # noqa: S311 # a seeded choice of letters keeps no secret
        seen = score([disguise(text, kind, words, draw) for text, words in chosen]) > cut
        found[kind] = {
            "recall": round(float(seen.mean()), 4),
            "relative": round(float(seen.sum() / plain.sum()), 4),
            "interval": _interval(seen, plain),
        }
    relative = [m["relative"] for m in found.values()]
    return {
        "comments": len(chosen),
        "undisguised": round(float(plain.mean()), 4),
        "undisguised_interval": wilson(int(plain.sum()), len(plain)),
        "mean": round(float(np.mean(relative)), 4),
        "least": min(relative),
        "kinds": found,
    }


def _interval(seen: Any, plain: Any) -> list[float]:
    """95 % bootstrap interval of the ratio, the same comments drawn for both."""
    draw = np.random.default_rng(_SEED)
    values = []
    for _ in range(_DRAWS):
        chosen = draw.integers(0, len(plain), len(plain))
        values.append(seen[chosen].sum() / max(1, plain[chosen].sum()))
    return [round(float(q), 4) for q in np.quantile(values, [0.025, 0.975])]
